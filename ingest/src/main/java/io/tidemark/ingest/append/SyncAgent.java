package io.tidemark.ingest.append;

import io.tidemark.ingest.append.AppendAgent.Unsynced;
import io.tidemark.model.Agent;
import io.tidemark.storage.StoreWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.LongAdder;
import org.agrona.concurrent.OneToOneConcurrentArrayQueue;

/**
 * Forces the journal beside the appending and releases the acknowledgements it covers. A force
 * starts as soon as the last one ended and something waits: the group is what came in between. A
 * force that fails ends the process.
 */
public final class SyncAgent implements Agent {
  private final StoreWriter writer;
  private final OneToOneConcurrentArrayQueue<Unsynced> unsynced;
  private final LongAdder forces = new LongAdder();
  private final LongAdder forceNanos = new LongAdder();
  private final java.util.function.LongSupplier nanoClock;

  /* Written by the agent; start is valid while forcing. */
  private volatile long forceStart;
  private volatile boolean forcing;

  SyncAgent(
      StoreWriter writer,
      OneToOneConcurrentArrayQueue<Unsynced> unsynced,
      java.util.function.LongSupplier nanoClock) {
    this.writer = writer;
    this.unsynced = unsynced;
    this.nanoClock = nanoClock;
  }

  @Override
  public int doWork() {
    if (writer.appendedSequence() == writer.syncedSequence() && unsynced.isEmpty()) {
      return 0;
    }
    long synced;
    try {
      long start = nanoClock.getAsLong();
      forceStart = start;
      forcing = true;
      synced = writer.force();
      forcing = false;
      forces.increment();
      forceNanos.add(nanoClock.getAsLong() - start);
    } catch (IOException e) {
      throw new UncheckedIOException("force failed", e);
    }
    int released = 1;
    for (Unsynced head = unsynced.peek();
        head != null && head.journalSequence() <= synced;
        head = unsynced.peek()) {
      unsynced.poll();
      head.ack().frameDone(head.journalSequence(), head.transactionTimeMicros());
      released++;
    }
    return released;
  }

  /** Forces so far. */
  public long forces() {
    return forces.sum();
  }

  /** Time spent in them. */
  public long forceNanos() {
    return forceNanos.sum();
  }

  /** How long the force under way has run; 0 if there is none. Any thread. */
  public long forceUnderWayNanos() {
    return forcing ? Math.max(0, nanoClock.getAsLong() - forceStart) : 0;
  }

  @Override
  public String roleName() {
    return "sync";
  }
}

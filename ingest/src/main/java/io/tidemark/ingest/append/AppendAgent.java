package io.tidemark.ingest.append;

import io.tidemark.ingest.Ack;
import io.tidemark.ingest.AckLevel;
import io.tidemark.ingest.AckTable;
import io.tidemark.ingest.ring.FrameRing;
import io.tidemark.model.Agent;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.SampleFrame;
import io.tidemark.storage.StoreWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.agrona.concurrent.OneToOneConcurrentArrayQueue;

/**
 * Drains the ring into the store, frame by frame. Never forces. A journal that fails ends the
 * process: the exception leaves {@link #doWork}, nothing is acknowledged any more.
 */
public final class AppendAgent implements Agent {
  private static final int FRAMES_PER_WORK = 32;

  /** An acknowledgement that waits for its frame to be forced. */
  record Unsynced(Ack ack, long journalSequence, long transactionTimeMicros) {}

  private final FrameRing ring;
  private final AckTable acks;
  private final StoreWriter writer;
  private final OneToOneConcurrentArrayQueue<Unsynced> unsynced;
  private final SampleFrame frame = new SampleFrame();
  private final FrameRing.Consumer consumer = this::onFrame;
  private final LongAdder frames = new LongAdder();
  private final LongAdder samples = new LongAdder();
  private final LongAdder repeats = new LongAdder();
  private final LongAdder rejectedSamples = new LongAdder();

  /** An agent; {@code unsynced} leads to the sync agent. */
  AppendAgent(
      FrameRing ring,
      AckTable acks,
      StoreWriter writer,
      OneToOneConcurrentArrayQueue<Unsynced> unsynced) {
    this.ring = ring;
    this.acks = acks;
    this.writer = writer;
    this.unsynced = unsynced;
  }

  @Override
  public int doWork() {
    int limit = Math.min(FRAMES_PER_WORK, unsynced.remainingCapacity());
    if (limit == 0 || !writer.canAppend()) {
      return 0; // the ring fills, and its writers are pushed back
    }
    return ring.drain(consumer, limit);
  }

  private void onFrame(ByteBuffer buffer, int offset, int length) {
    int slot = 0;
    try {
      slot = frame.wrap(buffer, offset, length).ackSlot();
      int rows = frame.rowCount();
      long answer = writer.append(buffer, offset, length);
      long sequence = answer;
      if (answer < 0) {
        sequence = StoreWriter.repeatOf(answer);
        repeats.increment();
      } else {
        frames.increment();
        samples.add(rows - writer.rejectedRows());
      }
      Ack ack = acks.get(slot);
      if (ack != null) {
        if (writer.rejectedRows() > 0) {
          rejectedSamples.add(writer.rejectedRows());
          ack.samplesRejected(writer.rejectedRows(), rejections());
        }
        if (ack.level() == AckLevel.JOURNALED) {
          ack.frameDone(sequence, frame.transactionTimeMicros());
        } else if (!unsynced.offer(new Unsynced(ack, sequence, frame.transactionTimeMicros()))) {
          throw new IllegalStateException("no room for an acknowledgement that was counted");
        }
      }
    } catch (HistorianException e) {
      if (e.code() == ErrorCode.JOURNAL_FAILED) {
        throw e;
      }
      Ack ack = acks.get(slot);
      if (ack != null) {
        ack.frameRefused(e);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("journal failed", e);
    }
  }

  /** What to say of the first samples of the frame that were not stored. */
  private List<HistorianException> rejections() {
    List<HistorianException> first = new ArrayList<>();
    frame.openRows();
    for (int row = 0; row < frame.rowCount() && first.size() < Ack.REJECTIONS_MAX; row++) {
      if (frame.isRejected(row)) {
        first.add(writer.rejection(frame.tagId(row), frame.timeNs(row)));
      }
    }
    return first;
  }

  /** Frames of numbered requests that were stored before. */
  public long repeats() {
    return repeats.sum();
  }

  /** Samples that were not stored, since there is one of their time and the tag takes one. */
  public long rejectedSamples() {
    return rejectedSamples.sum();
  }

  /** Frames appended so far. */
  public long frames() {
    return frames.sum();
  }

  /** Samples appended so far. */
  public long samples() {
    return samples.sum();
  }

  @Override
  public String roleName() {
    return "append";
  }
}

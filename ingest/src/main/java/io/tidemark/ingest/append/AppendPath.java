package io.tidemark.ingest.append;

import io.tidemark.ingest.AckTable;
import io.tidemark.ingest.ring.FrameRing;
import io.tidemark.storage.StoreWriter;
import java.util.function.LongSupplier;
import org.agrona.concurrent.OneToOneConcurrentArrayQueue;

/** The ring, the open acknowledgements and the two agents of one shard, wired together. */
public final class AppendPath {
  private static final int UNSYNCED_MAX = 1 << 16;

  private final FrameRing ring;
  private final AckTable acks;
  private final AppendAgent appendAgent;
  private final SyncAgent syncAgent;

  /**
   * Wires a path to a store's writer.
   *
   * @param ringBytes capacity of the ring, a power of two
   * @param requestsMax requests that may wait for their acknowledgement
   * @param nanoClock monotonic clock for the time forces take
   */
  public AppendPath(StoreWriter writer, int ringBytes, int requestsMax, LongSupplier nanoClock) {
    OneToOneConcurrentArrayQueue<AppendAgent.Unsynced> unsynced =
        new OneToOneConcurrentArrayQueue<>(UNSYNCED_MAX);
    ring = new FrameRing(ringBytes);
    acks = new AckTable(requestsMax);
    appendAgent = new AppendAgent(ring, acks, writer, unsynced);
    syncAgent = new SyncAgent(writer, unsynced, nanoClock);
  }

  /** Where wire threads put frames. */
  public FrameRing ring() {
    return ring;
  }

  /** Open acknowledgements. */
  public AckTable acks() {
    return acks;
  }

  /** Drains the ring. */
  public AppendAgent appendAgent() {
    return appendAgent;
  }

  /** Forces the journal. */
  public SyncAgent syncAgent() {
    return syncAgent;
  }
}

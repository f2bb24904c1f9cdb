package io.tidemark.ingest;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Open acknowledgements by the slot number that frames carry through the ring. Safe from any
 * thread.
 */
public final class AckTable {
  private final AtomicReferenceArray<@Nullable Ack> slots;
  private final ConcurrentLinkedQueue<Integer> free = new ConcurrentLinkedQueue<>();

  /** A table for so many requests at a time. */
  public AckTable(int requestsMax) {
    slots = new AtomicReferenceArray<>(requestsMax + 1);
    for (int slot = 1; slot <= requestsMax; slot++) {
      free.add(slot);
    }
  }

  /**
   * Opens an acknowledgement.
   *
   * @throws HistorianException {@link ErrorCode#BACK_PRESSURED} if too many are open.
   */
  Ack open(AckLevel level) {
    Integer slot = free.poll();
    if (slot == null) {
      throw new HistorianException(
          ErrorCode.BACK_PRESSURED,
          "too many requests wait for their acknowledgement: requestsMax="
              + (slots.length() - 1)
              + ", retry later");
    }
    int number = slot;
    Ack ack =
        new Ack(
            level,
            () -> {
              slots.set(number, null);
              free.add(number);
            });
    ack.slot(number);
    slots.set(number, ack);
    return ack;
  }

  /** The acknowledgement of a slot, or null. */
  public @Nullable Ack get(int slot) {
    return slot > 0 && slot < slots.length() ? slots.get(slot) : null;
  }
}

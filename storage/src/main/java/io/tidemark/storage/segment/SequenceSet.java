package io.tidemark.storage.segment;

import io.tidemark.model.WriteOrder;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/** Journal sequences of the frames that some rows came with. One thread. */
public final class SequenceSet {
  private final Roaring64Bitmap sequences = new Roaring64Bitmap();
  private long last = -1;

  /** None. */
  public SequenceSet() {}

  /** Adds the frames of some rows. */
  public void addOrders(long[] orders, int count) {
    for (int i = 0; i < count; i++) {
      long sequence = WriteOrder.journalSequence(orders[i]);
      if (sequence != last) {
        last = sequence;
        sequences.addLong(sequence);
      }
    }
  }

  /** Whether a row came with the frame of that sequence. */
  public boolean contains(long sequence) {
    return sequences.contains(sequence);
  }
}

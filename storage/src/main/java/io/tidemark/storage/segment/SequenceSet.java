package io.tidemark.storage.segment;

import io.tidemark.model.WriteOrder;
import java.util.Arrays;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/**
 * Journal sequences of the frames that some rows came with. One thread.
 *
 * <p>The rows of a thousand tags came with the same frames, which follow one another: those near
 * the first are bits of an array, a step each; the others, as of merged segments, are in a
 * compressed bitmap.
 */
public final class SequenceSet {
  /** Sequences in the array: 512 KiB. */
  private static final int NEAR_MAX = 1 << 22;

  private static final int WORDS_MIN = 64;

  private final long nearFirst;
  private long[] near = new long[WORDS_MIN];
  private final Roaring64Bitmap far = new Roaring64Bitmap();
  private long last = -1;

  /**
   * None.
   *
   * @param first no sequence is below it
   */
  public SequenceSet(long first) {
    nearFirst = first;
  }

  /** Adds the frames of some rows. */
  public void addOrders(long[] orders, int count) {
    for (int i = 0; i < count; i++) {
      long sequence = WriteOrder.journalSequence(orders[i]);
      if (sequence != last) {
        last = sequence;
        add(sequence);
      }
    }
  }

  private void add(long sequence) {
    long at = sequence - nearFirst;
    if (at >= NEAR_MAX) {
      far.addLong(sequence);
      return;
    }
    int word = (int) (at >>> 6);
    if (word >= near.length) {
      near = Arrays.copyOf(near, Math.max(word + 1, 2 * near.length));
    }
    near[word] |= 1L << at;
  }

  /** Whether a row came with the frame of that sequence. */
  public boolean contains(long sequence) {
    long at = sequence - nearFirst;
    if (at >= NEAR_MAX) {
      return far.contains(sequence);
    }
    int word = (int) (at >>> 6);
    return at >= 0 && word < near.length && (near[word] & 1L << at) != 0;
  }
}

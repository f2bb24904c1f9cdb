package io.tidemark.model;

/**
 * The 64-bit order of a sample: journal sequence of its frame in the upper 48 bits, index in the
 * lower 16: of the sample in the frame, or once it is sealed, among those of its tag and time in
 * the frame. It decides which of two samples of the same tag and time is the later written one.
 */
public final class WriteOrder {
  /** Most samples of a frame. */
  public static final int SAMPLES_MAX = 1 << 16;

  private WriteOrder() {}

  /** Order of sample {@code index} of the frame with that sequence. */
  public static long of(long journalSequence, int index) {
    return journalSequence << 16 | index;
  }

  /** Sequence of the frame. */
  public static long journalSequence(long order) {
    return order >>> 16;
  }

  /** Index in the frame. */
  public static int index(long order) {
    return (int) (order & 0xFFFF);
  }

  /** The last order that the frame of that sequence can hold. */
  public static long lastOf(long journalSequence) {
    return journalSequence << 16 | 0xFFFF;
  }
}

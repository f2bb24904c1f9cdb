package io.tidemark.storage.codec;

import java.util.Arrays;

/**
 * A grid and how far each value lies off it: {@link Step}, {@link Residuals} of {@code value - i *
 * step}. The times of a scan that jitters: differences of neighbours would pay for the jitter of
 * both.
 */
final class GridCodec extends LongCodec {
  private static final int SAMPLE = 31;

  @Override
  int id() {
    return 6;
  }

  @Override
  int estimateBytes(long[] values, int count, Scratch scratch) {
    if (count < 4) {
      return IMPOSSIBLE;
    }
    long step = step(values, count, scratch);
    offsets(values, count, step, scratch.derived);
    return Step.length(step) + estimateResiduals(scratch.derived, count, scratch);
  }

  @Override
  void encode(long[] values, int count, Scratch scratch, ByteOutput out) {
    long step = step(values, count, scratch);
    offsets(values, count, step, scratch.derived);
    Step.write(step, out);
    encodeResiduals(scratch.derived, count, scratch, out);
  }

  /**
   * The distance that leaves the smaller offsets: the middle one of some differences, which is the
   * grid's where the jitter before and after is the same, or the mean of all, in whole units of the
   * jitter.
   */
  private static long step(long[] values, int count, Scratch scratch) {
    int size = Math.min(SAMPLE, count - 1);
    long[] sample = scratch.encoding().sample;
    for (int i = 0; i < size; i++) {
      int at = (int) ((long) i * (count - 1) / size);
      sample[i] = values[at + 1] - values[at];
    }
    Arrays.sort(sample, 0, size);
    long middle = sample[size / 2];
    long unit = 0;
    for (int i = 0; i < size; i++) {
      unit = gcd(unit, sample[i] - middle);
    }
    double steps = (double) (values[count - 1] - values[0]) / (count - 1.0);
    long mean = middle;
    if (unit > 0 && Math.abs(steps - middle) < 0x1p62) {
      mean += Math.round((steps - middle) / unit) * unit;
    }
    return range(values, count, mean) < range(values, count, middle) ? mean : middle;
  }

  private static long gcd(long a, long b) {
    long left = a;
    long right = Math.abs(b);
    while (right > 0) {
      long rest = left % right;
      left = right;
      right = rest;
    }
    return left;
  }

  /** How far offsets from a grid lie apart; the greatest number if too far to tell. */
  private static long range(long[] values, int count, long step) {
    long min = Long.MAX_VALUE;
    long max = Long.MIN_VALUE;
    for (int i = 0; i < count; i++) {
      long offset = values[i] - i * step;
      min = Math.min(min, offset);
      max = Math.max(max, offset);
    }
    return max - min < 0 ? Long.MAX_VALUE : max - min;
  }

  private static void offsets(long[] values, int count, long step, long[] out) {
    for (int i = 0; i < count; i++) {
      out[i] = values[i] - i * step;
    }
  }

  @Override
  void decode(ByteInput in, int count, long[] values, Scratch scratch) {
    long step = Step.read(in);
    Residuals.decode(in, count, values, scratch);
    for (int i = 0; i < count; i++) {
      values[i] += i * step;
    }
  }

  @Override
  void skip(ByteInput in, int count) {
    in.u8();
    in.varint();
    Residuals.skip(in, count);
  }
}

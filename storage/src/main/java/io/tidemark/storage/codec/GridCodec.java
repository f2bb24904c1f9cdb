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

  /** The middle one of some differences: with equal jitter before and after, the grid's. */
  private static long step(long[] values, int count, Scratch scratch) {
    int size = Math.min(SAMPLE, count - 1);
    long[] sample = scratch.encoding().sample;
    for (int i = 0; i < size; i++) {
      int at = (int) ((long) i * (count - 1) / size);
      sample[i] = values[at + 1] - values[at];
    }
    Arrays.sort(sample, 0, size);
    return sample[size / 2];
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

package io.tidemark.storage.codec;

import java.nio.ByteBuffer;

/**
 * First value, then differences of neighbours: {@code i64 first}, {@link Residuals} of the rest.
 */
final class DeltaCodec extends LongCodec {
  @Override
  byte id() {
    return 4;
  }

  @Override
  int estimateBytes(long[] values, int count, Scratch scratch) {
    if (count < 2) {
      return IMPOSSIBLE;
    }
    differences(values, count, scratch.residuals);
    return 8 + Residuals.estimateBytes(scratch.residuals, count - 1);
  }

  @Override
  void encode(long[] values, int count, ByteBuffer out, Scratch scratch) {
    out.putLong(values[0]);
    differences(values, count, scratch.residuals);
    Residuals.encode(scratch.residuals, count - 1, out);
  }

  @Override
  void decode(ByteBuffer in, int count, long[] values, Scratch scratch) {
    long value = in.getLong();
    Residuals.decode(in, count - 1, scratch.residuals, scratch);
    long[] deltas = scratch.residuals;
    values[0] = value;
    for (int i = 1; i < count; i++) {
      value += deltas[i - 1];
      values[i] = value;
    }
  }

  private static void differences(long[] values, int count, long[] out) {
    for (int i = 1; i < count; i++) {
      out[i - 1] = values[i] - values[i - 1];
    }
  }
}

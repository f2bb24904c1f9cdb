package io.tidemark.storage.codec;

import java.nio.ByteBuffer;

/**
 * First value, first difference, then changes of the difference: {@code i64 first, i64 delta},
 * {@link Residuals} of the rest. Times on a grid that drifts.
 */
final class DeltaOfDeltaCodec extends LongCodec {
  @Override
  byte id() {
    return 5;
  }

  @Override
  int estimateBytes(long[] values, int count, Scratch scratch) {
    if (count < 3) {
      return IMPOSSIBLE;
    }
    changes(values, count, scratch.residuals);
    return 16 + Residuals.estimateBytes(scratch.residuals, count - 2);
  }

  @Override
  void encode(long[] values, int count, ByteBuffer out, Scratch scratch) {
    out.putLong(values[0]).putLong(values[1] - values[0]);
    changes(values, count, scratch.residuals);
    Residuals.encode(scratch.residuals, count - 2, out);
  }

  @Override
  void decode(ByteBuffer in, int count, long[] values, Scratch scratch) {
    long value = in.getLong();
    long delta = in.getLong();
    Residuals.decode(in, count - 2, scratch.residuals, scratch);
    long[] changes = scratch.residuals;
    values[0] = value;
    value += delta;
    values[1] = value;
    for (int i = 2; i < count; i++) {
      delta += changes[i - 2];
      value += delta;
      values[i] = value;
    }
  }

  private static void changes(long[] values, int count, long[] out) {
    for (int i = 2; i < count; i++) {
      out[i - 2] = (values[i] - values[i - 1]) - (values[i - 1] - values[i - 2]);
    }
  }
}

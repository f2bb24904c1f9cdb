package io.tidemark.storage.codec;

import java.nio.ByteBuffer;

/**
 * Equal distances: {@code i64 first, i64 step}. The times of a tag that is scanned on a fixed grid.
 */
final class ConstantStepCodec extends LongCodec {
  @Override
  byte id() {
    return 2;
  }

  @Override
  int estimateBytes(long[] values, int count, Scratch scratch) {
    if (count < 2) {
      return IMPOSSIBLE;
    }
    long step = values[1] - values[0];
    for (int i = 2; i < count; i++) {
      if (values[i] - values[i - 1] != step) {
        return IMPOSSIBLE;
      }
    }
    return 16;
  }

  @Override
  void encode(long[] values, int count, ByteBuffer out, Scratch scratch) {
    out.putLong(values[0]).putLong(values[1] - values[0]);
  }

  @Override
  void decode(ByteBuffer in, int count, long[] values, Scratch scratch) {
    long value = in.getLong();
    long step = in.getLong();
    for (int i = 0; i < count; i++) {
      values[i] = value;
      value += step;
    }
  }
}

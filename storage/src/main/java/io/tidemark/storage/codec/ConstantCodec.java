package io.tidemark.storage.codec;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** All values equal: {@code i64 value}. */
final class ConstantCodec extends LongCodec {
  @Override
  byte id() {
    return 1;
  }

  @Override
  int estimateBytes(long[] values, int count, Scratch scratch) {
    long first = values[0];
    for (int i = 1; i < count; i++) {
      if (values[i] != first) {
        return IMPOSSIBLE;
      }
    }
    return 8;
  }

  @Override
  void encode(long[] values, int count, ByteBuffer out, Scratch scratch) {
    out.putLong(values[0]);
  }

  @Override
  void decode(ByteBuffer in, int count, long[] values, Scratch scratch) {
    Arrays.fill(values, 0, count, in.getLong());
  }
}

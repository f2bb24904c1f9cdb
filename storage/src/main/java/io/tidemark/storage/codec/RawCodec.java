package io.tidemark.storage.codec;

import java.nio.ByteBuffer;

/** As they are: {@code i64} each. */
final class RawCodec extends LongCodec {
  @Override
  byte id() {
    return 0;
  }

  @Override
  int estimateBytes(long[] values, int count, Scratch scratch) {
    return 8 * count;
  }

  @Override
  void encode(long[] values, int count, ByteBuffer out, Scratch scratch) {
    for (int i = 0; i < count; i++) {
      out.putLong(values[i]);
    }
  }

  @Override
  void decode(ByteBuffer in, int count, long[] values, Scratch scratch) {
    for (int i = 0; i < count; i++) {
      values[i] = in.getLong();
    }
  }
}

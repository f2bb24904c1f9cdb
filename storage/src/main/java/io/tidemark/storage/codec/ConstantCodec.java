package io.tidemark.storage.codec;

import java.util.Arrays;

/** All values equal: {@code zigzag value}. */
final class ConstantCodec extends LongCodec {
  @Override
  int id() {
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
    return ByteOutput.zigzagLength(first);
  }

  @Override
  void encode(long[] values, int count, Scratch scratch, ByteOutput out) {
    out.zigzag(values[0]);
  }

  @Override
  void decode(ByteInput in, int count, long[] values, Scratch scratch) {
    Arrays.fill(values, 0, count, in.zigzag());
  }

  @Override
  void skip(ByteInput in, int count) {
    in.varint();
  }
}

package io.tidemark.storage.codec;

/** As they are: {@code i64} each. */
final class RawCodec extends LongCodec {
  @Override
  int id() {
    return 0;
  }

  @Override
  int estimateBytes(long[] values, int count, Scratch scratch) {
    return 8 * count;
  }

  @Override
  void encode(long[] values, int count, Scratch scratch, ByteOutput out) {
    out.words(values, 8 * count);
  }

  @Override
  void decode(ByteInput in, int count, long[] values, Scratch scratch) {
    in.words(8 * count, values);
  }

  @Override
  void skip(ByteInput in, int count) {
    in.skip(8L * count);
  }
}

package io.tidemark.storage.codec;

/** Distances from a base: {@link Residuals} of the values. */
final class FrameOfReferenceCodec extends LongCodec {
  @Override
  int id() {
    return 3;
  }

  @Override
  int estimateBytes(long[] values, int count, Scratch scratch) {
    return estimateResiduals(values, count, scratch);
  }

  @Override
  void encode(long[] values, int count, Scratch scratch, ByteOutput out) {
    encodeResiduals(values, count, scratch, out);
  }

  @Override
  void decode(ByteInput in, int count, long[] values, Scratch scratch) {
    Residuals.decode(in, count, values, scratch);
  }

  @Override
  void skip(ByteInput in, int count) {
    Residuals.skip(in, count);
  }
}

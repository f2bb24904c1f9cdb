package io.tidemark.storage.codec;

import java.nio.ByteBuffer;

/** Distances from the smallest value, packed: {@link Residuals}. */
final class FrameOfReferenceCodec extends LongCodec {
  @Override
  byte id() {
    return 3;
  }

  @Override
  int estimateBytes(long[] values, int count, Scratch scratch) {
    return Residuals.estimateBytes(values, count);
  }

  @Override
  void encode(long[] values, int count, ByteBuffer out, Scratch scratch) {
    System.arraycopy(values, 0, scratch.residuals, 0, count);
    Residuals.encode(scratch.residuals, count, out);
  }

  @Override
  void decode(ByteBuffer in, int count, long[] values, Scratch scratch) {
    Residuals.decode(in, count, values, scratch);
  }
}

package io.tidemark.storage.codec;

/** First value, then differences of neighbours: {@code zigzag first}, {@link Residuals}. */
final class DeltaCodec extends LongCodec {
  @Override
  int id() {
    return 4;
  }

  @Override
  int estimateBytes(long[] values, int count, Scratch scratch) {
    if (count < 2) {
      return IMPOSSIBLE;
    }
    differences(values, count, scratch.derived);
    return ByteOutput.zigzagLength(values[0])
        + estimateResiduals(scratch.derived, count - 1, scratch);
  }

  @Override
  void encode(long[] values, int count, Scratch scratch, ByteOutput out) {
    out.zigzag(values[0]);
    differences(values, count, scratch.derived);
    encodeResiduals(scratch.derived, count - 1, scratch, out);
  }

  @Override
  void decode(ByteInput in, int count, long[] values, Scratch scratch) {
    long value = in.zigzag();
    long[] deltas = scratch.derived;
    Residuals.decode(in, count - 1, deltas, scratch);
    values[0] = value;
    for (int i = 1; i < count; i++) {
      value += deltas[i - 1];
      values[i] = value;
    }
  }

  @Override
  void skip(ByteInput in, int count) {
    in.varint();
    Residuals.skip(in, count - 1);
  }

  private static void differences(long[] values, int count, long[] out) {
    for (int i = 1; i < count; i++) {
      out[i - 1] = values[i] - values[i - 1];
    }
  }
}

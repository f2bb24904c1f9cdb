package io.tidemark.storage.codec;

/**
 * First value, first difference, then changes of the difference: {@code zigzag first}, {@link
 * Step}, {@link Residuals}. Times on a grid that drifts.
 */
final class DeltaOfDeltaCodec extends LongCodec {
  @Override
  int id() {
    return 5;
  }

  @Override
  int estimateBytes(long[] values, int count, Scratch scratch) {
    if (count < 3) {
      return IMPOSSIBLE;
    }
    changes(values, count, scratch.derived);
    return ByteOutput.zigzagLength(values[0])
        + Step.length(values[1] - values[0])
        + estimateResiduals(scratch.derived, count - 2, scratch);
  }

  @Override
  void encode(long[] values, int count, Scratch scratch, ByteOutput out) {
    out.zigzag(values[0]);
    Step.write(values[1] - values[0], out);
    changes(values, count, scratch.derived);
    encodeResiduals(scratch.derived, count - 2, scratch, out);
  }

  @Override
  void decode(ByteInput in, int count, long[] values, Scratch scratch) {
    if (count < 3) {
      throw new IllegalArgumentException("delta of delta: count=" + count + ", min=3");
    }
    long value = in.zigzag();
    long delta = Step.read(in);
    long[] changes = scratch.derived;
    Residuals.decode(in, count - 2, changes, scratch);
    values[0] = value;
    value += delta;
    values[1] = value;
    for (int i = 2; i < count; i++) {
      delta += changes[i - 2];
      value += delta;
      values[i] = value;
    }
  }

  @Override
  void skip(ByteInput in, int count) {
    in.varint();
    in.u8();
    in.varint();
    Residuals.skip(in, count - 2);
  }

  private static void changes(long[] values, int count, long[] out) {
    for (int i = 2; i < count; i++) {
      out[i - 2] = (values[i] - values[i - 1]) - (values[i - 1] - values[i - 2]);
    }
  }
}

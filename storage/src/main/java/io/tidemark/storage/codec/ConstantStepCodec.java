package io.tidemark.storage.codec;

/**
 * Equal distances: {@code zigzag first, }{@link Step}. The times of a tag that is scanned on a
 * fixed grid.
 */
final class ConstantStepCodec extends LongCodec {
  @Override
  int id() {
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
    return ByteOutput.zigzagLength(values[0]) + Step.length(step);
  }

  @Override
  void encode(long[] values, int count, Scratch scratch, ByteOutput out) {
    out.zigzag(values[0]);
    Step.write(values[1] - values[0], out);
  }

  @Override
  void decode(ByteInput in, int count, long[] values, Scratch scratch) {
    long first = in.zigzag();
    long step = Step.read(in);
    for (int i = 0; i < count; i++) {
      values[i] = first + i * step;
    }
  }

  @Override
  void skip(ByteInput in, int count) {
    in.varint();
    in.u8();
    in.varint();
  }
}

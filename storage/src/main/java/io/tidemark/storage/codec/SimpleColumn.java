package io.tidemark.storage.codec;

/**
 * Integers that another codec makes of its values: {@code u8 codec}, data. Only codecs that hold no
 * column themselves, so nothing nests deeper than once.
 */
final class SimpleColumn {
  private static final LongCodec CONSTANT = new ConstantCodec();
  private static final LongCodec FRAME = new FrameOfReferenceCodec();
  private static final LongCodec DELTA = new DeltaCodec();

  private SimpleColumn() {}

  private static LongCodec pick(long[] values, int count, LongCodec.Scratch scratch) {
    if (CONSTANT.estimateBytes(values, count, scratch) != LongCodec.IMPOSSIBLE) {
      return CONSTANT;
    }
    return FRAME.estimateBytes(values, count, scratch)
            <= DELTA.estimateBytes(values, count, scratch)
        ? FRAME
        : DELTA;
  }

  static int estimateBytes(long[] values, int count, LongCodec.Scratch scratch) {
    LongCodec.Scratch inner = scratch.inner();
    if (CONSTANT.estimateBytes(values, count, inner) != LongCodec.IMPOSSIBLE) {
      return 1 + CONSTANT.estimateBytes(values, count, inner);
    }
    inner.encoding().limitBytes = scratch.encoding().limitBytes;
    int bytes =
        Math.min(
            FRAME.estimateBytes(values, count, inner), DELTA.estimateBytes(values, count, inner));
    inner.encoding().limitBytes = Integer.MAX_VALUE;
    return 1 + bytes;
  }

  static void encode(long[] values, int count, LongCodec.Scratch scratch, ByteOutput out) {
    LongCodec.Scratch inner = scratch.inner();
    LongCodec codec = pick(values, count, inner);
    out.u8(codec.id());
    codec.encode(values, count, inner, out);
  }

  static void decode(ByteInput in, int count, long[] values, LongCodec.Scratch scratch) {
    byId(in.u8()).decode(in, count, values, scratch.inner());
  }

  static void skip(ByteInput in, int count) {
    byId(in.u8()).skip(in, count);
  }

  private static LongCodec byId(int id) {
    return switch (id) {
      case 1 -> CONSTANT;
      case 3 -> FRAME;
      case 4 -> DELTA;
      default -> throw new IllegalArgumentException("codec cannot stand inside: codec=" + id);
    };
  }
}

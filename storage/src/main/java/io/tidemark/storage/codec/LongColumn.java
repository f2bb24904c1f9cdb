package io.tidemark.storage.codec;

import java.util.Set;

/**
 * A column of integers: {@code u8 codec}, data. Looks at the values, estimates the codecs that can
 * be good for them and takes the one that comes out smallest. Belongs to one thread.
 */
public final class LongColumn {
  /*
   * What is worth an estimate: a constant and a constant step are seen in one pass, and end the search. Differences of
   * differences and grids are for times, which the caller says. A dictionary is worth a look where the values are few,
   * or leave out part of their range.
   */
  private static final LongCodec RAW = new RawCodec();
  private static final LongCodec CONSTANT = new ConstantCodec();
  private static final LongCodec STEP = new ConstantStepCodec();
  private static final LongCodec FRAME = new FrameOfReferenceCodec();
  private static final LongCodec DELTA = new DeltaCodec();
  private static final LongCodec DELTA_OF_DELTA = new DeltaOfDeltaCodec();
  private static final LongCodec GRID = new GridCodec();
  private static final LongCodec RUNS = new RunLengthCodec();
  private static final LongCodec DICTIONARY = new DictionaryCodec();

  /* In order of decoding speed: of equals the first is taken. */
  private static final LongCodec[] OF_VALUES = {FRAME, RUNS, DELTA, DICTIONARY, RAW};
  private static final LongCodec[] OF_TIMES = {FRAME, DELTA, GRID, DELTA_OF_DELTA, RUNS, RAW};

  /* Those whose estimate ends with the plan of the residuals that they write. */
  private static final Set<LongCodec> PLANNED = Set.of(FRAME, DELTA, GRID, DELTA_OF_DELTA);

  private static final LongCodec[] BY_ID = {
    RAW, CONSTANT, STEP, FRAME, DELTA, DELTA_OF_DELTA, GRID, RUNS, DICTIONARY
  };

  final LongCodec.Scratch scratch = new LongCodec.Scratch();
  private int bestBytes;

  /** A column with its scratch space. */
  public LongColumn() {}

  /** Writes 1 to 1 024 values. */
  public void encode(long[] values, int count, ByteOutput out) {
    write(pick(values, count, OF_VALUES), values, count, out);
  }

  /** Writes 1 to 1 024 ascending values, such as times: tries grids as well. */
  public void encodeAscending(long[] values, int count, ByteOutput out) {
    write(pick(values, count, OF_TIMES), values, count, out);
  }

  private void write(LongCodec codec, long[] values, int count, ByteOutput out) {
    out.u8(codec.id());
    if (PLANNED.contains(codec)) {
      scratch.encoding().plan.set(scratch.encoding().best);
      scratch.encoding().isPlanned = true;
    }
    codec.encode(values, count, scratch, out);
  }

  /** Length of what {@link #encode} would write, near enough to choose by. */
  int estimateBytes(long[] values, int count) {
    pick(values, count, OF_VALUES);
    return 1 + bestBytes;
  }

  /**
   * Reads {@code count} values, at most 1 024, into an array of 1 024.
   *
   * @throws IllegalArgumentException for an unknown codec, a field out of its range or missing
   *     bytes
   */
  public void decode(ByteInput in, int count, long[] values) {
    byId(in.u8()).decode(in, count, values, scratch);
  }

  /** Goes over a column of {@code count} values; errors as {@link #decode}. */
  public static void skip(ByteInput in, int count) {
    byId(in.u8()).skip(in, count);
  }

  private static LongCodec byId(int id) {
    if (id >= BY_ID.length) {
      throw new IllegalArgumentException("unknown codec: codec=" + id);
    }
    return BY_ID[id];
  }

  private LongCodec pick(long[] values, int count, LongCodec[] candidates) {
    bestBytes = CONSTANT.estimateBytes(values, count, scratch);
    if (bestBytes <= 8 * count) {
      return CONSTANT;
    }
    bestBytes = STEP.estimateBytes(values, count, scratch);
    if (bestBytes <= 8 * count) {
      return STEP;
    }
    bestBytes = LongCodec.IMPOSSIBLE;
    LongCodec best = RAW;
    LongCodec.Encoding encoding = scratch.encoding();
    for (LongCodec codec : candidates) {
      encoding.limitBytes = bestBytes;
      int bytes = codec.estimateBytes(values, count, scratch);
      if (bytes < bestBytes) {
        best = codec;
        bestBytes = bytes;
        encoding.best.set(encoding.plan);
      }
    }
    encoding.limitBytes = Integer.MAX_VALUE;
    return best;
  }
}

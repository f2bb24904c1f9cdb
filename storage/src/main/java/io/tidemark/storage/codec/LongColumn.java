package io.tidemark.storage.codec;

import java.nio.ByteBuffer;

/**
 * A column of integers: {@code u8 codec, data}. Tries every codec and keeps the smallest; among
 * equals the one that decodes faster. Belongs to one thread.
 */
public final class LongColumn {
  /* In order of decoding speed: ties go to the first. */
  private static final LongCodec[] CANDIDATES = {
    new ConstantCodec(),
    new ConstantStepCodec(),
    new FrameOfReferenceCodec(),
    new RawCodec(),
    new DictionaryCodec(),
    new DeltaCodec(),
    new DeltaOfDeltaCodec()
  };

  private static final LongCodec[] BY_ID = new LongCodec[8];

  static {
    for (LongCodec codec : CANDIDATES) {
      BY_ID[codec.id()] = codec;
    }
  }

  private final LongCodec.Scratch scratch = new LongCodec.Scratch();

  /** A column with its scratch space. */
  public LongColumn() {}

  /** Exact length of what {@link #encode} would write. */
  public int estimateBytes(long[] values, int count) {
    return 1 + pick(values, count).estimateBytes(values, count, scratch);
  }

  /** Writes {@code count} values, at least one. */
  public void encode(long[] values, int count, ByteBuffer out) {
    LongCodec codec = pick(values, count);
    out.put(codec.id());
    codec.encode(values, count, out, scratch);
  }

  /**
   * Reads {@code count} values.
   *
   * @throws IllegalArgumentException for an unknown codec or a field out of its range
   * @throws java.nio.BufferUnderflowException if the bytes end early
   */
  public void decode(ByteBuffer in, int count, long[] values) {
    int id = in.get();
    if (id < 0 || id >= BY_ID.length || BY_ID[id] == null) {
      throw new IllegalArgumentException("unknown codec: codec=" + id);
    }
    BY_ID[id].decode(in, count, values, scratch);
  }

  private LongCodec pick(long[] values, int count) {
    LongCodec best = CANDIDATES[0];
    int bestBytes = LongCodec.IMPOSSIBLE;
    for (LongCodec codec : CANDIDATES) {
      int bytes = codec.estimateBytes(values, count, scratch);
      if (bytes < bestBytes) {
        best = codec;
        bestBytes = bytes;
        if (bytes <= 16) {
          break; // constant or constant step: nothing beats them by more than a few bytes a block
        }
      }
    }
    return best;
  }
}

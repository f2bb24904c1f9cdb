package io.tidemark.storage.codec;

import org.jspecify.annotations.Nullable;

/**
 * One way to write 1 to 1 024 integers. Stateless but for the scratch arrays handed in; the encoded
 * form is read back with the count known from elsewhere. What makes no sense throws {@link
 * IllegalArgumentException}.
 */
abstract sealed class LongCodec
    permits ConstantCodec,
        ConstantStepCodec,
        FrameOfReferenceCodec,
        DeltaCodec,
        DeltaOfDeltaCodec,
        GridCodec,
        RunLengthCodec,
        DictionaryCodec,
        RawCodec {
  /** Cannot encode these values, or surely not well. */
  static final int IMPOSSIBLE = Integer.MAX_VALUE;

  /** Stored number of the codec; never reused. */
  abstract int id();

  /** Encoded length in bytes, near enough to choose by, or {@link #IMPOSSIBLE}. */
  abstract int estimateBytes(long[] values, int count, Scratch scratch);

  /** Appends the values. */
  abstract void encode(long[] values, int count, Scratch scratch, ByteOutput out);

  /** Reads {@code count} values into an array of 1 024. */
  abstract void decode(ByteInput in, int count, long[] values, Scratch scratch);

  /** Goes over what {@link #decode} would read. */
  abstract void skip(ByteInput in, int count);

  /** Arrays that one thread's columns reuse. What a method leaves in them is of no use later. */
  static final class Scratch {
    static final int CAPACITY = 1024;

    /** Of the codec: what it makes of the values. */
    final long[] derived = new long[CAPACITY];

    /** Of the residuals: numbers of radix groups, high parts of exceptions and their rows. */
    final long[] numbers = new long[CAPACITY];

    final int[] rows = new int[CAPACITY];

    /** Of the packing. */
    final long[] words = new long[BitPacking.WORDS_MAX];

    private @Nullable Encoding encoding;
    private @Nullable Scratch inner;

    /** What only encoding needs. */
    Encoding encoding() {
      Encoding made = encoding;
      if (made == null) {
        made = new Encoding();
        encoding = made;
      }
      return made;
    }

    /** For the column that a codec holds. */
    Scratch inner() {
      Scratch made = inner;
      if (made == null) {
        made = new Scratch();
        inner = made;
      }
      return made;
    }
  }

  /** Arrays that only encoding needs. */
  static final class Encoding {
    final Residuals.Plan plan = new Residuals.Plan();

    /** That of the best codec so far, and whether {@link #plan} is it, of what is written next. */
    final Residuals.Plan best = new Residuals.Plan();

    boolean isPlanned;

    /** Of the residuals: distances from the base, and how many take how many bits. */
    final long[] scaled = new long[Scratch.CAPACITY];

    final int[] above = new int[2 * Residuals.WIDTHS];
    final int[] about = new int[2 * Residuals.WIDTHS];
    final Residuals.Multiples multiples = new Residuals.Multiples();

    /** Bytes of the shortest way that was found so far: nothing longer is of interest. */
    int limitBytes = Integer.MAX_VALUE;

    final long[] sample = new long[64];

    /** Of the dictionary: ranks or gaps, and a bitmap of the values with ranks of its words. */
    final long[] ranks = new long[Scratch.CAPACITY];

    final long[] presence = new long[DictionaryCodec.RANGE_MAX / 64];
    final int[] wordRanks = new int[DictionaryCodec.RANGE_MAX / 64];
    boolean isMarked;
    long min;
  }

  /** Writes the residuals of values. */
  static void encodeResiduals(long[] values, int count, Scratch scratch, ByteOutput out) {
    if (scratch.encoding().isPlanned) {
      scratch.encoding().isPlanned = false;
    } else {
      Residuals.plan(values, count, scratch.encoding());
    }
    Residuals.encode(values, count, scratch, out);
  }

  /** Bytes of the residuals of values. */
  static int estimateResiduals(long[] values, int count, Scratch scratch) {
    Residuals.plan(values, count, scratch.encoding());
    return scratch.encoding().plan.bytes;
  }
}

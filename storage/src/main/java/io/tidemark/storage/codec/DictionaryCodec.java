package io.tidemark.storage.codec;

import java.util.Arrays;

/**
 * The distinct values, ascending, and each row's rank among them: {@code varint size, zigzag
 * first}, {@link Residuals} of the distances between the distinct values, the simple column of the
 * ranks. Given up beyond {@link #SIZE_MAX} distinct values.
 *
 * <p>Serves two kinds of columns: few values in no order, and values that leave out most of their
 * range, as a converter's counts do once they are rounded to decimals. The latter's ranks are what
 * the converter counted, and differences of ranks are small where those of values are not.
 */
final class DictionaryCodec extends LongCodec {
  /* Most distinct values; more would cost what they save. */
  static final int SIZE_MAX = 512;

  /* Distinct values are marked in a bitmap where they lie within that range, else they are sorted. */
  static final int RANGE_MAX = 1 << 14;

  @Override
  int id() {
    return 8;
  }

  @Override
  int estimateBytes(long[] values, int count, Scratch scratch) {
    int size = collect(values, count, scratch);
    if (size > SIZE_MAX || 2 * size > count) {
      return IMPOSSIBLE;
    }
    long[] distinct = scratch.derived;
    int bytes = ByteOutput.varintLength(size) + ByteOutput.zigzagLength(distinct[0]);
    if (size > 1) {
      long[] gaps = scratch.encoding().ranks;
      gaps(distinct, size, gaps);
      bytes += estimateResiduals(gaps, size - 1, scratch);
    }
    ranks(values, count, size, scratch, scratch.encoding().ranks);
    return bytes + SimpleColumn.estimateBytes(scratch.encoding().ranks, count, scratch);
  }

  @Override
  void encode(long[] values, int count, Scratch scratch, ByteOutput out) {
    int size = collect(values, count, scratch);
    long[] distinct = scratch.derived;
    out.varint(size);
    out.zigzag(distinct[0]);
    if (size > 1) {
      gaps(distinct, size, scratch.encoding().ranks);
      encodeResiduals(scratch.encoding().ranks, size - 1, scratch, out);
    }
    ranks(values, count, size, scratch, scratch.encoding().ranks);
    SimpleColumn.encode(scratch.encoding().ranks, count, scratch, out);
  }

  @Override
  void decode(ByteInput in, int count, long[] values, Scratch scratch) {
    int size = in.count(SIZE_MAX, "dictionary");
    if (size == 0) {
      throw new IllegalArgumentException("dictionary: count=0");
    }
    long value = in.zigzag();
    long[] distinct = scratch.derived;
    if (size > 1) {
      Residuals.decode(in, size - 1, distinct, scratch);
    }
    for (int i = 0; i < size; i++) {
      long gap = distinct[i];
      distinct[i] = value;
      value += gap;
    }
    SimpleColumn.decode(in, count, values, scratch);
    for (int i = 0; i < count; i++) {
      long rank = values[i];
      if (rank < 0 || rank >= size) {
        throw new IllegalArgumentException("dictionary: rank=" + rank + ", size=" + size);
      }
      values[i] = distinct[(int) rank];
    }
  }

  @Override
  void skip(ByteInput in, int count) {
    int size = in.count(SIZE_MAX, "dictionary");
    in.varint();
    if (size > 1) {
      Residuals.skip(in, size - 1);
    }
    SimpleColumn.skip(in, count);
  }

  private static void gaps(long[] distinct, int size, long[] out) {
    for (int i = 1; i < size; i++) {
      out[i - 1] = distinct[i] - distinct[i - 1];
    }
  }

  /** Puts the distinct values in front of {@code derived}, ascending, and says how many. */
  private static int collect(long[] values, int count, Scratch scratch) {
    long[] out = scratch.derived;
    long min = Long.MAX_VALUE;
    long max = Long.MIN_VALUE;
    for (int i = 0; i < count; i++) {
      min = Math.min(min, values[i]);
      max = Math.max(max, values[i]);
    }
    long range = max - min;
    Encoding encoding = scratch.encoding();
    encoding.min = min;
    encoding.isMarked = range >= 0 && range < RANGE_MAX;
    if (encoding.isMarked) {
      return mark(values, count, (int) range, scratch);
    }
    return isScattered(values, count, encoding.sample) ? SIZE_MAX + 1 : sort(values, count, out);
  }

  /** Whether most of a sample of the values are distinct: then most of all are. */
  private static boolean isScattered(long[] values, int count, long[] sample) {
    int size = Math.min(sample.length, count);
    for (int i = 0; i < size; i++) {
      sample[i] = values[(int) ((long) i * count / size)];
    }
    Arrays.sort(sample, 0, size);
    int distinct = 1;
    for (int i = 1; i < size; i++) {
      distinct += sample[i] != sample[i - 1] ? 1 : 0;
    }
    return distinct > size - size / 8;
  }

  private static int mark(long[] values, int count, int range, Scratch scratch) {
    long[] presence = scratch.encoding().presence;
    int[] ranks = scratch.encoding().wordRanks;
    int words = (range >>> 6) + 1;
    Arrays.fill(presence, 0, words, 0);
    long min = scratch.encoding().min;
    for (int i = 0; i < count; i++) {
      int at = (int) (values[i] - min);
      presence[at >>> 6] |= 1L << at;
    }
    int size = 0;
    for (int word = 0; word < words; word++) {
      ranks[word] = size;
      for (long rest = presence[word]; rest != 0; rest &= rest - 1) {
        scratch.derived[size++] = min + 64L * word + Long.numberOfTrailingZeros(rest);
      }
    }
    return size;
  }

  private static int sort(long[] values, int count, long[] out) {
    System.arraycopy(values, 0, out, 0, count);
    Arrays.sort(out, 0, count);
    int size = 1;
    for (int i = 1; i < count; i++) {
      if (out[i] != out[size - 1]) {
        out[size++] = out[i];
      }
    }
    return size;
  }

  private static void ranks(long[] values, int count, int size, Scratch scratch, long[] out) {
    Encoding encoding = scratch.encoding();
    if (encoding.isMarked) {
      long[] presence = encoding.presence;
      int[] ranks = encoding.wordRanks;
      long min = encoding.min;
      for (int i = 0; i < count; i++) {
        int at = (int) (values[i] - min);
        out[i] = (long) ranks[at >>> 6] + Long.bitCount(presence[at >>> 6] & ((1L << at) - 1));
      }
    } else {
      for (int i = 0; i < count; i++) {
        out[i] = Arrays.binarySearch(scratch.derived, 0, size, values[i]);
      }
    }
  }
}

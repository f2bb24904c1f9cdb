package io.tidemark.storage.codec;

import java.util.Arrays;

/**
 * Stretches of equal values: {@code varint runs}, the simple column of their values, {@link
 * Residuals} of all lengths but the last, which is what remains.
 */
final class RunLengthCodec extends LongCodec {
  @Override
  int id() {
    return 7;
  }

  @Override
  int estimateBytes(long[] values, int count, Scratch scratch) {
    int runs = runs(values, count);
    if (4 * runs > count) {
      return IMPOSSIBLE;
    }
    long[] derived = scratch.derived;
    int bytes = ByteOutput.varintLength(runs);
    values(values, count, derived);
    bytes += SimpleColumn.estimateBytes(derived, runs, scratch);
    lengths(values, count, derived);
    return bytes + (runs < 2 ? 0 : estimateResiduals(derived, runs - 1, scratch));
  }

  private static int runs(long[] values, int count) {
    int runs = 1;
    for (int i = 1; i < count; i++) {
      runs += values[i] != values[i - 1] ? 1 : 0;
    }
    return runs;
  }

  private static void values(long[] values, int count, long[] out) {
    int run = 0;
    out[0] = values[0];
    for (int i = 1; i < count; i++) {
      if (values[i] != values[i - 1]) {
        out[++run] = values[i];
      }
    }
  }

  private static void lengths(long[] values, int count, long[] out) {
    int run = 0;
    int start = 0;
    for (int i = 1; i < count; i++) {
      if (values[i] != values[i - 1]) {
        out[run++] = (long) i - start;
        start = i;
      }
    }
  }

  @Override
  void encode(long[] values, int count, Scratch scratch, ByteOutput out) {
    int runs = runs(values, count);
    out.varint(runs);
    long[] derived = scratch.derived;
    values(values, count, derived);
    SimpleColumn.encode(derived, runs, scratch, out);
    if (runs > 1) {
      lengths(values, count, derived);
      encodeResiduals(derived, runs - 1, scratch, out);
    }
  }

  @Override
  void decode(ByteInput in, int count, long[] values, Scratch scratch) {
    int runs = in.count(count, "runs");
    if (runs == 0) {
      throw new IllegalArgumentException("runs: count=0");
    }
    // Values come to stand at the front, and are spread out from behind.
    SimpleColumn.decode(in, runs, values, scratch);
    long[] lengths = scratch.derived;
    if (runs > 1) {
      Residuals.decode(in, runs - 1, lengths, scratch);
    }
    long rows = 0;
    for (int i = 0; i < runs - 1; i++) {
      if (lengths[i] < 1 || lengths[i] > count) {
        throw new IllegalArgumentException("run: length=" + lengths[i] + ", max=" + count);
      }
      rows += lengths[i];
    }
    if (rows >= count) {
      throw new IllegalArgumentException("runs: rows=" + rows + ", count=" + count);
    }
    int end = count;
    for (int run = runs - 1; run >= 0; run--) {
      int start = run == 0 ? 0 : end - (run == runs - 1 ? count - (int) rows : (int) lengths[run]);
      Arrays.fill(values, start, end, values[run]);
      end = start;
    }
  }

  @Override
  void skip(ByteInput in, int count) {
    int runs = in.count(count, "runs");
    SimpleColumn.skip(in, runs);
    if (runs > 1) {
      Residuals.skip(in, runs - 1);
    }
  }
}

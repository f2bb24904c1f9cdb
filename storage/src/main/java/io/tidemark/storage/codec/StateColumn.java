package io.tidemark.storage.codec;

/**
 * Statuses and flags of a block's rows, which change together. A row is the integer {@code
 * rotateLeft(status, 16) << 8 | flags}, so that common codes are small. {@code u8 form}, then
 *
 * <pre>
 *   0 constant  varint state
 *   1 sparse    varint state of most rows, varint exceptions, u8 gaps to them (255: goes on),
 *               column of their states
 *   2 column    of all states
 * </pre>
 *
 * Belongs to one thread.
 */
public final class StateColumn {
  private static final int CONSTANT = 0;
  private static final int SPARSE = 1;
  private static final int COLUMN = 2;

  /* More than one in so many rows off the common state, and runs or widths do better. */
  private static final int SPARSE_PER_ROW = 16;

  private final LongColumn longs;
  private final long[] states = new long[LongCodec.Scratch.CAPACITY];
  private final long[] others = new long[LongCodec.Scratch.CAPACITY];
  private final int[] rows = new int[LongCodec.Scratch.CAPACITY];

  /** A column that shares the scratch space of another. */
  public StateColumn(LongColumn longs) {
    this.longs = longs;
  }

  private static long state(int status, byte flags) {
    return (Integer.rotateLeft(status, 16) & 0xFFFF_FFFFL) << 8 | (flags & 0xFF);
  }

  /** Writes 1 to 1 024 rows. */
  public void encode(int[] statuses, byte[] flags, int count, ByteOutput out) {
    long common = state(statuses[0], flags[0]);
    int off = 0;
    for (int i = 0; i < count; i++) {
      states[i] = state(statuses[i], flags[i]);
      off += states[i] != common ? 1 : 0;
    }
    if (off > count / 2) {
      common = states[count / 2];
    }
    int exceptions = 0;
    for (int i = 0; i < count; i++) {
      if (states[i] != common) {
        rows[exceptions] = i;
        others[exceptions++] = states[i];
      }
    }
    if (exceptions == 0) {
      out.u8(CONSTANT);
      out.varint(common);
    } else if (exceptions * SPARSE_PER_ROW < count) {
      int start = out.length();
      encodeSparse(common, exceptions, out);
      int sparse = out.length() - start;
      // Rows in stretches make a shorter list of runs.
      if (longs.estimateBytes(states, count) + 1 < sparse) {
        out.truncate(start);
        encodeColumn(count, out);
      }
    } else {
      encodeColumn(count, out);
    }
  }

  private void encodeColumn(int count, ByteOutput out) {
    out.u8(COLUMN);
    longs.encode(states, count, out);
  }

  private void encodeSparse(long common, int exceptions, ByteOutput out) {
    out.u8(SPARSE);
    out.varint(common);
    out.varint(exceptions);
    int last = -1;
    for (int i = 0; i < exceptions; i++) {
      out.gap(rows[i] - last - 1);
      last = rows[i];
    }
    longs.encode(others, exceptions, out);
  }

  /** Reads {@code count} rows; errors as {@link LongColumn#decode}. */
  public void decode(ByteInput in, int count, int[] statuses, byte[] flags) {
    int form = in.u8();
    switch (form) {
      case CONSTANT -> fill(in.varint(), count, statuses, flags);
      case SPARSE -> {
        fill(in.varint(), count, statuses, flags);
        int exceptions = in.count(count, "states");
        if (exceptions == 0) {
          throw new IllegalArgumentException("states: count=0");
        }
        int row = -1;
        for (int i = 0; i < exceptions; i++) {
          row += in.gap() + 1;
          if (row >= count) {
            throw new IllegalArgumentException("state row: row=" + row + ", count=" + count);
          }
          rows[i] = row;
        }
        longs.decode(in, exceptions, others);
        for (int i = 0; i < exceptions; i++) {
          set(others[i], rows[i], statuses, flags);
        }
      }
      case COLUMN -> {
        longs.decode(in, count, states);
        for (int i = 0; i < count; i++) {
          set(states[i], i, statuses, flags);
        }
      }
      default -> throw new IllegalArgumentException("state column: form=" + form);
    }
  }

  private static void fill(long state, int count, int[] statuses, byte[] flags) {
    check(state);
    java.util.Arrays.fill(statuses, 0, count, Integer.rotateRight((int) (state >>> 8), 16));
    java.util.Arrays.fill(flags, 0, count, (byte) state);
  }

  private static void set(long state, int row, int[] statuses, byte[] flags) {
    check(state);
    statuses[row] = Integer.rotateRight((int) (state >>> 8), 16);
    flags[row] = (byte) state;
  }

  private static void check(long state) {
    if (state >>> 40 != 0) {
      throw new IllegalArgumentException("state: bits=0x" + Long.toHexString(state));
    }
  }

  /** Goes over a column of {@code count} rows; errors as {@link LongColumn#decode}. */
  public static void skip(ByteInput in, int count) {
    int form = in.u8();
    switch (form) {
      case CONSTANT -> in.varint();
      case SPARSE -> {
        in.varint();
        int exceptions = in.count(count, "states");
        in.skipGaps(exceptions);
        LongColumn.skip(in, exceptions);
      }
      case COLUMN -> LongColumn.skip(in, count);
      default -> throw new IllegalArgumentException("state column: form=" + form);
    }
  }
}

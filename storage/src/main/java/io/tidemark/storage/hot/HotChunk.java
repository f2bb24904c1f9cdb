package io.tidemark.storage.hot;

import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleType;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Up to 1 024 rows of one tag and type in arrival order. Append-only: one writer, many readers.
 *
 * <p>A row is four longs side by side, half a cache line: time, value, write order, and status with
 * flags. A scan appends one row to each of a thousand chunks, so what counts is how many lines of
 * memory a row touches; readers, who go along a chunk, take them apart.
 */
final class HotChunk {
  private static final int ROW_LONGS = 4;
  private static final int VALUE = 1;
  private static final int ORDER = 2;
  private static final int STATUS = 3;

  private static final VarHandle COUNT;

  static {
    try {
      COUNT = MethodHandles.lookup().findVarHandle(HotChunk.class, "count", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /* Changed before the chunk is published only. */
  SampleType type;

  private final long[] rows;
  private final @Nullable String @Nullable [] texts;

  /* Written by the writer with release after the row, read with acquire: rows below it are complete. */
  @SuppressWarnings("unused")
  private int count;

  HotChunk(SampleType type, int capacity) {
    this.type = type;
    rows = new long[capacity * ROW_LONGS];
    texts = type == SampleType.STRING ? new String[capacity] : null;
  }

  /**
   * Empties the chunk for rows of a type, neither it nor the one before a text. Nobody reads it.
   */
  void begin(SampleType type) {
    this.type = type;
    COUNT.set(this, 0);
  }

  /** Rows that it has room for. */
  int capacity() {
    return rows.length / ROW_LONGS;
  }

  /** Bytes held without texts. */
  long bytes() {
    return 64 + 8L * rows.length;
  }

  int count() {
    return (int) COUNT.getAcquire(this);
  }

  boolean isFull() {
    return (int) COUNT.get(this) * ROW_LONGS == rows.length;
  }

  long time(int row) {
    return rows[row * ROW_LONGS];
  }

  long order(int row) {
    return rows[row * ROW_LONGS + ORDER];
  }

  void append(long time, long value, @Nullable String text, int status, byte flag, long order) {
    int row = (int) COUNT.get(this);
    int at = row * ROW_LONGS;
    rows[at] = time;
    rows[at + VALUE] = value;
    rows[at + ORDER] = order;
    rows[at + STATUS] = (long) flag << 32 | Integer.toUnsignedLong(status);
    if (texts != null) {
      texts[row] = text;
    }
    COUNT.setRelease(this, row + 1);
  }

  /** Rows with an order at or below the given one: orders ascend. */
  int visibleCount(long upToOrder) {
    int count = count();
    if (count == 0 || order(count - 1) <= upToOrder) {
      return count;
    }
    int low = 0;
    int high = count;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (order(middle) <= upToOrder) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** The first of some rows in order of time whose time is at or after one; {@code end} if none. */
  int rowAtOrAfter(int end, long timeNs) {
    int low = 0;
    int high = end;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (time(middle) < timeNs) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Appends a row to a block of the chunk's type. */
  void copyRow(int row, SampleBlock into) {
    copyRows(row, row + 1, into);
  }

  /** Appends rows to a block of the chunk's type that has room for them. */
  void copyRows(int from, int to, SampleBlock into) {
    int first = into.count();
    long[] times = into.sourceTimesNs();
    int[] statuses = into.statuses();
    byte[] flags = into.flags();
    long[] orders = into.orders();
    for (int row = from, at = from * ROW_LONGS, out = first; row < to; row++, out++) {
      times[out] = rows[at];
      orders[out] = rows[at + ORDER];
      statuses[out] = (int) rows[at + STATUS];
      flags[out] = (byte) (rows[at + STATUS] >>> 32);
      at += ROW_LONGS;
    }
    copyValues(from, to, first, into);
    into.count(first + to - from);
  }

  private void copyValues(int from, int to, int first, SampleBlock into) {
    int at = from * ROW_LONGS + VALUE;
    switch (type) {
      case FLOAT64, FLOAT32 -> {
        double[] values = into.doubles();
        for (int out = first, end = first + to - from; out < end; out++, at += ROW_LONGS) {
          values[out] = Double.longBitsToDouble(rows[at]);
        }
      }
      case INT64, INT32, BOOL, DIGITAL -> {
        long[] values = into.longs();
        for (int out = first, end = first + to - from; out < end; out++, at += ROW_LONGS) {
          values[out] = rows[at];
        }
      }
      case STRING -> {
        if (texts != null) {
          System.arraycopy(texts, from, into.texts(), first, to - from);
        }
      }
    }
  }
}

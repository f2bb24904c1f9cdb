package io.tidemark.storage.hot;

import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleType;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/** Up to 1 024 rows of one tag and type in arrival order. Append-only: one writer, many readers. */
final class HotChunk {
  /** Bytes of a row without text. */
  static final int ROW_BYTES = 29;

  private static final VarHandle COUNT;

  static {
    try {
      COUNT = MethodHandles.lookup().findVarHandle(HotChunk.class, "count", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final SampleType type;
  final long[] times;
  final long[] values;
  final int[] statuses;
  final byte[] flags;
  final long[] orders;
  final @Nullable String @Nullable [] texts;

  /* Written by the writer with release after the row, read with acquire: rows below it are complete. */
  @SuppressWarnings("unused")
  private int count;

  HotChunk(SampleType type, int capacity) {
    this.type = type;
    times = new long[capacity];
    values = new long[capacity];
    statuses = new int[capacity];
    flags = new byte[capacity];
    orders = new long[capacity];
    texts = type == SampleType.STRING ? new String[capacity] : null;
  }

  int capacity() {
    return times.length;
  }

  int count() {
    return (int) COUNT.getAcquire(this);
  }

  boolean isFull() {
    return (int) COUNT.get(this) == times.length;
  }

  void append(long time, long value, @Nullable String text, int status, byte flag, long order) {
    int row = (int) COUNT.get(this);
    times[row] = time;
    values[row] = value;
    if (texts != null) {
      texts[row] = text;
    }
    statuses[row] = status;
    flags[row] = flag;
    orders[row] = order;
    COUNT.setRelease(this, row + 1);
  }

  /** Rows with an order at or below the given one: orders ascend. */
  int visibleCount(long upToOrder) {
    int count = count();
    if (count == 0 || orders[count - 1] <= upToOrder) {
      return count;
    }
    int low = 0;
    int high = count;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (orders[middle] <= upToOrder) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Appends a row to a block of the chunk's type. */
  void copyRow(int row, SampleBlock into) {
    int to = into.count();
    into.sourceTimesNs()[to] = times[row];
    into.statuses()[to] = statuses[row];
    into.flags()[to] = flags[row];
    into.orders()[to] = orders[row];
    switch (type) {
      case FLOAT64, FLOAT32 -> into.doubles()[to] = Double.longBitsToDouble(values[row]);
      case INT64, INT32, BOOL, DIGITAL -> into.longs()[to] = values[row];
      case STRING -> into.texts()[to] = texts == null ? null : texts[row];
    }
    into.count(to + 1);
  }
}

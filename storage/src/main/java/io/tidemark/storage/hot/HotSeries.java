package io.tidemark.storage.hot;

import io.tidemark.model.SampleType;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The chunks of one tag in one table, oldest first. One writer, many readers. */
final class HotSeries {
  /* Replaced by the writer before a chunk is used; a reader takes the array once. */
  private volatile HotChunk[] chunks = new HotChunk[0];

  /* False from the first row that is earlier than one before it. Written before that row's count. */
  private volatile boolean timesAscend = true;

  private int rows;
  private long firstTimeNs = Long.MAX_VALUE;
  private long lastTimeNs = Long.MIN_VALUE;

  /**
   * Appends a row, into memory of the table's if it takes more; returns the bytes that it grew by.
   */
  long append(
      HotRows memory,
      SampleType type,
      long time,
      long value,
      @Nullable String text,
      int status,
      byte flag,
      long order) {
    HotChunk[] current = chunks;
    HotChunk last = current.length == 0 ? null : current[current.length - 1];
    long grown = text == null ? 0 : 40L + text.length();
    if (last == null || last.type != type || last.isFull()) {
      last = memory.take(type, current.length);
      HotChunk[] next = Arrays.copyOf(current, current.length + 1);
      next[current.length] = last;
      chunks = next;
      grown += last.bytes();
    }
    if (time < lastTimeNs) {
      timesAscend = false;
    } else {
      lastTimeNs = time;
    }
    firstTimeNs = Math.min(firstTimeNs, time);
    last.append(time, value, text, status, flag, order);
    rows++;
    return grown;
  }

  /** Rows so far. Writer only. */
  int rows() {
    return rows;
  }

  /** Smallest time. Only once frozen. */
  long firstTimeNs() {
    return firstTimeNs;
  }

  /** Greatest time. Only once frozen. */
  long lastTimeNs() {
    return lastTimeNs;
  }

  HotChunk[] chunks() {
    return chunks;
  }

  /** Read after the counts: if true, the rows counted ascend in time. */
  boolean timesAscend() {
    return timesAscend;
  }
}

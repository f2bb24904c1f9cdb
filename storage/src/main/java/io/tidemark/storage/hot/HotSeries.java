package io.tidemark.storage.hot;

import io.tidemark.model.SampleType;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The chunks of one tag in one table, oldest first. One writer, many readers. */
final class HotSeries {
  private static final int CHUNKS_MIN = 2;

  private static final HotChunk[] NONE = {};

  /* With room for more. Replaced by the writer before the number that says how many are used. */
  private volatile HotChunk[] chunks = NONE;
  private volatile int chunkCount;

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
    int used = chunkCount;
    HotChunk last = used == 0 ? null : current[used - 1];
    long grown = text == null ? 0 : 40L + text.length();
    if (last == null || last.type != type || last.isFull()) {
      last = memory.take(type, used);
      if (used == current.length) {
        current = Arrays.copyOf(current, Math.max(CHUNKS_MIN, 2 * used));
        chunks = current;
      }
      current[used] = last;
      chunkCount = used + 1;
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

  /** Those used so far, in an array of the caller's. */
  HotChunk[] chunks() {
    int used = chunkCount; // first: the array has at least as many
    return Arrays.copyOf(chunks, used);
  }

  /** Read after the counts: if true, the rows counted ascend in time. */
  boolean timesAscend() {
    return timesAscend;
  }
}

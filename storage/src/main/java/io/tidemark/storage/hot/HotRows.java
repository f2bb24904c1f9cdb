package io.tidemark.storage.hot;

import io.tidemark.model.SampleType;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Chunks of tables that nobody reads any more, to be filled again: the writer of a busy store makes
 * no garbage. It keeps as much as the greater of the last two tables had, so that what a burst took
 * is given back once the tables are small again.
 *
 * <p>Threads: {@link #take} is for the writer; {@link #giveBack} is for any and never waits.
 */
final class HotRows {
  /** Rows of the first chunks of a tag in a table; those after them are as large as the last. */
  private static final int[] SIZES = {16, 64, 256, 1024};

  /* A table of many tags is taken apart little by little: no sample waits for all of it. */
  private static final int SERIES_AT_ONCE = 64;

  private final List<ArrayDeque<HotChunk>> free =
      Stream.generate(ArrayDeque<HotChunk>::new).limit(SIZES.length).toList();

  /* Tables given back, the last one first. */
  private final AtomicReference<@Nullable HotTable> given = new AtomicReference<>();

  /* The one that is taken apart, and how many of its tags were. */
  private @Nullable HotTable opened;
  private int openedTags;

  private long openedBytes;
  private long limitBytes;
  private long freeBytes;

  /** An empty chunk for a tag that has so many already. */
  HotChunk take(SampleType type, int chunksBefore) {
    int size = Math.min(chunksBefore, SIZES.length - 1);
    if (type != SampleType.STRING) {
      HotChunk found = free.get(size).poll();
      if (found == null && refill()) {
        found = free.get(size).poll();
      }
      if (found != null) {
        freeBytes -= found.bytes();
        found.begin(type);
        return found;
      }
    }
    return new HotChunk(type, SIZES[size]);
  }

  /** Takes a table that nobody will read or write any more. */
  void giveBack(HotTable table) {
    HotTable last;
    do {
      last = given.get();
      table.givenBefore(last);
    } while (!given.compareAndSet(last, table));
  }

  /** Takes a part of what was given back; false if there is none. */
  private boolean refill() {
    HotTable from = opened;
    if (from == null) {
      from = given.getAndSet(null);
      if (from == null) {
        return false;
      }
      open(from);
    }
    int next = from.forEachChunk(openedTags, SERIES_AT_ONCE, this::keep);
    openedTags = next;
    if (next < 0) {
      HotTable before = from.givenBefore();
      opened = null;
      if (before != null) {
        open(before);
      }
    }
    return true;
  }

  private void open(HotTable table) {
    opened = table;
    openedTags = 0;
    limitBytes = Math.max(openedBytes, table.bytes());
    openedBytes = table.bytes();
    while (freeBytes > limitBytes && drop()) {
      // until what is left fits
    }
  }

  private boolean drop() {
    for (ArrayDeque<HotChunk> each : free) {
      HotChunk dropped = each.poll();
      if (dropped != null) {
        freeBytes -= dropped.bytes();
        return true;
      }
    }
    return false;
  }

  private void keep(HotChunk chunk) {
    if (chunk.type == SampleType.STRING || freeBytes + chunk.bytes() > limitBytes) {
      return;
    }
    for (int size = 0; size < SIZES.length; size++) {
      if (SIZES[size] == chunk.capacity()) {
        free.get(size).push(chunk);
        freeBytes += chunk.bytes();
      }
    }
  }

  /** Bytes that wait to be filled. Writer only. */
  long freeBytes() {
    return freeBytes;
  }
}

package io.tidemark.storage.hot;

import io.tidemark.catalog.TagTable;
import io.tidemark.model.Direction;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleFrame;
import io.tidemark.model.SampleType;
import io.tidemark.model.WriteOrder;
import io.tidemark.storage.scan.SampleRun;
import io.tidemark.storage.scan.ScanFilter;
import io.tidemark.storage.segment.FrameLog;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All samples between two seals, by tag, and the other records between them as they were journaled.
 * One writer until it is frozen by the store taking another; many readers.
 */
public final class HotTable {
  private static final int TAGS_MAX = TagTable.TAGS_MAX;

  /* A chunk's index and its last block, which is not full, are little beside so many. */
  private static final int DENSE_BLOCKS = 4;

  private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(HotSeries[].class);

  /*
   * Index is the tag id; grown by the writer, who publishes the new array before using it. Elements are set with
   * release and read with acquire: a reader that has the array meets a series that was made after it took the array.
   */
  private volatile @Nullable HotSeries[] series = new HotSeries[64];

  private final HotRows memory;

  /* One for the store while it shows the table, one for each snapshot that somebody reads. */
  private final AtomicInteger uses = new AtomicInteger(1);

  /* Of who takes apart what was given back: the one given before this. */
  private @Nullable HotTable givenBefore;

  private final FrameLog frames = new FrameLog();
  private final List<byte[]> records = new ArrayList<>();
  private long bytes;
  private long rows;

  /** An empty table, used once: by its maker. */
  public HotTable() {
    this(new HotRows());
  }

  HotTable(HotRows memory) {
    this.memory = memory;
  }

  /** An empty table of the same writer, which fills the memory of those before it again. */
  public HotTable successor() {
    return new HotTable(memory);
  }

  /** Uses the table once more; false if nobody used it any more: then its rows are gone. */
  public boolean retain() {
    for (int now = uses.get(); now > 0; now = uses.get()) {
      if (uses.compareAndSet(now, now + 1)) {
        return true;
      }
    }
    return false;
  }

  /** Ends one use. The last one gives the rows back, for another table's. */
  public void release() {
    if (uses.decrementAndGet() == 0) {
      memory.giveBack(this);
    }
  }

  void givenBefore(@Nullable HotTable table) {
    givenBefore = table;
  }

  @Nullable HotTable givenBefore() {
    return givenBefore;
  }

  /**
   * Hands out the chunks of some tags.
   *
   * @param fromTag tag id to begin with
   * @param count how many ids
   * @return the id to go on with; negative if there is none
   */
  int forEachChunk(int fromTag, int count, Consumer<HotChunk> action) {
    @Nullable HotSeries[] all = series;
    int end = Math.min(fromTag + count, all.length);
    for (int id = fromTag; id < end; id++) {
      HotSeries each = all[id];
      if (each != null) {
        for (HotChunk chunk : each.chunks()) {
          action.accept(chunk);
        }
      }
    }
    return end < all.length ? end : -1;
  }

  /** Adds the samples of a journaled frame whose rows are open. Writer only. */
  public void append(SampleFrame frame) {
    if (frame.rowCount() == 0) {
      return;
    }
    int kept = 0;
    int period = period(frame);
    boolean hasRejected = frame.hasRejected();
    // Tag by tag, so that what belongs to a tag is fetched from memory once for all its rows.
    for (int first = 0; first < period; first++) {
      kept += append(frame, first, period, hasRejected);
    }
    if (kept > 0) {
      frames.add(frame.journalSequence(), frame.transactionTimeMicros(), frame.producerId());
      bytes += 24;
    }
    rows += kept;
  }

  /** After how many rows the tags of a frame come again in the same order; its rows if never. */
  private static int period(SampleFrame frame) {
    int count = frame.rowCount();
    int first = frame.tagId(0);
    int period = 1;
    while (period < count && frame.tagId(period) != first) {
      period++;
    }
    for (int row = period; row < count; row++) {
      if (frame.tagId(row) != frame.tagId(row - period)) {
        return count;
      }
    }
    return period;
  }

  /** Adds every so many-th row of a frame, all of one tag; returns how many. */
  private int append(SampleFrame frame, int first, int period, boolean hasRejected) {
    HotSeries into = seriesFor(frame.tagId(first));
    long order = WriteOrder.of(frame.journalSequence(), 0);
    int kept = 0;
    for (int row = first; row < frame.rowCount(); row += period) {
      if (hasRejected && frame.isRejected(row)) {
        continue;
      }
      SampleType type = SampleType.ofCode(frame.typeCode(row));
      String text = type == SampleType.STRING ? frame.text(row) : null;
      bytes +=
          into.append(
              memory,
              type,
              frame.timeNs(row),
              frame.valueBits(row),
              text,
              frame.status(row),
              frame.flags(row),
              order + row);
      kept++;
    }
    return kept;
  }

  /** Keeps a record that is not samples until the next seal. Writer only. */
  public void appendRecord(byte[] frameBytes) {
    records.add(frameBytes);
    bytes += frameBytes.length;
  }

  private HotSeries seriesFor(int tagId) {
    @Nullable HotSeries[] current = series;
    if (tagId < 0 || tagId >= TAGS_MAX) {
      throw new HistorianException(
          ErrorCode.CORRUPT, "tag id out of range: tagId=" + tagId + ", tagsMax=" + TAGS_MAX);
    }
    if (tagId >= current.length) {
      current = Arrays.copyOf(current, Math.max(tagId + 1, current.length * 2));
      series = current;
    }
    HotSeries found = current[tagId];
    if (found == null) {
      found = new HotSeries();
      ELEMENT.setRelease(current, tagId, found);
      bytes += 64;
    }
    return found;
  }

  /** Bytes held, near enough. Writer, or anyone once frozen. */
  public long bytes() {
    return bytes;
  }

  /** Samples held. */
  public long rows() {
    return rows;
  }

  /** Whether nothing was added. */
  public boolean isEmpty() {
    return rows == 0 && records.isEmpty();
  }

  /** Frames whose samples are here. Only once frozen. */
  public FrameLog frames() {
    return frames;
  }

  /** Records that are not samples, in journal order. Only once frozen. */
  public List<byte[]> records() {
    return records;
  }

  /** Whether most of the samples would fill several blocks. Writer only; looks at every tag. */
  public boolean isDense() {
    long dense = 0;
    for (HotSeries each : series) {
      if (each != null && each.rows() >= DENSE_BLOCKS * SampleBlock.CAPACITY) {
        dense += each.rows();
      }
    }
    return 2 * dense >= rows;
  }

  /** Ids of the tags that have samples here, ascending. */
  public int[] tagIds() {
    @Nullable HotSeries[] current = series;
    int[] ids = new int[current.length];
    int count = 0;
    for (int id = 0; id < current.length; id++) {
      if (current[id] != null) {
        ids[count++] = id;
      }
    }
    return Arrays.copyOf(ids, count);
  }

  /** Smallest time of a tag that has samples here. Only once frozen. */
  public long firstTimeNs(int tagId) {
    return Objects.requireNonNull(series[tagId]).firstTimeNs();
  }

  /** Greatest time of a tag that has samples here. Only once frozen. */
  public long lastTimeNs(int tagId) {
    return Objects.requireNonNull(series[tagId]).lastTimeNs();
  }

  /**
   * Copies the tag's newest row before a time, the last written one of its time, into the block.
   *
   * @return 1; 0 if there is none; -1 if it takes a scan to tell, since rows came out of order
   */
  public int newest(int tagId, long endNs, long upToOrder, SampleBlock into) {
    @Nullable HotSeries[] current = series;
    HotSeries found =
        tagId < current.length ? (HotSeries) ELEMENT.getAcquire(current, tagId) : null;
    if (found == null) {
      return 0;
    }
    HotChunk[] chunks = found.chunks();
    int[] counts = new int[chunks.length];
    for (int i = chunks.length - 1; i >= 0; i--) {
      counts[i] = chunks[i].visibleCount(upToOrder);
    }
    if (!found.timesAscend()) {
      return -1;
    }
    for (int i = chunks.length - 1; i >= 0; i--) {
      int row = chunks[i].rowAtOrAfter(counts[i], endNs) - 1;
      if (row >= 0) {
        into.reset(chunks[i].type);
        chunks[i].copyRow(row, into);
        return 1;
      }
    }
    return 0;
  }

  /** The tag's rows that the filter shows, or null if there are none. */
  public @Nullable SampleRun run(int tagId, ScanFilter filter) {
    @Nullable HotSeries[] current = series;
    HotSeries found =
        tagId < current.length ? (HotSeries) ELEMENT.getAcquire(current, tagId) : null;
    if (found == null) {
      return null;
    }
    HotChunk[] chunks = found.chunks();
    int[] counts = new int[chunks.length];
    int total = 0;
    for (int i = 0; i < chunks.length; i++) {
      counts[i] = chunks[i].visibleCount(filter.upToOrder());
      total += counts[i];
    }
    if (total == 0) {
      return null;
    }
    return found.timesAscend()
        ? new AscendingHotRun(chunks, counts, filter, filter.direction() == Direction.FORWARD)
        : SortedHotRun.of(chunks, counts, total, filter);
  }
}

package io.tidemark.storage.segment;

import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleCondition;
import io.tidemark.model.SampleStatistics;
import io.tidemark.model.SampleStatistics.Count;
import io.tidemark.model.SampleType;
import io.tidemark.storage.codec.ByteInput;
import io.tidemark.storage.codec.ByteOutput;
import io.tidemark.storage.codec.LongColumn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Where a tag's blocks lie in a segment, and what they say about themselves: statistics of each
 * block, and of 32 nodes at a time above them up to one for the whole chunk. In time order;
 * neighbours may share their border time. Immutable once finished or read; then shared.
 *
 * <p>Bytes: {@code docs/format/segment.md}.
 */
public final class ChunkIndex {
  /** Nodes that one node of the next level stands for. */
  public static final int FAN_OUT = 32;

  private static final int EQUAL_TIMES = 1;
  private static final int SHARED_BORDER = 2;

  private final int tagId;
  private final SampleType type;
  private final List<NodeColumns> levels = new ArrayList<>();
  private int blockCount;
  private long[] offsets;
  private int[] lengths;
  private int[] crcs;
  private byte[] flags;
  private long[] firstOrders;
  private long[] lastOrders;
  private long firstOrder = Long.MAX_VALUE;
  private long lastOrder = Long.MIN_VALUE;
  private long rows;
  private boolean hasEqualTimes;
  private boolean hasSharedBorders;
  private boolean hasStatistics;
  private int statisticsLength;
  private int statisticsCrc;

  /** An index that blocks are added to. */
  ChunkIndex(int tagId, SampleType type) {
    this(tagId, type, 16);
    levels.add(new NodeColumns(type, 16));
  }

  private ChunkIndex(int tagId, SampleType type, int capacity) {
    this.tagId = tagId;
    this.type = type;
    offsets = new long[capacity];
    lengths = new int[capacity];
    crcs = new int[capacity];
    flags = new byte[capacity];
    firstOrders = new long[capacity];
    lastOrders = new long[capacity];
  }

  /**
   * One block's place.
   *
   * @param offset in the file
   * @param length in bytes
   * @param crc CRC-32C of its bytes
   * @param hasEqualTimes whether neighbouring rows share a time
   */
  public record Block(
      long offset,
      int length,
      int crc,
      int rows,
      boolean hasEqualTimes,
      long firstTimeNs,
      long lastTimeNs,
      long firstOrder,
      long lastOrder) {}

  /** Adds the next block. */
  void add(long offset, int length, int crc, SampleBlock block, SampleStatistics statistics) {
    int at = blockCount;
    if (at == offsets.length) {
      int capacity = 2 * at;
      offsets = Arrays.copyOf(offsets, capacity);
      lengths = Arrays.copyOf(lengths, capacity);
      crcs = Arrays.copyOf(crcs, capacity);
      flags = Arrays.copyOf(flags, capacity);
      firstOrders = Arrays.copyOf(firstOrders, capacity);
      lastOrders = Arrays.copyOf(lastOrders, capacity);
    }
    offsets[at] = offset;
    lengths[at] = length;
    crcs[at] = crc;
    long[] times = block.sourceTimesNs();
    long[] orders = block.orders();
    long first = orders[0];
    long last = orders[0];
    boolean equalTimes = false;
    for (int i = 1; i < block.count(); i++) {
      equalTimes |= times[i] == times[i - 1];
      first = Math.min(first, orders[i]);
      last = Math.max(last, orders[i]);
    }
    firstOrders[at] = first;
    lastOrders[at] = last;
    flags[at] = (byte) (equalTimes ? EQUAL_TIMES : 0);
    statistics.of(block);
    if (at > 0 && statistics.get(Count.FIRST_TIME) == lastTimeNs(at - 1)) {
      flags[at - 1] |= SHARED_BORDER;
      flags[at] |= SHARED_BORDER;
    }
    levels.getFirst().add(statistics);
    blockCount = at + 1;
    note(at);
  }

  /** Takes a block into what is true of the whole chunk. */
  private void note(int block) {
    firstOrder = Math.min(firstOrder, firstOrders[block]);
    lastOrder = Math.max(lastOrder, lastOrders[block]);
    rows += rows(block);
    hasEqualTimes |= (flags[block] & EQUAL_TIMES) != 0;
    hasSharedBorders |= (flags[block] & SHARED_BORDER) != 0;
  }

  /**
   * Adds the levels above the blocks. No block comes after it.
   *
   * @param spared whether a chunk of a single block has no statistics
   */
  void finish(boolean spared) {
    hasStatistics = blockCount > 1 || !spared;
    addLevels();
  }

  private void addLevels() {
    SampleStatistics node = new SampleStatistics();
    SampleStatistics child = new SampleStatistics();
    for (NodeColumns below = levels.getLast(); below.size() > 1; below = levels.getLast()) {
      NodeColumns level = new NodeColumns(type, (below.size() + FAN_OUT - 1) / FAN_OUT);
      for (int from = 0; from < below.size(); from += FAN_OUT) {
        below.load(from, node);
        for (int i = from + 1; i < Math.min(from + FAN_OUT, below.size()); i++) {
          below.load(i, child);
          node.join(child);
        }
        level.add(node);
      }
      levels.add(level);
    }
  }

  /** The tag. */
  public int tagId() {
    return tagId;
  }

  /** Type of all rows. */
  public SampleType type() {
    return type;
  }

  /** How many blocks. */
  public int blockCount() {
    return blockCount;
  }

  /** All rows. */
  public long rows() {
    return rows;
  }

  /** A block, by its index in the chunk. */
  public Block block(int index) {
    return new Block(
        offsets[index],
        lengths[index],
        crcs[index],
        rows(index),
        hasEqualTimes(index),
        firstTimeNs(index),
        lastTimeNs(index),
        firstOrders[index],
        lastOrders[index]);
  }

  /** Where a block begins in the file. */
  long offset(int block) {
    return offsets[block];
  }

  /** Length of a block in bytes. */
  int length(int block) {
    return lengths[block];
  }

  /** CRC-32C of a block's bytes. */
  int crc(int block) {
    return crcs[block];
  }

  /** Rows of a block. */
  public int rows(int block) {
    return (int) levels.getFirst().get(Count.ROWS, block);
  }

  /** Source time of a block's first row. */
  public long firstTimeNs(int block) {
    return levels.getFirst().get(Count.FIRST_TIME, block);
  }

  /** Source time of a block's last row. */
  public long lastTimeNs(int block) {
    return levels.getFirst().get(Count.LAST_TIME, block);
  }

  /** Smallest write order in a block. */
  public long firstOrder(int block) {
    return firstOrders[block];
  }

  /** Greatest write order in a block. */
  public long lastOrder(int block) {
    return lastOrders[block];
  }

  /** Whether neighbouring rows of a block share a time. */
  public boolean hasEqualTimes(int block) {
    return (flags[block] & EQUAL_TIMES) != 0;
  }

  /** Source time of the first row. */
  public long firstTimeNs() {
    return firstTimeNs(0);
  }

  /** Source time of the last row. */
  public long lastTimeNs() {
    return lastTimeNs(blockCount - 1);
  }

  /** Smallest write order of any row. */
  public long firstOrder() {
    return firstOrder;
  }

  /** Greatest write order of any row. */
  public long lastOrder() {
    return lastOrder;
  }

  /** Whether a block begins at the time at which the one before it ends. */
  boolean hasSharedBorders() {
    return hasSharedBorders;
  }

  /** Whether more is known than where the blocks lie. */
  public boolean hasStatistics() {
    return hasStatistics;
  }

  /** Levels of the hierarchy: 0 are the blocks, the last one is a single node. */
  public int levelCount() {
    return levels.size();
  }

  /** Nodes of a level. */
  public int nodeCount(int level) {
    return levels.get(level).size();
  }

  /** First block that a node stands for. */
  public static int firstBlock(int level, int node) {
    return node << (5 * level);
  }

  /** Time of a node's first sample. */
  public long nodeFirstTimeNs(int level, int node) {
    return levels.get(level).get(Count.FIRST_TIME, node);
  }

  /** Time of a node's last sample. */
  public long nodeLastTimeNs(int level, int node) {
    return levels.get(level).get(Count.LAST_TIME, node);
  }

  /** Longest time between two samples of a node. */
  public long nodeLongestGapNs(int level, int node) {
    return levels.get(level).get(Count.LONGEST_GAP_NS, node);
  }

  /**
   * Whether a node's statistics can stand for its samples, given which of the samples of one time
   * counts.
   *
   * @param lastCounts whether it is the one written last, as the statistics have it
   */
  public boolean isWhole(int level, int node, boolean lastCounts) {
    if (!hasStatistics) {
      return false;
    }
    boolean equal = hasEqualTimes && !lastCounts;
    if (!equal && !hasSharedBorders) {
      return true;
    }
    int bad = SHARED_BORDER | (lastCounts ? 0 : EQUAL_TIMES);
    int end = Math.min(firstBlock(level, node + 1), blockCount);
    for (int block = firstBlock(level, node); block < end; block++) {
      if ((flags[block] & bad) != 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether a sample of the condition may be among a node's, which all count: see {@link #isWhole}.
   */
  boolean mayHold(int level, int node, SampleCondition condition) {
    return !hasStatistics || levels.get(level).mayHold(node, condition);
  }

  /** Copies a node's statistics. */
  public void statistics(int level, int node, SampleStatistics into) {
    levels.get(level).load(node, into);
  }

  /**
   * Index of the first block whose last row is at or after the time; {@link #blockCount} if none.
   */
  public int firstEndingAtOrAfter(long timeNs) {
    int low = 0;
    int high = blockCount;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (lastTimeNs(middle) < timeNs) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Index of the last block whose first row is before the time; -1 if none. */
  int lastStartingBefore(long timeNs) {
    int low = 0;
    int high = blockCount;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (firstTimeNs(middle) < timeNs) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }

  /** The two parts of an encoded index. */
  record Encoded(ByteOutput places, ByteOutput statistics) {}

  /** Writes where the blocks lie, and apart from it, what they say about themselves. */
  Encoded encode() {
    ByteOutput statistics = new ByteOutput(1024);
    ByteOutput places = new ByteOutput(1024);
    try (NodeColumns.Codecs codecs = NodeColumns.Codecs.take()) {
      // Few blocks are joined faster than read.
      int top = !hasStatistics ? -1 : blockCount > FAN_OUT ? levels.size() - 1 : 0;
      for (int level = top; level >= 0; level--) {
        levels.get(level).encode(codecs, statistics);
      }
      CRC32C crc = new CRC32C();
      crc.update(statistics.array(), 0, statistics.length());
      places.i32((int) crc.getValue());
      places.varint(statistics.length());
      encodePlaces(codecs, places);
    }
    return new Encoded(places, statistics);
  }

  private void encodePlaces(NodeColumns.Codecs codecs, ByteOutput out) {
    LongColumn longs = codecs.longs;
    long[] column = codecs.column;
    for (int from = 0; from < blockCount; from += NodeColumns.GROUP) {
      int count = Math.min(NodeColumns.GROUP, blockCount - from);
      for (int i = 0; i < count; i++) {
        column[i] = lengths[from + i];
      }
      longs.encode(column, count, out);
      for (int i = 0; i < count; i++) {
        column[i] = crcs[from + i];
      }
      longs.encode(column, count, out);
      for (int i = 0; i < count; i++) {
        column[i] = flags[from + i];
      }
      longs.encode(column, count, out);
      for (int i = 0; i < count; i++) {
        column[i] = rows(from + i);
      }
      longs.encode(column, count, out);
      for (int i = 0; i < count; i++) {
        column[i] = firstTimeNs(from + i) - firstTimeNs();
      }
      longs.encodeAscending(column, count, out);
      for (int i = 0; i < count; i++) {
        column[i] = lastTimeNs(from + i) - firstTimeNs(from + i);
      }
      longs.encode(column, count, out);
      for (int i = 0; i < count; i++) {
        column[i] = firstOrders[from + i] - firstOrder;
      }
      longs.encodeAscending(column, count, out);
      for (int i = 0; i < count; i++) {
        column[i] = lastOrders[from + i] - firstOrders[from + i];
      }
      longs.encode(column, count, out);
    }
  }

  /**
   * Reads where the blocks lie; the CRC was checked, and the directory says the rest.
   *
   * @param blocksEnd where the area of the blocks ends
   * @throws IllegalArgumentException if it makes no sense
   */
  static ChunkIndex decode(ByteInput in, SegmentDirectory.Entry entry, long blocksEnd) {
    ChunkIndex chunk = new ChunkIndex(entry.tagId(), entry.type(), entry.blocks());
    chunk.statisticsCrc = in.i32();
    chunk.statisticsLength = in.count(Integer.MAX_VALUE, "statistics");
    try (NodeColumns.Codecs codecs = NodeColumns.Codecs.take()) {
      chunk.decodePlaces(in, entry, blocksEnd, codecs);
    }
    chunk.blockCount = entry.blocks();
    long before = Long.MIN_VALUE;
    for (int block = 0; block < chunk.blockCount; block++) {
      int rows = chunk.rows(block);
      long first = chunk.firstTimeNs(block);
      long last = chunk.lastTimeNs(block);
      check(rows > 0 && rows <= SampleBlock.CAPACITY, "rows", rows);
      check(first >= before && last >= first, "firstTimeNs", first);
      check(
          chunk.firstOrders[block] > 0 && chunk.firstOrders[block] <= chunk.lastOrders[block],
          "orders",
          chunk.firstOrders[block]);
      before = last;
      chunk.note(block);
    }
    check(in.remaining() == 0, "bytes behind the index", in.remaining());
    check(chunk.rows == entry.rows(), "rows", chunk.rows);
    check(chunk.firstTimeNs() == entry.firstTimeNs(), "firstTimeNs", chunk.firstTimeNs());
    check(chunk.lastTimeNs() == entry.lastTimeNs(), "lastTimeNs", chunk.lastTimeNs());
    check(chunk.firstOrder == entry.firstOrder(), "firstOrder", chunk.firstOrder);
    check(chunk.lastOrder == entry.lastOrder(), "lastOrder", chunk.lastOrder);
    return chunk;
  }

  private void decodePlaces(
      ByteInput in, SegmentDirectory.Entry entry, long blocksEnd, NodeColumns.Codecs codecs) {
    NodeColumns nodes = NodeColumns.ofPlaces(type, entry.blocks());
    levels.add(nodes);
    LongColumn longs = codecs.longs;
    long[] column = codecs.column;
    long[] times = new long[NodeColumns.GROUP];
    long offset = entry.blocksOffset();
    for (int from = 0; from < entry.blocks(); from += NodeColumns.GROUP) {
      int count = Math.min(NodeColumns.GROUP, entry.blocks() - from);
      longs.decode(in, count, column);
      for (int i = 0; i < count; i++) {
        check(column[i] > 0 && column[i] <= blocksEnd - offset, "block length", column[i]);
        offsets[from + i] = offset;
        lengths[from + i] = (int) column[i];
        offset += column[i];
      }
      longs.decode(in, count, column);
      for (int i = 0; i < count; i++) {
        crcs[from + i] = (int) column[i];
      }
      longs.decode(in, count, column);
      for (int i = 0; i < count; i++) {
        check((column[i] & ~(EQUAL_TIMES | SHARED_BORDER)) == 0, "block flags", column[i]);
        flags[from + i] = (byte) column[i];
      }
      long[] rowsOf = new long[count];
      longs.decode(in, count, column);
      System.arraycopy(column, 0, rowsOf, 0, count);
      longs.decode(in, count, times);
      longs.decode(in, count, column);
      for (int i = 0; i < count; i++) {
        long first = entry.firstTimeNs() + times[i];
        nodes.place(from + i, rowsOf[i], first, first + column[i]);
      }
      longs.decode(in, count, column);
      for (int i = 0; i < count; i++) {
        firstOrders[from + i] = entry.firstOrder() + column[i];
      }
      longs.decode(in, count, column);
      for (int i = 0; i < count; i++) {
        lastOrders[from + i] = firstOrders[from + i] + column[i];
      }
    }
  }

  /** Length of the statistics in the file, which lie behind the places. */
  int statisticsLength() {
    return statisticsLength;
  }

  /** CRC-32C of the statistics. */
  int statisticsCrc() {
    return statisticsCrc;
  }

  /**
   * Reads statistics whose CRC was checked.
   *
   * @throws IllegalArgumentException if they make no sense; then there are none
   */
  void decodeStatistics(ByteInput in) {
    List<NodeColumns> read = new ArrayList<>(List.of(levels.getFirst()));
    while (blockCount > FAN_OUT && read.getLast().size() > 1) {
      read.add(read.getLast().placesAbove(type));
    }
    try (NodeColumns.Codecs codecs = NodeColumns.Codecs.take()) {
      for (NodeColumns level : read.reversed()) {
        level.decode(in, codecs);
        level.check();
      }
    }
    check(in.remaining() == 0, "bytes behind the statistics", in.remaining());
    levels.clear();
    levels.addAll(read);
    addLevels();
    hasStatistics = true;
  }

  private static void check(boolean holds, String field, long value) {
    if (!holds) {
      throw new IllegalArgumentException(field + "=" + value);
    }
  }
}

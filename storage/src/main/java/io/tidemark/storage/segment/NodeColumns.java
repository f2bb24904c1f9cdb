package io.tidemark.storage.segment;

import io.tidemark.model.Quality;
import io.tidemark.model.SampleCondition;
import io.tidemark.model.SampleStatistics;
import io.tidemark.model.SampleStatistics.Count;
import io.tidemark.model.SampleStatistics.Real;
import io.tidemark.model.SampleType;
import io.tidemark.storage.codec.ByteInput;
import io.tidemark.storage.codec.ByteOutput;
import io.tidemark.storage.codec.DoubleColumn;
import io.tidemark.storage.codec.LongColumn;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * {@link SampleStatistics} of the nodes of one level, column by column: a field changes little from
 * a node to the next, so the codecs of samples make it small. Grows at the end; once read it is
 * only looked at. Bytes: {@code docs/format/segment.md}.
 */
final class NodeColumns {
  /* Nodes of one column. */
  static final int GROUP = 1024;

  private static final Count[] COUNTS = Count.values();
  private static final Real[] REALS = Real.values();

  private final boolean hasStates;
  private final long[][] counts = new long[COUNTS.length][];
  private final boolean[] hasReal = new boolean[REALS.length];
  private final double[][] reals = new double[REALS.length][];

  /* States of node i are at stateAt[i] to stateAt[i + 1] (exclusive); an empty range may mean too many. */
  private int[] stateAt;
  private boolean[] tooManyStates;
  private long[] states = new long[0];
  private long[] stateRows = new long[0];
  private long[] stateNs = new long[0];
  private int size;

  /**
   * Columns of one thread, with their arrays. Reading an index is too frequent to make them anew:
   * they are kept for the next one.
   */
  static final class Codecs implements AutoCloseable {
    private static final ConcurrentLinkedQueue<Codecs> IDLE = new ConcurrentLinkedQueue<>();

    final LongColumn longs = new LongColumn();
    final DoubleColumn doubles = new DoubleColumn(longs);
    final long[] column = new long[GROUP];
    final double[] realColumn = new double[GROUP];

    private Codecs() {}

    static Codecs take() {
      Codecs idle = IDLE.poll();
      return idle == null ? new Codecs() : idle;
    }

    @Override
    public void close() {
      IDLE.add(this);
    }
  }

  NodeColumns(SampleType type, int capacity) {
    hasStates = type == SampleType.DIGITAL || type == SampleType.BOOL;
    for (int i = 0; i < counts.length; i++) {
      counts[i] = new long[capacity];
    }
    for (int i = 0; i < reals.length; i++) {
      hasReal[i] =
          type.isNumeric()
              || (type == SampleType.DIGITAL && (REALS[i] == Real.FIRST || REALS[i] == Real.LAST));
      reals[i] = new double[hasReal[i] ? capacity : 0];
    }
    stateAt = new int[hasStates ? capacity + 1 : 0];
    tooManyStates = new boolean[hasStates ? capacity : 0];
  }

  int size() {
    return size;
  }

  long get(Count field, int node) {
    return counts[field.ordinal()][node];
  }

  private double get(Real field, int node) {
    return reals[field.ordinal()][node];
  }

  /** Whether a sample of the condition may be among those of a node. */
  boolean mayHold(int node, SampleCondition condition) {
    // A Good sample without a value is counted with the Bad ones.
    long good = get(Count.GOOD, node);
    long uncertain = get(Count.UNCERTAIN, node);
    long bad = get(Count.BAD, node);
    Set<Quality> qualities = condition.qualities();
    boolean hasClass =
        (good + bad > 0 && qualities.contains(Quality.GOOD))
            || (uncertain > 0 && qualities.contains(Quality.UNCERTAIN))
            || (bad > 0 && qualities.contains(Quality.BAD));
    if (!hasClass || !condition.hasBounds()) {
      return hasClass;
    }
    if (uncertain > 0) {
      return true; // they have values too
    }
    long usable = get(Count.USABLE, node);
    if (hasStates) {
      return usable > 0 && mayHoldState(node, condition.lowest(), condition.highest());
    }
    return good > usable // some are infinite or NaN
        || !hasReal[Real.MINIMUM.ordinal()]
        || (usable > 0
            && get(Real.MINIMUM, node) <= condition.highest()
            && get(Real.MAXIMUM, node) >= condition.lowest());
  }

  private boolean mayHoldState(int node, double lowest, double highest) {
    if (tooManyStates[node]) {
      return true;
    }
    for (int i = stateAt[node]; i < stateAt[node + 1]; i++) {
      if (states[i] >= lowest && states[i] <= highest) {
        return true;
      }
    }
    return false;
  }

  void add(SampleStatistics node) {
    int at = size;
    if (at == counts[0].length) {
      grow(Math.max(16, 2 * at));
    }
    for (Count field : COUNTS) {
      counts[field.ordinal()][at] = node.get(field);
    }
    for (int i = 0; i < reals.length; i++) {
      if (hasReal[i]) {
        reals[i][at] = node.get(REALS[i]);
      }
    }
    if (hasStates) {
      int from = stateAt[at];
      int count = Math.max(0, node.stateCount());
      tooManyStates[at] = node.stateCount() < 0;
      stateAt[at + 1] = from + count;
      if (states.length < from + count) {
        int longer = Math.max(from + count, 2 * states.length);
        states = Arrays.copyOf(states, longer);
        stateRows = Arrays.copyOf(stateRows, longer);
        stateNs = Arrays.copyOf(stateNs, longer);
      }
      for (int i = 0; i < count; i++) {
        states[from + i] = node.state(i);
        stateRows[from + i] = node.stateRows(i);
        stateNs[from + i] = node.stateNs(i);
      }
    }
    size = at + 1;
  }

  private void grow(int capacity) {
    for (int i = 0; i < counts.length; i++) {
      counts[i] = Arrays.copyOf(counts[i], capacity);
    }
    for (int i = 0; i < reals.length; i++) {
      reals[i] = Arrays.copyOf(reals[i], hasReal[i] ? capacity : 0);
    }
    if (hasStates) {
      stateAt = Arrays.copyOf(stateAt, capacity + 1);
      tooManyStates = Arrays.copyOf(tooManyStates, capacity);
    }
  }

  /** Copies a node's statistics. */
  void load(int node, SampleStatistics into) {
    for (Count field : COUNTS) {
      into.set(field, counts[field.ordinal()][node]);
    }
    for (int i = 0; i < reals.length; i++) {
      into.set(REALS[i], hasReal[i] ? reals[i][node] : 0);
    }
    into.clearStates(0);
    if (hasStates) {
      for (int i = stateAt[node]; i < stateAt[node + 1]; i++) {
        into.addState(states[i], stateRows[i], stateNs[i]);
      }
      if (tooManyStates[node]) {
        into.clearStates(-1);
      }
    }
  }

  /** Writes all nodes, but for rows and times, which stand elsewhere. */
  void encode(Codecs codecs, ByteOutput out) {
    LongColumn longs = codecs.longs;
    long[] column = codecs.column;
    SampleStatistics node = new SampleStatistics();
    for (int from = 0; from < size; from += GROUP) {
      int count = Math.min(GROUP, size - from);
      for (Count field : COUNTS) {
        if (isPlace(field)) {
          continue;
        }
        for (int i = 0; i < count; i++) {
          column[i] = written(field, from + i);
        }
        longs.encode(column, count, out);
      }
      for (int field = 0; field < reals.length; field++) {
        if (!hasReal[field]) {
          continue;
        }
        if (isExpected(REALS[field])) {
          for (int i = 0; i < count; i++) {
            load(from + i, node);
            column[i] = distance(node.expected(REALS[field]), reals[field][from + i]);
          }
          longs.encode(column, count, out);
        } else {
          System.arraycopy(reals[field], from, codecs.realColumn, 0, count);
          codecs.doubles.encode(codecs.realColumn, count, out);
        }
      }
      if (hasStates) {
        for (int i = 0; i < count; i++) {
          column[i] = tooManyStates[from + i] ? -1 : stateAt[from + i + 1] - stateAt[from + i];
        }
        longs.encode(column, count, out);
        for (long[] field : new long[][] {states, stateRows, stateNs}) {
          encodeStates(field, stateAt[from], stateAt[from + count], longs, column, out);
        }
      }
    }
  }

  /* Known from the places of the blocks. */
  private static boolean isPlace(Count field) {
    return field == Count.ROWS || field == Count.FIRST_TIME || field == Count.LAST_TIME;
  }

  private static boolean isExpected(Real field) {
    return field == Real.STEPPED_SQUARES || field == Real.SLOPED_SQUARES;
  }

  /* Both have twelve zeros at their end, unless they are too large to be anything. */
  private static long distance(double expected, double actual) {
    return Double.doubleToRawLongBits(actual) - Double.doubleToRawLongBits(expected);
  }

  private static void encodeStates(
      long[] field, int start, int end, LongColumn longs, long[] column, ByteOutput out) {
    for (int from = start; from < end; from += GROUP) {
      int count = Math.min(GROUP, end - from);
      System.arraycopy(field, from, column, 0, count);
      longs.encode(column, count, out);
    }
  }

  /** A field as a small number: mostly the distance to what it would be if nothing were amiss. */
  private long written(Count field, int node) {
    long value = get(field, node);
    return switch (field) {
      case BAD ->
          get(Count.ROWS, node) - get(Count.GOOD, node) - get(Count.UNCERTAIN, node) - value;
      case USABLE -> get(Count.GOOD, node) - value;
      case MINIMUM_TIME, MAXIMUM_TIME -> value - get(Count.FIRST_TIME, node);
      case GOOD_NS -> get(Count.LAST_TIME, node) - get(Count.FIRST_TIME, node) - value;
      default -> value;
    };
  }

  private long read(Count field, int node, long stored) {
    return switch (field) {
      case BAD ->
          get(Count.ROWS, node) - get(Count.GOOD, node) - get(Count.UNCERTAIN, node) - stored;
      case USABLE -> get(Count.GOOD, node) - stored;
      case MINIMUM_TIME, MAXIMUM_TIME -> get(Count.FIRST_TIME, node) + stored;
      case GOOD_NS -> get(Count.LAST_TIME, node) - get(Count.FIRST_TIME, node) - stored;
      default -> stored;
    };
  }

  /** Nodes of which only rows and times are known, by {@link #place}. */
  static NodeColumns ofPlaces(SampleType type, int size) {
    NodeColumns nodes = new NodeColumns(type, size);
    nodes.size = size;
    return nodes;
  }

  /** Sets what is known of a node from its place. */
  void place(int node, long rows, long firstTimeNs, long lastTimeNs) {
    counts[Count.ROWS.ordinal()][node] = rows;
    counts[Count.FIRST_TIME.ordinal()][node] = firstTimeNs;
    counts[Count.LAST_TIME.ordinal()][node] = lastTimeNs;
  }

  /** The nodes above these, with their places. */
  NodeColumns placesAbove(SampleType type) {
    NodeColumns above = ofPlaces(type, (size + ChunkIndex.FAN_OUT - 1) / ChunkIndex.FAN_OUT);
    for (int node = 0; node < above.size; node++) {
      int from = node * ChunkIndex.FAN_OUT;
      int end = Math.min(from + ChunkIndex.FAN_OUT, size);
      long rows = 0;
      for (int i = from; i < end; i++) {
        rows += get(Count.ROWS, i);
      }
      above.place(node, rows, get(Count.FIRST_TIME, from), get(Count.LAST_TIME, end - 1));
    }
    return above;
  }

  /**
   * Reads what {@link #encode} wrote of nodes whose places are known.
   *
   * @throws IllegalArgumentException if it cannot be.
   */
  void decode(ByteInput in, Codecs codecs) {
    LongColumn longs = codecs.longs;
    long[] column = codecs.column;
    SampleStatistics node = new SampleStatistics();
    for (int from = 0; from < size; from += GROUP) {
      int count = Math.min(GROUP, size - from);
      for (Count field : COUNTS) {
        if (isPlace(field)) {
          continue;
        }
        longs.decode(in, count, column);
        long[] values = counts[field.ordinal()];
        for (int i = 0; i < count; i++) {
          values[from + i] = read(field, from + i, column[i]);
        }
      }
      for (int field = 0; field < reals.length; field++) {
        if (!hasReal[field]) {
          continue;
        }
        if (isExpected(REALS[field])) {
          longs.decode(in, count, column);
          for (int i = 0; i < count; i++) {
            load(from + i, node);
            long bits = Double.doubleToRawLongBits(node.expected(REALS[field])) + column[i];
            reals[field][from + i] = Double.longBitsToDouble(bits);
          }
        } else {
          codecs.doubles.decode(in, count, codecs.realColumn);
          System.arraycopy(codecs.realColumn, 0, reals[field], from, count);
        }
      }
      if (hasStates) {
        decodeStates(in, from, count, longs, column);
      }
    }
  }

  private void decodeStates(ByteInput in, int from, int count, LongColumn longs, long[] column) {
    longs.decode(in, count, column);
    for (int i = 0; i < count; i++) {
      long states = column[i];
      if (states < -1 || states > SampleStatistics.STATES_MAX) {
        throw new IllegalArgumentException("states of a node: count=" + states);
      }
      tooManyStates[from + i] = states < 0;
      stateAt[from + i + 1] = stateAt[from + i] + (int) Math.max(0, states);
    }
    int end = stateAt[from + count];
    states = Arrays.copyOf(states, end);
    stateRows = Arrays.copyOf(stateRows, end);
    stateNs = Arrays.copyOf(stateNs, end);
    for (long[] field : new long[][] {states, stateRows, stateNs}) {
      for (int at = stateAt[from]; at < end; at += GROUP) {
        int length = Math.min(GROUP, end - at);
        longs.decode(in, length, column);
        System.arraycopy(column, 0, field, at, length);
      }
    }
  }

  /** Checks what later code relies on. */
  void check() {
    for (int node = 0; node < size; node++) {
      for (Count field : CHECKED) {
        if (get(field, node) < 0) {
          throw new IllegalArgumentException(
              "node: index=" + node + ", " + field + "=" + get(field, node));
        }
      }
    }
  }

  private static final Count[] CHECKED = {
    Count.GOOD, Count.UNCERTAIN, Count.BAD, Count.USABLE, Count.GOOD_NS, Count.LONGEST_GAP_NS
  };
}

package io.tidemark.storage.segment;

import io.tidemark.model.SampleStatistics;
import io.tidemark.model.SampleStatistics.Count;
import io.tidemark.model.SampleStatistics.Real;
import io.tidemark.model.SampleType;
import io.tidemark.storage.codec.ByteInput;
import io.tidemark.storage.codec.ByteOutput;
import io.tidemark.storage.codec.DoubleColumn;
import io.tidemark.storage.codec.LongColumn;
import java.util.Arrays;
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

  /** Writes all nodes. Times are written as distances: from the chunk's first, or the node's. */
  void encode(long chunkFirstTimeNs, Codecs codecs, ByteOutput out) {
    LongColumn longs = codecs.longs;
    DoubleColumn doubles = codecs.doubles;
    long[] column = codecs.column;
    double[] realColumn = codecs.realColumn;
    for (int from = 0; from < size; from += GROUP) {
      int count = Math.min(GROUP, size - from);
      for (Count field : COUNTS) {
        for (int i = 0; i < count; i++) {
          column[i] = written(field, from + i, chunkFirstTimeNs);
        }
        if (field == Count.FIRST_TIME) {
          longs.encodeAscending(column, count, out);
        } else {
          longs.encode(column, count, out);
        }
      }
      for (int i = 0; i < reals.length; i++) {
        if (hasReal[i]) {
          System.arraycopy(reals[i], from, realColumn, 0, count);
          doubles.encode(realColumn, count, out);
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

  private static void encodeStates(
      long[] field, int start, int end, LongColumn longs, long[] column, ByteOutput out) {
    for (int from = start; from < end; from += GROUP) {
      int count = Math.min(GROUP, end - from);
      System.arraycopy(field, from, column, 0, count);
      longs.encode(column, count, out);
    }
  }

  /** A field as a small number: mostly the distance to what it would be if nothing were amiss. */
  private long written(Count field, int node, long chunkFirstTimeNs) {
    long value = get(field, node);
    return switch (field) {
      case BAD ->
          get(Count.ROWS, node) - get(Count.GOOD, node) - get(Count.UNCERTAIN, node) - value;
      case USABLE -> get(Count.GOOD, node) - value;
      case FIRST_TIME -> value - chunkFirstTimeNs;
      case LAST_TIME, MINIMUM_TIME, MAXIMUM_TIME -> value - get(Count.FIRST_TIME, node);
      case GOOD_NS -> get(Count.LAST_TIME, node) - get(Count.FIRST_TIME, node) - value;
      default -> value;
    };
  }

  private long read(Count field, int node, long stored, long chunkFirstTimeNs) {
    return switch (field) {
      case FIRST_TIME -> chunkFirstTimeNs + stored;
      case BAD ->
          get(Count.ROWS, node) - get(Count.GOOD, node) - get(Count.UNCERTAIN, node) - stored;
      case USABLE -> get(Count.GOOD, node) - stored;
      case LAST_TIME, MINIMUM_TIME, MAXIMUM_TIME -> get(Count.FIRST_TIME, node) + stored;
      case GOOD_NS -> get(Count.LAST_TIME, node) - get(Count.FIRST_TIME, node) - stored;
      default -> stored;
    };
  }

  /**
   * Reads nodes.
   *
   * @throws IllegalArgumentException if they cannot be.
   */
  static NodeColumns decode(
      ByteInput in, SampleType type, int size, long chunkFirstTimeNs, Codecs codecs) {
    NodeColumns nodes = new NodeColumns(type, size);
    LongColumn longs = codecs.longs;
    DoubleColumn doubles = codecs.doubles;
    long[] column = codecs.column;
    double[] realColumn = codecs.realColumn;
    for (int from = 0; from < size; from += GROUP) {
      int count = Math.min(GROUP, size - from);
      for (Count field : COUNTS) {
        longs.decode(in, count, column);
        long[] values = nodes.counts[field.ordinal()];
        for (int i = 0; i < count; i++) {
          values[from + i] = nodes.read(field, from + i, column[i], chunkFirstTimeNs);
        }
      }
      for (int i = 0; i < nodes.reals.length; i++) {
        if (nodes.hasReal[i]) {
          doubles.decode(in, count, realColumn);
          System.arraycopy(realColumn, 0, nodes.reals[i], from, count);
        }
      }
      if (nodes.hasStates) {
        nodes.decodeStates(in, from, count, longs, column);
      }
    }
    nodes.size = size;
    return nodes;
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

  /** Checks what later code relies on: a node's numbers fit one another, and the nodes ascend. */
  void check() {
    long before = Long.MIN_VALUE;
    for (int node = 0; node < size; node++) {
      long rows = get(Count.ROWS, node);
      long first = get(Count.FIRST_TIME, node);
      long last = get(Count.LAST_TIME, node);
      if (rows < 1
          || first < before
          || last < first
          || get(Count.GOOD, node) < 0
          || get(Count.UNCERTAIN, node) < 0
          || get(Count.BAD, node) < 0
          || get(Count.USABLE, node) < 0) {
        throw new IllegalArgumentException(
            "node: index="
                + node
                + ", rows="
                + rows
                + ", firstTimeNs="
                + first
                + ", lastTimeNs="
                + last);
      }
      before = last;
    }
  }
}

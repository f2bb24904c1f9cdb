package io.tidemark.query.retrieval;

import io.tidemark.model.TagDefinition;
import io.tidemark.query.aggregate.CalculationBasis;
import io.tidemark.query.aggregate.IntervalAggregator;
import io.tidemark.query.aggregate.IntervalStatistics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Joins the statistics of pieces of time to rows of the intervals of a summary, where these are
 * more than the time between two edges: only some stretches of them count, or a sample at an edge
 * belongs to the interval before it, or to both. Takes the pieces between its own cuts in order of
 * time. One thread; used once.
 */
final class JoinedPieces implements IntervalAggregator.Sink {
  /*
   * An end that belongs to an interval is one nanosecond of it: (a, b] is [a + 1, b + 1), and an edge that belongs to
   * both of its intervals is a piece of one nanosecond that both of them take. No piece lies in three intervals. The
   * last nanosecond that there is has no next one and nothing is read there.
   */
  private final long[] edges;
  private final long[] starts;
  private final long[] ends;
  private final long[] stretches;
  private final SummaryRowMaker maker;
  private final List<SummaryRow> rows;

  /* Of the interval of the next row and of the one after it. */
  private IntervalStatistics joined;
  private IntervalStatistics joinedNext;
  private long insideNs;
  private long insideNextNs;
  private int stretch;

  /**
   * Joins pieces that lie in some stretches.
   *
   * @param stretchesNs start, end, start, end, ...; ascending, each {@code [start, end)}
   */
  JoinedPieces(
      long[] stretchesNs, Retrieval.Summary asked, TagDefinition tag, SummaryRowMaker maker) {
    edges = asked.edgesNs();
    IntervalAggregator.checkEdges(edges);
    int count = edges.length - 1;
    CalculationBasis basis = asked.basis();
    starts = new long[count];
    ends = new long[count];
    for (int i = 0; i < count; i++) {
      starts[i] = basis.hasStart() ? edges[i] : next(edges[i]);
      ends[i] = basis.hasEnd(i == count - 1) ? next(edges[i + 1]) : edges[i + 1];
    }
    this.stretches = stretchesNs;
    this.maker = maker;
    rows = new ArrayList<>(count);
    boolean stepped = basis.rule(asked.rule()).stepped(tag);
    joined = new IntervalStatistics(stepped, asked.fields());
    joinedNext = new IntervalStatistics(stepped, asked.fields());
  }

  private static long next(long ns) {
    return ns == Long.MAX_VALUE ? ns : ns + 1;
  }

  /**
   * Where pieces end: all ends of intervals and, inside of them, of stretches. Ascending; one alone
   * if there is nothing to read.
   */
  long[] cutsNs() {
    int count = starts.length;
    long first = starts[0];
    long last = ends[count - 1];
    long[] all = new long[2 * count + stretches.length];
    System.arraycopy(starts, 0, all, 0, count);
    System.arraycopy(ends, 0, all, count, count);
    int used = 2 * count;
    for (long edge : stretches) {
      if (edge > first && edge < last) {
        all[used++] = edge;
      }
    }
    return Arrays.stream(all, 0, used).sorted().distinct().toArray();
  }

  @Override
  public void accept(long startNs, long endNs, IntervalStatistics piece) {
    while (startNs >= ends[rows.size()]) {
      finishInterval();
    }
    while (stretch < stretches.length && stretches[stretch + 1] <= startNs) {
      stretch += 2;
    }
    if (stretch == stretches.length || stretches[stretch] > startNs) {
      return;
    }
    int interval = rows.size();
    joined.merge(piece);
    insideNs += endNs - startNs;
    if (interval + 1 < starts.length && startNs >= starts[interval + 1]) {
      joinedNext.merge(piece);
      insideNextNs += endNs - startNs;
    }
  }

  /** All rows; no piece comes after. */
  List<SummaryRow> rows() {
    while (rows.size() < starts.length) {
      finishInterval();
    }
    return rows;
  }

  private void finishInterval() {
    int interval = rows.size();
    rows.add(maker.row(edges[interval], edges[interval + 1], joined, insideNs));
    joined.clear();
    IntervalStatistics done = joined;
    joined = joinedNext;
    joinedNext = done;
    insideNs = insideNextNs;
    insideNextNs = 0;
  }
}

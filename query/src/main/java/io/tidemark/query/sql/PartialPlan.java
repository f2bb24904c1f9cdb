package io.tidemark.query.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.model.QueryContext;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.query.duckdb.DuckDbException;
import io.tidemark.query.table.PartialScan;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Where the samples of a SELECT may be cut so that one row stands for all between two cuts ({@link
 * PartialAggregates}). Cuts are found by DuckDB itself: bounds of context by asking its side,
 * constants and beginnings of buckets by evaluating them, and buckets are believed only after it
 * has said that each begins at its cut and the one before ends there.
 */
final class PartialPlan {
  private static final long SEGMENTS_MAX = 4_000_000;
  private static final int BUCKETS_MAX = 1_000_000;
  private static final int TAGS_MAX = 1_000;
  private static final long MICRO_NS = 1_000;
  private static final Set<String> TIME_TYPES =
      Set.of("TIMESTAMP WITH TIME ZONE", "TIMESTAMP", "DATE", "VARCHAR");
  private static final Set<String> WHOLE_TYPES =
      Set.of("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER");

  /** Runs parts of a statement. */
  interface Evaluator {
    /** The only row of a SELECT without FROM. */
    List<@Nullable Object> row(ObjectNode tree);

    /** Rows of a statement of ours. */
    List<List<@Nullable Object>> rows(String statement);

    /** Column names of the statement as it was written. */
    List<String> names();

    /** SQL of an expression. */
    String text(JsonNode expression);
  }

  private final PartialAggregates aggregates;
  private final List<String> names;
  private final NavigableSet<Long> cutsNs;
  private final Evaluator evaluator;
  private long intervals;

  private PartialPlan(
      PartialAggregates aggregates,
      List<String> names,
      NavigableSet<Long> cutsNs,
      Evaluator evaluator) {
    this.aggregates = aggregates;
    this.names = names;
    this.cutsNs = cutsNs;
    this.evaluator = evaluator;
  }

  /**
   * The plan of a SELECT, or null if its cuts are not all known.
   *
   * @param isWhole whether it is the statement's own SELECT, whose column names people see
   * @param one a statement {@code SELECT 1}
   */
  static @Nullable PartialPlan of(
      PartialAggregates aggregates,
      ObjectNode select,
      boolean isWhole,
      ContextAsk.Answer answer,
      Evaluator evaluator,
      ObjectNode one) {
    if (answer.timeBounds() != aggregates.contextCuts()) {
      return null;
    }
    try {
      List<String> names = List.of();
      if (aggregates.hasUnnamed(select)) {
        if (!isWhole) {
          return null; // what is around it may know the name
        }
        names = evaluator.names();
      }
      NavigableSet<Long> cuts = new TreeSet<>(answer.cutsNs());
      for (PartialAggregates.Cut cut : aggregates.constantCuts()) {
        if (!addCut(cut, evaluator, one, cuts)) {
          return null;
        }
      }
      return new PartialPlan(aggregates, names, cuts, evaluator);
    } catch (DuckDbException e) {
      return null; // the statement will fail in its own words
    }
  }

  private static boolean addCut(
      PartialAggregates.Cut cut, Evaluator evaluator, ObjectNode one, Set<Long> cuts) {
    boolean isExact = cut.column().equals("ts_ns");
    Long literal = TimeConstant.micros(cut.bound());
    if (!isExact && literal != null) {
      ContextAsk.addCuts(TimeRanges.ofMicros(cut.comparison(), literal), cuts);
      return true;
    }
    ObjectNode tree = one.deepCopy();
    ArrayNode list = SyntaxTree.selectNode(tree).putArray("select_list");
    list.add(SyntaxTree.call("typeof", cut.bound().deepCopy()));
    list.add(SyntaxTree.cast(cut.bound().deepCopy(), isExact ? "BIGINT" : "TIMESTAMPTZ"));
    List<@Nullable Object> row = evaluator.row(tree);
    String type = String.valueOf(row.getFirst());
    if (isExact && WHOLE_TYPES.contains(type) && row.get(1) instanceof Long ns) {
      ContextAsk.addCuts(TimeRanges.ofNanos(cut.comparison(), ns), cuts);
      return true;
    }
    if (!isExact && TIME_TYPES.contains(type) && row.get(1) instanceof Instant instant) {
      ContextAsk.addCuts(TimeRanges.ofMicros(cut.comparison(), TimeConstant.micros(instant)), cuts);
      return true;
    }
    return false;
  }

  PartialAggregates aggregates() {
    return aggregates;
  }

  List<String> names() {
    return names;
  }

  /** Rows that may come of a tag; 0 if its samples come. */
  long intervals() {
    return intervals;
  }

  /**
   * Ends and cuts of each range, or null if samples must come after all.
   *
   * @param tags that are read
   * @param times that are read
   */
  @Nullable List<long[]> edges(List<TagDefinition> tags, TimeRanges times, QueryContext context) {
    TimeRanges within = times;
    if (!aggregates.buckets().isEmpty() && !times.isEmpty()) {
      TimeRange hull =
          new TimeRange(times.ranges().getFirst().startNs(), times.ranges().getLast().endNs());
      boolean isOpen = hull.startNs() == Long.MIN_VALUE || hull.endNs() == Long.MAX_VALUE;
      if (isOpen) {
        hull = tags.size() > TAGS_MAX ? null : PartialScan.extent(context, tags, hull);
        if (hull == null) {
          return null;
        }
        within = times.and(TimeRanges.of(hull.startNs(), hull.endNs()));
      }
      for (ObjectNode bucket : aggregates.buckets()) {
        if (!addBuckets(bucket, hull)) {
          return null;
        }
      }
    }
    List<long[]> edges = new ArrayList<>();
    long segments = 0;
    for (TimeRange range : within.ranges()) {
      NavigableSet<Long> inside = cutsNs.subSet(range.startNs(), false, range.endNs(), false);
      long[] of = new long[inside.size() + 2];
      of[0] = range.startNs();
      int at = 1;
      for (long cut : inside) {
        of[at++] = cut;
      }
      of[at] = range.endNs();
      edges.add(of);
      segments += of.length - 1;
    }
    if (segments * tags.size() > SEGMENTS_MAX) {
      return null;
    }
    intervals = Math.max(1, segments);
    return edges;
  }

  /** Adds where a function of the time changes its value in a range; false if it is not known. */
  private boolean addBuckets(ObjectNode bucket, TimeRange range) {
    JsonNode width = bucket.path("arguments").get(0).path("expression");
    ObjectNode ofT = bucket.deepCopy();
    ((ObjectNode) ofT.path("arguments").get(1)).set("expression", SyntaxTree.column("t"));
    String beginning = evaluator.text(ofT);
    String step =
        !SyntaxTree.name(bucket, "function_name").equals("date_trunc")
            ? "CAST(" + evaluator.text(width) + " AS INTERVAL)"
            : "CAST('1 ' || " + evaluator.text(width) + " AS INTERVAL)";
    long fromUs = Math.floorDiv(range.startNs(), MICRO_NS);
    long toUs = Math.floorDiv(range.endNs() - 1, MICRO_NS) + 1;
    String statement =
        "WITH ends AS (SELECT make_timestamptz("
            + fromUs
            + ") AS t, make_timestamptz("
            + toUs
            + ") AS until), steps AS (SELECT unnest(generate_series("
            + beginning
            + ", until, "
            + step
            + ")) AS t FROM ends), bounds AS (SELECT t, lead(t) OVER (ORDER BY t) AS next FROM"
            + " (SELECT t FROM steps LIMIT "
            + (BUCKETS_MAX + 1)
            + ")), checked AS (SELECT begins, next, t, "
            + beginning
            + " AS found FROM (SELECT t AS begins, next, coalesce(next, t + INTERVAL '1"
            + " microsecond') - INTERVAL '1 microsecond' AS t FROM bounds UNION ALL SELECT t, next,"
            + " t FROM bounds)) SELECT epoch_us(begins), bool_and(found = begins) FROM checked"
            + " GROUP BY begins";
    try {
      List<List<@Nullable Object>> rows = evaluator.rows(statement);
      if (rows.isEmpty() || rows.size() > BUCKETS_MAX) {
        return false;
      }
      long last = Long.MIN_VALUE;
      for (List<@Nullable Object> row : rows) {
        if (!(row.get(0) instanceof Long us) || !Boolean.TRUE.equals(row.get(1))) {
          return false;
        }
        last = Math.max(last, us);
        cutsNs.add(TimeConstant.nanos(us));
      }
      // The last one found reaches the end of the range only if the next would begin after it.
      return last >= toUs || reaches(last, toUs, beginning);
    } catch (DuckDbException e) {
      return false;
    }
  }

  private boolean reaches(long lastUs, long toUs, String beginning) {
    List<List<@Nullable Object>> rows =
        evaluator.rows(
            "SELECT epoch_us("
                + beginning
                + ") FROM (SELECT make_timestamptz("
                + (toUs - 1)
                + ") AS t)");
    return rows.getFirst().getFirst() instanceof Long us && us == lastUs;
  }
}

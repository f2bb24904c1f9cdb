package io.tidemark.query.sql;

import io.tidemark.model.ErrorText;
import io.tidemark.model.Quality;
import io.tidemark.model.QueryContext;
import io.tidemark.model.SampleCondition;
import io.tidemark.model.TimeRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Rows of EXPLAIN: what each scan reads. */
final class ExplainResult extends RowsResult {
  /** Its columns. */
  static final List<SqlColumn> COLUMNS =
      List.of(
          new SqlColumn("relation", "VARCHAR", ""),
          new SqlColumn("tags", "BIGINT", ""),
          new SqlColumn("tag_names", "VARCHAR", ""),
          new SqlColumn("ranges", "BIGINT", ""),
          new SqlColumn("times", "VARCHAR", ""),
          new SqlColumn("samples", "VARCHAR", ""),
          new SqlColumn("columns", "VARCHAR", ""),
          new SqlColumn("added_up", "VARCHAR", ""));

  private static final int NAMES_SHOWN = 20;

  /**
   * What a scan reads.
   *
   * @param samples what samples it may leave out
   * @param intervals cuts of time between which samples were added up before; 0 for samples
   * @param uoms units of columns that have one for all rows
   * @param metadata what else is known of columns
   */
  record PushedScan(
      String relation,
      Set<String> tagNames,
      TimeRanges times,
      SampleCondition samples,
      Set<String> columns,
      long intervals,
      Map<String, String> uoms,
      Map<String, Map<String, String>> metadata) {}

  ExplainResult(List<PushedScan> scans, QueryContext context) {
    super(COLUMNS, rows(scans), context.view().dataVersion(), context.zone());
  }

  private static List<List<@Nullable Object>> rows(List<PushedScan> scans) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (PushedScan scan : scans) {
      List<@Nullable Object> row = new ArrayList<>();
      row.add(scan.relation());
      row.add((long) scan.tagNames().size());
      row.add(shortened(List.copyOf(scan.tagNames())));
      row.add((long) scan.times().ranges().size());
      row.add(shortened(scan.times().ranges().stream().map(ExplainResult::text).toList()));
      row.add(text(scan.samples()));
      row.add(String.join(", ", scan.columns()));
      row.add(
          scan.intervals() == 0
              ? ""
              : scan.intervals() == 1 ? "in 1 interval" : "in " + scan.intervals() + " intervals");
      rows.add(row);
    }
    return rows;
  }

  private static String text(TimeRange range) {
    return (range.startNs() == Long.MIN_VALUE ? "start" : ErrorText.time(range.startNs()))
        + " to "
        + (range.endNs() == Long.MAX_VALUE ? "end" : ErrorText.time(range.endNs()));
  }

  private static String text(SampleCondition condition) {
    List<String> parts = new ArrayList<>();
    if (condition.hasBounds()) {
      parts.add("value from " + condition.lowest() + " to " + condition.highest());
    }
    if (!condition.qualities().equals(SampleCondition.ANY.qualities())) {
      parts.add(
          condition.qualities().stream()
              .sorted()
              .map(Quality::label)
              .collect(Collectors.joining(" or ", "quality ", "")));
    }
    return parts.isEmpty() ? "all" : String.join(", ", parts);
  }

  private static String shortened(List<String> texts) {
    return texts.size() <= NAMES_SHOWN
        ? String.join(", ", texts)
        : String.join(", ", texts.subList(0, NAMES_SHOWN))
            + ", … "
            + (texts.size() - NAMES_SHOWN)
            + " more";
  }
}

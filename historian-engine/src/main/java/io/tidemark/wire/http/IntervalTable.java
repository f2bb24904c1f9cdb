package io.tidemark.wire.http;

import io.tidemark.query.aggregate.CounterRow;
import io.tidemark.query.aggregate.IntervalStatistics;
import io.tidemark.query.aggregate.StateRow;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows of intervals that are no summaries, with the columns of their mode: what all forms of an
 * answer need to write them. Times are ns, durations seconds.
 */
final class IntervalTable {
  /** What a cell is. */
  enum Type {
    /** Long, ns since the epoch. */
    TIME,
    /** Double. */
    NUMBER,
    /** Long. */
    WHOLE,
    /** String. */
    TEXT,
    /** Integer: code, class and name. */
    STATUS
  }

  /**
   * A column.
   *
   * @param label name in JSON
   * @param column name in tables
   * @param heading in a spreadsheet
   */
  record Column(String label, String column, String heading, Type type) {}

  /** What went through a meter. */
  static final List<Column> COUNTERS =
      List.of(
          new Column("startTime", "start_time", "Start", Type.TIME),
          new Column("endTime", "end_time", "End", Type.TIME),
          new Column("label", "label", "Label", Type.TEXT),
          new Column("increase", "increase", "Increase", Type.NUMBER),
          new Column("ratePerSecond", "rate_per_second", "Rate per second", Type.NUMBER),
          new Column("rollovers", "rollovers", "Rollovers", Type.WHOLE),
          new Column("resets", "resets", "Resets", Type.WHOLE),
          new Column("reversals", "reversals", "Reversals", Type.WHOLE),
          new Column("recovered", "recovered", "Recovered", Type.WHOLE),
          new Column("implausible", "implausible", "Implausible", Type.WHOLE),
          new Column("meterChanges", "meter_changes", "Meter changes", Type.WHOLE),
          new Column("count", "count", "Count", Type.WHOLE),
          new Column("percentGood", "percent_good", "Percent good", Type.NUMBER),
          new Column("status", "status", "Status", Type.STATUS),
          new Column("basis", "basis", "Basis", Type.TEXT));

  /** How long and how often a tag was in a state. */
  static final List<Column> STATES =
      List.of(
          new Column("startTime", "start_time", "Start", Type.TIME),
          new Column("endTime", "end_time", "End", Type.TIME),
          new Column("label", "label", "Label", Type.TEXT),
          new Column("state", "state", "State", Type.TEXT),
          new Column("ordinal", "ordinal", "Ordinal", Type.WHOLE),
          new Column("duration", "duration", "Duration, s", Type.NUMBER),
          new Column("percent", "percent", "Percent", Type.NUMBER),
          new Column("entries", "entries", "Entries", Type.WHOLE),
          new Column("contained", "contained", "Contained", Type.WHOLE),
          new Column("minimumDuration", "minimum_duration", "Minimum duration, s", Type.NUMBER),
          new Column("maximumDuration", "maximum_duration", "Maximum duration, s", Type.NUMBER),
          new Column("averageDuration", "average_duration", "Average duration, s", Type.NUMBER),
          new Column("partial", "partial", "Partial", Type.WHOLE));

  private IntervalTable() {}

  static @Nullable Object[] cells(CounterRow row, @Nullable String label) {
    return new @Nullable Object[] {
      row.startNs(),
      row.endNs(),
      label,
      row.increase(),
      row.ratePerSecond(),
      row.rollovers(),
      row.resets(),
      row.reversals(),
      row.recovered(),
      row.implausible(),
      row.meterChanges(),
      row.count(),
      row.percentGood(),
      row.status(),
      row.basis()
    };
  }

  static @Nullable Object[] cells(StateRow row, @Nullable String label) {
    return new @Nullable Object[] {
      row.startNs(),
      row.endNs(),
      label,
      row.text(),
      row.ordinal(),
      seconds(row.durationNs()),
      row.percent(),
      row.entries(),
      row.contained(),
      row.minimumNs() == null ? null : (Double) seconds(row.minimumNs()),
      row.maximumNs() == null ? null : (Double) seconds(row.maximumNs()),
      row.averageNs() == null ? null : (Double) (row.averageNs() / 1e9),
      row.partial()
    };
  }

  private static double seconds(long unsignedNs) {
    return IntervalStatistics.unsigned(unsignedNs) / 1e9;
  }
}

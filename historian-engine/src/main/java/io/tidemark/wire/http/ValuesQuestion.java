package io.tidemark.wire.http;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.Quality;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.query.aggregate.CalculationBasis;
import io.tidemark.query.aggregate.SlopeUnit;
import io.tidemark.query.aggregate.SummaryField;
import io.tidemark.query.retrieval.BlockSink;
import io.tidemark.query.retrieval.SummaryRow;
import io.tidemark.query.retrieval.UnitChange;
import io.tidemark.query.time.Windows;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a request for values asks, read and resolved: everything an encoder needs to know.
 *
 * @param mode way of retrieval
 * @param tags tags that exist, each once, in the order asked, in the units asked for
 * @param storedTags the tags as they are stored, by number
 * @param unitChanges what was asked to be converted, by number of the tag
 * @param errors tags that do not, or have no answer in those units
 * @param range the range, null for times and current values
 * @param timesNs times of a grid or a list; empty otherwise
 * @param windows intervals of a summary, null otherwise
 * @param timestamp which end of a window is its time; null for answers whose rows have neither time
 *     nor label nor flag, as they were before windows had them
 * @param basis what a summary weighs
 * @param fields what a row of a summary shows, in this order
 * @param slopeTime the time that slopes are per
 * @param stretchesNs start, end, start, ... of when a condition holds that was asked for; else null
 * @param layout shape of the answer
 * @param descending newest first
 * @param skip samples of the first time that an earlier answer had
 * @param limit most samples of a tag
 * @param includeBad whether Bad samples show their value
 * @param withStatus whether wide CSV has a status column a tag
 * @param dataVersion the snapshot that is read
 */
record ValuesQuestion(
    Mode mode,
    List<TagDefinition> tags,
    Map<Integer, TagDefinition> storedTags,
    Map<Integer, UnitChange> unitChanges,
    List<TagError> errors,
    @Nullable TimeRange range,
    long[] timesNs,
    @Nullable Windows windows,
    @Nullable Timestamp timestamp,
    CalculationBasis basis,
    List<SummaryField> fields,
    SlopeUnit slopeTime,
    long @Nullable [] stretchesNs,
    ZoneId zone,
    Layout layout,
    boolean descending,
    int skip,
    int limit,
    boolean includeBad,
    boolean withStatus,
    String dataVersion) {

  /** Ways of retrieval, by their name in the path. */
  enum Mode {
    /** As recorded. */
    RECORDED,
    /** On a grid. */
    INTERPOLATED,
    /** At given times. */
    AT_TIMES,
    /** The value in force at the ends of equal cycles. */
    CYCLIC,
    /** Where it changes. */
    DELTA,
    /** For a chart. */
    PLOT,
    /** The same for a number of cycles. */
    BEST_FIT,
    /** Aggregates of intervals. */
    SUMMARY,
    /** A standard aggregate of intervals, as samples. */
    PROCESSED,
    /** What went through a meter in intervals. */
    COUNTERS,
    /** How long and how often a tag was in its states in intervals. */
    STATES,
    /** The newest. */
    CURRENT;

    /** Whether its rows are intervals. */
    boolean hasWindows() {
      return this == SUMMARY || this == PROCESSED || this == COUNTERS || this == STATES;
    }

    /** The columns of rows that are neither samples nor summaries; empty for those. */
    List<IntervalTable.Column> columns() {
      return switch (this) {
        case COUNTERS -> IntervalTable.COUNTERS;
        case STATES -> IntervalTable.STATES;
        default -> List.of();
      };
    }

    /** Whether all tags are answered for the same times. */
    boolean hasCommonTimes() {
      return this == INTERPOLATED || this == AT_TIMES || this == CYCLIC;
    }
  }

  /** Which end of a window is its time. */
  enum Timestamp {
    /** Its first instant. */
    START,
    /** The first instant after it. */
    END
  }

  /** Shapes of an answer. */
  enum Layout {
    /** One row a sample, tag by tag. */
    LONG,
    /** One row a time with a column a tag. */
    WIDE,
    /**
     * As long, but a row in JSON is an array instead of an object, and Arrow has no columns that
     * say the same in all rows.
     */
    COMPACT
  }

  /** A tag without an answer. */
  record TagError(String tag, ErrorCode code, String message) {}

  /** The windows of a summary whose rows show their time, label and flag; null for all others. */
  @Nullable Windows shownWindows() {
    return timestamp == null ? null : windows;
  }

  /** The time of a summary's row. */
  long timestampNs(SummaryRow row) {
    return timestamp == Timestamp.END ? row.endNs() : row.startNs();
  }

  /** The tag to read for one of {@link #tags}. */
  TagDefinition stored(TagDefinition tag) {
    return storedTags.getOrDefault(tag.id(), tag);
  }

  /** Where samples go if only those are wanted that lie where the condition holds. */
  BlockSink within(BlockSink out) {
    return stretchesNs == null ? out : new WithinStretches(stretchesNs, out);
  }

  /** Time of the first sample of a continued read. */
  long firstNs() {
    TimeRange all = range == null ? TimeRange.ALL : range;
    return descending ? all.endNs() - 1 : all.startNs();
  }

  /** Where to put what is read of the tag, so that it comes out in the unit asked for. */
  BlockSink sink(TagDefinition tag, BlockSink out) {
    UnitChange change = unitChanges.get(tag.id());
    return change == null ? out : change.sink(out);
  }

  /** A number of a row of a summary, slopes per the time asked for. */
  double number(SummaryRow row, SummaryField field) {
    double value = row.number(field);
    return field == SummaryField.SLOPE ? slopeTime.slope(value) : value;
  }

  /** Unit of a tag's slopes. */
  String slopeUom(TagDefinition tag) {
    return slopeTime.ofQuantity(tag.uom()).uom();
  }

  /** Aggregates of the tag in the unit asked for. */
  List<SummaryRow> rows(TagDefinition tag, List<SummaryRow> rows) {
    UnitChange change = unitChanges.get(tag.id());
    return change == null ? rows : rows.stream().map(change::row).toList();
  }

  /** Whether it has one row a time with a column a tag. */
  boolean wide() {
    return layout == Layout.WIDE;
  }

  /** Whether the answer shows the row's value: it has one, and it is not Bad unless asked for. */
  boolean showsValue(SampleBlock block, int row) {
    return block.isPresent(row) && (includeBad || !Quality.isBad(block.statuses()[row]));
  }
}

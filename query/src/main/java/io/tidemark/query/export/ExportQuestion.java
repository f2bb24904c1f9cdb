package io.tidemark.query.export;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.NearestName;
import io.tidemark.query.aggregate.SummaryField;
import io.tidemark.query.time.CalendarInterval;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What to export. Exactly one of: a statement; batches (by id, order, product or unit); tags, named
 * or bound to attributes, over a range.
 *
 * @param attributes properties such as "Jacket Temperature": of batches the tag follows the unit
 * @param every distance of interpolated rows, or length of a summary's intervals; {@value #PHASE}
 *     for a summary of each phase
 * @param fields aggregates of a summary, in the order of their columns; empty for the usual ones
 * @param isWide whether there is a column for each tag or attribute
 * @param partitionBy columns that name the folders of files and are left out of these
 * @param startTime time expression; null for all of a batch, or the last day
 * @param endTime time expression; null for all of a batch, or now
 */
public record ExportQuestion(
    @Nullable String sql,
    List<@Nullable Object> params,
    List<String> tags,
    List<String> attributes,
    List<String> batches,
    List<String> orders,
    List<String> products,
    List<String> units,
    Mode mode,
    @Nullable String every,
    List<SummaryField> fields,
    boolean isWide,
    List<String> partitionBy,
    @Nullable String startTime,
    @Nullable String endTime) {
  /** Value of {@code every} that means a row for each phase. */
  public static final String PHASE = "phase";

  private static final List<String> OF_BATCHES =
      List.of("batch_id", "order_id", "product_id", "unit_id", "tag", "day");
  private static final List<String> OF_TAGS = List.of("unit_id", "tag", "day");

  /** What a row is. */
  public enum Mode {
    /** A recorded sample. */
    RAW,
    /** A value at a time of a grid. */
    INTERPOLATED,
    /** Aggregates of an interval. */
    SUMMARY
  }

  /**
   * A question that makes sense.
   *
   * @throws HistorianException naming the field that is wrong
   */
  public ExportQuestion {
    if (sql != null) {
      boolean alone =
          tags.isEmpty()
              && attributes.isEmpty()
              && batches.isEmpty()
              && orders.isEmpty()
              && products.isEmpty()
              && units.isEmpty();
      check(alone, "sql", "a statement says all: leave tags, attributes and batches out");
      check(
          mode == Mode.RAW
              && every == null
              && fields.isEmpty()
              && !isWide
              && startTime == null
              && endTime == null,
          "sql",
          "a statement says all: leave mode, every, fields, layout and times out");
    } else {
      check(params.isEmpty(), "params", "parameters are of a statement: name sql");
      check(
          !(tags.isEmpty()
              && attributes.isEmpty()
              && batches.isEmpty()
              && orders.isEmpty()
              && products.isEmpty()
              && units.isEmpty()),
          "tags",
          "nothing is chosen: name tags, attributes, batches, orders, products, units or sql");
      checkMode(mode, every);
      check(
          mode == Mode.SUMMARY || fields.isEmpty(),
          "fields",
          "fields are of summaries: name mode summary");
      check(
          Set.copyOf(fields).size() == fields.size(),
          "fields",
          "a field is there twice: " + fields);
      boolean ofBatches =
          !(batches.isEmpty() && orders.isEmpty() && products.isEmpty() && units.isEmpty());
      checkPartition(partitionBy, ofBatches, mode, isWide);
      check(
          ofBatches || !PHASE.equals(every),
          "every",
          "phases are of batches: name some, or a length");
      check(
          !(isWide && !ofBatches && !attributes.isEmpty()),
          "layout",
          "wide by attributes needs batches or a unit: name them, or tags");
    }
    Set<String> once = new HashSet<>();
    for (String column : partitionBy) {
      check(once.add(column), "partitionBy", "column is there twice: " + ErrorText.quote(column));
    }
  }

  private static void checkMode(Mode mode, @Nullable String every) {
    switch (mode) {
      case RAW -> check(every == null, "every", "recorded samples have no grid: leave mode out");
      case INTERPOLATED -> {
        check(every != null, "every", "interpolated rows need a distance: every, such as 10s");
        check(!PHASE.equals(every), "every", "phases are of summaries: name mode summary");
      }
      case SUMMARY -> {}
    }
    if (every != null && !every.isEmpty() && Character.isDigit(every.charAt(0))) {
      try {
        CalendarInterval.parse(every);
      } catch (HistorianException e) {
        throw e.at("every");
      }
    }
  }

  private static void checkPartition(
      List<String> partitionBy, boolean ofBatches, Mode mode, boolean isWide) {
    List<String> known = ofBatches ? OF_BATCHES : OF_TAGS;
    for (String column : partitionBy) {
      if (!known.contains(column)) {
        String nearest = NearestName.find(column, known);
        throw new HistorianException(
            ErrorCode.OUT_OF_RANGE,
            "cannot be partitioned by: column="
                + ErrorText.quote(column)
                + (nearest == null ? "" : ", nearest=" + nearest),
            "partitionBy",
            "columns are " + String.join(", ", known),
            null);
      }
    }
    check(!(isWide && partitionBy.contains("tag")), "partitionBy", "wide rows are of several tags");
    check(
        !(mode == Mode.SUMMARY && partitionBy.contains("day")),
        "partitionBy",
        "intervals of a summary have no day: choose another column");
  }

  private static void check(boolean isRight, String field, String problem) {
    if (!isRight) {
      throw new HistorianException(ErrorCode.OUT_OF_RANGE, problem, field, null, null);
    }
  }

  /** Whether batches are chosen, not a range of time. */
  public boolean isOfBatches() {
    return !(batches.isEmpty() && orders.isEmpty() && products.isEmpty() && units.isEmpty());
  }

  /** The fields that a summary has. */
  public List<SummaryField> usedFields() {
    return fields.isEmpty() ? SummaryField.USUAL.stream().sorted().toList() : fields;
  }

  /** The same as one table: nothing is left out of its rows. */
  public ExportQuestion unpartitioned() {
    return new ExportQuestion(
        sql,
        params,
        tags,
        attributes,
        batches,
        orders,
        products,
        units,
        mode,
        every,
        fields,
        isWide,
        List.of(),
        startTime,
        endTime);
  }

  /** The constant of a mode's name in any case, or null. */
  public static @Nullable Mode mode(String name) {
    for (Mode mode : Mode.values()) {
      if (mode.name().equals(name.toUpperCase(Locale.ROOT))) {
        return mode;
      }
    }
    return null;
  }
}

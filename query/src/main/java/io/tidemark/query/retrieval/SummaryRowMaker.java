package io.tidemark.query.retrieval;

import io.tidemark.model.Direction;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadRule;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.query.aggregate.IntervalStatistics;
import io.tidemark.query.aggregate.SummaryField;
import io.tidemark.query.aggregate.TotalUnit;
import io.tidemark.query.units.Unit;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes a tag's rows of a summary of statistics. One thread. */
final class SummaryRowMaker {
  private final Retrieval.Summary asked;
  private final ReadRule rule;
  private final Set<SummaryField> fields;
  private final TagDefinition tag;
  private final QueryContext context;
  private final TotalUnit totalUnit;
  private final boolean isEventWeighted;

  SummaryRowMaker(Retrieval.Summary asked, TagDefinition tag, QueryContext context) {
    this.asked = asked;
    this.rule = asked.basis().rule(asked.rule());
    this.fields = fields(asked, tag);
    this.tag = tag;
    this.context = context;
    this.totalUnit = TotalUnit.of(tag.uom());
    this.isEventWeighted = asked.basis().isEventWeighted();
  }

  /** The fields that were asked for and that the tag has. */
  private static Set<SummaryField> fields(Retrieval.Summary asked, TagDefinition tag) {
    Set<SummaryField> fields = EnumSet.noneOf(SummaryField.class);
    Set<SummaryField> senseless = EnumSet.noneOf(SummaryField.class);
    boolean isNumeric = tag.type().isNumeric();
    boolean isLinear =
        asked.logarithms() == Retrieval.Logarithms.AS_NUMBERS || Unit.parse(tag.uom()).isLinear();
    for (SummaryField field : asked.fields()) {
      if (isNumeric && field.addsUp() && !isLinear) {
        senseless.add(field);
      } else if (isNumeric || field.isOfAnyType()) {
        fields.add(field);
      }
    }
    if (asked.logarithms() == Retrieval.Logarithms.REFUSED && !senseless.isEmpty()) {
      throw new HistorianException(
          ErrorCode.UNIT_MISMATCH,
          "numbers of this unit must not be added up: tag="
              + ErrorText.quote(tag.name())
              + ", uom="
              + ErrorText.quote(tag.uom())
              + ", fields="
              + SummaryField.labels(senseless)
              + "; ask for minimum, maximum, first or last, or say asNumbers=true to take them as"
              + " plain numbers");
    }
    return fields;
  }

  /**
   * A row.
   *
   * @param lengthNs how much of the interval counts; not looked at where events are weighed
   */
  SummaryRow row(long startNs, long endNs, IntervalStatistics s, long lengthNs) {
    int status = isEventWeighted ? s.statusOfRows() : s.status(lengthNs);
    SummaryRow row = new SummaryRow(startNs, endNs, status, "stored");
    row.goodSeconds(s.goodNs() * 1e-9);
    double percentGood = percentGood(s, lengthNs);
    row.set(SummaryField.COUNT, (Long) s.count());
    row.set(SummaryField.PERCENT_GOOD, (Double) percentGood);
    for (SummaryField field : fields) {
      set(row, field, s, lengthNs, percentGood);
    }
    return percentGood < asked.percentGoodMin() ? row.withheld() : row;
  }

  private double percentGood(IntervalStatistics s, long lengthNs) {
    return isEventWeighted ? s.percentUsable() : lengthNs == 0 ? 0 : s.percentGood(lengthNs);
  }

  private void set(
      SummaryRow row, SummaryField field, IntervalStatistics s, long lengthNs, double good) {
    switch (field) {
      case TIME_AVERAGE -> row.set(field, s.timeAverage());
      case SAMPLE_AVERAGE -> row.set(field, s.sampleAverage());
      case MINIMUM -> row.set(field, s.minimum());
      case MINIMUM_TIME -> row.set(field, s.minimumTimeNs());
      case MAXIMUM -> row.set(field, s.maximum());
      case MAXIMUM_TIME -> row.set(field, s.maximumTimeNs());
      case RANGE -> row.set(field, difference(s.maximum(), s.minimum()));
      case FIRST -> row.set(field, s.first());
      case FIRST_TIME -> row.set(field, firstTimeNs(s));
      case LAST -> row.set(field, s.last());
      case LAST_TIME -> row.set(field, lastTimeNs(s));
      case DELTA -> row.set(field, difference(s.last(), s.first()));
      case STD_DEV -> row.set(field, s.stdDev());
      case SAMPLE_STD_DEV -> row.set(field, spread(s, s.sampleStdDev()));
      case POPULATION_STD_DEV -> row.set(field, spread(s, s.populationStdDev()));
      case TOTAL -> {
        Double integral = s.integralSeconds();
        row.set(field, integral == null ? null : (Double) totalUnit.total(integral));
      }
      case SUM -> row.set(field, s.sum());
      case SLOPE -> row.set(field, s.slopePerSecond());
      case TRANSITIONS -> row.set(field, (Long) s.transitions());
      case UNCERTAIN_COUNT -> row.set(field, (Long) s.uncertainCount());
      case BAD_COUNT -> row.set(field, (Long) s.badCount());
      case DURATION_GOOD -> row.set(field, (Double) (s.goodNs() * 1e-9));
      case DURATION_BAD ->
          row.set(field, (Double) ((IntervalStatistics.unsigned(lengthNs) - s.goodNs()) * 1e-9));
      case PERCENT_BAD -> row.set(field, (Double) (100 - good));
      case COUNT, PERCENT_GOOD -> {} // always there
    }
  }

  /** One event has no spread. */
  private @Nullable Double spread(IntervalStatistics s, @Nullable Double deviation) {
    return isEventWeighted && s.count() < 2 ? null : deviation;
  }

  private static @Nullable Double difference(@Nullable Double a, @Nullable Double b) {
    return a == null || b == null ? null : (Double) (a - b);
  }

  /** Statistics that begin with a sample that is not usable do not say when the first one was. */
  private @Nullable Long firstTimeNs(IntervalStatistics s) {
    if (s.count() == 0 || s.firstTimeNs() != null) {
      return s.firstTimeNs();
    }
    return usableTimeNs(s.firstTimeFloorNs(), Long.MAX_VALUE, Direction.FORWARD);
  }

  private @Nullable Long lastTimeNs(IntervalStatistics s) {
    if (s.count() == 0 || s.lastTimeNs() != null) {
      return s.lastTimeNs();
    }
    return usableTimeNs(Long.MIN_VALUE, s.lastTimeCeilingNs(), Direction.BACKWARD);
  }

  private @Nullable Long usableTimeNs(long startNs, long endNs, Direction direction) {
    return RuledSamples.usableTime(context, tag, new TimeRange(startNs, endNs), direction, rule, 1);
  }
}

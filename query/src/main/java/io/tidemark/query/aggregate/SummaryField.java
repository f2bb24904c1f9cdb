package io.tidemark.query.aggregate;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.NearestName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What can be asked of an interval of a tag. Names in JSON are in camelCase ({@link #label}), in
 * tables in snake_case ({@link #column}).
 *
 * <p>A <i>sample</i> here is a usable one inside the interval: Good (or also Uncertain, if the rule
 * says so) with a number. What is weighted by time is over the time with a usable value. Where a
 * {@link CalculationBasis} weighs events, percentages are of the recorded samples, and standard
 * deviations need two.
 */
public enum SummaryField {
  /** Integral divided by good time. */
  TIME_AVERAGE(Kind.NUMBER, UnitRole.POINT),
  /** Mean of the samples. */
  SAMPLE_AVERAGE(Kind.NUMBER, UnitRole.POINT),
  /** Smallest sample. */
  MINIMUM(Kind.NUMBER, UnitRole.POINT),
  /** Its earliest time. */
  MINIMUM_TIME(Kind.TIME, UnitRole.NONE),
  /** Largest sample. */
  MAXIMUM(Kind.NUMBER, UnitRole.POINT),
  /** Its earliest time. */
  MAXIMUM_TIME(Kind.TIME, UnitRole.NONE),
  /** Largest less smallest sample. */
  RANGE(Kind.NUMBER, UnitRole.DIFFERENCE),
  /** First sample. */
  FIRST(Kind.NUMBER, UnitRole.POINT),
  /** Its time. */
  FIRST_TIME(Kind.TIME, UnitRole.NONE),
  /** Last sample. */
  LAST(Kind.NUMBER, UnitRole.POINT),
  /** Its time. */
  LAST_TIME(Kind.TIME, UnitRole.NONE),
  /** Last less first sample. */
  DELTA(Kind.NUMBER, UnitRole.DIFFERENCE),
  /** Standard deviation over good time (population). */
  STD_DEV(Kind.NUMBER, UnitRole.DIFFERENCE),
  /** Standard deviation of the samples, divided by their number less one; 0 for one. */
  SAMPLE_STD_DEV(Kind.NUMBER, UnitRole.DIFFERENCE),
  /** Standard deviation of the samples, divided by their number. */
  POPULATION_STD_DEV(Kind.NUMBER, UnitRole.DIFFERENCE),
  /** Integral over good time. */
  TOTAL(Kind.NUMBER, UnitRole.TOTAL),
  /** Sum of the samples. */
  SUM(Kind.NUMBER, UnitRole.SUM),
  /** Slope of the least-squares line through the samples; none if they are of one time. */
  SLOPE(Kind.NUMBER, UnitRole.SLOPE),
  /** Samples whose value differs from that of the one before, which may lie before the interval. */
  TRANSITIONS(Kind.COUNT, UnitRole.NONE),
  /** Samples. */
  COUNT(Kind.COUNT, UnitRole.NONE),
  /** Recorded samples of class Uncertain, whether usable or not. */
  UNCERTAIN_COUNT(Kind.COUNT, UnitRole.NONE),
  /** Recorded samples that are Bad, or have no number. */
  BAD_COUNT(Kind.COUNT, UnitRole.NONE),
  /** Good time in seconds. */
  DURATION_GOOD(Kind.NUMBER, UnitRole.NONE),
  /** The rest of the interval in seconds. */
  DURATION_BAD(Kind.NUMBER, UnitRole.NONE),
  /** Good time in percent of the interval. */
  PERCENT_GOOD(Kind.NUMBER, UnitRole.NONE),
  /** The rest in percent. */
  PERCENT_BAD(Kind.NUMBER, UnitRole.NONE);

  /** What a field holds. */
  public enum Kind {
    /** A float64. */
    NUMBER,
    /** Nanoseconds since the epoch. */
    TIME,
    /** A whole number from 0. */
    COUNT
  }

  /** How it follows the unit of the tag. */
  public enum UnitRole {
    /** Not at all. */
    NONE,
    /** As a value, with the zero of the scale. */
    POINT,
    /** As a difference of values. */
    DIFFERENCE,
    /** As a value, with the zero of the scale once for each sample. */
    SUM,
    /** As {@link TotalUnit}. */
    TOTAL,
    /** As {@link SlopeUnit}. */
    SLOPE
  }

  /** What is answered if nothing else is asked for. */
  public static final Set<SummaryField> USUAL =
      Set.copyOf(
          EnumSet.of(
              TIME_AVERAGE,
              SAMPLE_AVERAGE,
              MINIMUM,
              MINIMUM_TIME,
              MAXIMUM,
              MAXIMUM_TIME,
              STD_DEV,
              TOTAL,
              COUNT,
              PERCENT_GOOD));

  /** The same where events are weighed, not time. */
  public static final Set<SummaryField> USUAL_OF_EVENTS =
      Set.copyOf(
          EnumSet.of(
              SAMPLE_AVERAGE,
              MINIMUM,
              MINIMUM_TIME,
              MAXIMUM,
              MAXIMUM_TIME,
              SAMPLE_STD_DEV,
              SUM,
              COUNT,
              PERCENT_GOOD));

  /** What every row says. */
  public static final Set<SummaryField> ALWAYS = Set.copyOf(EnumSet.of(COUNT, PERCENT_GOOD));

  private final Kind kind;
  private final UnitRole unitRole;
  private final String label;

  SummaryField(Kind kind, UnitRole unitRole) {
    this.kind = kind;
    this.unitRole = unitRole;
    StringBuilder text = new StringBuilder();
    for (String word : name().toLowerCase(Locale.ROOT).split("_", -1)) {
      text.append(
          text.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
    }
    label = text.toString();
  }

  /** What it holds. */
  public Kind kind() {
    return kind;
  }

  /** How it follows the unit of the tag. */
  public UnitRole unitRole() {
    return unitRole;
  }

  /** Name in JSON. */
  public String label() {
    return label;
  }

  /** Name in tables. */
  public String column() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Its unit where values have a unit, empty for none. A slope has none: it is per some time. */
  public String uom(String uomOfValues) {
    return switch (this) {
      case PERCENT_GOOD, PERCENT_BAD -> "%";
      case DURATION_GOOD, DURATION_BAD -> "s";
      default ->
          switch (unitRole) {
            case POINT, DIFFERENCE, SUM -> uomOfValues;
            case TOTAL -> uomOfValues.isEmpty() ? "" : TotalUnit.of(uomOfValues).uom();
            case SLOPE, NONE -> "";
          };
    };
  }

  /**
   * The field of a name, as JSON or as tables have it, in any case.
   *
   * @throws HistorianException naming the nearest and listing all
   */
  public static SummaryField named(String name) {
    List<String> labels = new ArrayList<>();
    for (SummaryField field : values()) {
      if (field.label.equalsIgnoreCase(name) || field.column().equalsIgnoreCase(name)) {
        return field;
      }
      labels.add(name.indexOf('_') < 0 ? field.label : field.column());
    }
    String nearest = NearestName.find(name, labels);
    throw new HistorianException(
        ErrorCode.OUT_OF_RANGE,
        "no such field of a summary: field="
            + ErrorText.quote(name)
            + (nearest == null ? "" : ", nearest=" + nearest),
        "fields",
        "fields are " + String.join(", ", labels),
        null);
  }

  /** Whether a tag without numbers has it. */
  public boolean isOfAnyType() {
    return switch (this) {
      case TRANSITIONS,
          FIRST_TIME,
          LAST_TIME,
          COUNT,
          UNCERTAIN_COUNT,
          BAD_COUNT,
          DURATION_GOOD,
          DURATION_BAD,
          PERCENT_GOOD,
          PERCENT_BAD ->
          true;
      default -> false;
    };
  }

  /** Whether it is weighted by time, or a time itself: events alone do not have it. */
  public boolean isOfTime() {
    return switch (this) {
      case TIME_AVERAGE, STD_DEV, TOTAL, DURATION_GOOD, DURATION_BAD -> true;
      default -> false;
    };
  }

  /** Whether values are added up for it: a tag in a unit that is not linear does not have it. */
  public boolean addsUp() {
    return switch (this) {
      case TIME_AVERAGE,
          SAMPLE_AVERAGE,
          STD_DEV,
          SAMPLE_STD_DEV,
          POPULATION_STD_DEV,
          TOTAL,
          SUM,
          SLOPE ->
          true;
      default -> false;
    };
  }

  /** Names in JSON of some fields, in their usual order, by comma. */
  public static String labels(Collection<SummaryField> fields) {
    return fields.stream().sorted().map(SummaryField::label).collect(Collectors.joining(","));
  }

  /** Whether stored statistics do not hold it: every sample is looked at. */
  public boolean needsSamples() {
    return this == SLOPE || this == TRANSITIONS;
  }

  /** Whether one of the fields needs {@link SampleMoments}. */
  static boolean needMoments(Collection<SummaryField> fields) {
    return fields.contains(SLOPE)
        || fields.contains(TRANSITIONS)
        || fields.contains(SAMPLE_STD_DEV)
        || fields.contains(POPULATION_STD_DEV);
  }
}

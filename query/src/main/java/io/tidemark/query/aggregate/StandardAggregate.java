package io.tidemark.query.aggregate;

import io.tidemark.model.SampleType;
import io.tidemark.model.TagDefinition;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The aggregates of OPC UA Part 13, 5.4.3, by their names there. Times are in milliseconds, totals
 * in the tag's unit times seconds. See {@link StandardAggregation} for what each of them is.
 */
public enum StandardAggregate {
  /** Value at the start of the interval, on the line between usable samples. */
  INTERPOLATIVE("Interpolative", 2341),
  /** Mean of the Good samples. */
  AVERAGE("Average", 2342),
  /** Mean over time of the line through usable samples, Bad ones skipped. */
  TIME_AVERAGE("TimeAverage", 2343),
  /** Integral over time of that line. */
  TOTAL("Total", 2344),
  /** Smallest Good sample. */
  MINIMUM("Minimum", 2346),
  /** Largest Good sample. */
  MAXIMUM("Maximum", 2347),
  /** Smallest Good sample, with its time. */
  MINIMUM_ACTUAL_TIME("MinimumActualTime", 2348),
  /** Largest Good sample, with its time. */
  MAXIMUM_ACTUAL_TIME("MaximumActualTime", 2349),
  /** Largest less smallest Good sample. */
  RANGE("Range", 2350),
  /** Samples that carry an annotation. */
  ANNOTATION_COUNT("AnnotationCount", 2351),
  /** Good samples. */
  COUNT("Count", 2352),
  /** Changes of value between samples that are not Bad. */
  NUMBER_OF_TRANSITIONS("NumberOfTransitions", 2355),
  /** First sample of any quality, with its time. */
  START("Start", 2357),
  /** Last sample of any quality, with its time. */
  END("End", 2358),
  /** Last less first Good sample. */
  DELTA("Delta", 2359),
  /** Good time. */
  DURATION_GOOD("DurationGood", 2360),
  /** Bad time. */
  DURATION_BAD("DurationBad", 2361),
  /** Share of Good time. */
  PERCENT_GOOD("PercentGood", 2362),
  /** Share of Bad time. */
  PERCENT_BAD("PercentBad", 2363),
  /** Worst status of a sample. */
  WORST_QUALITY("WorstQuality", 2364),
  /** Mean over the time that is not Bad. */
  TIME_AVERAGE_2("TimeAverage2", 11285),
  /** Smallest value, bounds included. */
  MINIMUM_2("Minimum2", 11286),
  /** Largest value, bounds included. */
  MAXIMUM_2("Maximum2", 11287),
  /** Largest less smallest value, bounds included. */
  RANGE_2("Range2", 11288),
  /** Worst status of a sample or of the bound at the start. */
  WORST_QUALITY_2("WorstQuality2", 11292),
  /** Integral over the time that is not Bad. */
  TOTAL_2("Total2", 11304),
  /** Smallest value, bounds included, with its time. */
  MINIMUM_ACTUAL_TIME_2("MinimumActualTime2", 11305),
  /** Largest value, bounds included, with its time. */
  MAXIMUM_ACTUAL_TIME_2("MaximumActualTime2", 11306),
  /** Time in which the value is zero, held from sample to sample. */
  DURATION_IN_STATE_ZERO("DurationInStateZero", 11307),
  /** Time in which it is not. */
  DURATION_IN_STATE_NON_ZERO("DurationInStateNonZero", 11308),
  /** Standard deviation of the Good samples, by n - 1. */
  STANDARD_DEVIATION_SAMPLE("StandardDeviationSample", 11426),
  /** Standard deviation of the Good samples, by n. */
  STANDARD_DEVIATION_POPULATION("StandardDeviationPopulation", 11427),
  /** Variance of the Good samples, by n - 1. */
  VARIANCE_SAMPLE("VarianceSample", 11428),
  /** Variance of the Good samples, by n. */
  VARIANCE_POPULATION("VariancePopulation", 11429),
  /** Value at the start of the interval by the simple rule. */
  START_BOUND("StartBound", 11505),
  /** Value at the end of the interval by the simple rule. */
  END_BOUND("EndBound", 11506),
  /** Value at the end less value at the start, by the simple rule. */
  DELTA_BOUNDS("DeltaBounds", 11507);

  private static final Map<String, StandardAggregate> BY_NAME = new HashMap<>();

  static {
    for (StandardAggregate each : values()) {
      BY_NAME.put(each.browseName.toLowerCase(Locale.ROOT), each);
    }
  }

  private final String browseName;
  private final int nodeId;

  StandardAggregate(String browseName, int nodeId) {
    this.browseName = browseName;
    this.nodeId = nodeId;
  }

  /** Its name in the standard. */
  public String browseName() {
    return browseName;
  }

  /** Its identifier in the namespace of OPC UA. */
  public int nodeId() {
    return nodeId;
  }

  /** The aggregate of a name in the standard, in any case, also with underscores; or null. */
  public static @Nullable StandardAggregate find(String name) {
    return BY_NAME.get(name.strip().replace("_", "").toLowerCase(Locale.ROOT));
  }

  /** The names in the standard. */
  public static List<String> browseNames() {
    return Arrays.stream(values()).map(StandardAggregate::browseName).toList();
  }

  /** The tag that its rows would be samples of: of their type and unit. */
  public TagDefinition of(TagDefinition tag) {
    return new TagDefinition(
        tag.id(),
        tag.uuid(),
        tag.name(),
        keepsType() ? tag.type() : SampleType.FLOAT64,
        uom(tag.uom()),
        tag.description(),
        tag.stepped(),
        tag.rangeLow(),
        tag.rangeHigh(),
        keepsType() ? tag.states() : List.of(),
        tag.duplicates(),
        tag.forecast(),
        tag.version(),
        tag.changedBy(),
        tag.changedAtMicros());
  }

  private String uom(String uom) {
    return switch (this) {
      case DURATION_GOOD, DURATION_BAD, DURATION_IN_STATE_ZERO, DURATION_IN_STATE_NON_ZERO -> "ms";
      case PERCENT_GOOD, PERCENT_BAD -> "%";
      case COUNT, ANNOTATION_COUNT, NUMBER_OF_TRANSITIONS, WORST_QUALITY, WORST_QUALITY_2 -> "";
      case TOTAL, TOTAL_2 -> uom.isEmpty() ? "s" : uom + "·s";
      case VARIANCE_SAMPLE, VARIANCE_POPULATION -> uom.isEmpty() ? "" : "(" + uom + ")²";
      default -> uom;
    };
  }

  /** Whether values are as the tag has them, rather than computed. */
  boolean keepsType() {
    return switch (this) {
      case START, END, MINIMUM, MAXIMUM, MINIMUM_ACTUAL_TIME, MAXIMUM_ACTUAL_TIME -> true;
      default -> false;
    };
  }

  /** Whether the line between usable samples is needed, with Bad ones skipped. */
  boolean isInterpolated() {
    return this == INTERPOLATIVE || this == TIME_AVERAGE || this == TOTAL;
  }

  /** Whether it makes sense for tags of a type. */
  public boolean fits(SampleType type) {
    return switch (this) {
      case ANNOTATION_COUNT,
          COUNT,
          NUMBER_OF_TRANSITIONS,
          START,
          END,
          DURATION_GOOD,
          DURATION_BAD,
          PERCENT_GOOD,
          PERCENT_BAD,
          WORST_QUALITY,
          WORST_QUALITY_2 ->
          true;
      case DURATION_IN_STATE_ZERO, DURATION_IN_STATE_NON_ZERO, INTERPOLATIVE ->
          type != SampleType.STRING;
      default -> type.isNumeric();
    };
  }
}

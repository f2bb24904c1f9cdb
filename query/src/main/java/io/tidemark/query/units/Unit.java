package io.tidemark.query.units;

import io.tidemark.model.ErrorText;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tech.units.indriya.function.RationalNumber;

/**
 * A unit of measure as a tag names it. Immutable; equal if written the same.
 *
 * <p>Points on a scale ({@code °C}, {@code °F}, {@code bar(g)}) have an offset against the base
 * units, differences have none: see {@link UnitConversion}.
 */
public final class Unit {
  /** Longest text that can mean something, in characters. */
  public static final int TEXT_CHARS_MAX = UnitText.LENGTH_MAX;

  /** Texts remembered; they are few, and reading one again costs microseconds. */
  private static final int REMEMBERED_MAX = 1_000;

  private static final Map<String, Unit> REMEMBERED = new ConcurrentHashMap<>();

  private final String text;
  private final UnitText.@Nullable Reading reading;
  private final @Nullable Dimension dimension;

  /**
   * A unit by time.
   *
   * @param quantity text of the unit without its time: {@code kJ/kg} for {@code kJ/(kg.h)}
   * @param seconds the time below the line
   */
  public record Rate(String quantity, double seconds) {}

  private Unit(String text) {
    this.text = text;
    this.reading = UnitText.read(text).orElse(null);
    this.dimension = reading == null ? null : reading.dimension();
  }

  /**
   * The unit of a text, which may be anything: what is empty, unknown, ambiguous or longer than
   * {@link #TEXT_CHARS_MAX} is a unit that converts only to itself.
   */
  public static Unit parse(String uom) {
    Unit known = REMEMBERED.get(uom);
    if (known != null) {
      return known;
    }
    Unit unit = new Unit(uom.strip());
    if (uom.length() <= TEXT_CHARS_MAX && REMEMBERED.size() < REMEMBERED_MAX) {
      REMEMBERED.put(uom, unit);
    }
    return unit;
  }

  /** The text, without blanks around. */
  public String text() {
    return text;
  }

  /** Whether the text means something here. */
  public boolean isKnown() {
    return reading != null;
  }

  /**
   * Whether an average of numbers is the number of an average: false for logarithmic scales ({@code
   * pH}, {@code dB}), which convert only to themselves. Nothing is known of unknown units; they
   * count as linear.
   */
  public boolean isLinear() {
    return reading == null || reading.isLinear();
  }

  /** What it measures, null if unknown. */
  public @Nullable Dimension dimension() {
    return dimension;
  }

  /** How many base units a difference of one is; NaN if unknown. */
  public double factor() {
    return reading == null ? Double.NaN : ExactNumbers.nearest(slope(reading.unit()));
  }

  /** Where its zero lies, in base units; 0 for most units, NaN if unknown. */
  public double offset() {
    return reading == null
        ? Double.NaN
        : ExactNumbers.nearest(ExactNumbers.zero(reading.unit(), reading.unit().getSystemUnit()));
  }

  private static RationalNumber slope(javax.measure.Unit<?> unit) {
    return ExactNumbers.slope(unit, unit.getSystemUnit());
  }

  /** What it is per time, null if nothing below its line is a time. */
  public @Nullable Rate rate() {
    if (reading == null || reading.quantity() == null || reading.time() == null) {
      return null;
    }
    return new Rate(reading.quantity(), ExactNumbers.nearest(slope(reading.time())));
  }

  /** Whether numbers of this unit can be told in the other. */
  public boolean isConvertibleTo(Unit other) {
    return text.equals(other.text) || (dimension != null && dimension.equals(other.dimension));
  }

  /** The library's unit, null if unknown. */
  javax.measure.@Nullable Unit<?> measure() {
    return reading == null ? null : reading.unit();
  }

  /** For messages: the text, bounded, and what it measures. */
  public String described() {
    return ErrorText.quote(text) + (dimension == null ? " (unknown)" : " " + dimension);
  }

  /** For messages: some units that it converts to, as the last part; empty if there are none. */
  public String fitting() {
    String examples = String.join(", ", UneceCodes.examples(this));
    return examples.isEmpty() ? "" : ", fitting=" + examples;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Unit unit && unit.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}

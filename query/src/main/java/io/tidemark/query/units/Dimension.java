package io.tidemark.query.units;

import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a unit measures. Two units convert to one another if their dimensions are equal.
 *
 * @param units product of powers of base units, for example {@code kg/(m·s²)}; {@code 1} for none.
 *     Base units are those of the SI, and what must not be mixed with anything: {@code rad}, {@code
 *     pcs}, each currency, volumes at reference conditions ({@code Nm3}, {@code Sm3}), {@code VA},
 *     {@code var}
 */
public record Dimension(String units) {
  /** What people call the most common ones. */
  private static final class Names {
    static final Map<Dimension, String> NAMES =
        Stream.of(
                "ratio|1",
                "length|m",
                "area|m2",
                "volume|m3",
                "mass|kg",
                "time|s",
                "electric current|A",
                "temperature|K",
                "amount of substance|mol",
                "luminous intensity|cd",
                "illuminance|lx",
                "velocity|m/s",
                "acceleration|m/s2",
                "frequency|Hz",
                "volume flow|m3/s",
                "mass flow|kg/s",
                "density|kg/m3",
                "concentration|mol/m3",
                "force|N",
                "pressure|Pa",
                "energy or torque|J",
                "power|W",
                "specific energy|J/kg",
                "specific heat|J/(kg.K)",
                "heat transfer|W/(m2.K)",
                "dynamic viscosity|Pa.s",
                "kinematic viscosity|m2/s",
                "rate of temperature|K/s",
                "voltage|V",
                "resistance|Ohm",
                "conductance|S",
                "conductivity|S/m",
                "charge|Ah",
                "plane angle|rad",
                "angular velocity|rad/s",
                "count|pcs",
                "rate of pieces|pcs/s",
                "normal volume|Nm3",
                "normal volume flow|Nm3/s",
                "standard volume|Sm3",
                "standard volume flow|Sm3/s",
                "apparent power|VA",
                "reactive power|var")
            .map(line -> line.split("\\|", 2))
            .collect(
                Collectors.toUnmodifiableMap(
                    pair -> UnitText.read(pair[1]).orElseThrow().dimension(), pair -> pair[0]));
  }

  /** The common name, for example {@code pressure}, or the base units where there is none. */
  public String name() {
    return Names.NAMES.getOrDefault(this, units);
  }

  /** Name and base units, for messages. */
  @Override
  public String toString() {
    String name = name();
    return name.equals(units) ? units : name + " (" + units + ")";
  }
}

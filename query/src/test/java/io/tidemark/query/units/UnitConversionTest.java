package io.tidemark.query.units;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.util.Random;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.assertj.core.data.Offset;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class UnitConversionTest {
  private static UnitConversion points(String from, String to) {
    return UnitConversion.points(Unit.parse(from), Unit.parse(to));
  }

  private static UnitConversion differences(String from, String to) {
    return UnitConversion.differences(Unit.parse(from), Unit.parse(to));
  }

  /** To the last bit: these are what people know by heart. */
  @ParameterizedTest
  @CsvSource({
    "°C, °F, 100, 212, 180",
    "°C, °F, -40, -40, -72",
    "°F, °C, 32, 0, 17.77777777777778",
    "°F, °C, 212, 100, 117.77777777777777",
    "°C, K, 0, 273.15, 0",
    "K, °C, 273.15, 0, 273.15",
    "bar, kPa, 1.1, 110.00000000000001, 110.00000000000001",
    "kPa, bar, 110, 1.1, 1.1",
    "mbar, hPa, 7.3, 7.3, 7.3",
    "bar, bar(g), 1.01325, 0, 1.01325",
    "bar(g), bar, 0, 1.01325, 0",
    "bar(g), kPa(g), 2.5, 250, 250",
    "psi, bar, 14.5, 0.9997398075094124, 0.9997398075094124",
    "m3/h, l/min, 3, 50, 50",
    "l/min, m3/h, 50, 3, 3",
    "t/h, kg/s, 3.6, 1, 1",
    "kW, MW, 250, 0.25, 0.25",
    "kWh, MJ, 1, 3.6, 3.6",
    "rpm, Hz, 3000, 50, 50",
    "%, ppm, 0.1, 1000, 1000",
    "%, 1, 7, 0.07, 0.07",
    "µS/cm, S/m, 500, 0.05, 0.05",
    "cP, Pa.s, 1, 0.001, 0.001",
    "mol/l, mol/m3, 0.2, 200, 200",
    "°C/min, K/h, 2, 120, 120",
    "in, mm, 1, 25.4, 25.4",
    "d, h, 1.5, 36, 36",
    "°, rad, 180, 3.141592653589793, 3.141592653589793",
  })
  void convertsPointsAndDifferences(
      String from, String to, double value, double point, double difference) {
    assertThat(points(from, to).convert(value)).isEqualTo(point);
    assertThat(differences(from, to).convert(value)).isEqualTo(difference);
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void thereAndBackIsWhereItWas(long seed) {
    Random random = new Random(seed);
    String[][] families = {
      {"°C", "°F", "K"},
      {"bar", "barg", "psi", "psig", "kPa", "mbar", "mmHg", "atm", "mmH2O", "MPa(g)"},
      {"m3/h", "l/min", "gpm", "cfm", "m3/d", "ml/s", "bbl/d"},
      {"kW", "hp", "PS", "kcal/h", "Btu/h", "MJ/d"},
      {"kg/h", "t/d", "lb/min", "g/s"},
      {"rad", "°", "mrad"}
    };
    for (String[] family : families) {
      for (int i = 0; i < 200; i++) {
        Unit from = Unit.parse(family[random.nextInt(family.length)]);
        Unit to = Unit.parse(family[random.nextInt(family.length)]);
        double value = random.nextGaussian() * Math.pow(10, random.nextInt(9) - 4);
        UnitConversion there = UnitConversion.points(from, to);
        UnitConversion back = UnitConversion.points(to, from);
        double between = there.convert(value);
        // Four roundings, of numbers as large as the value or the zeros of the scales.
        double bound =
            4 * Math.max(Math.ulp(value), Math.max(Math.ulp(back.offset()), slack(back, between)));
        assertThat(Math.abs(back.convert(between) - value))
            .as("%s -> %s, value=%s, seed=%d", from, to, value, seed)
            .isLessThanOrEqualTo(bound);
        double difference = UnitConversion.differences(from, to).convert(value);
        double again = UnitConversion.differences(to, from).convert(difference);
        assertThat(Math.abs(again - value))
            .as("%s -> %s, value=%s, seed=%d", from, to, value, seed)
            .isLessThanOrEqualTo(3 * Math.ulp(value));
      }
    }
  }

  /** The rounding of a number between, as it shows behind the conversion back. */
  private static double slack(UnitConversion back, double between) {
    return Math.ulp(between) * back.factor();
  }

  @Test
  void aDifferenceIsADifferenceOfPoints() {
    for (String to : new String[] {"°F", "K"}) {
      UnitConversion points = points("°C", to);
      assertThat(points.convert(71.5) - points.convert(70.25))
          .isCloseTo(differences("°C", to).convert(1.25), Offset.offset(1e-12));
    }
  }

  @Test
  void oddNumbersStayOdd() {
    for (UnitConversion conversion :
        new UnitConversion[] {points("m3/h", "l/min"), points("°C", "K"), points("°F", "°C")}) {
      assertThat(conversion.convert(Double.NaN)).isNaN();
      assertThat(conversion.convert(Double.POSITIVE_INFINITY)).isInfinite().isPositive();
      assertThat(conversion.convert(Double.NEGATIVE_INFINITY)).isInfinite().isNegative();
    }
    assertThat(points("m3/h", "l/min").convert(-0.0)).isEqualTo(-0.0);
    assertThat(points("m3/h", "l/min").convert(Double.MAX_VALUE)).isInfinite();
    assertThat(points("l/min", "m3/h").convert(Double.MAX_VALUE))
        .isCloseTo(Double.MAX_VALUE * 0.06, Percentage.withPercentage(1e-12));
  }

  @Test
  void aBlockIsConvertedAsItsNumbers() {
    double[] values = {1, 2, 3};
    points("°C", "°F").convert(values, 2);
    assertThat(values).containsExactly(33.8, 35.6, 3);
  }

  @Test
  void theSameScaleUnderAnotherNameIsAnIdentity() {
    assertThat(points("degC", "°C").isIdentity()).isTrue();
    assertThat(points("m3/h", "m³/h").isIdentity()).isTrue();
    assertThat(points("hPa", "mbar").isIdentity()).isTrue();
    assertThat(points("K", "°C").isIdentity()).isFalse();
    assertThat(differences("K", "°C").isIdentity()).isTrue();
    assertThat(points("foo bar", "foo bar").isIdentity()).isTrue();
  }

  @Test
  void aMismatchNamesBothDimensionsAndWhatWouldFit() {
    assertThatThrownBy(() -> points("bar", "°C"))
        .asInstanceOf(InstanceOfAssertFactories.throwable(HistorianException.class))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.UNIT_MISMATCH))
        .hasMessage(
            "cannot convert: from=\"bar\" pressure (kg/(m·s²)), to=\"°C\" temperature (K),"
                + " fitting=mbar, Pa, hPa, kPa, MPa, psi");
    assertThatThrownBy(() -> differences("Nm3/h", "m3/h"))
        .hasMessageContaining("from=\"Nm3/h\" normal volume flow (Nm3/s)")
        .hasMessageContaining("fitting=Nm³/h, Nm³/d");
    assertThatThrownBy(() -> points("x\u0000", "y"))
        .hasMessage("cannot convert: from=\"x\\u0000\" (unknown), to=\"y\" (unknown)");
    assertThatThrownBy(() -> points("bar", "z".repeat(100_000)))
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(300));
  }
}

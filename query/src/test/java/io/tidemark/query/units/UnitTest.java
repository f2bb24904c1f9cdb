package io.tidemark.query.units;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the texts of plants mean: factors are those of the SI brochure and NIST SP 811. */
class UnitTest {
  @ParameterizedTest
  @CsvSource({
    // text, dimension, factor, offset in base units
    "K, K, 1, 0",
    "°C, K, 1, 273.15",
    "degC, K, 1, 273.15",
    "deg C, K, 1, 273.15",
    "℃, K, 1, 273.15",
    "°F, K, 0.5555555555555556, 255.37222222222223",
    "Pa, kg/(m·s²), 1, 0",
    "hPa, kg/(m·s²), 100, 0",
    "kPa, kg/(m·s²), 1000, 0",
    "MPa, kg/(m·s²), 1e6, 0",
    "bar, kg/(m·s²), 1e5, 0",
    "bar(a), kg/(m·s²), 1e5, 0",
    "mbar, kg/(m·s²), 100, 0",
    "bar(g), kg/(m·s²), 1e5, 101325",
    "barg, kg/(m·s²), 1e5, 101325",
    "mbar(g), kg/(m·s²), 100, 101325",
    "kPag, kg/(m·s²), 1000, 101325",
    "psig, kg/(m·s²), 6894.757293168362, 101325",
    "psi, kg/(m·s²), 6894.757293168362, 0",
    "atm, kg/(m·s²), 101325, 0",
    "Torr, kg/(m·s²), 133.32236842105263, 0",
    "mmHg, kg/(m·s²), 133.322387415, 0",
    "mmH2O, kg/(m·s²), 9.80665, 0",
    "inH2O, kg/(m·s²), 249.08891, 0",
    "inHg, kg/(m·s²), 3386.388640341, 0",
    "kgf/cm2, kg/(m·s²), 98066.5, 0",
    "m3/h, m³/s, 0.0002777777777777778, 0",
    "m³/h, m³/s, 0.0002777777777777778, 0",
    "m^3/h, m³/s, 0.0002777777777777778, 0",
    "m3 / h, m³/s, 0.0002777777777777778, 0",
    "l/min, m³/s, 0.000016666666666666667, 0",
    "L/min, m³/s, 0.000016666666666666667, 0",
    "gpm, m³/s, 0.0000630901964, 0",
    "gal, m³, 0.003785411784, 0",
    "ft3, m³, 0.028316846592, 0",
    "bbl, m³, 0.158987294928, 0",
    "kg/h, kg/s, 0.0002777777777777778, 0",
    "t/h, kg/s, 0.2777777777777778, 0",
    "kg, kg, 1, 0",
    "g, kg, 0.001, 0",
    "mg, kg, 1e-6, 0",
    "t, kg, 1000, 0",
    "lb, kg, 0.45359237, 0",
    "oz, kg, 0.028349523125, 0",
    "rpm, 1/s, 0.016666666666666666, 0",
    "1/min, 1/s, 0.016666666666666666, 0",
    "min-1, 1/s, 0.016666666666666666, 0",
    "min⁻¹, 1/s, 0.016666666666666666, 0",
    "U/min, 1/s, 0.016666666666666666, 0",
    "/h, 1/s, 0.0002777777777777778, 0",
    "Hz, 1/s, 1, 0",
    "kHz, 1/s, 1000, 0",
    "%, 1, 0.01, 0",
    "‰, 1, 0.001, 0",
    "ppm, 1, 1e-6, 0",
    "1, 1, 1, 0",
    "mm, m, 0.001, 0",
    "µm, m, 1e-6, 0",
    "μm, m, 1e-6, 0",
    "um, m, 1e-6, 0",
    "in, m, 0.0254, 0",
    "ft, m, 0.3048, 0",
    "m/s, m/s, 1, 0",
    "km/h, m/s, 0.2777777777777778, 0",
    "m/s2, m/s², 1, 0",
    "m·s⁻², m/s², 1, 0",
    "kW, kg·m²/s³, 1000, 0",
    "MW, kg·m²/s³, 1e6, 0",
    "hp, kg·m²/s³, 745.6998715822702, 0",
    "kWh, kg·m²/s², 3.6e6, 0",
    "kW.h, kg·m²/s², 3.6e6, 0",
    "J, kg·m²/s², 1, 0",
    "Btu, kg·m²/s², 1055.05585262, 0",
    "kcal, kg·m²/s², 4186.8, 0",
    "Nm, kg·m²/s², 1, 0",
    "N·m, kg·m²/s², 1, 0",
    "N m, kg·m²/s², 1, 0",
    "N, kg·m/s², 1, 0",
    "lbf, kg·m/s², 4.4482216152605, 0",
    "kJ/kg, m²/s², 1000, 0",
    "kJ/(kg.K), m²/(s²·K), 1000, 0",
    "kJ/(kg·°C), m²/(s²·K), 1000, 0",
    "kJ/kg/K, m²/(s²·K), 1000, 0",
    "W/(m²·K), kg/(s³·K), 1, 0",
    "V, kg·m²/(s³·A), 1, 0",
    "mA, A, 0.001, 0",
    "Ohm, kg·m²/(s³·A²), 1, 0",
    "kΩ, kg·m²/(s³·A²), 1000, 0",
    "S/m, s³·A²/(kg·m³), 1, 0",
    "µS/cm, s³·A²/(kg·m³), 0.0001, 0",
    "uS/cm, s³·A²/(kg·m³), 0.0001, 0",
    "mol/l, mol/m³, 1000, 0",
    "cP, kg/(m·s), 0.001, 0",
    "Pa.s, kg/(m·s), 1, 0",
    "cSt, m²/s, 1e-6, 0",
    "s, s, 1, 0",
    "ms, s, 0.001, 0",
    "min, s, 60, 0",
    "h, s, 3600, 0",
    "d, s, 86400, 0",
    "kg/24h, kg/s, 0.000011574074074074073, 0",
    "l/100km, m², 1e-8, 0",
    "°C/min, K/s, 0.016666666666666666, 0",
    "rad, rad, 1, 0",
    "°, rad, 0.017453292519943295, 0",
    "pcs, pcs, 1, 0",
    "pcs/h, pcs/s, 0.0002777777777777778, 0",
    "EUR, EUR, 1, 0",
    "EUR/MWh, s²·EUR/(kg·m²), 2.7777777777777777e-10, 0",
    "Nm3/h, Nm3/s, 0.0002777777777777778, 0",
    "Nm³/h, Nm3/s, 0.0002777777777777778, 0",
    "Sm3, Sm3, 1, 0",
    "kvar, var, 1000, 0",
  })
  void saysDimensionFactorAndOffset(String text, String dimension, double factor, double offset) {
    Unit unit = Unit.parse(text);
    assertThat(unit.isKnown()).as(text).isTrue();
    assertThat(unit.isLinear()).isTrue();
    assertThat(unit.text()).isEqualTo(text);
    assertThat(unit.dimension()).isEqualTo(new Dimension(dimension));
    assertThat(unit.factor()).isEqualTo(factor);
    assertThat(unit.offset()).isEqualTo(offset);
    assertThat(unit.isConvertibleTo(Unit.parse(dimension))).as("reads its own dimension").isTrue();
    assertThat(Unit.parse(dimension).factor()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"pH", "dB", "dB(A)", "dBm"})
  void logarithmsStandAlone(String text) {
    Unit unit = Unit.parse(text);
    assertThat(unit.isKnown()).isTrue();
    assertThat(unit.isLinear()).isFalse();
    assertThat(unit.isConvertibleTo(unit)).isTrue();
    assertThat(unit.isConvertibleTo(Unit.parse("1"))).isFalse();
    assertThat(unit.isConvertibleTo(Unit.parse("mol/l"))).isFalse();
    assertThat(Unit.parse(text + "/h").isKnown()).isFalse();
  }

  /** Also what has two meanings: Coulomb or Celsius, tonne or tesla, over or under the line. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "-",
        "C",
        "F",
        "T",
        "M",
        "NTU",
        "°dH",
        "vol%",
        "% r.F.",
        "kg TS",
        "batches/h",
        "W/m2.K",
        "kJ/kg K",
        "m3//h",
        "m3/",
        "(m3",
        "m3)",
        "m0",
        "m3.5",
        "m99",
        "0",
        "0m",
        "m^",
        "m--1",
        "()",
        "/",
        "·",
        "m(",
        "bar(x)",
        "mbar(",
        "kkg",
        "µ°C",
        "kbar(g)",
        "((((((m9)9)9)9)9)9)",
        "99999999999999999999",
        "m\u0000",
        "\ud83d\ude00",
        "\ud83d",
        "null",
        "°C°C",
        "kg/h/h/h/h/h/h/h/h/h/h/h/h/h/-"
      })
  void whatIsUnknownConvertsOnlyToItself(String text) {
    Unit unit = Unit.parse(text);
    assertThat(unit.isKnown()).as(text).isFalse();
    assertThat(unit.isLinear()).isTrue();
    assertThat(unit.dimension()).isNull();
    assertThat(unit.rate()).isNull();
    assertThat(unit.factor()).isNaN();
    assertThat(unit.isConvertibleTo(Unit.parse(text))).isTrue();
    assertThat(unit.isConvertibleTo(Unit.parse("m3"))).isFalse();
    assertThat(Unit.parse("m3").isConvertibleTo(unit)).isFalse();
    assertThat(UnitConversion.points(unit, Unit.parse(text)).isIdentity()).isTrue();
  }

  /** A radian, a piece, a euro are 1 in the SI, and must not be mixed up for all that. */
  @ParameterizedTest
  @CsvSource({
    "rad/s, Hz",
    "pcs/min, rpm",
    "EUR, USD",
    "Nm3/h, m3/h",
    "Nm3, Sm3",
    "kvar, kW",
    "kVA, kW",
    "lx, cd/m2",
    "pH, dB",
    "mol, pcs"
  })
  void whatOnlyLooksAlikeDoesNotConvert(String from, String to) {
    assertThat(Unit.parse(from).isKnown()).isTrue();
    assertThat(Unit.parse(to).isKnown()).isTrue();
    assertThat(Unit.parse(from).isConvertibleTo(Unit.parse(to))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "m3/h, m3, 3600",
    "kJ/(kg.h), kJ/kg, 3600",
    "l/(m2·h·bar), l/(m2·bar), 3600",
    "kg/h/m2, kg/m2, 3600",
    "m3·h-1, m3, 3600",
    "kg m-2 h-1, kg·m-2, 3600",
    "m³·min⁻¹, m3, 60",
    "h-1, 1, 3600"
  })
  void aRateKnowsWhatItIsWithoutItsTime(String text, String quantity, double seconds) {
    assertThat(Unit.parse(text).rate()).isEqualTo(new Unit.Rate(quantity, seconds));
  }

  @ParameterizedTest
  @ValueSource(strings = {"kg", "kW", "m/s2", "Pa.s", "(kg/h)2", "Hz", "s", "kWh/m3"})
  void whatHasNoTimeBelowTheLineIsNoRate(String text) {
    assertThat(Unit.parse(text).isKnown()).isTrue();
    assertThat(Unit.parse(text).rate()).isNull();
  }

  @Test
  void namesWhatItMeasures() {
    assertThat(Unit.parse("bar").dimension()).hasToString("pressure (kg/(m·s²))");
    assertThat(Unit.parse("°C").dimension()).hasToString("temperature (K)");
    assertThat(Unit.parse("kg2").dimension()).hasToString("kg²");
    assertThat(Unit.parse("m3/h").dimension().name()).isEqualTo("volume flow");
  }

  @Test
  void aLongTextIsNotRead() {
    String text = "m·".repeat(40) + "m";
    assertThat(Unit.parse(text).isKnown()).isFalse();
    assertThat(Unit.parse(text).text()).isEqualTo(text);
    assertThat(Unit.parse("(".repeat(64)).isKnown()).isFalse();
    assertThat(Unit.parse("(".repeat(31) + "m" + ")".repeat(31)).isKnown()).isTrue();
  }

  /** Every text is a unit, and what is said of it holds together. */
  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void anyTextIsAUnit(long seed) {
    Random random = new Random(seed);
    String[] parts = {
      "m", "kg", "h", "bar", "(g)", "°C", "/", "·", ".", " ", "(", ")", "^", "-", "1", "2", "9",
      "³", "⁻", "k", "µ", "%", "pH", "x", "\u0000", "\ud800", "EUR", "min"
    };
    for (int i = 0; i < 500; i++) {
      StringBuilder text = new StringBuilder();
      for (int length = random.nextInt(12); length >= 0; length--) {
        text.append(parts[random.nextInt(parts.length)]);
      }
      Unit unit = Unit.parse(text.toString());
      assertThat(unit.isConvertibleTo(unit)).isTrue();
      if (unit.isKnown()) {
        assertThat(unit.factor()).as(text.toString()).isPositive().isFinite();
        assertThat(unit.dimension()).isNotNull();
      }
    }
  }
}

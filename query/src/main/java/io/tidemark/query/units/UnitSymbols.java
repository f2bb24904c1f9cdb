package io.tidemark.query.units;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import javax.measure.MetricPrefix;
import javax.measure.Quantity;
import javax.measure.Unit;
import org.jspecify.annotations.Nullable;
import tech.units.indriya.AbstractUnit;
import tech.units.indriya.function.MultiplyConverter;
import tech.units.indriya.function.RationalNumber;
import tech.units.indriya.unit.BaseUnit;
import tech.units.indriya.unit.UnitDimension;
import tech.units.indriya.unit.Units;

/**
 * The symbols of units that plants write, with the prefixes each of them takes.
 *
 * <p>Factors are exact. SI units and what the SI accepts beside them: SI brochure, 9th edition,
 * tables 2, 4, 8. Inch, pound, pound-force, US gallon, Btu (IT), calorie (IT), atmosphere, torr,
 * conventional columns of water (1000 kg/m³) and mercury (13 595.1 kg/m³) at 9.80665 m/s²: ISO
 * 80000 and NIST SP 811, appendix B.
 */
final class UnitSymbols {
  /**
   * A symbol.
   *
   * @param unit as it stands alone: a point on its scale
   * @param difference as a factor of a product: without the offset of the scale
   * @param prefixes metric prefixes that it takes
   * @param isLinear false for logarithmic scales, which stand alone only
   */
  record Symbol(Unit<?> unit, Unit<?> difference, String prefixes, boolean isLinear) {
    Symbol prefixed(MetricPrefix prefix) {
      return new Symbol(unit.prefix(prefix), difference.prefix(prefix), "", isLinear);
    }
  }

  private static final Map<String, MetricPrefix> PREFIXES =
      Map.ofEntries(
          Map.entry("T", MetricPrefix.TERA),
          Map.entry("G", MetricPrefix.GIGA),
          Map.entry("M", MetricPrefix.MEGA),
          Map.entry("k", MetricPrefix.KILO),
          Map.entry("h", MetricPrefix.HECTO),
          Map.entry("d", MetricPrefix.DECI),
          Map.entry("c", MetricPrefix.CENTI),
          Map.entry("m", MetricPrefix.MILLI),
          Map.entry("µ", MetricPrefix.MICRO),
          Map.entry("u", MetricPrefix.MICRO),
          Map.entry("n", MetricPrefix.NANO),
          Map.entry("p", MetricPrefix.PICO));

  /** Base units by the letter of their dimension, in the order of a product. */
  private static final Map<Character, String> BASES = new HashMap<>();

  private static final Map<String, Symbol> SYMBOLS = new HashMap<>();

  static {
    base('M', "kg");
    base('L', "m");
    base('T', "s");
    base('I', "A");
    base('Θ', "K");
    base('N', "mol");
    base('J', "cd");
    addSi();
    addPressures();
    addImperial();
    addOwnDimensions();
  }

  private UnitSymbols() {}

  /** A symbol with or without a prefix, null if there is none. */
  static @Nullable Symbol find(String text) {
    Symbol symbol = SYMBOLS.get(text);
    if (symbol != null || text.length() < 2) {
      return symbol;
    }
    MetricPrefix prefix = PREFIXES.get(text.substring(0, 1));
    Symbol plain = SYMBOLS.get(text.substring(1));
    return prefix == null || plain == null || plain.prefixes().indexOf(text.charAt(0)) < 0
        ? null
        : plain.prefixed(prefix);
  }

  /** The base unit of a base dimension. */
  static String baseUnit(char letter) {
    return BASES.getOrDefault(letter, "?");
  }

  static Symbol number(long value) {
    Unit<?> unit = AbstractUnit.ONE.multiply(RationalNumber.of(value));
    return new Symbol(unit, unit, "", true);
  }

  private static void base(char letter, String unit) {
    BASES.put(letter, unit);
  }

  private static void add(String names, Unit<?> unit, String prefixes) {
    put(names, new Symbol(unit, unit, prefixes, true));
  }

  private static void put(String names, Symbol symbol) {
    for (String name : names.split(" ", -1)) {
      if (SYMBOLS.put(name, symbol) != null) {
        throw new IllegalStateException("symbol is there twice: symbol=" + name);
      }
    }
  }

  /** A scale whose zero lies {@code zero} units above the zero of {@code unit}. */
  private static void addScale(String names, Unit<?> unit, RationalNumber zero) {
    put(names, new Symbol(unit.shift(zero), unit, "", true));
  }

  /** {@code unit} times a decimal, exactly. */
  private static Unit<?> times(Unit<?> unit, String decimal) {
    return unit.multiply(exact(decimal));
  }

  private static RationalNumber exact(String decimal) {
    return ExactNumbers.of(decimal);
  }

  private static void addSi() {
    add("m", Units.METRE, "kdcmµun");
    add("g", Units.GRAM, "Mkmµun");
    add("t to", times(Units.KILOGRAM, "1000"), "kM");
    add("s sec second seconds", Units.SECOND, "mµunp");
    add("min minute minutes", times(Units.SECOND, "60"), "");
    add("h hr hrs hour hours", times(Units.SECOND, "3600"), "");
    add("d day days", times(Units.SECOND, "86400"), "");
    add("wk week weeks", times(Units.SECOND, "604800"), "");
    add("A", Units.AMPERE, "kmµunp");
    add("K", Units.KELVIN, "m");
    addScale("°C degC ℃ Celsius celsius", Units.KELVIN, exact("273.15"));
    addScale(
        "°F degF ℉ Fahrenheit fahrenheit",
        Units.KELVIN.multiply(RationalNumber.of(5, 9)),
        exact("459.67"));
    add("mol", Units.MOLE, "kmµun");
    add("cd", Units.CANDELA, "mk");
    add("l L ltr litre liter", times(Units.METRE.pow(3), "0.001"), "Mkhdcmµun");
    add("ha", times(Units.METRE.pow(2), "10000"), "");
    add("Hz", Units.HERTZ, "kMGTm");
    add("N", Units.NEWTON, "kMmµu");
    add("Nm", Units.JOULE, "kMmµu");
    add("J", Units.JOULE, "kMGTmµu");
    add("Ws", Units.JOULE, "kMG");
    add("Wh", times(Units.JOULE, "3600"), "kMGT");
    add("W", Units.WATT, "kMGTmµunp");
    add("V", Units.VOLT, "kMmµun");
    add("Ohm ohm Ω", Units.OHM, "kMGmµu");
    add("S", Units.SIEMENS, "kmµunp");
    add("As", Units.COULOMB, "km");
    add("Ah", times(Units.COULOMB, "3600"), "km");
    add("P", times(Units.PASCAL.multiply(Units.SECOND), "0.1"), "cmµu");
    add("St", times(Units.METRE.pow(2).divide(Units.SECOND), "0.0001"), "cm");
    add("cal", times(Units.JOULE, "4.1868"), "kMG");
    add("%", times(AbstractUnit.ONE, "0.01"), "");
    add("‰", times(AbstractUnit.ONE, "0.001"), "");
    add("ppm", times(AbstractUnit.ONE, "0.000001"), "");
    add("ppb", times(AbstractUnit.ONE, "0.000000001"), "");
    add("rpm RPM rev/min r/min U/min 1/min", Units.HERTZ.divide(60), "");
  }

  private static void addPressures() {
    Unit<?> pascal = Units.PASCAL;
    Unit<?> bar = times(pascal, "100000");
    Unit<?> psi = times(pascal, "4.4482216152605").divide(exact("0.00064516"));
    Unit<?> water = times(pascal, "9.80665"); // a millimetre of it
    add("Pa Pa(a)", pascal, "GMkhmµu");
    add("bar bar(a) bara", bar, "mµu");
    add("psi psi(a) psia", psi, "k");
    add("atm", times(pascal, "101325"), "");
    add("Torr torr", times(pascal, "101325").divide(760), "m");
    add("mmH2O mmWC mmWS", water, "");
    add("cmH2O cmWC", times(water, "10"), "");
    add("mH2O mWC mWS", times(water, "1000"), "");
    add("inH2O inWC", times(water, "25.4"), "");
    add("mmHg", times(water, "13.5951"), "");
    add("inHg", times(water, "345.31554"), "");
    addGauge("Pa(g) Pag", pascal);
    addGauge("hPa(g) hPag", times(pascal, "100"));
    addGauge("kPa(g) kPag", times(pascal, "1000"));
    addGauge("MPa(g) MPag", times(pascal, "1000000"));
    addGauge("bar(g) barg barü", bar);
    addGauge("mbar(g) mbarg", times(pascal, "100"));
    addGauge("psi(g) psig", psi);
  }

  /** A pressure above the standard atmosphere. */
  private static void addGauge(String names, Unit<?> unit) {
    addScale(names, unit, exact("101325").divide(ExactNumbers.slope(unit, Units.PASCAL)));
  }

  private static void addImperial() {
    Unit<?> inch = times(Units.METRE, "0.0254");
    Unit<?> pound = times(Units.KILOGRAM, "0.45359237");
    Unit<?> poundForce = times(Units.NEWTON, "4.4482216152605");
    Unit<?> gallon = times(Units.METRE.pow(3), "0.003785411784");
    Unit<?> minute = times(Units.SECOND, "60");
    add("in inch", inch, "");
    add("ft", times(inch, "12"), "");
    add("yd", times(inch, "36"), "");
    add("mi", times(inch, "63360"), "");
    add("mph", times(inch, "63360").divide(Units.SECOND).divide(3600), "");
    add("kn", times(Units.METRE, "1852").divide(Units.SECOND).divide(3600), "");
    add("lb lbs lbm", pound, "k");
    add("oz", pound.divide(16), "");
    add("lbf", poundForce, "k");
    add("kgf kp", times(Units.NEWTON, "9.80665"), "");
    add("gal gal(US) USgal", gallon, "k");
    add("gpm", gallon.divide(minute), "");
    add("bbl", times(gallon, "42"), "k");
    add("cfm", times(inch, "12").pow(3).divide(minute), "");
    add("Btu BTU", times(Units.JOULE, "1055.05585262"), "kM");
    add("hp", times(poundForce.multiply(inch), "6600").divide(Units.SECOND), "");
    add("PS", times(Units.WATT, "735.49875"), "");
  }

  private static void addOwnDimensions() {
    char letter = 'a';
    addOwn("rad", letter++, "mµu");
    add("° deg", halfTurn(plain("rad")).divide(180), "");
    addOwn("sr", letter++, "");
    add("lm", Units.CANDELA.multiply(plain("sr")), "k");
    add("lx", plain("lm").divide(Units.METRE.pow(2)), "k");
    addOwn("pcs pc pce piece pieces ea Stk Stück", letter++, "kM");
    addOwn("Nm3", letter++, "k");
    add("Nl NL Nltr", times(plain("Nm3"), "0.001"), "m");
    add("m3(N) m3(n)", plain("Nm3"), "");
    addOwn("Sm3 m3(S)", letter++, "k");
    addOwn("VA", letter++, "kMGm");
    addOwn("var VAr", letter++, "kMGm");
    add("varh", times(plain("var"), "3600").multiply(Units.SECOND), "kM");
    for (String currency : "EUR,€ USD,$,US$ GBP,£ CHF JPY,¥ CNY".split(" ", -1)) {
      addOwn(currency.replace(',', ' '), letter++, "kM");
    }
    for (String scale : "pH pOH dB dB(A),dBA dB(C),dBC dBm Np".split(" ", -1)) {
      String names = scale.replace(',', ' ');
      Unit<?> unit = own(names, letter++);
      put(names, new Symbol(unit, unit, "", false));
    }
  }

  private static void addOwn(String names, char letter, String prefixes) {
    add(names, own(names, letter), prefixes);
  }

  private static Unit<?> plain(String name) {
    return Objects.requireNonNull(SYMBOLS.get(name), name).unit();
  }

  /** π times an angle. */
  private static <Q extends Quantity<Q>> Unit<Q> halfTurn(Unit<Q> radian) {
    return radian.transform(MultiplyConverter.ofPiExponent(1));
  }

  /** A base unit beside those of the SI. */
  private static Unit<?> own(String names, char letter) {
    String name = names.split(" ", -1)[0];
    base(letter, name);
    return new BaseUnit<>(name, name, UnitDimension.parse(letter));
  }
}

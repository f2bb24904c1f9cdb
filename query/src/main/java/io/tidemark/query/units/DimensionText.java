package io.tidemark.query.units;

import java.util.Comparator;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;

/** Writes a dimension of the library as a product of base units, each dimension in one way. */
final class DimensionText {
  /** Mass first, as in kg·m/s², then length, time and the others. */
  private static final String ORDER = "MLTIΘNJ";

  private DimensionText() {}

  static Dimension of(javax.measure.Dimension dimension) {
    Map<Character, Integer> powers =
        new TreeMap<>(
            Comparator.comparingInt(DimensionText::place).thenComparing(Comparator.naturalOrder()));
    Map<? extends javax.measure.Dimension, Integer> bases = dimension.getBaseDimensions();
    if (bases == null) {
      powers.put(letter(dimension), 1);
    } else {
      bases.forEach((base, power) -> powers.merge(letter(base), power, Integer::sum));
    }
    StringJoiner above = new StringJoiner("·");
    StringJoiner below = new StringJoiner("·");
    int belowCount = 0;
    for (Map.Entry<Character, Integer> entry : powers.entrySet()) {
      int power = entry.getValue();
      if (power == 0) {
        continue;
      }
      belowCount += power < 0 ? 1 : 0;
      (power > 0 ? above : below)
          .add(UnitSymbols.baseUnit(entry.getKey()) + superscript(Math.abs(power)));
    }
    String line = belowCount == 0 ? "" : belowCount == 1 ? "/" + below : "/(" + below + ")";
    return new Dimension((above.length() == 0 ? "1" : above) + line);
  }

  private static int place(char letter) {
    int place = ORDER.indexOf(letter);
    return place < 0 ? ORDER.length() : place;
  }

  /** The library writes a base dimension as its letter in brackets. */
  private static char letter(javax.measure.Dimension base) {
    return base.toString().charAt(1);
  }

  private static String superscript(int power) {
    if (power == 1) {
      return "";
    }
    StringBuilder out = new StringBuilder();
    for (char digit : Integer.toString(power).toCharArray()) {
      out.append("⁰¹²³⁴⁵⁶⁷⁸⁹".charAt(digit - '0'));
    }
    return out.toString();
  }
}

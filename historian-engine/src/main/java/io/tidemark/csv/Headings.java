package io.tidemark.csv;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.NearestName;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds columns by heading and takes the unit of measure out of a heading. */
final class Headings {
  /** {@code Temp [degC]} or {@code Temp (degC)}; the latter with a blank and no mere number. */
  private static final Pattern WITH_UNIT =
      Pattern.compile("(.*\\S)(?:\\s*\\[([^\\[\\]]{1,64})\\]|\\s+\\(([^()]{1,64})\\))");

  private static final Pattern NUMBER = Pattern.compile("[\\d\\s.,#-]*");

  private Headings() {}

  /** The heading without its unit. */
  static String name(String heading) {
    Matcher matcher = WITH_UNIT.matcher(heading);
    return matcher.matches() && !uom(heading).isEmpty() ? matcher.group(1) : heading;
  }

  /** The unit in a heading, empty if none. */
  static String uom(String heading) {
    Matcher matcher = WITH_UNIT.matcher(heading);
    if (!matcher.matches()) {
      return "";
    }
    String unit = matcher.group(2) != null ? matcher.group(2) : matcher.group(3);
    return NUMBER.matcher(unit).matches() ? "" : unit.strip();
  }

  /**
   * Index of a column that an option names.
   *
   * @throws HistorianException {@link ErrorCode#UNKNOWN_FIELD} naming the nearest heading.
   */
  static int find(List<String> headings, String wanted, String option) {
    int index = indexOf(headings, wanted);
    if (index < 0) {
      String nearest = NearestName.find(wanted, headings);
      throw new HistorianException(
          ErrorCode.UNKNOWN_FIELD,
          "no such column: column="
              + ErrorText.quote(wanted)
              + ", option="
              + option
              + (nearest == null ? "" : ", nearest=" + ErrorText.quote(nearest))
              + ", columns="
              + ErrorText.quote(String.join(" | ", headings)));
    }
    return index;
  }

  /** Index of a column by heading or by heading without unit, or -1. */
  static int indexOf(List<String> headings, String wanted) {
    int exact = headings.indexOf(wanted);
    for (int i = 0; i < headings.size() && exact < 0; i++) {
      if (name(headings.get(i)).equals(wanted)) {
        return i;
      }
    }
    return exact;
  }

  /** Index of the first column whose heading is one of those, in any case; or -1. */
  static int firstOf(List<String> headings, List<String> usual) {
    for (String name : usual) {
      for (int i = 0; i < headings.size(); i++) {
        if (name(headings.get(i)).toLowerCase(Locale.ROOT).equals(name)) {
          return i;
        }
      }
    }
    return -1;
  }
}

package io.tidemark.csv;

import io.tidemark.model.SampleType;
import io.tidemark.model.TagDefinition;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the cells of a tag look like, and the type that follows from it. */
final class TagEvidence {
  /** One cell of another kind in this many does not change the type: it is a bad cell. */
  private static final int TOLERANCE = 10;

  private static final int LONG_DIGITS_MAX = 18;

  final String heading;
  final String tag;
  final TimeTrack track = new TimeTrack();

  private final @Nullable SampleType given;
  private final Set<String> states = new LinkedHashSet<>();
  private long integers;
  private long decimals;
  private long commas;
  private long bools;
  private long texts;
  private long bad;

  TagEvidence(String heading, String tag, @Nullable SampleType given) {
    this.heading = heading;
    this.tag = tag;
    this.given = given;
  }

  /** Takes a blank or bad-value word. */
  void seeBad() {
    bad++;
  }

  /** Takes a value and says what it could be. */
  CellText.Kind see(String cell) {
    CellText.Kind kind = CellText.kindOf(cell);
    if (kind == CellText.Kind.INTEGER && !fitsLong(cell)) {
      kind = CellText.Kind.DECIMAL;
    }
    switch (kind) {
      case INTEGER -> integers++;
      case DECIMAL -> decimals++;
      case DECIMAL_COMMA -> commas++;
      case BOOL -> bools++;
      case TEXT -> texts++;
    }
    if (given == SampleType.DIGITAL && states.size() <= TagDefinition.STATES_MAX) {
      states.add(cell);
    }
    return kind;
  }

  /** Whether the digits are an int64. */
  static boolean fitsLong(String digits) {
    if (digits.length() <= LONG_DIGITS_MAX) {
      return true;
    }
    try {
      Long.parseLong(digits);
      return true;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  /** The type given, or the one that nearly all values have. */
  SampleType type(boolean decimalComma) {
    if (given != null) {
      return given;
    }
    long fractions = decimalComma ? commas : decimals;
    long others = decimalComma ? decimals : commas;
    long numbers = integers + fractions;
    long words = texts + others;
    if (numbers > 0 && (words + bools) * TOLERANCE <= numbers) {
      return fractions > 0 ? SampleType.FLOAT64 : SampleType.INT64;
    }
    if (bools > 0 && (words + numbers) * TOLERANCE <= bools) {
      return SampleType.BOOL;
    }
    return words + bools + numbers == 0 ? SampleType.FLOAT64 : SampleType.STRING;
  }

  /** Whether the type was given. */
  boolean isGiven() {
    return given != null;
  }

  /** Cells with a value. */
  long values() {
    return integers + decimals + commas + bools + texts;
  }

  /** Cells without. */
  long badValues() {
    return bad;
  }

  /** Texts of a digital tag in the order they appear. */
  List<String> states() {
    return List.copyOf(states);
  }
}

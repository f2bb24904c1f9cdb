package io.tidemark.proof.doors;

import io.tidemark.query.aggregate.SummaryField;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** What cells of rows are called in the forms of an answer, and how their text is read. */
final class Columns {
  /** What a cell holds. */
  enum Type {
    TIME,
    NUMBER,
    WHOLE,
    TEXT,
    STATUS
  }

  private static final Pattern WHOLE = Pattern.compile("-?[0-9]+");
  private static final Map<String, Type> TYPES = new HashMap<>();

  /* Names are asked for with each cell. */
  private static final Map<String, String> CAMEL = new ConcurrentHashMap<>();
  private static final Map<String, String> OF_HEADING = new ConcurrentHashMap<>();

  static {
    put(Type.TIME, "startTime", "endTime", "ts", "at");
    put(Type.TEXT, "tag", "label", "shift", "productionDay", "basis", "quality", "state", "text");
    put(Type.TEXT, "reason");
    put(Type.STATUS, "status");
    put(Type.NUMBER, "increase", "ratePerSecond", "duration", "percent");
    put(Type.NUMBER, "minimumDuration", "maximumDuration", "averageDuration");
    put(Type.WHOLE, "rollovers", "resets", "reversals", "recovered", "implausible");
    put(Type.WHOLE, "meterChanges", "ordinal", "entries", "contained", "partial");
    for (SummaryField field : SummaryField.values()) {
      put(
          switch (field.kind()) {
            case NUMBER -> Type.NUMBER;
            case TIME -> Type.TIME;
            case COUNT -> Type.WHOLE;
          },
          field.label());
    }
  }

  private Columns() {}

  private static void put(Type type, String... names) {
    List.of(names).forEach(name -> TYPES.put(name, type));
  }

  /** What a cell of that name holds; an error for a name that no row has. */
  static Type type(String name) {
    Type type = TYPES.get(name);
    if (type == null) {
      throw new AssertionError("unknown cell: " + name);
    }
    return type;
  }

  /** {@code timeAverage} of {@code time_average}. */
  static String camel(String column) {
    return CAMEL.computeIfAbsent(column, Columns::madeCamel);
  }

  private static String madeCamel(String column) {
    StringBuilder name = new StringBuilder();
    for (String word : column.split("_", -1)) {
      name.append(
          name.isEmpty()
              ? word
              : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1));
    }
    return name.toString();
  }

  /** {@code timeAverage} of the heading {@code Time average}; the exact one of two times. */
  static String ofHeading(String heading) {
    return OF_HEADING.computeIfAbsent(heading, Columns::madeOfHeading);
  }

  private static String madeOfHeading(String heading) {
    String plain = heading.replace(" (UTC)", "").replace(", s", "");
    return switch (plain) {
      case "Start" -> "startTime";
      case "End" -> "endTime";
      case "Time", "Timestamp" -> "ts";
      default ->
          camel(
              plain
                  .toLowerCase(Locale.ROOT)
                  .replace("standard deviation", "std dev")
                  .replace(' ', '_'));
    };
  }

  /** Nanoseconds of ISO-8601 with an offset. */
  static long time(String text) {
    OffsetDateTime time = OffsetDateTime.parse(text);
    // Wraps twice for the first second of int64, and is right again.
    return time.toEpochSecond() * 1_000_000_000L + time.getNano();
  }

  /** A number, whole if it is written so; truth values are 1 and 0. */
  static Object number(String text) {
    if (text.equals("true") || text.equals("false")) {
      return text.equals("true") ? 1L : 0L;
    }
    return WHOLE.matcher(text).matches() ? (Object) Long.parseLong(text) : Double.parseDouble(text);
  }

  /** A cell of that name as text has it, but a status. */
  static Object cell(String name, String text) {
    return switch (type(name)) {
      case TIME -> time(text);
      case NUMBER -> Double.parseDouble(text);
      case WHOLE -> number(text);
      case TEXT -> text;
      case STATUS -> throw new AssertionError("has several forms: " + name);
    };
  }

  /** A float32 as its own digits read: 0.1, not 0.10000000149011612. */
  static Row withDigitsOfSingles(Row row) {
    return row.get("value") instanceof Float single
        ? row.set("value", Double.parseDouble(single.toString()))
        : row;
  }

  /** A float32 widened. */
  static Row withWideSingles(Row row) {
    return row.get("value") instanceof Float single ? row.set("value", single.doubleValue()) : row;
  }
}

package io.tidemark.wire.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.TimeRange;
import io.tidemark.query.time.CalendarInterval;
import io.tidemark.query.time.TimeExpression;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a request, out of its query string and, for some routes, the fields of a JSON
 * body. Strict: an unknown name, a name given twice that stands once, and a value that cannot be
 * read are errors that name the parameter. One thread.
 */
final class Parameters {
  private static final int COUNT_MAX = 100_000;

  /** The expression of the current time. */
  static final String TIME_NOW = "*";

  private final Map<String, List<String>> values = new LinkedHashMap<>();

  /** Times whose query text holds a bare plus sign: read as a plus if not as a blank. */
  private final Map<String, String> plusForms = new LinkedHashMap<>();

  private Parameters() {}

  /** The parameters of a query string, which may be null. */
  static Parameters of(@Nullable String query) {
    Parameters parameters = new Parameters();
    if (query == null || query.isEmpty()) {
      return parameters;
    }
    int count = 0;
    for (int from = 0; from <= query.length(); ) {
      int to = query.indexOf('&', from);
      to = to < 0 ? query.length() : to;
      if (to > from) {
        parameters.addPair(query.substring(from, to));
        if (++count > COUNT_MAX) {
          throw new HistorianException(
              ErrorCode.TOO_MANY, "too many parameters: parametersMax=" + COUNT_MAX);
        }
      }
      from = to + 1;
    }
    return parameters;
  }

  private void addPair(String pair) {
    int equals = pair.indexOf('=');
    String name = decode(equals < 0 ? pair : pair.substring(0, equals), true);
    String raw = equals < 0 ? "" : pair.substring(equals + 1);
    String value = decode(raw, true);
    add(name, value);
    if (raw.indexOf('+') >= 0) {
      plusForms.put(value, decode(raw, false));
    }
  }

  private void add(String name, String value) {
    values.computeIfAbsent(name, key -> new ArrayList<>()).add(value);
  }

  /**
   * Decodes percent escapes.
   *
   * @param plusIsBlank as in forms
   * @throws HistorianException {@link ErrorCode#MALFORMED} for a broken escape or no UTF-8
   */
  static String decode(String text, boolean plusIsBlank) {
    if (text.indexOf('%') < 0 && text.indexOf('+') < 0) {
      return text;
    }
    ByteBuffer bytes = ByteBuffer.allocate(text.length() * 3);
    for (int i = 0; i < text.length(); ) {
      char c = text.charAt(i);
      if (c == '%') {
        int high = i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
        int low = i + 2 < text.length() ? Character.digit(text.charAt(i + 2), 16) : -1;
        if (high < 0 || low < 0) {
          throw new HistorianException(
              ErrorCode.MALFORMED,
              "percent escape is broken: text=" + ErrorText.quote(text) + ", position=" + (i + 1));
        }
        bytes.put((byte) (high << 4 | low));
        i += 3;
      } else {
        int codePoint = text.codePointAt(i);
        bytes.put(
            (c == '+' && plusIsBlank ? " " : Character.toString(codePoint))
                .getBytes(StandardCharsets.UTF_8));
        i += Character.charCount(codePoint);
      }
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
    } catch (CharacterCodingException e) {
      throw new HistorianException(
          ErrorCode.MALFORMED, "text is not UTF-8: text=" + ErrorText.quote(text), e);
    }
  }

  /**
   * Adds the fields of a JSON object: texts, numbers, truth values and lists of them. The plural of
   * a repeated parameter ({@code tags}, {@code times}) means the same as its name.
   */
  Parameters and(ObjectNode body, Collection<String> repeated) {
    for (Map.Entry<String, JsonNode> field : body.properties()) {
      String name = field.getKey();
      if (name.endsWith("s") && repeated.contains(name.substring(0, name.length() - 1))) {
        name = name.substring(0, name.length() - 1);
      }
      JsonNode value = field.getValue();
      if (value.isArray()) {
        if (value.size() > COUNT_MAX) {
          throw new HistorianException(
              ErrorCode.TOO_MANY,
              "list is too long: items=" + value.size() + ", itemsMax=" + COUNT_MAX,
              field.getKey(),
              null,
              null);
        }
        for (int i = 0; i < value.size(); i++) {
          add(name, scalar(value.get(i), field.getKey() + "[" + i + "]"));
        }
      } else if (!value.isNull()) {
        add(name, scalar(value, field.getKey()));
      }
    }
    return this;
  }

  private static String scalar(JsonNode value, String path) {
    if (value.isContainerNode() || value.isNull()) {
      throw new HistorianException(
          ErrorCode.WRONG_TYPE, "field must be a text, number or truth value", path, null, null);
    }
    return value.asText();
  }

  /**
   * Refuses parameters that the route does not have.
   *
   * @throws HistorianException {@link ErrorCode#UNKNOWN_PARAMETER} naming the nearest
   */
  Parameters allow(Collection<String> known) {
    for (String name : values.keySet()) {
      if (!known.contains(name)) {
        String nearest = Nearest.of(name, known);
        throw new HistorianException(
            ErrorCode.UNKNOWN_PARAMETER,
            "unknown parameter: parameter="
                + ErrorText.quote(name)
                + (nearest == null ? "" : ", nearest=" + nearest),
            null,
            known.isEmpty()
                ? "this route has no parameters"
                : nearest == null
                    ? "parameters are " + String.join(", ", known)
                    : "did you mean " + nearest + "?",
            null);
      }
    }
    return this;
  }

  /**
   * Refuses what makes no sense beside a parameter that is there.
   *
   * @throws HistorianException {@link ErrorCode#OUT_OF_RANGE} naming it
   */
  void allowBeside(String name, Collection<String> known) {
    for (Map.Entry<String, List<String>> given : values.entrySet()) {
      if (!given.getKey().equals(name) && !known.contains(given.getKey())) {
        throw bad(
            given.getKey(),
            given.getValue().getFirst(),
            "says " + name + " already: leave it out",
            null);
      }
    }
  }

  /** Every value of a parameter that may be repeated. */
  List<String> all(String name) {
    return values.getOrDefault(name, List.of());
  }

  /** The value of a parameter, or null if it is absent or empty. */
  @Nullable String text(String name) {
    List<String> given = all(name);
    if (given.size() > 1) {
      throw bad(name, given.get(1), "is given twice", null);
    }
    return given.isEmpty() || given.getFirst().isEmpty() ? null : given.getFirst();
  }

  /** A truth value: true, false, or the name alone for true. */
  boolean flag(String name) {
    List<String> given = all(name);
    String value = given.size() == 1 && given.getFirst().isEmpty() ? "true" : text(name);
    return value != null
        && switch (value.toLowerCase(Locale.ROOT)) {
          case "true", "1" -> true;
          case "false", "0" -> false;
          default -> throw bad(name, value, "must be true or false", null);
        };
  }

  /** A whole number within limits. */
  int number(String name, int absent, int min, int max) {
    String value = text(name);
    if (value == null) {
      return absent;
    }
    try {
      int number = Integer.parseInt(value.strip());
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw bad(name, value, "must be a whole number", e);
    }
    throw bad(name, value, "is out of range, min=" + min + ", max=" + max, null);
  }

  /** A number from 0 to a limit. */
  double decimal(String name, double absent, double max) {
    String text = text(name);
    if (text == null) {
      return absent;
    }
    try {
      double value = Double.parseDouble(text.strip());
      if (value >= 0 && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw bad(name, text, "must be a number", e);
    }
    throw bad(
        name,
        text,
        "is out of range, min=0" + (max == Double.MAX_VALUE ? "" : ", max=" + max),
        null);
  }

  /** A length of time such as {@code 5m}, in ns. */
  long lengthNs(String name, long absent) {
    String text = text(name);
    return text == null ? absent : at(name, () -> CalendarInterval.parse(text).lengthNs());
  }

  /** An instant that a text says, in ns; a plus sign in it is meant. */
  long timeNs(String text, long nowNs, ZoneId zone) {
    return time(text, form -> TimeExpression.parse(form).resolve(nowNs, zone));
  }

  /** The text of a time, with a plus sign where a form put a blank and no time has one. */
  @Nullable String readableTime(String name, long nowNs, ZoneId zone) {
    String text = text(name);
    if (text == null) {
      return null;
    }
    return at(
        name,
        () ->
            time(
                text,
                form -> {
                  TimeExpression.parse(form).resolve(nowNs, zone);
                  return form;
                }));
  }

  /** From {@code startTime} to {@code endTime}; the last hour if nothing is said. */
  TimeRange range(long nowNs, ZoneId zone) {
    return range("*-1h", TIME_NOW, nowNs, zone);
  }

  /** From {@code startTime} to {@code endTime}, or what they are if they are not said. */
  TimeRange range(String absentStart, String absentEnd, long nowNs, ZoneId zone) {
    return TimeExpression.resolveRange(
        readableTime("startTime", nowNs, zone),
        readableTime("endTime", nowNs, zone),
        absentStart,
        absentEnd,
        nowNs,
        zone);
  }

  /** What a parameter means; an error names it. */
  static <T> T at(String name, Supplier<T> meaning) {
    try {
      return meaning.get();
    } catch (HistorianException e) {
      throw e.at(name);
    }
  }

  /** A constant of an enum by its name in lower case. */
  <E extends Enum<E>> E choice(String name, Class<E> type, E absent) {
    String value = text(name);
    if (value == null) {
      return absent;
    }
    List<String> names = new ArrayList<>();
    for (E constant : type.getEnumConstants()) {
      String label = constant.name().toLowerCase(Locale.ROOT);
      if (label.equals(value.toLowerCase(Locale.ROOT))) {
        return constant;
      }
      names.add(label);
    }
    throw bad(name, value, "must be one of " + String.join("|", names), null);
  }

  /** A time zone by its IANA name or offset. */
  ZoneId zone(String name, ZoneId absent) {
    String value = text(name);
    if (value == null) {
      return absent;
    }
    try {
      return ZoneId.of(plusForms.getOrDefault(value, value));
    } catch (DateTimeException e) {
      throw new HistorianException(
          ErrorCode.BAD_TIME,
          "time zone is unknown: " + name + "=" + ErrorText.quote(value),
          name,
          "for example Europe/Berlin, UTC or +01:00",
          e);
    }
  }

  /**
   * Reads a text that is a time. A plus sign in a query string means a blank, but in a time people
   * mean the sign ({@code t+6h}, {@code *-1d+6h}): that is tried first, the blank where no time can
   * be read so.
   */
  <T> T time(String text, Function<String, T> reader) {
    String plusForm = plusForms.get(text);
    if (plusForm == null) {
      return reader.apply(text);
    }
    try {
      return reader.apply(plusForm);
    } catch (HistorianException e) {
      return reader.apply(text);
    }
  }

  /** The refusal of a value. */
  static HistorianException bad(
      String name, String value, String problem, @Nullable Throwable cause) {
    return new HistorianException(
        ErrorCode.OUT_OF_RANGE,
        "parameter " + problem + ": " + name + "=" + ErrorText.quote(value),
        name,
        null,
        cause);
  }

  /** The refusal of a request that lacks a parameter. */
  static HistorianException missing(String name, String example) {
    return new HistorianException(
        ErrorCode.MISSING_FIELD,
        "parameter is missing: parameter=" + name,
        name,
        "for example " + name + "=" + example,
        null);
  }
}

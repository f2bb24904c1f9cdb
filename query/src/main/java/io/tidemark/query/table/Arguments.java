package io.tidemark.query.table;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.QueryContext;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.query.time.CalendarInterval;
import io.tidemark.query.time.TimeExpression;
import io.tidemark.query.time.WindowRule;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of one use of a table, read as what they mean. Errors name the table and the
 * argument or column. One thread.
 */
public final class Arguments {
  /** Most times, intervals or points of one tag. */
  static final int TIMES_MAX = 1_000_000;

  /** DuckDB's text of an INTERVAL. */
  private static final Pattern INTERVAL =
      Pattern.compile(
          "(?:(\\d+) years? ?)?(?:(\\d+) mon(?:th)?s? ?)?(?:(\\d+) days? ?)?"
              + "(?:(\\d+):(\\d\\d):(\\d\\d)(?:\\.(\\d{1,6}))?)?");

  private static final String[] UNITS = {"y", "mo", "d", "h", "m", "s"};

  private final TableFunction function;
  private final Bindings bindings;
  private final TableCall call;

  /** Arguments of a use of a table. */
  public Arguments(TableFunction function, Bindings bindings, TableCall call) {
    this.function = function;
    this.bindings = bindings;
    this.call = call;
  }

  /** The same use with something else said of its parameters. */
  Arguments of(Bindings other) {
    return new Arguments(function, other, call);
  }

  TableCall call() {
    return call;
  }

  QueryContext context() {
    return call.context();
  }

  boolean isCall() {
    return bindings.isCall();
  }

  @Nullable String condition(List<String> columns) {
    return bindings.condition(columns);
  }

  private Parameter parameter(String name) {
    for (Parameter parameter : function.parameters()) {
      if (parameter.name().equals(name)) {
        return parameter;
      }
    }
    throw new IllegalStateException("no such parameter: " + name);
  }

  /** Whether the table has a parameter. */
  boolean has(Parameter parameter) {
    return function.parameters().contains(parameter);
  }

  @Nullable Object value(String name) {
    return bindings.value(parameter(name));
  }

  /** What an argument means; an error names the table and the argument. */
  <T> T argument(String name, Supplier<T> meaning) {
    try {
      return meaning.get();
    } catch (HistorianException e) {
      throw new HistorianException(
          e.code(),
          function.name() + ": " + shown(name) + ": " + e.messageText(),
          e.path(),
          e.hint(),
          e);
    }
  }

  private String shown(String name) {
    String column = parameter(name).column();
    return isCall() || column == null ? name : column;
  }

  HistorianException missing(String name, String example) {
    return new HistorianException(
        ErrorCode.MISSING_FIELD,
        function.name() + " needs " + shown(name) + ": " + example,
        null,
        isCall() ? null : "a relation of computed rows takes its arguments from WHERE",
        null);
  }

  /** Texts of an argument that is a text or a list of texts; null without one. */
  @Nullable List<String> texts(String name) {
    Object given = value(name);
    if (given == null) {
      return null;
    }
    List<?> elements = given instanceof List<?> list ? list : List.of(given);
    List<String> texts = new ArrayList<>();
    for (Object element : elements) {
      if (!(element instanceof String text)) {
        throw argumentError(name, "must be a text or a list of texts", element);
      }
      texts.add(text);
    }
    return texts;
  }

  private HistorianException argumentError(String name, String must, @Nullable Object given) {
    return new HistorianException(
        ErrorCode.WRONG_TYPE,
        function.name()
            + ": "
            + shown(name)
            + ": "
            + must
            + ": given="
            + ErrorText.quote("" + given));
  }

  /** The one value of an argument; a relation may have been given several. */
  private @Nullable Object single(String name) {
    Object given = value(name);
    if (given instanceof List<?> list) {
      if (list.size() != 1) {
        throw new HistorianException(
            ErrorCode.OUT_OF_RANGE,
            function.name() + ": " + shown(name) + " takes one value: values=" + list.size());
      }
      return list.getFirst();
    }
    return given;
  }

  @Nullable String text(String name) {
    return switch (single(name)) {
      case null -> parameter(name).absent();
      case String text -> text;
      case Object other -> throw argumentError(name, "must be a text", other);
    };
  }

  /** A whole number within limits. */
  int whole(String name, int min, int max) {
    Object given = single(name);
    long number =
        switch (given) {
          case null -> Long.parseLong(String.valueOf(parameter(name).absent()));
          case Long whole -> whole;
          case Double decimal when decimal == Math.rint(decimal) -> decimal.longValue();
          case BigDecimal decimal when decimal.stripTrailingZeros().scale() <= 0 ->
              decimal.longValue();
          default -> throw argumentError(name, "must be a whole number", given);
        };
    within(name, number, number >= min && number <= max, min + ", max=" + max);
    return (int) number;
  }

  /** A number within limits. */
  double number(String name, double min, double max) {
    Object given = single(name);
    double number =
        switch (given) {
          case null -> Double.parseDouble(String.valueOf(parameter(name).absent()));
          case Number any -> any.doubleValue();
          default -> throw argumentError(name, "must be a number", given);
        };
    within(name, number, number >= min && number <= max, min + ", max=" + max);
    return number;
  }

  private void within(String name, Number given, boolean isWithin, String limits) {
    if (!isWithin) {
      throw new HistorianException(
          ErrorCode.OUT_OF_RANGE,
          function.name()
              + ": "
              + shown(name)
              + " is out of range: given="
              + given
              + ", min="
              + limits);
    }
  }

  boolean flag(String name) {
    return switch (single(name)) {
      case null -> false;
      case Boolean given -> given;
      case Object other -> throw argumentError(name, "must be true or false", other);
    };
  }

  /** A constant of an enumeration, by its name in any case; the first one without an argument. */
  <E extends Enum<E>> E choice(String name, Class<E> type) {
    String text = text(name);
    return text == null
        ? type.getEnumConstants()[0]
        : constant(function.name() + ": " + shown(name), text, type);
  }

  /**
   * The constant of a name in any case.
   *
   * @param what is chosen, for the error
   * @throws HistorianException {@link ErrorCode#OUT_OF_RANGE} listing the names
   */
  public static <E extends Enum<E>> E constant(String what, String text, Class<E> type) {
    List<String> names = new ArrayList<>();
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equalsIgnoreCase(text)) {
        return constant;
      }
      names.add(constant.name().toLowerCase(Locale.ROOT));
    }
    throw new HistorianException(
        ErrorCode.OUT_OF_RANGE,
        what
            + ": no such choice: given="
            + ErrorText.quote(text)
            + ", expected=one of "
            + String.join(", ", names));
  }

  /** The tags of a call, wildcards resolved; of a relation those whose names satisfy WHERE. */
  List<TagDefinition> tags(String name) {
    if (!isCall()) {
      String condition = condition(List.of("tag"));
      if (condition == null) {
        throw missing(name, "WHERE tag = 'R1.TIC101.PV'");
      }
      return tagsWhere(condition);
    }
    if (value(name) == null) {
      throw missing(name, name + " => ['R1.TIC101.PV']");
    }
    return argument(name, () -> matched(name));
  }

  /** The visible tags that satisfy a condition on {@code tag}. */
  List<TagDefinition> tagsWhere(String condition) {
    List<TagDefinition> tags = new ArrayList<>();
    for (List<@Nullable Object> row :
        call.plant().rows("SELECT tag FROM tags WHERE " + condition)) {
      TagDefinition tag = context().view().tags().find(String.valueOf(row.getFirst()));
      if (tag != null && context().mayRead(tag.id())) {
        tags.add(tag);
      }
    }
    return tags;
  }

  private List<TagDefinition> matched(String name) {
    Object given = value(name);
    List<?> names = given instanceof List<?> list ? list : Arrays.asList(given);
    Set<TagDefinition> tags = new LinkedHashSet<>();
    for (Object each : names) {
      if (!(each instanceof String text)) {
        throw new HistorianException(
            ErrorCode.WRONG_TYPE, "must be names: given=" + ErrorText.quote("" + each));
      }
      List<TagDefinition> found =
          context().view().tags().match(text).stream()
              .filter(t -> context().mayRead(t.id()))
              .toList();
      if (found.isEmpty()) {
        throw new HistorianException(
            ErrorCode.UNKNOWN_TAG, "no tag of that name: tag=" + ErrorText.quote(text));
      }
      tags.addAll(found);
    }
    return List.copyOf(tags);
  }

  /** The range of the arguments {@code start_time} and {@code end_time}. */
  TimeRange range() {
    if (!isCall() && (value("start_time") == null || value("end_time") == null)) {
      throw missing(
          value("start_time") == null ? "start_time" : "end_time",
          "compare it with constants, >= for the start and < or <= for the end");
    }
    long startNs = time("start_time");
    long endNs = time("end_time");
    return argument("end_time", () -> new TimeRange(startNs, endNs));
  }

  /** An instant. */
  long time(String name) {
    Object given = single(name);
    return argument(name, () -> instant(given == null ? parameter(name).absent() : given));
  }

  /** An instant that a value means: a time, an expression, or nanoseconds. */
  long instant(@Nullable Object value) {
    return switch (value) {
      case String expression ->
          TimeExpression.parse(expression).resolve(context().nowNs(), context().zone());
      case Instant instant ->
          Math.addExact(
              Math.multiplyExact(instant.getEpochSecond(), 1_000_000_000L), instant.getNano());
      case Long ns -> ns;
      case null, default ->
          throw new HistorianException(
              ErrorCode.WRONG_TYPE, "must be a time: given=" + ErrorText.quote("" + value));
    };
  }

  /** Text of a length, an INTERVAL as an expression of ours; null without one. */
  @Nullable String lengthText(String name) {
    Object given = single(name);
    return given == null ? parameter(name).absent() : intervalText(given.toString());
  }

  /** A length in ns. */
  @Nullable Long lengthNs(String name) {
    String text = lengthText(name);
    if (text == null) {
      return null;
    }
    return argument(name, () -> CalendarInterval.parse(text).lengthNs());
  }

  /** Windows of the range, or the whole of it without a length. */
  long[] edges(String name, TimeRange range) {
    String every = lengthText(name);
    return every == null
        ? new long[] {range.startNs(), range.endNs()}
        : argument(
            name,
            () ->
                WindowRule.parse(every, call.calendars())
                    .windows(range, context().zone(), Long.MAX_VALUE, TIMES_MAX)
                    .edgesNs());
  }

  /** Times of a grid. */
  long[] times(String name, TimeRange range) {
    String every = String.valueOf(lengthText(name));
    return argument(
        name,
        () -> WindowRule.parse(every, call.calendars()).times(range, context().zone(), TIMES_MAX));
  }

  /** DuckDB's text of an INTERVAL as a length of ours; another text as it is. */
  public static String intervalText(String text) {
    Matcher matcher = INTERVAL.matcher(text);
    if (!matcher.matches()) {
      return text;
    }
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < UNITS.length; i++) {
      String number = matcher.group(i + 1);
      if (number != null && Long.parseLong(number) != 0) {
        out.append(Long.parseLong(number)).append(UNITS[i]);
      }
    }
    String fraction = matcher.group(UNITS.length + 1);
    if (fraction != null) {
      out.append(Long.parseLong((fraction + "000000").substring(0, 6))).append("us");
    }
    return out.isEmpty() ? "0s" : out.toString();
  }
}

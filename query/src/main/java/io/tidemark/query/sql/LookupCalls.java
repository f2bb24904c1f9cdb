package io.tidemark.query.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadRule;
import io.tidemark.query.HistorianQueries;
import io.tidemark.query.retrieval.Retrieval;
import io.tidemark.query.table.Arguments;
import io.tidemark.query.table.SampleLookup;
import io.tidemark.query.table.SampleLookup.Part;
import io.tidemark.query.time.CalendarInterval;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The functions {@code value_at}, {@code text_at} and {@code status_at}, which may stand wherever
 * an expression may: {@code value_at(a.tag, e.start_time, max_gap => '1h')}. Tag and time may be
 * columns; the other arguments say how and are constants.
 */
final class LookupCalls {
  private static final Map<String, Part> PARTS =
      Map.of("value_at", Part.VALUE, "text_at", Part.TEXT, "status_at", Part.STATUS);
  private static final List<String> OPTIONS = List.of("mode", "max_gap", "quality", "step_as");
  private static final int ROW_ARGUMENTS = 2;

  private LookupCalls() {}

  static boolean isFunction(String name) {
    return PARTS.containsKey(name);
  }

  /** How a lookup reads. */
  record Options(Part part, Retrieval.AtMode mode, ReadRule rule, boolean isStrict) {
    SampleLookup over(HistorianQueries queries, QueryContext context) {
      return new SampleLookup(part, mode, rule, isStrict, queries, context);
    }
  }

  /**
   * The call of ours that takes the place of a call, or the node itself if it is none.
   *
   * @param evaluate values of expressions without columns
   * @param register makes the number that stands for a lookup
   */
  static JsonNode replaced(
      ObjectNode node,
      Function<List<JsonNode>, List<@Nullable Object>> evaluate,
      Function<Options, Long> register) {
    String name = SyntaxTree.name(node, "function_name");
    Part part = node.path("class").asText().equals("FUNCTION") ? PARTS.get(name) : null;
    if (part == null) {
      return node;
    }
    List<JsonNode> rows = new ArrayList<>();
    Map<String, JsonNode> options = new LinkedHashMap<>();
    int position = 0;
    for (JsonNode argument : node.path("arguments")) {
      String given = argument.path("name").asText().toLowerCase(Locale.ROOT);
      JsonNode expression = argument.path("expression");
      if (given.isEmpty() && position < ROW_ARGUMENTS) {
        rows.add(expression);
      } else {
        String option =
            given.isEmpty() && position - ROW_ARGUMENTS < OPTIONS.size()
                ? OPTIONS.get(position - ROW_ARGUMENTS)
                : given;
        if (!OPTIONS.contains(option) || options.put(option, expression) != null) {
          throw new HistorianException(
              ErrorCode.SQL_ERROR,
              name
                  + " has no such argument: argument="
                  + ErrorText.quote(option)
                  + ", arguments=tag|time|"
                  + String.join("|", OPTIONS));
        }
      }
      position++;
    }
    if (rows.size() != ROW_ARGUMENTS) {
      throw new HistorianException(
          ErrorCode.SQL_ERROR, name + " needs a tag and a time: " + name + "('R1.TIC101.PV', ts)");
    }
    long number =
        register.apply(
            options(name, part, values(name, options, evaluate), isConstant(rows.get(0))));
    ObjectNode call =
        SyntaxTree.call(
            "tidemark_lookup_" + type(part),
            SyntaxTree.cast(SyntaxTree.text(Long.toString(number)), "BIGINT"),
            SyntaxTree.cast(rows.get(0).deepCopy(), "VARCHAR"),
            nanos(rows.get(1).deepCopy()));
    String alias = node.path("alias").asText();
    call.put("alias", alias);
    return call;
  }

  /** A time in nanoseconds; of columns whose name ends so, these are what they hold. */
  private static JsonNode nanos(JsonNode time) {
    JsonNode names = time.path("column_names");
    if (names.path(names.size() - 1).asText().toLowerCase(Locale.ROOT).endsWith("_ns")) {
      return time;
    }
    return SyntaxTree.call("epoch_ns", SyntaxTree.cast(time, "TIMESTAMPTZ"));
  }

  private static String type(Part part) {
    return switch (part) {
      case VALUE -> "double";
      case TEXT -> "varchar";
      case STATUS -> "uinteger";
    };
  }

  /** Functions that stand for these in the planner, where there are no samples. */
  static List<String> plannerDefinitions() {
    List<String> sql = new ArrayList<>();
    for (Part part : Part.values()) {
      String type = type(part);
      // A random value, so that nothing is concluded from it.
      sql.add(
          "CREATE MACRO tidemark_lookup_"
              + type
              + "(handle, name, ns) AS CAST(CASE WHEN random() < 2 THEN NULL ELSE name END AS "
              + type
              + ")");
    }
    return sql;
  }

  private static boolean isConstant(JsonNode expression) {
    List<ObjectNode> found = new ArrayList<>();
    for (String each : List.of("COLUMN_REF", "STAR", "SUBQUERY", "POSITIONAL_REFERENCE")) {
      SyntaxTree.collect(expression, each, found);
    }
    return found.isEmpty();
  }

  /** The options as texts. */
  private static Map<String, String> values(
      String function,
      Map<String, JsonNode> options,
      Function<List<JsonNode>, List<@Nullable Object>> evaluate) {
    Map<String, String> values = new HashMap<>();
    List<JsonNode> expressions = new ArrayList<>();
    options.forEach(
        (option, expression) -> {
          if (!isConstant(expression)) {
            throw new HistorianException(
                ErrorCode.SQL_ERROR, function + ": " + option + " must be a constant");
          }
          expressions.add(SyntaxTree.cast(expression.deepCopy(), "VARCHAR"));
        });
    if (!expressions.isEmpty()) {
      List<@Nullable Object> found = evaluate.apply(expressions);
      int at = 0;
      for (String option : options.keySet()) {
        Object value = found.get(at++);
        if (value != null) {
          values.put(option, value.toString());
        }
      }
    }
    return values;
  }

  private static Options options(
      String function, Part part, Map<String, String> options, boolean isStrict) {
    ReadRule usual = ReadRule.DEFAULT;
    String gap = options.get("max_gap");
    long maxGapNs;
    try {
      maxGapNs =
          gap == null
              ? usual.maxGapNs()
              : CalendarInterval.parse(Arguments.intervalText(gap)).lengthNs();
    } catch (HistorianException e) {
      throw new HistorianException(
          e.code(), function + ": max_gap: " + e.messageText(), e.path(), e.hint(), e);
    }
    return new Options(
        part,
        choice(function, options, "mode", Retrieval.AtMode.AUTO),
        new ReadRule(
            choice(function, options, "quality", usual.quality()),
            usual.uncertainIsBad(),
            choice(function, options, "step_as", usual.step()),
            maxGapNs,
            usual.extrapolation()),
        isStrict);
  }

  private static <E extends Enum<E>> E choice(
      String function, Map<String, String> options, String name, E absent) {
    String text = options.get(name);
    return text == null
        ? absent
        : Arguments.constant(function + ": " + name, text, absent.getDeclaringClass());
  }
}

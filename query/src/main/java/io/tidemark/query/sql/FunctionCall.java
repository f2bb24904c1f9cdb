package io.tidemark.query.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.QueryContext;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleColumns;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.query.HistorianQueries;
import io.tidemark.query.duckdb.DuckDbRows;
import io.tidemark.query.duckdb.DuckDbSession;
import io.tidemark.query.duckdb.ScanSource;
import io.tidemark.query.retrieval.Retrieval;
import io.tidemark.query.retrieval.SummaryRow;
import io.tidemark.query.time.ShiftCalendar;
import io.tidemark.query.time.TimeExpression;
import io.tidemark.query.time.WindowRule;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One call of {@code recorded}, {@code interpolated} or {@code summary} in FROM: its arguments are
 * evaluated by the executor first (literals, parameters, {@code now() - INTERVAL …}, inner SELECTs
 * over context), then its rows become a scan.
 */
final class FunctionCall {
  private static final int TIMES_MAX = 1_000_000;
  private static final List<String> NAMES = List.of("tags", "start_time", "end_time", "every");
  private static final List<String> SUMMARY_NAMES =
      List.of("tags", "start_time", "end_time", "every", "as_numbers");
  private static final Pattern INTERVAL =
      Pattern.compile(
          "(?:(\\d+) years? ?)?(?:(\\d+) mon(?:th)?s? ?)?(?:(\\d+) days? ?)?"
              + "(?:(\\d+):(\\d\\d):(\\d\\d)(?:\\.(\\d{1,6}))?)?");
  private static final long BLOCK_BYTES = 40L * SampleBlock.CAPACITY;

  private final String function;
  private final Map<String, @Nullable Object> values = new HashMap<>();

  private FunctionCall(String function) {
    this.function = function;
  }

  /**
   * Evaluates the arguments of a call.
   *
   * @param parameters of the statement, for those that have no constant in the tree
   */
  static FunctionCall evaluate(
      ObjectNode call,
      ObjectNode template,
      DuckDbSession planner,
      DuckDbSession executor,
      List<? extends @Nullable Object> parameters) {
    FunctionCall result = new FunctionCall(SyntaxTree.name(call, "function_name"));
    List<String> known = result.isSummary() ? SUMMARY_NAMES : NAMES;
    ArrayNode arguments = (ArrayNode) call.path("arguments");
    List<String> names = new ArrayList<>();
    ObjectNode tree = template.deepCopy();
    ArrayNode list = SyntaxTree.selectNode(tree).putArray("select_list");
    for (int i = 0; i < arguments.size(); i++) {
      String name = arguments.get(i).path("name").asText();
      if (name.isEmpty()) {
        name = i < known.size() ? known.get(i) : "";
      }
      if (name.equals("tag")) {
        name = "tags";
      }
      if (!known.contains(name) || names.contains(name)) {
        throw new HistorianException(
            ErrorCode.SQL_ERROR,
            result.function
                + " has no such argument: argument="
                + ErrorText.quote(name)
                + ", arguments="
                + String.join("|", known));
      }
      names.add(name);
      JsonNode expression = arguments.get(i).path("expression").deepCopy();
      list.add(name.equals("every") ? SyntaxTree.cast(expression, "VARCHAR") : expression);
    }
    if (!names.contains("tags")) {
      throw new HistorianException(
          ErrorCode.MISSING_FIELD, result.function + " needs tags: tags => ['R1.TIC101.PV']");
    }
    List<@Nullable Object> bound = new ArrayList<>();
    for (int place : SyntaxTree.renumberParameters(tree)) {
      bound.add(parameters.get(place));
    }
    try (DuckDbRows rows = executor.query(SyntaxTree.sql(planner, tree), bound)) {
      rows.next();
      for (int i = 0; i < names.size(); i++) {
        result.values.put(names.get(i), rows.value(i));
      }
    }
    return result;
  }

  /** What an argument means; an error names the function and the argument. */
  private <T> T argument(String name, Supplier<T> meaning) {
    try {
      return meaning.get();
    } catch (HistorianException e) {
      throw new HistorianException(
          e.code(), function + ": " + name + ": " + e.messageText(), e.path(), e.hint(), e);
    }
  }

  /** The tags of the call, wildcards resolved. */
  List<TagDefinition> tags(QueryContext context) {
    return argument("tags", () -> matched(context));
  }

  private List<TagDefinition> matched(QueryContext context) {
    Object given = values.get("tags");
    List<?> names = given instanceof List<?> list ? list : Arrays.asList(given);
    Set<TagDefinition> tags = new LinkedHashSet<>();
    for (Object name : names) {
      if (!(name instanceof String text)) {
        throw new HistorianException(
            ErrorCode.WRONG_TYPE, "must be names: given=" + ErrorText.quote("" + name));
      }
      List<TagDefinition> found =
          context.view().tags().match(text).stream().filter(t -> context.mayRead(t.id())).toList();
      if (found.isEmpty()) {
        throw new HistorianException(
            ErrorCode.UNKNOWN_TAG, "no tag of that name: tag=" + ErrorText.quote(text));
      }
      tags.addAll(found);
    }
    return List.copyOf(tags);
  }

  /** The range of the call; the last hour by default. */
  TimeRange range(QueryContext context) {
    long startNs = argument("start_time", () -> time("start_time", "*-1h", context));
    long endNs = argument("end_time", () -> time("end_time", "*", context));
    return argument("end_time", () -> new TimeRange(startNs, endNs));
  }

  private long time(String name, String absent, QueryContext context) {
    return switch (values.get(name)) {
      case null -> resolve(absent, context);
      case String expression -> resolve(expression, context);
      case Instant instant -> TimeConstant.nanos(TimeConstant.micros(instant));
      case Long ns -> ns;
      case Object other ->
          throw new HistorianException(
              ErrorCode.WRONG_TYPE, "must be a time: given=" + ErrorText.quote(other.toString()));
    };
  }

  private static long resolve(String expression, QueryContext context) {
    return TimeExpression.parse(expression).resolve(context.nowNs(), context.zone());
  }

  /** Length of a step, or null if none was given. */
  private @Nullable String every() {
    Object given = values.get("every");
    if (given == null) {
      return null;
    }
    String text = given.toString();
    Matcher matcher = INTERVAL.matcher(text);
    if (!matcher.matches()) {
      return text;
    }
    StringBuilder out = new StringBuilder();
    String[] units = {"y", "mo", "d", "h", "m", "s"};
    for (int i = 0; i < units.length; i++) {
      String number = matcher.group(i + 1);
      if (number != null && Long.parseLong(number) != 0) {
        out.append(Long.parseLong(number)).append(units[i]);
      }
    }
    String fraction = matcher.group(7);
    if (fraction != null) {
      out.append(Long.parseLong((fraction + "000000").substring(0, 6))).append("us");
    }
    return out.isEmpty() ? "0s" : out.toString();
  }

  /** Whether numbers of any unit may be added up; only a summary can say so. */
  private boolean asNumbers() {
    return switch (values.get("as_numbers")) {
      case null -> false;
      case Boolean given -> given;
      case Object other ->
          throw new HistorianException(
              ErrorCode.WRONG_TYPE,
              "must be true or false: given=" + ErrorText.quote(other.toString()));
    };
  }

  /** The rows of the call. */
  ScanSource scan(
      QueryContext context, HistorianQueries queries, Map<String, ShiftCalendar> calendars) {
    List<TagDefinition> tags = tags(context);
    TimeRange range = range(context);
    String every = every();
    if (isSummary()) {
      long[] edges =
          every == null
              ? new long[] {range.startNs(), range.endNs()}
              : argument("every", () -> edges(every, range, context, calendars));
      Retrieval.Summary usual = new Retrieval.Summary(edges);
      Retrieval.Summary asked = argument("as_numbers", this::asNumbers) ? usual.asNumbers() : usual;
      List<SummaryScan.Row> rows = new ArrayList<>();
      for (TagDefinition tag : tags) {
        for (SummaryRow row : queries.summarize(asked, tag, context)) {
          context.memory().reserve(200);
          rows.add(new SummaryScan.Row(tag.id(), row));
        }
      }
      return new SummaryScan(rows);
    }
    Retrieval retrieval =
        function.equals("recorded")
            ? new Retrieval.Recorded(range, Retrieval.Bounds.INSIDE, false)
            : new Retrieval.Interpolated(
                argument(
                    "every",
                    () ->
                        WindowRule.parse(every == null ? "1m" : every, calendars)
                            .times(range, context.zone(), TIMES_MAX)));
    List<SampleScan.Unit> units = new ArrayList<>();
    for (TagDefinition tag : tags) {
      units.add(new RetrievedUnit(queries, retrieval, tag, context));
    }
    return new SampleScan(context, units);
  }

  private static long[] edges(
      String every, TimeRange range, QueryContext context, Map<String, ShiftCalendar> calendars) {
    return WindowRule.parse(every, calendars)
        .windows(range, context.zone(), Long.MAX_VALUE, TIMES_MAX)
        .edgesNs();
  }

  boolean isSummary() {
    return function.equals("summary");
  }

  /** A tag's answer to a retrieval, held while it is read. */
  private record RetrievedUnit(
      HistorianQueries queries, Retrieval retrieval, TagDefinition tag, QueryContext context)
      implements SampleScan.Unit {
    @Override
    public SampleScan.Blocks open(SampleColumns columns) {
      List<SampleBlock> held = new ArrayList<>();
      queries.read(
          retrieval,
          tag,
          context,
          block -> {
            context.memory().reserve(BLOCK_BYTES);
            held.add(SampleBlock.copyOf(block));
          });
      return new SampleScan.Blocks() {
        private int next;

        @Override
        public int next(SampleBlock block) {
          if (next >= held.size()) {
            return 0;
          }
          SampleBlock from = held.get(next++);
          block.reset(from.type());
          block.appendRange(from, 0, from.count());
          return block.count();
        }

        @Override
        public void close() {
          context.memory().release(BLOCK_BYTES * held.size());
          held.clear();
        }
      };
    }
  }
}

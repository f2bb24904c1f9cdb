package io.tidemark.wire.http;

import io.tidemark.engine.Historian;
import io.tidemark.model.DamageRule;
import io.tidemark.model.QueryContext;
import io.tidemark.model.VersionMode;
import io.tidemark.query.retrieval.Retrieval;
import io.tidemark.wire.http.ValuesQuestion.Mode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads values: {@code GET|POST /api/v1/values/…}, a route for each {@link Mode}. A tag without an
 * answer is an error among the others' answers; everything else that is wrong refuses the request
 * before it begins to answer.
 */
final class ValuesRoutes {
  private static final List<String> REPEATED = List.of("tag", "time", "uom", "batch");
  private static final List<String> BARE =
      List.of("tag", "timeZone", "format", "layout", "strict", "version", "asOf");
  private static final List<String> COMMON = common();

  /** Parameters that go with a cursor. */
  private static final List<String> CONTINUED =
      List.of(
          "timeZone",
          "format",
          "layout",
          "strict",
          "version",
          "uom",
          "limit",
          "while",
          "includeBad");

  private static final Map<Mode, List<String>> KNOWN = parameters();

  private final Historian historian;
  private final HttpConfig config;

  ValuesRoutes(Historian historian, HttpConfig config) {
    this.historian = historian;
    this.config = config;
  }

  private static List<String> common() {
    List<String> names = new ArrayList<>(BARE);
    names.add("uom");
    return List.copyOf(names);
  }

  private static Map<Mode, List<String>> parameters() {
    List<String> rule = RuleParameters.NAMES;
    List<String> range = List.of("startTime", "endTime");
    Map<Mode, List<String>> known = new EnumMap<>(Mode.class);
    for (Mode mode : Mode.values()) {
      List<String> names =
          new ArrayList<>(mode.hasWindows() && mode != Mode.SUMMARY ? BARE : COMMON);
      switch (mode) {
        case RECORDED -> {
          add(names, range, "bounds", "descending", "count", "limit", "cursor", "includeBad");
          add(names, rule, "while");
        }
        case INTERPOLATED -> {
          add(names, range, "interval", "count", "sync", "descending", "includeBad", "withStatus");
          names.addAll(rule);
        }
        case AT_TIMES -> {
          add(names, range, "time", "timesOf", "mode", "descending", "includeBad", "withStatus");
          names.addAll(rule);
        }
        case CYCLIC -> add(names, range, "count", "descending", "includeBad", "withStatus");
        case DELTA -> add(names, range, "deadband", "timeDeadband", "includeBad");
        case PLOT -> add(names, range, "width", "includeBad");
        case BEST_FIT -> add(names, range, "cycles", "includeBad");
        case SUMMARY -> {
          add(names, range, "interval", "window", "sync", "unit", "batch", "timestamp");
          add(names, rule, "while", "descending");
          names.addAll(SummaryParameters.NAMES);
        }
        case PROCESSED -> {
          add(names, range, "interval", "sync", "unit", "batch", "descending", "includeBad");
          names.addAll(AggregateParameters.NAMES);
        }
        case COUNTERS -> {
          add(names, range, "interval", "window", "sync", "unit", "batch");
          names.addAll(CounterParameters.NAMES);
        }
        case STATES -> add(names, range, "interval", "window", "sync", "unit", "batch");
        case CURRENT -> names.add("includeBad");
      }
      known.put(mode, List.copyOf(names));
    }
    return known;
  }

  private static void add(List<String> names, List<String> some, String... more) {
    names.addAll(some);
    names.addAll(Arrays.asList(more));
  }

  List<Route> routes() {
    List<Route> routes = new ArrayList<>();
    for (Mode mode : Mode.values()) {
      String path = "/api/v1/values/" + mode.name().toLowerCase(Locale.ROOT);
      routes.add(
          Route.get(
              path,
              Route.Lane.READ,
              exchange -> values(exchange, mode, Parameters.of(exchange.query()))));
      routes.add(
          new Route(
              "POST",
              path,
              Route.Lane.READ,
              Route.QUESTION_BYTES_MAX,
              exchange ->
                  values(
                      exchange,
                      mode,
                      Parameters.of(exchange.query()).and(exchange.body().object(), REPEATED))));
    }
    return routes;
  }

  private void values(Exchange exchange, Mode mode, Parameters parameters) throws IOException {
    parameters.allow(KNOWN.getOrDefault(mode, COMMON));
    AnswerFormat format = AnswerFormat.of(exchange, parameters);
    ZoneId zone = parameters.zone("timeZone", historian.defaultZone());
    String cursorText = mode == Mode.RECORDED ? parameters.text("cursor") : null;
    RecordedCursor cursor = cursorText == null ? null : RecordedCursor.parse(cursorText);
    if (cursor != null) {
      parameters.allowBeside("cursor", CONTINUED);
    }
    ResponseStream out;
    try (QueryScope scope =
        new QueryScope(historian, exchange, zone, options(parameters, cursor))) {
      QueryContext context = scope.context();
      ValuesRequest request =
          new ValuesRequest(historian, config, mode, format, parameters, cursor, context);
      ValuesQuestion question = request.question();
      Retrieval retrieval = request.retrieval(question);
      String fileName = format.fileName("tidemark-" + mode.name().toLowerCase(Locale.ROOT));
      if (format != AnswerFormat.JSON) {
        ValuesCsv.refuseErrors(question.errors());
      }
      out = exchange.stream(200, format.type(), fileName);
      if (format == AnswerFormat.XLSX) {
        SheetCells.write(
            cells -> write(question, retrieval, context, new ValuesCsv(question, cells)), out);
      } else {
        write(question, retrieval, context, encoder(format, question, out));
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    out.end();
  }

  private void write(
      ValuesQuestion question, Retrieval retrieval, QueryContext context, ValuesEncoder encoder)
      throws IOException {
    try (encoder) {
      new ValuesAnswer(historian.queries(), question, retrieval, context, encoder).write();
    }
  }

  private static ValuesEncoder encoder(
      AnswerFormat format, ValuesQuestion question, ResponseStream out) throws IOException {
    return switch (format) {
      case JSON -> new ValuesJson(question, out);
      case CSV, XLSX -> new ValuesCsv(question, new CsvCells(out));
      case ARROW -> new ValuesArrow(question, out);
    };
  }

  private static Historian.QueryOptions options(
      Parameters parameters, @Nullable RecordedCursor cursor) {
    return new Historian.QueryOptions(
        parameters.flag("strict") ? DamageRule.STRICT : DamageRule.CONTAIN,
        parameters.choice("version", Version.class, Version.LATEST) == Version.ORIGINAL
            ? VersionMode.ORIGINAL
            : VersionMode.LATEST,
        cursor == null ? parameters.text("asOf") : cursor.dataVersion());
  }

  /** Which sample of a time counts. */
  private enum Version {
    /** The last written one, or as the tag says. */
    LATEST,
    /** The first written one. */
    ORIGINAL
  }
}

package io.tidemark.wire.http;

import io.tidemark.engine.Historian;
import io.tidemark.model.DamageRule;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadRule;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.TagCatalog;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.query.aggregate.StandardAggregate;
import io.tidemark.query.retrieval.BlockSink;
import io.tidemark.query.retrieval.Retrieval;
import io.tidemark.query.retrieval.SideBySide;
import io.tidemark.query.retrieval.SummaryRow;
import io.tidemark.query.retrieval.UnitChange;
import io.tidemark.query.time.CalendarInterval;
import io.tidemark.query.time.TimeExpression;
import io.tidemark.query.time.WindowRule;
import io.tidemark.query.time.Windows;
import io.tidemark.query.units.Unit;
import io.tidemark.wire.http.ValuesQuestion.Layout;
import io.tidemark.wire.http.ValuesQuestion.Mode;
import io.tidemark.wire.http.ValuesQuestion.TagError;
import io.tidemark.wire.http.ValuesQuestion.Timestamp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads values: {@code GET|POST /api/v1/values/{recorded|interpolated|at_times|plot|summary|
 * processed|current}}. A tag without an answer is an error among the others' answers; everything
 * else that is wrong refuses the request before it begins to answer.
 */
final class ValuesRoutes {
  private static final String DEFAULT_START = "*-1h";
  private static final String DEFAULT_END = "*";
  private static final int WIDTH_PX = 1_000;
  private static final int WIDTH_PX_MAX = 10_000;
  private static final int UNITS_MAX = 100;
  private static final int INTERVALS_AT_ONCE = 1_024;

  /** Memory of a wide column, in bytes. */
  private static final long COLUMN_BYTES = 46L * WideColumn.ROWS_MAX;

  private static final List<String> REPEATED = List.of("tag", "time", "uom");
  private static final List<String> COMMON =
      List.of("tag", "timeZone", "format", "layout", "strict", "uom");
  private static final Map<Mode, List<String>> KNOWN =
      Map.of(
          Mode.RECORDED,
          known("startTime", "endTime", "bounds", "descending", "limit", "includeBad"),
          Mode.INTERPOLATED,
          ruled("startTime", "endTime", "interval", "sync", "includeBad", "withStatus"),
          Mode.AT_TIMES,
          ruled("time", "mode", "includeBad", "withStatus"),
          Mode.PLOT,
          known("startTime", "endTime", "width", "includeBad"),
          Mode.SUMMARY,
          ruled("startTime", "endTime", "interval", "window", "sync", "timestamp"),
          Mode.PROCESSED,
          AggregateParameters.known("startTime", "endTime", "interval", "sync", "includeBad"),
          Mode.CURRENT,
          known("includeBad"));

  private final Historian historian;
  private final HttpConfig config;

  ValuesRoutes(Historian historian, HttpConfig config) {
    this.historian = historian;
    this.config = config;
  }

  private static List<String> known(String... own) {
    List<String> names = new ArrayList<>(COMMON);
    names.addAll(Arrays.asList(own));
    return List.copyOf(names);
  }

  /** The same, where values between samples are found by a rule. */
  private static List<String> ruled(String... own) {
    List<String> names = new ArrayList<>(known(own));
    names.addAll(RuleParameters.NAMES);
    return List.copyOf(names);
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
    ResponseStream out;
    DamageRule damageRule = parameters.flag("strict") ? DamageRule.STRICT : DamageRule.CONTAIN;
    try (QueryScope scope = new QueryScope(historian, exchange, zone, damageRule)) {
      QueryContext context = scope.context();
      ValuesQuestion question = question(mode, format, parameters, context);
      Retrieval retrieval = retrieval(question, parameters);
      int limit =
          mode == Mode.RECORDED
              ? parameters.number("limit", Integer.MAX_VALUE, 1, Integer.MAX_VALUE)
              : Integer.MAX_VALUE;
      String fileName = "tidemark-" + mode.name().toLowerCase(Locale.ROOT) + ".csv";
      if (format != AnswerFormat.JSON) {
        ValuesCsv.refuseErrors(question.errors());
      }
      out = exchange.stream(200, format.type(), format == AnswerFormat.CSV ? fileName : null);
      try (ValuesEncoder encoder = encoder(format, question, out)) {
        encoder.begin();
        List<TagError> errors = new ArrayList<>(question.errors());
        if (question.wide()) {
          answerWide(question, retrieval, context, encoder);
        } else {
          answerLong(question, retrieval, context, encoder, limit, errors);
        }
        encoder.end(errors);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    out.end();
  }

  private static ValuesEncoder encoder(
      AnswerFormat format, ValuesQuestion question, ResponseStream out) throws IOException {
    return switch (format) {
      case JSON -> new ValuesJson(question, out);
      case CSV -> new ValuesCsv(question, out);
      case ARROW -> new ValuesArrow(question, out);
    };
  }

  private ValuesQuestion question(
      Mode mode, AnswerFormat format, Parameters parameters, QueryContext context) {
    ZoneId zone = context.zone();
    List<TagError> errors = new ArrayList<>();
    List<TagDefinition> tags =
        findTags(historian.tags(), parameters.all("tag"), config.tagsMax(), context, errors);
    Map<Integer, UnitChange> unitChanges = new HashMap<>();
    tags = inUnits(tags, units(parameters), unitChanges, errors);
    boolean hasRange = parameters.all("time").isEmpty() && mode != Mode.CURRENT;
    TimeRange range =
        hasRange && mode != Mode.AT_TIMES ? range(parameters, context.nowNs(), zone) : null;
    Layout layout = parameters.choice("layout", Layout.class, Layout.LONG);
    if (layout == Layout.COMPACT && (mode == Mode.SUMMARY || format != AnswerFormat.JSON)) {
      throw Parameters.bad("layout", "compact", "is a form of samples in JSON", null);
    }
    if (layout == Layout.WIDE && mode != Mode.INTERPOLATED && mode != Mode.AT_TIMES) {
      throw Parameters.bad(
          "layout", "wide", "needs common times, as interpolated and at_times have", null);
    }
    WindowRule rule = rule(parameters, context.nowNs(), zone);
    boolean hasWindows = mode == Mode.SUMMARY || mode == Mode.PROCESSED;
    Windows windows =
        hasWindows && range != null ? windows(rule, range, context.nowNs(), zone) : null;
    if (mode == Mode.PROCESSED) {
      StandardAggregate aggregate = AggregateParameters.aggregate(parameters);
      tags = tags.stream().map(aggregate::of).toList();
    }
    return new ValuesQuestion(
        mode,
        tags,
        unitChanges,
        errors,
        range,
        times(mode, range, rule, parameters, context.nowNs(), zone),
        windows,
        mode == Mode.SUMMARY ? timestamp(rule, parameters) : null,
        zone,
        layout,
        parameters.flag("includeBad"),
        parameters.flag("withStatus"),
        context.view().dataVersion());
  }

  private static List<Unit> units(Parameters parameters) {
    List<Unit> units = new ArrayList<>();
    for (String text : parameters.all("uom")) {
      if (text.length() > Unit.TEXT_CHARS_MAX) {
        throw new HistorianException(
            ErrorCode.TOO_LONG,
            "unit is too long: uom="
                + ErrorText.quote(text)
                + ", charactersMax="
                + Unit.TEXT_CHARS_MAX,
            "uom",
            null,
            null);
      }
      if (!text.isBlank()) {
        units.add(Unit.parse(text));
      }
    }
    if (units.size() > UNITS_MAX) {
      throw new HistorianException(
              ErrorCode.TOO_MANY, "request names too many units: uomMax=" + UNITS_MAX)
          .at("uom");
    }
    return units;
  }

  /**
   * The tags in the units asked for, each in the first that it converts to.
   *
   * @param changes takes what has to be converted
   * @param errors takes the tags that convert to none
   */
  private static List<TagDefinition> inUnits(
      List<TagDefinition> tags,
      List<Unit> units,
      Map<Integer, UnitChange> changes,
      List<TagError> errors) {
    if (units.isEmpty()) {
      return tags;
    }
    List<TagDefinition> answered = new ArrayList<>(tags.size());
    for (TagDefinition tag : tags) {
      try {
        UnitChange change = UnitChange.of(tag, units);
        changes.put(tag.id(), change);
        answered.add(change.answered());
      } catch (HistorianException e) {
        errors.add(new TagError(tag.name(), e.code(), e.messageText()));
      }
    }
    return answered;
  }

  /**
   * The tags of some names and patterns, each once, in the order asked.
   *
   * @param errors takes the names without a tag
   */
  static List<TagDefinition> findTags(
      TagCatalog catalog,
      List<String> names,
      int tagsMax,
      QueryContext context,
      List<TagError> errors) {
    if (names.isEmpty()) {
      throw Parameters.missing("tag", "R1.TIC101.PV or tag=R1.*");
    }
    Map<Integer, TagDefinition> found = new LinkedHashMap<>();
    for (String name : names) {
      int known = 0;
      for (TagDefinition tag : catalog.match(name)) {
        if (context.mayRead(tag.id())) {
          known++;
          found.putIfAbsent(tag.id(), tag);
        }
      }
      if (known == 0) {
        errors.add(
            new TagError(
                name,
                ErrorCode.UNKNOWN_TAG,
                (name.indexOf('*') < 0 && name.indexOf('?') < 0
                        ? "no such tag: tag="
                        : "no tag matches: tag=")
                    + ErrorText.quote(name)));
      }
      if (found.size() + errors.size() > tagsMax) {
        throw new HistorianException(
            ErrorCode.TOO_MANY,
            "request asks for too many tags: tagsMax=" + tagsMax,
            "tag",
            "ask in parts, or use SQL",
            null);
      }
    }
    return List.copyOf(found.values());
  }

  private static TimeRange range(Parameters parameters, long nowNs, ZoneId zone) {
    String start = readable(parameters, "startTime", nowNs, zone);
    String end = readable(parameters, "endTime", nowNs, zone);
    return TimeExpression.resolveRange(start, end, DEFAULT_START, DEFAULT_END, nowNs, zone);
  }

  /** The text of a time, with a plus sign where a form put a blank and no time has one. */
  private static @Nullable String readable(
      Parameters parameters, String name, long nowNs, ZoneId zone) {
    String text = parameters.text(name);
    if (text == null) {
      return null;
    }
    try {
      return parameters.time(
          text,
          form -> {
            TimeExpression.parse(form).resolve(nowNs, zone);
            return form;
          });
    } catch (HistorianException e) {
      throw e.at(name);
    }
  }

  /** How intervals lie, or null for none. */
  private @Nullable WindowRule rule(Parameters parameters, long nowNs, ZoneId zone) {
    String interval = parameters.text("interval");
    String window = parameters.text("window");
    String sync = readable(parameters, "sync", nowNs, zone);
    if (interval == null) {
      if (window != null || sync != null) {
        throw Parameters.missing("interval", "10m");
      }
      return null;
    }
    WindowRule rule = at("interval", () -> WindowRule.parse(interval, historian.calendars()));
    if (sync != null) {
      WindowRule any = rule;
      rule = at("sync", () -> any.anchoredAt(TimeExpression.parse(sync).resolve(nowNs, zone)));
    }
    if (window != null) {
      WindowRule any = rule;
      rule = at("window", () -> any.sliding(CalendarInterval.parse(window)));
    }
    return rule;
  }

  /** What a parameter means; an error names it. */
  private static <T> T at(String name, Supplier<T> meaning) {
    try {
      return meaning.get();
    } catch (HistorianException e) {
      throw e.at(name);
    }
  }

  private Windows windows(@Nullable WindowRule rule, TimeRange range, long nowNs, ZoneId zone) {
    return rule == null
        ? Windows.ofWhole(range, zone, nowNs)
        : rule.windows(range, zone, nowNs, config.timesMax());
  }

  /**
   * Which end of a window is its time; null if nothing was asked for that answers did not have
   * before they had windows of a calendar: those stay as they were.
   */
  private static @Nullable Timestamp timestamp(@Nullable WindowRule rule, Parameters parameters) {
    boolean isNew =
        parameters.text("timestamp") != null
            || parameters.text("sync") != null
            || parameters.text("window") != null
            || (rule != null && !rule.isLength());
    return isNew ? parameters.choice("timestamp", Timestamp.class, Timestamp.START) : null;
  }

  private long[] times(
      Mode mode,
      @Nullable TimeRange range,
      @Nullable WindowRule rule,
      Parameters parameters,
      long nowNs,
      ZoneId zone) {
    switch (mode) {
      case INTERPOLATED -> {
        if (rule == null) {
          throw Parameters.missing("interval", "10m");
        }
        return range == null ? new long[0] : rule.times(range, zone, config.timesMax());
      }
      case AT_TIMES -> {
        List<String> texts = parameters.all("time");
        if (texts.isEmpty()) {
          throw Parameters.missing("time", "*-8h");
        }
        long[] times = new long[texts.size()];
        for (int i = 0; i < times.length; i++) {
          times[i] = time(parameters, texts.get(i), i, nowNs, zone);
        }
        return times;
      }
      case RECORDED, PLOT, SUMMARY, PROCESSED, CURRENT -> {
        return new long[0];
      }
    }
    throw new AssertionError(mode);
  }

  private static long time(Parameters parameters, String text, int index, long nowNs, ZoneId zone) {
    try {
      return parameters.time(text, form -> TimeExpression.parse(form).resolve(nowNs, zone));
    } catch (HistorianException e) {
      throw e.at("time[" + index + "]");
    }
  }

  private static Retrieval retrieval(ValuesQuestion question, Parameters parameters) {
    TimeRange range = question.range() == null ? TimeRange.ALL : question.range();
    return switch (question.mode()) {
      case RECORDED ->
          new Retrieval.Recorded(
              range,
              parameters.choice("bounds", Retrieval.Bounds.class, Retrieval.Bounds.INSIDE),
              parameters.flag("descending"));
      case INTERPOLATED ->
          new Retrieval.Interpolated(question.timesNs(), RuleParameters.rule(parameters));
      case AT_TIMES ->
          new Retrieval.AtTimes(
              question.timesNs(),
              parameters.choice("mode", Retrieval.AtMode.class, Retrieval.AtMode.AUTO),
              RuleParameters.rule(parameters));
      case PLOT -> new Retrieval.Plot(range, parameters.number("width", WIDTH_PX, 1, WIDTH_PX_MAX));
      case SUMMARY -> // read by windows; these edges are not
          new Retrieval.Summary(
              new long[] {range.startNs(), range.endNs()}, RuleParameters.rule(parameters));
      case PROCESSED -> // the same
          new Retrieval.Processed(
              AggregateParameters.aggregate(parameters),
              AggregateParameters.configuration(parameters),
              new long[] {range.startNs(), range.endNs()});
      case CURRENT -> new Retrieval.Current();
    };
  }

  /** Writes tag after tag; what is short enough to be held is made side by side before. */
  private void answerLong(
      ValuesQuestion question,
      Retrieval retrieval,
      QueryContext context,
      ValuesEncoder encoder,
      int limit,
      List<TagError> errors)
      throws IOException {
    Windows windows = question.windows();
    boolean isShort =
        retrieval instanceof Retrieval.Plot
            || (retrieval instanceof Retrieval.Summary
                && windows != null
                && windows.isContiguous()
                && windows.count() <= INTERVALS_AT_ONCE);
    if (!isShort || question.tags().size() == 1) {
      for (TagDefinition tag : question.tags()) {
        new TagAnswer(question, tag, retrieval, context, encoder, limit).write(errors, null);
      }
      return;
    }
    SideBySide.map(
        context,
        question.tags(),
        2 * Runtime.getRuntime().availableProcessors(),
        tag -> new MadeAnswer(tag, make(question, tag, retrieval, context)),
        made ->
            new TagAnswer(question, made.tag, retrieval, context, encoder, limit)
                .write(errors, made.part));
  }

  /** A tag's answer, or why there is none, made before it is written. */
  private record MadeAnswer(TagDefinition tag, Part part) {}

  /** Rows of a summary or of a plot, or the failure that came instead. */
  private record Part(
      List<SummaryRow> rows, List<SampleBlock> blocks, @Nullable HistorianException failure) {}

  private Part make(
      ValuesQuestion question, TagDefinition tag, Retrieval retrieval, QueryContext context) {
    List<SampleBlock> blocks = new ArrayList<>();
    try {
      Windows windows = question.windows();
      if (windows != null && retrieval instanceof Retrieval.Summary summary) {
        return new Part(
            rows(question, tag, windows, 0, windows.count(), summary.rule(), context),
            blocks,
            null);
      }
      historian.read(
          retrieval,
          question.stored(tag),
          context,
          question.sink(
              tag,
              block -> {
                SampleBlock copy = new SampleBlock(block.count());
                copy.reset(block.type());
                copy.appendRange(block, 0, block.count());
                blocks.add(copy);
              }));
      return new Part(List.of(), blocks, null);
    } catch (HistorianException e) {
      return new Part(List.of(), blocks, e);
    }
  }

  private List<SummaryRow> rows(
      ValuesQuestion question,
      TagDefinition tag,
      Windows windows,
      int from,
      int to,
      ReadRule rule,
      QueryContext context) {
    return question.rows(
        tag,
        historian.summarize(
            new Retrieval.Summary(windows.edgesNs(from, to), rule), question.stored(tag), context));
  }

  /** Reads all tags for some times, then writes those rows: memory does not grow with the times. */
  private void answerWide(
      ValuesQuestion question, Retrieval retrieval, QueryContext context, ValuesEncoder encoder)
      throws IOException {
    List<WideColumn> columns = new ArrayList<>();
    List<BlockSink> sinks = new ArrayList<>();
    long bytes = (question.tags().size() + question.unitChanges().size()) * COLUMN_BYTES;
    context.memory().reserve(bytes);
    try {
      for (TagDefinition tag : question.tags()) {
        WideColumn column = new WideColumn(tag);
        columns.add(column);
        sinks.add(question.sink(tag, column));
      }
      long[] times = question.timesNs();
      for (int from = 0; from < times.length; from += WideColumn.ROWS_MAX) {
        long[] some =
            Arrays.copyOfRange(times, from, Math.min(times.length, from + WideColumn.ROWS_MAX));
        for (int i = 0; i < columns.size(); i++) {
          WideColumn column = columns.get(i);
          column.clear();
          historian.read(at(some, retrieval), question.stored(column.tag()), context, sinks.get(i));
          if (column.rowCount() != some.length) {
            throw new IllegalStateException(
                "rows do not fit the times: rows=" + column.rowCount() + ", times=" + some.length);
          }
        }
        encoder.rows(some, columns);
      }
    } finally {
      context.memory().release(bytes);
    }
  }

  private static Retrieval at(long[] timesNs, Retrieval like) {
    return switch (like) {
      case Retrieval.AtTimes all -> new Retrieval.AtTimes(timesNs, all.mode(), all.rule());
      case Retrieval.Interpolated grid -> new Retrieval.Interpolated(timesNs, grid.rule());
      default -> throw new IllegalArgumentException("has no times of its own: " + like);
    };
  }

  /** The answer for one tag of a long layout. */
  private final class TagAnswer implements BlockSink {
    private final ValuesQuestion question;
    private final TagDefinition tag;
    private final Retrieval retrieval;
    private final QueryContext context;
    private final ValuesEncoder encoder;
    private int left;
    private boolean begun;

    TagAnswer(
        ValuesQuestion question,
        TagDefinition tag,
        Retrieval retrieval,
        QueryContext context,
        ValuesEncoder encoder,
        int limit) {
      this.question = question;
      this.tag = tag;
      this.retrieval = retrieval;
      this.context = context;
      this.encoder = encoder;
      this.left = limit;
    }

    /** Writes it; an error of the question that comes before any value goes to the list. */
    void write(List<TagError> errors, @Nullable Part made) throws IOException {
      boolean more = false;
      try {
        Windows windows = question.windows();
        if (made != null) {
          take(made);
        } else if (windows != null && retrieval instanceof Retrieval.Summary summary) {
          summarize(windows, summary.rule());
        } else if (windows != null && retrieval instanceof Retrieval.Processed processed) {
          process(windows, processed);
        } else {
          historian.read(retrieval, question.stored(tag), context, question.sink(tag, this));
        }
      } catch (EnoughException e) {
        more = true;
      } catch (HistorianException e) {
        if (begun || e.code().kind() != ErrorCode.Kind.USER) {
          throw e;
        }
        errors.add(new TagError(tag.name(), e.code(), e.messageText()));
        return;
      }
      begin();
      encoder.endTag(more);
    }

    private void begin() throws IOException {
      if (!begun) {
        begun = true;
        encoder.beginTag(tag);
      }
    }

    private void take(Part made) throws IOException {
      if (made.failure != null) {
        throw made.failure;
      }
      made.blocks.forEach(this::accept);
      if (!made.rows.isEmpty()) {
        begin();
        encoder.summaries(tag, made.rows, 0);
      }
    }

    private void process(Windows windows, Retrieval.Processed asked) {
      TagDefinition stored = historian.tags().byId(tag.id());
      for (int from = 0; stored != null && from < windows.count(); from += INTERVALS_AT_ONCE) {
        int to = Math.min(windows.count(), from + INTERVALS_AT_ONCE);
        historian.read(
            new Retrieval.Processed(
                asked.aggregate(), asked.configuration(), windows.edgesNs(from, to)),
            stored,
            context,
            this);
      }
    }

    private void summarize(Windows windows, ReadRule rule) throws IOException {
      int step = windows.isContiguous() ? INTERVALS_AT_ONCE : 1;
      for (int from = 0; from < windows.count(); from += step) {
        context.check();
        int to = Math.min(windows.count(), from + step);
        List<SummaryRow> rows = rows(question, tag, windows, from, to, rule, context);
        begin();
        encoder.summaries(tag, rows, from);
      }
    }

    @Override
    public void accept(SampleBlock block) {
      try {
        begin();
        int count = Math.min(left, block.count());
        encoder.samples(tag, block, count);
        left -= count;
        if (count < block.count()) {
          throw new EnoughException();
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Leaves a read once the limit of the request is reached. */
  private static final class EnoughException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    EnoughException() {
      super("limit reached", null, false, false);
    }
  }
}

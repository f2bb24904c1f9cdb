package io.tidemark.wire.http;

import io.tidemark.engine.Historian;
import io.tidemark.model.Direction;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.QueryContext;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleCursor;
import io.tidemark.model.ScanRequest;
import io.tidemark.model.TagCatalog;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.query.aggregate.CalculationBasis;
import io.tidemark.query.aggregate.StandardAggregate;
import io.tidemark.query.condition.BoundCondition;
import io.tidemark.query.context.ContextWindows;
import io.tidemark.query.retrieval.Retrieval;
import io.tidemark.query.retrieval.UnitChange;
import io.tidemark.query.time.CalendarInterval;
import io.tidemark.query.time.EvenTimes;
import io.tidemark.query.time.TimeExpression;
import io.tidemark.query.time.WindowRule;
import io.tidemark.query.time.Windows;
import io.tidemark.query.units.Unit;
import io.tidemark.wire.http.ValuesQuestion.Layout;
import io.tidemark.wire.http.ValuesQuestion.Mode;
import io.tidemark.wire.http.ValuesQuestion.TagError;
import io.tidemark.wire.http.ValuesQuestion.Timestamp;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a request for values asks. Everything that is wrong with it is found here, before the
 * answer begins; only a tag without an answer is left to the answer. One thread; used once.
 *
 * <p>Long because there are many ways to say which times and intervals are meant; what a parameter
 * of one mode means by itself is in a class of its own ({@link SummaryParameters}, {@link
 * CounterParameters}, {@link RuleParameters}, {@link AggregateParameters}).
 */
final class ValuesRequest {
  private static final int WIDTH_PX = 1_000;
  private static final int COUNT_MAX = 10_000;
  private static final int CYCLES = 100;
  private static final int UNITS_MAX = 100;

  private final Historian historian;
  private final HttpConfig config;
  private final Mode mode;
  private final AnswerFormat format;
  private final Parameters parameters;
  private final QueryContext context;
  private final ZoneId zone;
  private final List<TagError> errors = new ArrayList<>();
  private final @Nullable RecordedCursor cursor;
  private final @Nullable TimeRange range;
  private final @Nullable WindowRule rule;
  private final ContextWindows.@Nullable Choice choice;
  private final @Nullable Windows windows;
  private final CalculationBasis basis;

  ValuesRequest(
      Historian historian,
      HttpConfig config,
      Mode mode,
      AnswerFormat format,
      Parameters parameters,
      @Nullable RecordedCursor cursor,
      QueryContext context) {
    this.historian = historian;
    this.config = config;
    this.mode = mode;
    this.format = format;
    this.parameters = parameters;
    this.context = context;
    this.cursor = cursor;
    zone = context.zone();
    basis = SummaryParameters.basis(parameters);
    boolean isOfContext = isOfContext();
    rule = isOfContext ? null : rule();
    range = range();
    choice = isOfContext ? choice(range) : null;
    windows = windows();
  }

  /** What encoders need to know. */
  ValuesQuestion question() {
    Map<Integer, TagDefinition> storedTags = new HashMap<>();
    Map<Integer, UnitChange> unitChanges = new HashMap<>();
    List<TagDefinition> tags = tags();
    tags.forEach(tag -> storedTags.put(tag.id(), tag));
    tags = inUnits(tags, units(), unitChanges);
    if (mode == Mode.PROCESSED) {
      StandardAggregate aggregate = AggregateParameters.aggregate(parameters);
      tags = tags.stream().map(aggregate::of).toList();
    }
    return new ValuesQuestion(
        mode,
        tags,
        storedTags,
        unitChanges,
        errors,
        range,
        times(),
        windows,
        mode == Mode.SUMMARY ? timestamp() : null,
        basis,
        SummaryParameters.fields(parameters, basis),
        SummaryParameters.slopeTime(parameters),
        stretches(),
        zone,
        layout(),
        isDescending(),
        cursor == null ? 0 : cursor.skip(),
        limit(),
        parameters.flag("includeBad"),
        parameters.flag("withStatus"),
        context.view().dataVersion());
  }

  /** The retrieval to read of each tag; that of intervals is read by windows, its edges are not. */
  Retrieval retrieval(ValuesQuestion question) {
    TimeRange all = range == null ? TimeRange.ALL : range;
    return switch (mode) {
      case RECORDED ->
          new Retrieval.Recorded(
              all,
              cursor != null
                  ? Retrieval.Bounds.INSIDE
                  : parameters.choice("bounds", Retrieval.Bounds.class, Retrieval.Bounds.INSIDE),
              question.descending());
      case INTERPOLATED ->
          new Retrieval.Interpolated(question.timesNs(), RuleParameters.rule(parameters));
      case AT_TIMES ->
          new Retrieval.AtTimes(
              question.timesNs(),
              parameters.choice("mode", Retrieval.AtMode.class, Retrieval.AtMode.AUTO),
              RuleParameters.rule(parameters));
      case CYCLIC -> new Retrieval.AtTimes(question.timesNs(), Retrieval.AtMode.AT_OR_BEFORE);
      case DELTA ->
          new Retrieval.Delta(
              all,
              parameters.decimal("deadband", 0, Double.MAX_VALUE),
              parameters.lengthNs("timeDeadband", 0));
      case PLOT -> new Retrieval.Plot(all, parameters.number("width", WIDTH_PX, 1, COUNT_MAX));
      case BEST_FIT ->
          new Retrieval.BestFit(all, parameters.number("cycles", CYCLES, 1, COUNT_MAX));
      case SUMMARY ->
          SummaryParameters.retrieval(
              parameters,
              new long[] {all.startNs(), all.endNs()},
              question.basis(),
              question.fields());
      case PROCESSED ->
          new Retrieval.Processed(
              AggregateParameters.aggregate(parameters),
              AggregateParameters.configuration(parameters),
              new long[] {all.startNs(), all.endNs()},
              isDescending());
      case COUNTERS ->
          new Retrieval.Counters(
              new long[] {all.startNs(), all.endNs()},
              CounterParameters.rule(parameters, context.nowNs(), zone));
      case STATES -> new Retrieval.States(new long[] {all.startNs(), all.endNs()});
      case CURRENT -> new Retrieval.Current();
    };
  }

  /** When the condition holds that was asked for; null if none was. */
  private long @Nullable [] stretches() {
    String text = parameters.text("while");
    if (text == null || range == null) {
      return null;
    }
    BoundCondition condition = WhenRoutes.condition(text, "while", historian, context);
    return Parameters.at(
        "while",
        () ->
            historian
                .queries()
                .stretches(
                    condition,
                    withEnd(hull(range)),
                    RuleParameters.rule(parameters),
                    config.timesMax(),
                    context));
  }

  /** The range and its end, if an event there belongs to the last interval. */
  private TimeRange withEnd(TimeRange within) {
    boolean goesOn = basis.hasEnd(true) && within.endNs() < Long.MAX_VALUE;
    return goesOn ? new TimeRange(within.startNs(), within.endNs() + 1) : within;
  }

  /** All of the time that is asked for: windows of batches reach beyond the range. */
  private TimeRange hull(TimeRange within) {
    if (windows == null || windows.count() == 0) {
      return within;
    }
    long startNs = windows.startNs(0);
    long endNs = windows.endNs(0);
    for (int i = 1; i < windows.count(); i++) {
      endNs = Math.max(endNs, windows.endNs(i));
    }
    return new TimeRange(startNs, endNs);
  }

  private List<TagDefinition> tags() {
    if (cursor == null) {
      return findTags(historian.tags(), parameters.all("tag"), config.tagsMax(), context, errors);
    }
    TagDefinition tag = historian.tags().byId(cursor.tagId());
    if (tag == null || !context.mayRead(tag.id())) {
      throw new HistorianException(
          ErrorCode.UNKNOWN_TAG, "the tag of the cursor does not exist", "cursor", null, null);
    }
    return List.of(tag);
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

  private List<Unit> units() {
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
   * The tags in the units asked for, each in the first that it converts to; those that convert to
   * none are errors.
   *
   * @param changes takes what has to be converted
   */
  private List<TagDefinition> inUnits(
      List<TagDefinition> tags, List<Unit> units, Map<Integer, UnitChange> changes) {
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

  private Layout layout() {
    Layout layout = parameters.choice("layout", Layout.class, Layout.LONG);
    boolean isOfSamples = mode != Mode.SUMMARY && mode.columns().isEmpty();
    boolean mayBeCompact =
        format == AnswerFormat.JSON || (format == AnswerFormat.ARROW && isOfSamples);
    if (layout == Layout.COMPACT && !mayBeCompact) {
      throw Parameters.bad("layout", "compact", "is a form of JSON, and of samples in Arrow", null);
    }
    if (layout == Layout.WIDE && !mode.hasCommonTimes()) {
      throw Parameters.bad(
          "layout", "wide", "needs common times, as interpolated and at_times have", null);
    }
    return layout;
  }

  private boolean isDescending() {
    return cursor != null
        ? cursor.descending()
        : parameters.flag("descending") || (count() > 0 && parameters.text("startTime") == null);
  }

  private int count() {
    return mode == Mode.RECORDED ? parameters.number("count", 0, 1, Integer.MAX_VALUE - 1) : 0;
  }

  private int limit() {
    if (mode != Mode.RECORDED) {
      return Integer.MAX_VALUE;
    }
    int absent = cursor != null ? cursor.limit() : count() > 0 ? count() : Integer.MAX_VALUE;
    return Math.min(absent, parameters.number("limit", absent, 1, Integer.MAX_VALUE));
  }

  private @Nullable TimeRange range() {
    if (cursor != null) {
      return cursor.range();
    }
    boolean isOfTag = parameters.text("timesOf") != null;
    if (mode == Mode.CURRENT || (mode == Mode.AT_TIMES && !isOfTag)) {
      return null;
    }
    String start = readable("startTime");
    String end = readable("endTime");
    if (count() > 0 && start == null) {
      String from = end == null ? Parameters.TIME_NOW : end;
      return new TimeRange(Long.MIN_VALUE, timeNs("endTime", from));
    }
    if (count() > 0 && end == null) {
      return new TimeRange(timeNs("startTime", String.valueOf(start)), Long.MAX_VALUE);
    }
    return parameters.range(context.nowNs(), zone);
  }

  private long timeNs(String name, String text) {
    return Parameters.at(name, () -> TimeExpression.parse(text).resolve(context.nowNs(), zone));
  }

  private @Nullable String readable(String name) {
    return parameters.readableTime(name, context.nowNs(), zone);
  }

  /** How intervals lie, or null for none. */
  private @Nullable WindowRule rule() {
    String interval = parameters.text("interval");
    String window = parameters.text("window");
    String sync = readable("sync");
    if (interval == null) {
      if (window != null || sync != null) {
        throw Parameters.missing("interval", "10m");
      }
      return null;
    }
    WindowRule read =
        Parameters.at("interval", () -> WindowRule.parse(interval, historian.calendars()));
    if (sync != null) {
      WindowRule any = read;
      read = Parameters.at("sync", () -> any.anchoredAt(timeNs("sync", sync)));
    }
    if (window != null) {
      WindowRule any = read;
      read = Parameters.at("window", () -> any.sliding(CalendarInterval.parse(window)));
    }
    return read;
  }

  /** Whether intervals are batches or phases. */
  private boolean isOfContext() {
    if (!mode.hasWindows()) {
      return false;
    }
    String interval = parameters.text("interval");
    return interval == null
        ? !parameters.all("batch").isEmpty()
        : interval.equals("batch") || interval.equals("phase") || interval.startsWith("phase:");
  }

  private ContextWindows.Choice choice(@Nullable TimeRange within) {
    String interval = parameters.text("interval");
    List<String> batches = parameters.all("batch");
    boolean isTimeGiven =
        parameters.text("startTime") != null || parameters.text("endTime") != null;
    return new ContextWindows.Choice(
        interval != null && interval.startsWith("phase"),
        interval != null && interval.startsWith("phase:") ? interval.substring(6) : null,
        parameters.text("unit"),
        batches,
        batches.isEmpty() || isTimeGiven ? within : null);
  }

  private @Nullable Windows windows() {
    if (range == null || !mode.hasWindows()) {
      return null;
    }
    if (choice != null) {
      List<ContextWindows.Window> found =
          historian.contextWindows(choice, context, config.timesMax());
      return Windows.ofNamed(
          found.stream().mapToLong(ContextWindows.Window::startNs).toArray(),
          found.stream().mapToLong(ContextWindows.Window::endNs).toArray(),
          found.stream().map(ContextWindows.Window::name).toList(),
          zone,
          context.nowNs());
    }
    for (String name : List.of("unit", "batch")) {
      if (!parameters.all(name).isEmpty()) {
        throw Parameters.bad(
            name, parameters.all(name).getFirst(), "needs interval=batch or interval=phase", null);
      }
    }
    if (rule == null) {
      return Windows.ofWhole(range, zone, context.nowNs());
    }
    // Backwards, intervals are laid from the end.
    boolean isLaidFromEnd =
        mode == Mode.PROCESSED
            && isDescending()
            && rule.isLength()
            && parameters.text("sync") == null;
    return (isLaidFromEnd ? rule.anchoredAt(range.endNs()) : rule)
        .windows(range, zone, context.nowNs(), config.timesMax());
  }

  /**
   * Which end of a window is its time; null if nothing was asked for that answers did not have
   * before they had windows of a calendar: those stay as they were.
   */
  private @Nullable Timestamp timestamp() {
    boolean isNew =
        parameters.text("timestamp") != null
            || parameters.text("sync") != null
            || parameters.text("window") != null
            || choice != null
            || (rule != null && !rule.isLength());
    return isNew ? parameters.choice("timestamp", Timestamp.class, Timestamp.START) : null;
  }

  private long[] times() {
    long[] times =
        switch (mode) {
          case INTERPOLATED -> evenTimes();
          case CYCLIC -> range == null ? new long[0] : timesByCount(range);
          case AT_TIMES -> range == null ? givenTimes() : timesOf(range);
          default -> new long[0];
        };
    return mode.hasCommonTimes() && isDescending() ? reversed(times) : times;
  }

  private long[] evenTimes() {
    if (range == null) {
      return new long[0];
    }
    String count = parameters.text("count");
    if (rule == null && count == null) {
      throw Parameters.missing("interval", "10m");
    }
    if (rule != null && count != null) {
      throw Parameters.bad("count", count, "says the same as interval: give one of them", null);
    }
    return rule != null ? rule.times(range, zone, config.timesMax()) : timesByCount(range);
  }

  private long[] timesByCount(TimeRange all) {
    int count = parameters.number("count", CYCLES, 1, Integer.MAX_VALUE);
    return Parameters.at("count", () -> EvenTimes.of(all, count, config.timesMax()));
  }

  private long[] givenTimes() {
    List<String> texts = parameters.all("time");
    if (texts.isEmpty()) {
      throw Parameters.missing("time", "*-8h");
    }
    long[] times = new long[texts.size()];
    for (int i = 0; i < times.length; i++) {
      String text = texts.get(i);
      times[i] =
          Parameters.at("time[" + i + "]", () -> parameters.timeNs(text, context.nowNs(), zone));
    }
    return times;
  }

  /** The times at which another tag has samples in the range. */
  private long[] timesOf(TimeRange within) {
    String name = parameters.text("timesOf");
    if (!parameters.all("time").isEmpty()) {
      throw Parameters.bad("timesOf", String.valueOf(name), "takes the place of time", null);
    }
    TagDefinition tag = name == null ? null : historian.tags().find(name);
    if (tag == null || !context.mayRead(tag.id())) {
      throw new HistorianException(
          ErrorCode.UNKNOWN_TAG,
          "no such tag: tag=" + ErrorText.quote(String.valueOf(name)),
          "timesOf",
          "look it up: GET /api/v1/tags?q=…",
          null);
    }
    long[] times = new long[SampleBlock.CAPACITY];
    int count = 0;
    SampleBlock block = new SampleBlock();
    try (SampleCursor samples =
        context.view().scan(context, ScanRequest.values(tag.id(), within, Direction.FORWARD))) {
      while (samples.next(block) > 0) {
        context.check();
        for (int row = 0; row < block.count(); row++) {
          long timeNs = block.sourceTimesNs()[row];
          if (count > 0 && times[count - 1] == timeNs) {
            continue;
          }
          if (count == config.timesMax()) {
            throw new HistorianException(
                ErrorCode.TOO_MANY,
                "tag has too many samples in the range: tag="
                    + ErrorText.quote(tag.name())
                    + ", timesMax="
                    + config.timesMax(),
                "timesOf",
                "ask for a shorter range",
                null);
          }
          if (count == times.length) {
            times = Arrays.copyOf(times, (int) Math.min(config.timesMax(), 2L * count));
          }
          times[count++] = timeNs;
        }
      }
    }
    return Arrays.copyOf(times, count);
  }

  private static long[] reversed(long[] times) {
    long[] all = new long[times.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = times[all.length - 1 - i];
    }
    return all;
  }
}

package io.tidemark.proof.doors;

import io.tidemark.engine.Historian;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.Float32;
import io.tidemark.model.HistorianException;
import io.tidemark.model.Principal;
import io.tidemark.model.Quality;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadRule;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.query.HistorianQueries;
import io.tidemark.query.aggregate.CalculationBasis;
import io.tidemark.query.aggregate.CounterRow;
import io.tidemark.query.aggregate.SlopeUnit;
import io.tidemark.query.aggregate.StateRow;
import io.tidemark.query.aggregate.SummaryField;
import io.tidemark.query.condition.BoundCondition;
import io.tidemark.query.condition.Condition;
import io.tidemark.query.retrieval.GapExplanation;
import io.tidemark.query.retrieval.Retrieval;
import io.tidemark.query.retrieval.SummaryRow;
import io.tidemark.query.time.CalendarInterval;
import io.tidemark.query.time.EvenTimes;
import io.tidemark.query.time.WindowRule;
import io.tidemark.query.time.Windows;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The Java API: {@link HistorianQueries} over a snapshot of the running engine. What it says is
 * what all other doors have to say.
 */
final class JavaDoor implements AnsweringDoor {
  private static final int LIMIT = 1_000_000;

  private final Historian historian;
  private final Principal principal;

  JavaDoor(Historian historian, Principal principal) {
    this.historian = historian;
    this.principal = principal;
  }

  @Override
  public String name() {
    return "Java API";
  }

  @Override
  public @Nullable String whyNot(Question question) {
    return null;
  }

  @Override
  public String asked(Question question) {
    return question.toString();
  }

  @Override
  public boolean saysMore() {
    return true;
  }

  @Override
  public Answer answer(Question question) {
    try (Historian.OpenQuery open = historian.openQuery(principal, zone(question))) {
      return new Asked(question, open.context()).answer();
    } catch (HistorianException e) {
      return Answer.refused(e.code().name());
    }
  }

  /** The zone whose calendar counts for a question. */
  static ZoneId zone(Question question) {
    return switch (question) {
      case Question.Interpolated q -> q.grid().zone();
      case Question.Summary q -> q.grid().zone();
      case Question.Processed q -> q.grid().zone();
      case Question.Counters q -> q.grid().zone();
      case Question.States q -> q.grid().zone();
      default -> ZoneOffset.UTC;
    };
  }

  /** One question and its snapshot. */
  private final class Asked {
    private final Question question;
    private final QueryContext context;
    private final HistorianQueries queries = historian.queries();
    private final List<Row> rows = new ArrayList<>();
    private final List<String> errors = new ArrayList<>();
    private final Set<String> cut = new TreeSet<>();

    Asked(Question question, QueryContext context) {
      this.question = question;
      this.context = context;
    }

    Answer answer() {
      switch (question) {
        case Question.Recorded q -> recorded(q);
        case Question.AtTimes q -> {
          long[] times = q.timesNs().stream().mapToLong(Long::longValue).toArray();
          samples(new Retrieval.AtTimes(times, q.mode(), q.rule()), false);
        }
        case Question.Interpolated q -> {
          long[] times = ordered(times(q), q.descending());
          samples(new Retrieval.Interpolated(times, q.rule()), false);
        }
        case Question.Cyclic q -> {
          long[] times = EvenTimes.of(range(q.span()), q.count(), LIMIT);
          samples(new Retrieval.AtTimes(times, Retrieval.AtMode.AT_OR_BEFORE), false);
        }
        case Question.Delta q -> {
          long deadNs = q.timeDeadband() == null ? 0 : length(q.timeDeadband());
          samples(new Retrieval.Delta(range(q.span()), q.deadband(), deadNs), false);
        }
        case Question.Plot q -> samples(new Retrieval.Plot(range(q.span()), q.width()), false);
        case Question.BestFit q ->
            samples(new Retrieval.BestFit(range(q.span()), q.cycles()), false);
        case Question.Summary q -> summary(q);
        case Question.Processed q -> {
          Windows windows = windows(q.span(), q.grid());
          samples(
              new Retrieval.Processed(q.aggregate(), q.configuration(), windows.edgesNs()), false);
        }
        case Question.Counters q -> counters(q);
        case Question.States q -> states(q);
        case Question.Current q -> samples(new Retrieval.Current(), q.includeBad());
        case Question.ExplainGap q -> gap(q);
        case Question.Stretches q -> {
          long[] stretches = stretches(q.condition(), range(q.span()), q.rule());
          for (int i = 0; i < stretches.length; i += 2) {
            rows.add(new Row().set("startTime", stretches[i]).set("endTime", stretches[i + 1]));
          }
        }
      }
      return new Answer(rows, errors, cut, null);
    }

    private static long length(String text) {
      return CalendarInterval.parse(text).lengthNs();
    }

    private static TimeRange range(Question.Span span) {
      Long start = span.startNs();
      Long end = span.endNs();
      return new TimeRange(
          start == null ? Long.MIN_VALUE : start, end == null ? Long.MAX_VALUE : end);
    }

    private long[] times(Question.Interpolated q) {
      String interval = q.grid().interval();
      return interval == null
          ? EvenTimes.of(range(q.span()), q.count(), LIMIT)
          : rule(interval, q.grid()).times(range(q.span()), context.zone(), LIMIT);
    }

    private static long[] ordered(long[] times, boolean descending) {
      long[] all = times.clone();
      for (int i = 0; descending && i < all.length; i++) {
        all[i] = times[all.length - 1 - i];
      }
      return all;
    }

    private WindowRule rule(String interval, Question.Grid grid) {
      WindowRule rule = WindowRule.parse(interval, historian.calendars());
      Long sync = grid.syncNs();
      rule = sync == null ? rule : rule.anchoredAt(sync);
      String window = grid.window();
      return window == null ? rule : rule.sliding(CalendarInterval.parse(window));
    }

    private Windows windows(Question.Span span, Question.Grid grid) {
      String interval = grid.interval();
      return interval == null
          ? Windows.ofWhole(range(span), context.zone(), context.nowNs())
          : rule(interval, grid).windows(range(span), context.zone(), context.nowNs(), LIMIT);
    }

    /** Answers tag by tag; an error of the question leaves the others theirs. */
    private void eachTag(Consumer<TagDefinition> ask) {
      Map<Integer, TagDefinition> found = new LinkedHashMap<>();
      for (String name : question.tags()) {
        List<TagDefinition> matched = historian.tags().match(name);
        matched.forEach(tag -> found.putIfAbsent(tag.id(), tag));
        if (matched.isEmpty()) {
          errors.add(Answer.error(name, ErrorCode.UNKNOWN_TAG.name()));
        }
      }
      for (TagDefinition tag : found.values()) {
        int before = rows.size();
        try {
          ask.accept(tag);
        } catch (HistorianException e) {
          if (e.code().kind() != ErrorCode.Kind.USER) {
            throw e;
          }
          rows.subList(before, rows.size()).clear();
          errors.add(Answer.error(tag.name(), e.code().name()));
        }
      }
    }

    private void samples(Retrieval retrieval, boolean includeBad) {
      eachTag(
          tag ->
              queries.read(
                  retrieval,
                  tag,
                  context,
                  block -> {
                    for (int i = 0; i < block.count(); i++) {
                      rows.add(sample(tag, block, i, includeBad));
                    }
                  }));
    }

    private void recorded(Question.Recorded q) {
      TimeRange range = range(q.span());
      boolean descending = q.descending() || (q.count() > 0 && q.span().startNs() == null);
      int most = q.count() > 0 ? q.count() : Integer.MAX_VALUE;
      int limit = q.limit() > 0 ? Math.min(most, q.limit()) : most;
      String during = q.during();
      long[] stretches = during == null ? null : stretches(during, range, ReadRule.DEFAULT);
      Retrieval retrieval = new Retrieval.Recorded(range, q.bounds(), descending);
      eachTag(
          tag -> {
            int[] kept = new int[1];
            queries.read(
                retrieval,
                tag,
                context,
                block -> {
                  for (int i = 0; i < block.count(); i++) {
                    if (stretches != null && !holds(stretches, block.sourceTimesNs()[i])) {
                      continue;
                    }
                    if (kept[0]++ < limit) {
                      rows.add(sample(tag, block, i, q.includeBad()));
                    } else {
                      cut.add(tag.name());
                    }
                  }
                });
          });
    }

    private static boolean holds(long[] stretches, long timeNs) {
      for (int i = 0; i < stretches.length; i += 2) {
        if (timeNs >= stretches[i] && timeNs < stretches[i + 1]) {
          return true;
        }
      }
      return false;
    }

    private long[] stretches(String text, TimeRange range, ReadRule rule) {
      BoundCondition condition = Condition.parse(text).bind(historian.tags()::find);
      return queries.stretches(condition, range, rule, LIMIT, context);
    }

    private void summary(Question.Summary q) {
      Windows windows = windows(q.span(), q.grid());
      Set<SummaryField> fields =
          q.fields().isEmpty() ? EnumSet.copyOf(SummaryField.USUAL) : EnumSet.copyOf(q.fields());
      fields.addAll(SummaryField.ALWAYS);
      String during = q.during();
      long[] stretches = during == null ? null : stretches(during, hull(windows, q), q.rule());
      boolean isNamed =
          q.stampedAtEnd()
              || q.grid().syncNs() != null
              || q.grid().window() != null
              || (q.grid().interval() != null && !rule(q.grid().interval(), q.grid()).isLength());
      SlopeUnit slope = SlopeUnit.of("", q.slopePer() == null ? "s" : q.slopePer());
      eachTag(
          tag -> {
            List<SummaryRow> read = new ArrayList<>();
            int step = windows.isContiguous() ? windows.count() : 1;
            for (int from = 0; from < windows.count(); from += step) {
              Retrieval.Summary asked =
                  new Retrieval.Summary(
                      windows.edgesNs(from, from + step),
                      q.rule(),
                      CalculationBasis.TIME_WEIGHTED,
                      fields,
                      q.fields().isEmpty()
                          ? Retrieval.Logarithms.LEFT_OUT
                          : Retrieval.Logarithms.REFUSED,
                      q.percentGoodMin());
              read.addAll(
                  stretches == null
                      ? queries.summarize(asked, tag, context)
                      : queries.summarizeWithin(stretches, asked, tag, context));
            }
            List<Row> made = new ArrayList<>();
            for (int i = 0; i < read.size(); i++) {
              Row row = summary(tag, read.get(i), slope);
              if (isNamed) {
                row.set("ts", q.stampedAtEnd() ? windows.endNs(i) : windows.startNs(i))
                    .set("label", windows.label(i))
                    .set("shift", windows.shift(i))
                    .set("productionDay", text(windows.productionDay(i)))
                    .set("partial", windows.isPartial(i) ? 1L : 0L);
              }
              made.add(row);
            }
            rows.addAll(q.descending() ? made.reversed() : made);
          });
    }

    private static @Nullable String text(@Nullable Object value) {
      return value == null ? null : value.toString();
    }

    /** All of the time that is asked for. */
    private static TimeRange hull(Windows windows, Question.Summary q) {
      if (windows.count() == 0) {
        return range(q.span());
      }
      long endNs = Long.MIN_VALUE;
      for (int i = 0; i < windows.count(); i++) {
        endNs = Math.max(endNs, windows.endNs(i));
      }
      return new TimeRange(windows.startNs(0), endNs);
    }

    private static Row summary(TagDefinition tag, SummaryRow read, SlopeUnit slope) {
      Row row =
          new Row()
              .set("tag", tag.name())
              .set("startTime", read.startNs())
              .set("endTime", read.endNs())
              .set("basis", read.basis());
      for (SummaryField field : SummaryField.values()) {
        if (read.has(field)) {
          row.set(
              field.label(),
              field.kind() != SummaryField.Kind.NUMBER
                  ? (Object) read.whole(field)
                  : field == SummaryField.SLOPE
                      ? slope.slope(read.number(field))
                      : read.number(field));
        }
      }
      return status(row, read.status());
    }

    private void counters(Question.Counters q) {
      Windows windows = windows(q.span(), q.grid());
      eachTag(
          tag -> {
            int window = 0;
            int step = windows.isContiguous() ? windows.count() : 1;
            for (int from = 0; from < windows.count(); from += step) {
              long[] edges = windows.edgesNs(from, from + step);
              for (CounterRow read :
                  queries.counters(new Retrieval.Counters(edges, q.rule()), tag, context)) {
                rows.add(counter(tag, read).set("label", windows.label(window++)));
              }
            }
          });
    }

    private static Row counter(TagDefinition tag, CounterRow read) {
      Row row =
          new Row()
              .set("tag", tag.name())
              .set("startTime", read.startNs())
              .set("endTime", read.endNs())
              .set("increase", read.increase())
              .set("ratePerSecond", read.ratePerSecond())
              .set("rollovers", read.rollovers())
              .set("resets", read.resets())
              .set("reversals", read.reversals())
              .set("recovered", read.recovered())
              .set("implausible", read.implausible())
              .set("meterChanges", read.meterChanges())
              .set("count", read.count())
              .set("percentGood", read.percentGood())
              .set("basis", read.basis());
      return status(row, read.status());
    }

    private void states(Question.States q) {
      Windows windows = windows(q.span(), q.grid());
      eachTag(
          tag -> {
            int step = windows.isContiguous() ? windows.count() : 1;
            for (int from = 0; from < windows.count(); from += step) {
              int window = from;
              for (StateRow read :
                  queries.states(
                      new Retrieval.States(windows.edgesNs(from, from + step)), tag, context)) {
                while (windows.startNs(window) != read.startNs()) {
                  window++;
                }
                rows.add(state(tag, read).set("label", windows.label(window)));
              }
            }
          });
    }

    private static Row state(TagDefinition tag, StateRow read) {
      Double averageNs = read.averageNs();
      return new Row()
          .set("tag", tag.name())
          .set("startTime", read.startNs())
          .set("endTime", read.endNs())
          .set("state", read.text())
          .set("ordinal", read.ordinal())
          .set("duration", seconds(read.durationNs()))
          .set("percent", read.percent())
          .set("entries", read.entries())
          .set("contained", read.contained())
          .set("minimumDuration", seconds(read.minimumNs()))
          .set("maximumDuration", seconds(read.maximumNs()))
          .set("averageDuration", averageNs == null ? null : (Double) (averageNs / 1e9))
          .set("partial", read.partial());
    }

    /** Seconds of ns that are read as unsigned. */
    private static @Nullable Double seconds(@Nullable Long ns) {
      return ns == null ? null : (Double) ((ns >= 0 ? ns : (double) ns + 0x1p64) / 1e9);
    }

    private void gap(Question.ExplainGap q) {
      TagDefinition tag = historian.tags().find(q.tag());
      if (tag == null) {
        throw new HistorianException(ErrorCode.UNKNOWN_TAG, q.tag());
      }
      GapExplanation found = queries.explainGap(tag, q.atNs(), q.rule(), context);
      Row row =
          new Row()
              .set("tag", tag.name())
              .set("at", q.atNs())
              .set("reason", found.reason().name())
              .set("startTime", found.startNs())
              .set("endTime", found.endNs());
      GapExplanation.Neighbour before = found.before();
      if (before != null) {
        row.set("before", before.timeNs()).set("beforeStatus", before.status());
      }
      GapExplanation.Neighbour after = found.after();
      if (after != null) {
        row.set("after", after.timeNs()).set("afterStatus", after.status());
      }
      rows.add(status(row, found.status()));
    }
  }

  private static Row status(Row row, int status) {
    return row.set("status", status).set("quality", Quality.of(status).label());
  }

  /** A sample. Text and states have a text; a Bad one shows its value only if that is asked for. */
  private static Row sample(TagDefinition tag, SampleBlock block, int i, boolean includeBad) {
    int status = block.statuses()[i];
    Row row = new Row().set("tag", tag.name()).set("ts", block.sourceTimesNs()[i]);
    if (block.isPresent(i) && (includeBad || !Quality.isBad(status))) {
      switch (block.type()) {
        case FLOAT64 -> row.set("value", block.doubles()[i]);
        case FLOAT32 -> row.set("value", Float32.nearest(block.doubles()[i]));
        case INT64, INT32, BOOL -> row.set("value", block.longs()[i]);
        case DIGITAL ->
            row.set("value", block.longs()[i]).set("text", tag.stateText(block.longs()[i]));
        case STRING -> row.set("text", block.texts()[i]);
      }
    }
    return status(row, status);
  }
}

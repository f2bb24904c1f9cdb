package io.tidemark.proof.doors;

import io.tidemark.model.ReadRule;
import io.tidemark.proof.Api;
import io.tidemark.query.aggregate.AggregateConfiguration;
import io.tidemark.query.aggregate.CounterRule;
import io.tidemark.query.aggregate.SummaryField;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A question as path and query of REST, as docs/http.md has them. */
final class RestQuery {
  /** Zone of the times of an answer where no calendar is asked for: one with an offset. */
  private static final String SHOWN_ZONE = "Europe/Berlin";

  private final StringBuilder query = new StringBuilder();

  private RestQuery() {}

  /** Path and query of a question, without a form of the answer. */
  static String of(Question question) {
    return new RestQuery().path(question);
  }

  private String path(Question question) {
    question.tags().forEach(tag -> add("tag", tag));
    boolean hasZone =
        switch (question) {
          case Question.Interpolated q -> zone(q.grid());
          case Question.Summary q -> zone(q.grid());
          case Question.Processed q -> zone(q.grid());
          case Question.Counters q -> zone(q.grid());
          case Question.States q -> zone(q.grid());
          default -> false;
        };
    if (!hasZone) {
      add("timeZone", SHOWN_ZONE);
    }
    switch (question) {
      case Question.Recorded q -> {
        span(q.span());
        add("bounds", lower(q.bounds()));
        flag("descending", q.descending());
        whole("count", q.count());
        whole("limit", q.limit());
        flag("includeBad", q.includeBad());
        add("while", q.during());
      }
      case Question.AtTimes q -> {
        q.timesNs().forEach(timeNs -> add("time", time(timeNs)));
        add("mode", lower(q.mode()));
        rule(q.rule());
      }
      case Question.Interpolated q -> {
        span(q.span());
        grid(q.grid());
        whole("count", q.count());
        flag("descending", q.descending());
        rule(q.rule());
      }
      case Question.Cyclic q -> {
        span(q.span());
        add("count", "" + q.count());
      }
      case Question.Delta q -> {
        span(q.span());
        add("deadband", "" + q.deadband());
        add("timeDeadband", q.timeDeadband());
      }
      case Question.Plot q -> {
        span(q.span());
        add("width", "" + q.width());
      }
      case Question.BestFit q -> {
        span(q.span());
        add("cycles", "" + q.cycles());
      }
      case Question.Summary q -> summary(q);
      case Question.Processed q -> {
        span(q.span());
        grid(q.grid());
        add("aggregate", q.aggregate().browseName());
        configuration(q.configuration());
      }
      case Question.Counters q -> {
        span(q.span());
        grid(q.grid());
        counters(q.rule());
      }
      case Question.States q -> {
        span(q.span());
        grid(q.grid());
      }
      case Question.Current q -> flag("includeBad", q.includeBad());
      case Question.ExplainGap q -> {
        add("at", time(q.atNs()));
        rule(q.rule());
      }
      case Question.Stretches q -> {
        add("condition", q.condition());
        span(q.span());
        rule(q.rule());
      }
    }
    String route =
        switch (question.kind()) {
          case EXPLAIN_GAP -> "/api/v1/explain-gap";
          case STRETCHES -> "/api/v1/when";
          default -> "/api/v1/values/" + lower(question.kind());
        };
    return route + "?" + query.substring(1);
  }

  private void summary(Question.Summary q) {
    span(q.span());
    grid(q.grid());
    add("timestamp", q.stampedAtEnd() ? "end" : null);
    List<SummaryField> fields = q.fields();
    if (!fields.isEmpty()) {
      add("fields", fields.stream().map(SummaryField::label).collect(Collectors.joining(",")));
    }
    rule(q.rule());
    add("percentGoodMin", q.percentGoodMin() == 0 ? null : "" + q.percentGoodMin());
    add("slopePer", q.slopePer());
    flag("descending", q.descending());
    add("while", q.during());
  }

  private boolean zone(Question.Grid grid) {
    add("timeZone", grid.zone().getId());
    return true;
  }

  private void grid(Question.Grid grid) {
    add("interval", grid.interval());
    Long sync = grid.syncNs();
    add("sync", sync == null ? null : time(sync));
    add("window", grid.window());
  }

  private void span(Question.Span span) {
    Long start = span.startNs();
    Long end = span.endNs();
    add("startTime", start == null ? null : time(start));
    add("endTime", end == null ? null : time(end));
  }

  /** Every other one as ISO-8601. */
  private static String time(long ns) {
    return (ns & 1) == 0 && Math.abs(ns) >= 1_000_000_000_000_000L
        ? Long.toString(ns)
        : Instant.ofEpochSecond(0, ns).toString();
  }

  private void rule(ReadRule rule) {
    ReadRule usual = ReadRule.DEFAULT;
    add("quality", rule.quality() == usual.quality() ? null : lower(rule.quality()));
    add("uncertain", rule.uncertainIsBad() ? null : "used");
    add("stepAs", rule.step() == usual.step() ? null : lower(rule.step()));
    add("maxGap", rule.maxGapNs() == usual.maxGapNs() ? null : rule.maxGapNs() + "ns");
    add(
        "extrapolation",
        rule.extrapolation() == usual.extrapolation() ? null : lower(rule.extrapolation()));
  }

  private void configuration(AggregateConfiguration configuration) {
    add("treatUncertainAsBad", "" + configuration.uncertainIsBad());
    add("percentDataBad", "" + (int) configuration.percentDataBad());
    add("percentDataGood", "" + (int) configuration.percentDataGood());
    flag("useSlopedExtrapolation", configuration.slopedExtrapolation());
  }

  private void counters(CounterRule rule) {
    add("rollover", "" + rule.rollover());
    add("deadband", "" + rule.deadband());
    add("maxRate", "" + rule.maxRate());
    add("recover", rule.recoverNs() == 0 ? "0" : rule.recoverNs() + "ns");
    add("reversal", lower(rule.reversal()));
    for (CounterRule.MeterChange change : rule.changes()) {
      add(
          "meterChange",
          time(change.timeNs()) + "," + change.oldFinal() + "," + change.newInitial());
    }
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private void whole(String name, int value) {
    add(name, value == 0 ? null : "" + value);
  }

  private void flag(String name, boolean value) {
    add(name, value ? "true" : null);
  }

  private void add(String name, @Nullable String value) {
    if (value != null) {
      query.append('&').append(name).append('=').append(Api.encode(value));
    }
  }
}

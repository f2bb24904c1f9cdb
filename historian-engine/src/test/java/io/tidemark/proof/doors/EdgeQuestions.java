package io.tidemark.proof.doors;

import io.tidemark.model.ReadRule;
import io.tidemark.proof.doors.Question.Grid;
import io.tidemark.proof.doors.Question.Span;
import io.tidemark.query.aggregate.AggregateConfiguration;
import io.tidemark.query.aggregate.CounterRule;
import io.tidemark.query.aggregate.StandardAggregate;
import io.tidemark.query.aggregate.SummaryField;
import io.tidemark.query.retrieval.Retrieval.AtMode;
import io.tidemark.query.retrieval.Retrieval.Bounds;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Questions that were thought of, about a {@link Plant}. */
final class EdgeQuestions {
  private static final List<String> TAGS = List.of("C.F64", "C.D", Plant.EMPTY);
  private static final List<String> UNKNOWN = List.of("C.ONE", "C.NONE", "C.D");
  private static final String ALWAYS = "'C.F64' > -1000 or 'C.F64' is bad";

  private final Plant plant;
  private final List<Question> all = new ArrayList<>();

  EdgeQuestions(Plant plant) {
    this.plant = plant;
  }

  /** All of them. */
  List<Question> all() {
    spans().forEach(this::ofSpan);
    long sample = plant.times("C.F32").get(77);
    ofTags(UNKNOWN, Span.of(sample, sample + Plant.HOUR_NS));
    ofTags(List.of("X.*"), Span.of(sample, sample + Plant.HOUR_NS));
    ofTags(List.of("C.S"), Span.of(sample, sample + 9 * Plant.HOUR_NS)); // not for numbers
    for (AtMode mode : AtMode.values()) {
      all.add(
          new Question.AtTimes(
              List.of("C.F64", "C.F32", "C.I64", "C.D", "C.S", "C.ALL", Plant.EMPTY),
              List.of(sample, sample - 1, Long.MAX_VALUE, sample + 1, Long.MIN_VALUE, sample),
              mode,
              ReadRule.DEFAULT));
    }
    for (boolean includeBad : new boolean[] {false, true}) {
      all.add(new Question.Current(List.of("C.*"), includeBad));
    }
    clockChange();
    numbers(sample);
    return List.copyOf(all);
  }

  private List<Span> spans() {
    long sample = plant.times("C.F64").get(1234);
    return List.of(
        Span.of(sample, sample), // empty
        Span.of(sample, sample - 1), // the wrong way round
        Span.of(sample, sample + 1), // one ns with a sample
        Span.of(sample + 1, sample + 2), // one ns without
        Span.of(Plant.START_NS - 9 * Plant.DAY_NS, Plant.START_NS - 8 * Plant.DAY_NS), // before all
        Span.of(Plant.NOW_NS + Plant.DAY_NS, Plant.NOW_NS + 2 * Plant.DAY_NS), // after all
        Span.of(Plant.END_NS - Plant.HOUR_NS, Plant.NOW_NS + Plant.HOUR_NS)); // across now
  }

  private void ofSpan(Span span) {
    ofTags(TAGS, span);
    for (Bounds bounds : Bounds.values()) {
      all.add(new Question.Recorded(TAGS, span, bounds, true, 0, 0, true, null));
    }
    all.add(new Question.Interpolated(TAGS, span, grid(null), 2, false, hold()));
    all.add(summary(TAGS, span, grid(null), hold(), ALWAYS));
    all.add(new Question.Stretches(ALWAYS, span, ReadRule.DEFAULT));
    all.add(new Question.Stretches("'C.D' = 'Open'", span, hold()));
    Long start = span.startNs();
    if (start != null) {
      for (String tag : TAGS) {
        all.add(new Question.ExplainGap(tag, start, ReadRule.DEFAULT));
        all.add(new Question.ExplainGap(tag, start, hold()));
      }
    }
  }

  /** Each kind that has a span, in its simplest form. */
  private void ofTags(List<String> tags, Span span) {
    Grid hours = grid("1h");
    for (Bounds bounds : Bounds.values()) {
      all.add(new Question.Recorded(tags, span, bounds, false, 0, 0, false, null));
    }
    all.add(new Question.Interpolated(tags, span, hours, 0, false, ReadRule.DEFAULT));
    all.add(new Question.Cyclic(tags, span, 3));
    all.add(new Question.Delta(tags, span, 0, null));
    all.add(new Question.Plot(tags, span, 3));
    all.add(new Question.BestFit(tags, span, 3));
    all.add(
        new Question.Summary(
            tags, span, hours, false, List.of(), ReadRule.DEFAULT, 0, null, false, null));
    all.add(summary(tags, span, grid("day"), ReadRule.DEFAULT, null));
    for (StandardAggregate aggregate :
        List.of(StandardAggregate.TIME_AVERAGE_2, StandardAggregate.END)) {
      all.add(
          new Question.Processed(tags, span, hours, aggregate, AggregateConfiguration.STANDARD));
    }
    all.add(new Question.Counters(tags, span, hours, CounterRule.DEFAULT));
    all.add(new Question.States(tags, span, hours));
    all.add(new Question.Current(tags, false));
    all.add(new Question.ExplainGap(tags.getFirst(), Plant.NOW_NS, ReadRule.DEFAULT));
  }

  /** The night in which Berlin's clocks are set back, in windows of all sorts. */
  private void clockChange() {
    List<String> tags = List.of("C.F64", "C.F64S", "C.I64S", "C.B", "C.S", "C.ODD");
    Span days = Span.of(Plant.START_NS + Plant.DAY_NS / 3, Plant.START_NS + 3 * Plant.DAY_NS);
    for (String interval : List.of("day", "hour", "shift", "day:plant", "1d", "6h", "week")) {
      all.add(summary(tags, days, grid(interval), ReadRule.DEFAULT, null));
      all.add(summary(tags, days, grid(interval), hold(), "'C.F64' > 55"));
      all.add(new Question.States(List.of("C.D", "C.B"), days, grid(interval)));
      all.add(new Question.Counters(List.of("C.METER"), days, grid(interval), CounterRule.DEFAULT));
      all.add(
          new Question.Summary(
              List.of("C.F64", "C.D"),
              days,
              grid(interval),
              false,
              List.of(),
              ReadRule.DEFAULT,
              0,
              null,
              false,
              null));
    }
    Grid sliding = new Grid("6h", Plant.START_NS, "1d", Questions.BERLIN);
    all.add(summary(tags, days, sliding, ReadRule.DEFAULT, null));
    all.add(summary(tags, days, sliding, hold(), "'C.B' = true"));
    for (CounterRule.Reversal reversal : CounterRule.Reversal.values()) {
      // The meter falls by half a unit now and then: less than this dead band, more than half of
      // it.
      CounterRule rule = new CounterRule(1000, 0.0008, 0, 0, reversal, List.of());
      all.add(new Question.Counters(List.of("C.METER"), days, grid("6h"), rule));
    }
    all.add(new Question.States(List.of("C.D"), days, sliding));
    all.add(new Question.Counters(List.of("C.METER"), days, sliding, CounterRule.DEFAULT));
    Grid daily = new Grid("1d", Plant.START_NS, null, Questions.BERLIN);
    all.add(new Question.Interpolated(tags, days, daily, 0, true, ReadRule.DEFAULT));
    all.add(new Question.Interpolated(tags, days, grid("day"), 0, false, ReadRule.DEFAULT));
  }

  /** Limits that just cut, and just do not; a question for the whole of int64. */
  private void numbers(long sample) {
    List<String> tag = List.of("C.F32");
    Span three = Span.of(sample, plant.times("C.F32").get(80));
    for (int most = 1; most <= 4; most++) {
      all.add(new Question.Recorded(tag, three, Bounds.INSIDE, false, 0, most, false, null));
      all.add(new Question.Recorded(tag, three, Bounds.OUTSIDE, true, 0, most, false, null));
      for (Span open : List.of(new Span(sample, null), new Span(null, sample))) {
        for (boolean descending : new boolean[] {false, true}) {
          all.add(new Question.Recorded(tag, open, Bounds.INSIDE, descending, most, 0, true, null));
        }
      }
    }
    Span hours = Span.of(sample, sample + 8 * Plant.HOUR_NS);
    List<String> every = List.of("C.*");
    all.add(new Question.Recorded(every, hours, Bounds.INSIDE, false, 0, 0, false, null));
    all.add(new Question.Recorded(every, hours, Bounds.OUTSIDE, true, 0, 0, true, null));
    all.add(new Question.Interpolated(every, hours, grid("31m"), 0, false, ReadRule.DEFAULT));
    Span whole = Span.of(Long.MIN_VALUE, Long.MAX_VALUE);
    all.add(new Question.Recorded(tag, whole, Bounds.INTERPOLATED, false, 0, 5, true, null));
    all.add(new Question.Plot(tag, whole, 7));
    all.add(new Question.Cyclic(tag, whole, 5));
    all.add(summary(tag, whole, grid(null), ReadRule.DEFAULT, null));
    all.add(new Question.States(List.of("C.D"), whole, grid(null)));
    all.add(new Question.Counters(List.of("C.METER"), whole, grid(null), CounterRule.DEFAULT));
    all.add(new Question.Stretches("'C.D' = 'Open'", whole, hold()));
  }

  private static Question summary(
      List<String> tags, Span span, Grid grid, ReadRule rule, @Nullable String during) {
    List<SummaryField> every = List.of(SummaryField.values());
    return new Question.Summary(tags, span, grid, true, every, rule, 0, "h", true, during);
  }

  private static Grid grid(@Nullable String interval) {
    return Grid.of(interval, Questions.BERLIN);
  }

  private static ReadRule hold() {
    return new ReadRule(
        ReadRule.QualityRule.HOLD,
        false,
        ReadRule.Step.TAG,
        3 * Plant.HOUR_NS,
        ReadRule.Extrapolation.HOLD);
  }
}

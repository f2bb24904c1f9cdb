package io.tidemark.proof.doors;

import io.tidemark.model.ReadRule;
import io.tidemark.proof.doors.Question.Grid;
import io.tidemark.proof.doors.Question.Kind;
import io.tidemark.proof.doors.Question.Span;
import io.tidemark.query.aggregate.AggregateConfiguration;
import io.tidemark.query.aggregate.CounterRule;
import io.tidemark.query.aggregate.StandardAggregate;
import io.tidemark.query.aggregate.SummaryField;
import io.tidemark.query.retrieval.Retrieval;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;

/** Generated questions about a {@link Plant}, of a fixed seed. */
final class Questions {
  static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  private static final List<String> PATTERNS = List.of("C.I*", "C.F*", "C.?");
  private static final List<String> CONDITIONS =
      List.of(
          "'C.F64' > 55",
          "'C.D' = 'Open' or 'C.B' = true",
          "'C.F64S' between 20 and 50 and not 'C.F32' > 10",
          "'C.F64' is bad",
          "'C.S' = 'B-1'",
          "'C.I32' > tag('C.F64')",
          "'C.EMPTY' > 1",
          "'C.NONE' > 1");
  /* Half a unit of a meter up to 500 or 1000 is one of the falls that they tell apart. */
  private static final List<Double> DEADBANDS = List.of(0.0, 0.0008, 0.003, 0.05, 0.3);

  private static final int GRID_MAX = 150;

  private final Plant plant;
  private final Random random;

  Questions(Plant plant, long seed) {
    this.plant = plant;
    this.random = new Random(seed);
  }

  /** Some of a kind; of standard aggregates at least each of them. */
  List<Question> some(Kind kind, int count) {
    List<Question> questions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      questions.add(one(kind, i));
    }
    return questions;
  }

  private Question one(Kind kind, int i) {
    return switch (kind) {
      case RECORDED -> recorded();
      case AT_TIMES ->
          new Question.AtTimes(tags(3), times(), pick(Retrieval.AtMode.values()), rule());
      case INTERPOLATED -> interpolated();
      case CYCLIC -> new Question.Cyclic(tags(3), span(), 2 + random.nextInt(60));
      case DELTA ->
          new Question.Delta(
              tags(2), span(), random.nextInt(3) * 2.5, random.nextBoolean() ? null : "17m");
      case PLOT -> new Question.Plot(tags(3), span(), 1 + random.nextInt(40));
      case BEST_FIT -> new Question.BestFit(tags(3), span(), 1 + random.nextInt(20));
      case SUMMARY -> summary();
      case PROCESSED -> processed(i);
      case COUNTERS -> counters();
      case STATES -> {
        Span span = span();
        String tag = pick(List.of("C.D", "C.B", "C.S", "C.I32", "C.COUNT", "C.F64", Plant.EMPTY));
        yield new Question.States(List.of(tag), span, grid(span, true, 40));
      }
      case CURRENT -> new Question.Current(tags(4), random.nextBoolean());
      case EXPLAIN_GAP -> new Question.ExplainGap(tag(), time(), rule());
      case STRETCHES -> new Question.Stretches(pick(CONDITIONS), span(), rule());
    };
  }

  private Question recorded() {
    Span span = span();
    int count = 0;
    if (random.nextInt(4) == 0) {
      count = 1 + random.nextInt(40);
      span = random.nextBoolean() ? new Span(span.startNs(), null) : new Span(null, span.startNs());
    }
    return new Question.Recorded(
        tags(3),
        span,
        pick(Retrieval.Bounds.values()),
        random.nextInt(3) == 0,
        count,
        random.nextInt(4) == 0 ? 1 + random.nextInt(20) : 0,
        random.nextInt(3) == 0,
        random.nextInt(5) == 0 ? pick(CONDITIONS) : null);
  }

  private Question interpolated() {
    Span span = span();
    boolean isCount = random.nextInt(4) == 0;
    return new Question.Interpolated(
        tags(3),
        span,
        isCount ? Grid.of(null, zone()) : grid(span, false, GRID_MAX),
        isCount ? 2 + random.nextInt(100) : 0,
        random.nextInt(3) == 0,
        random.nextInt(3) == 0 ? ReadRule.DEFAULT : rule());
  }

  private Question summary() {
    Span span = span();
    List<SummaryField> fields = new ArrayList<>();
    int share = random.nextInt(4);
    for (SummaryField field : SummaryField.values()) {
      if (share == 1 || (share == 2 && random.nextInt(4) == 0)) {
        fields.add(field);
      }
    }
    boolean isPlain = random.nextInt(3) == 0;
    return new Question.Summary(
        tags(3),
        span,
        random.nextInt(5) == 0 ? Grid.of(null, zone()) : grid(span, !isPlain, GRID_MAX),
        !isPlain && random.nextInt(4) == 0,
        fields,
        isPlain ? ReadRule.DEFAULT : rule(),
        isPlain || random.nextBoolean() ? 0 : random.nextInt(101),
        random.nextInt(4) == 0 ? "h" : null,
        random.nextInt(4) == 0,
        isPlain || random.nextBoolean() ? null : pick(CONDITIONS));
  }

  private Question processed(int i) {
    StandardAggregate[] all = StandardAggregate.values();
    Span span = span();
    AggregateConfiguration configuration =
        i < all.length
            ? AggregateConfiguration.STANDARD
            : new AggregateConfiguration(
                random.nextBoolean(),
                random.nextInt(101),
                random.nextInt(101),
                random.nextBoolean());
    Grid grid = random.nextInt(5) == 0 ? Grid.of(null, zone()) : grid(span, false, 60);
    return new Question.Processed(tags(2), span, grid, all[i % all.length], configuration);
  }

  private Question counters() {
    Span span = span();
    List<CounterRule.MeterChange> changes = new ArrayList<>();
    for (long timeNs : new TreeSet<>(List.of(time(), time()))) {
      if (random.nextInt(3) == 0) {
        changes.add(new CounterRule.MeterChange(timeNs, 1010.5, 3.25));
      }
    }
    CounterRule rule =
        random.nextInt(3) == 0
            ? CounterRule.DEFAULT
            : new CounterRule(
                random.nextInt(3) * 500,
                pick(DEADBANDS),
                random.nextInt(2) * 0.5,
                random.nextInt(3) * 600_000_000_000L,
                pick(CounterRule.Reversal.values()),
                changes);
    String tag = random.nextInt(4) > 0 ? "C.METER" : tag();
    return new Question.Counters(List.of(tag, "C.COUNT"), span, grid(span, true, 60), rule);
  }

  private ReadRule rule() {
    return random.nextInt(4) == 0
        ? ReadRule.DEFAULT
        : new ReadRule(
            pick(ReadRule.QualityRule.values()),
            random.nextBoolean(),
            pick(ReadRule.Step.values()),
            random.nextBoolean() ? Long.MAX_VALUE : 1 + random.nextLong(2 * Plant.HOUR_NS),
            pick(ReadRule.Extrapolation.values()));
  }

  /** A grid of few windows over a span: of a length, or of a calendar over the clock change. */
  private Grid grid(Span span, boolean slides, int most) {
    Long start = span.startNs();
    Long end = span.endNs();
    long length = start == null || end == null ? Plant.DAY_NS : Math.max(1, end - start);
    ZoneId zone = zone();
    boolean isLong = length >= 6 * Plant.HOUR_NS;
    if (isLong && random.nextInt(2) == 0) {
      return Grid.of(pick(List.of("hour", "day", "1d", "week", "shift", "day:plant")), zone);
    }
    long least = Math.max(1, length / most + 1);
    long stepNs = least + random.nextLong(Math.max(1, length / 3));
    Long sync = random.nextInt(3) == 0 ? time() : null;
    String window =
        slides && random.nextInt(3) == 0 ? (1 + random.nextLong(2 * stepNs)) + "ns" : null;
    boolean isFine = most == GRID_MAX && random.nextInt(12) == 0; // more than are read at once
    return new Grid((isFine ? Math.max(1, length / 1300) : stepNs) + "ns", sync, window, zone);
  }

  private ZoneId zone() {
    return random.nextInt(4) == 0 ? ZoneOffset.UTC : BERLIN;
  }

  private List<Long> times() {
    List<Long> times = new ArrayList<>();
    for (int i = 1 + random.nextInt(8); i > 0; i--) {
      times.add(time());
    }
    return times;
  }

  /** A time of a sample, one beside it, or any. */
  private long time() {
    List<Long> times = plant.times(pick(plant.tags()));
    return times.isEmpty() || random.nextInt(4) == 0
        ? Plant.START_NS - Plant.HOUR_NS + random.nextLong(4 * Plant.DAY_NS)
        : pick(times) + random.nextInt(3) - 1;
  }

  /** Mostly some hours of the plant, between any two instants. */
  private Span span() {
    long startNs = time();
    long lengthNs =
        switch (random.nextInt(6)) {
          case 0 -> 1 + random.nextLong(Plant.HOUR_NS);
          case 1 -> 1 + random.nextLong(3 * Plant.DAY_NS);
          default -> 1 + random.nextLong(12 * Plant.HOUR_NS);
        };
    return random.nextInt(40) == 0
        ? Span.of(startNs, startNs - random.nextInt(2))
        : Span.of(startNs, startNs + lengthNs);
  }

  /** Some tags; seldom a pattern, or a name that is none. */
  private List<String> tags(int most) {
    List<String> tags = new ArrayList<>();
    for (int i = 1 + random.nextInt(most); i > 0; i--) {
      int what = random.nextInt(16);
      tags.add(what == 0 ? pick(PATTERNS) : what == 1 ? pick(Plant.UNKNOWN) : tag());
    }
    return tags;
  }

  private String tag() {
    return pick(plant.tags());
  }

  private <T> T pick(List<T> all) {
    return all.get(random.nextInt(all.size()));
  }

  private <T> T pick(T[] all) {
    return all[random.nextInt(all.length)];
  }
}

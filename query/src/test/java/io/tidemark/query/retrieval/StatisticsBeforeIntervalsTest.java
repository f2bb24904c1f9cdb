package io.tidemark.query.retrieval;

import static io.tidemark.testing.TestTags.tag;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.DuplicateRule;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadView;
import io.tidemark.model.SampleFlags;
import io.tidemark.model.SampleFrameBuilder;
import io.tidemark.model.SampleStatistics;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatisticsCursor;
import io.tidemark.model.StatisticsCursor.Piece;
import io.tidemark.model.StatisticsRule;
import io.tidemark.model.TagDefinition;
import io.tidemark.query.aggregate.CounterAggregator;
import io.tidemark.query.aggregate.CounterRow;
import io.tidemark.query.aggregate.CounterRule;
import io.tidemark.query.aggregate.CounterRule.MeterChange;
import io.tidemark.query.aggregate.CounterRule.Reversal;
import io.tidemark.query.aggregate.StateAggregator;
import io.tidemark.query.aggregate.StateRow;
import io.tidemark.storage.StoreConfig;
import io.tidemark.testing.FaultDisk;
import io.tidemark.testing.QueryContexts;
import io.tidemark.testing.StoreFixture;
import java.io.IOException;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Counters and states from stored statistics are those of the samples, bit for bit. */
class StatisticsBeforeIntervalsTest {
  private static final long START = 1_700_000_000_000_000_000L;
  private static final long SECOND = 1_000_000_000L;
  private static final StoreConfig CONFIG = new StoreConfig(64 << 20, 3_600_000_000L, 1 << 20, 0);

  private final FaultDisk disk = new FaultDisk();

  private static void add(
      SampleFrameBuilder builder, TagDefinition tag, long time, double value, int status) {
    switch (tag.type()) {
      case FLOAT64 -> builder.addDouble(tag.id(), time, value, status);
      case STRING ->
          builder.addText(
              tag.id(), time, new byte[] {(byte) (65 + value % 3)}, SampleFlags.PRESENT, status);
      case BOOL -> builder.add(tag.id(), tag.type(), time, (long) value & 1, (byte) 1, status);
      case DIGITAL -> builder.add(tag.id(), tag.type(), time, (long) value % 3, (byte) 1, status);
      default -> builder.add(tag.id(), tag.type(), time, (long) value, (byte) 1, status);
    }
  }

  /** Counters that fall now and then, states that stay for long; some Bad, late, and twice. */
  private static void fill(StoreFixture fixture, List<TagDefinition> tags, Random random, int rows)
      throws IOException {
    SampleFrameBuilder builder = new SampleFrameBuilder();
    for (TagDefinition tag : tags) {
      fixture.define(tag);
    }
    double counter = 0;
    double glitch = -1;
    int state = 0;
    for (int i = 0; i < rows; i++) {
      counter += random.nextInt(100) / 100.0;
      if (random.nextInt(2500) == 0) {
        glitch = counter;
        counter = random.nextInt(3);
      } else if (glitch >= 0 && random.nextInt(40) == 0) {
        counter = Math.max(counter, glitch);
        glitch = -1;
      }
      state += random.nextInt(2000) == 0 ? 1 : 0;
      for (TagDefinition tag : tags) {
        long time = START + i * SECOND + random.nextInt(3) * 1_000_000L;
        if (random.nextInt(4000) == 0) {
          time -= random.nextInt(rows) * SECOND; // late
        }
        int kind = random.nextInt(1500);
        int status = kind == 0 ? 0x808D0000 : kind == 1 ? 0x40000000 : 0;
        boolean isCounter = tag.id() < 4;
        add(builder, tag, time, isCounter ? counter : state, status);
        if (random.nextInt(3000) == 0) {
          add(builder, tag, time, isCounter ? counter + 1 : state + 1, 0); // the same time again
        }
      }
      if (builder.count() > 4000 || i == rows - 1) {
        fixture.append(builder.encode(0));
      }
      if (i == rows / 2 || i == rows - rows / 20) {
        fixture.append(builder.encode(0));
        fixture.seal();
      }
    }
  }

  private static QueryContext context(ReadView view) {
    return QueryContexts.permissive(view, START, ZoneOffset.UTC);
  }

  private static List<CounterRow> counters(
      ReadView view, TagDefinition tag, long[] edges, CounterRule rule, StatisticsRule statistics) {
    List<CounterRow> rows = new ArrayList<>();
    CounterRead.read(tag, edges, rule, context(view), statistics, rows::add);
    return rows;
  }

  private static List<StateRow> states(
      ReadView view, TagDefinition tag, long[] edges, StatisticsRule statistics) {
    List<StateRow> rows = new ArrayList<>();
    StateRead.read(tag, edges, context(view), statistics, rows::add);
    return rows;
  }

  private static void check(
      ReadView view, TagDefinition tag, long[] edges, CounterRule rule, String what) {
    List<CounterRow> plain = counters(view, tag, edges, rule, StatisticsRule.NONE);
    assertThat(counters(view, tag, edges, rule, StatisticsRule.STORED)).as(what).isEqualTo(plain);
    assertThat(counters(view, tag, edges, rule, StatisticsRule.FROM_SAMPLES))
        .as(what)
        .isEqualTo(plain);
  }

  private static void checkStates(ReadView view, TagDefinition tag, long[] edges, String what) {
    List<StateRow> plain = states(view, tag, edges, StatisticsRule.NONE);
    assertThat(states(view, tag, edges, StatisticsRule.STORED)).as(what).isEqualTo(plain);
    assertThat(states(view, tag, edges, StatisticsRule.FROM_SAMPLES)).as(what).isEqualTo(plain);
  }

  /** Pieces of statistics, and rows of samples, that a walk meets. */
  private static int[] pieces(
      ReadView view, TagDefinition tag, long[] edges, Predicate<SampleStatistics> suffices) {
    int[] pieces = new int[2];
    try (StatisticsCursor walk =
        view.scanStatistics(context(view), tag.id(), edges, StatisticsRule.STORED, suffices)) {
      for (Piece piece = walk.next(); piece != Piece.END; piece = walk.next()) {
        if (piece == Piece.STATISTICS) {
          assertThat(suffices.test(walk.statistics())).isTrue();
          pieces[0]++;
        } else {
          pieces[1] += walk.samples().count();
        }
      }
    }
    return pieces;
  }

  private static CounterRule rule(Random random, int rows) {
    List<MeterChange> changes = new ArrayList<>();
    if (random.nextBoolean()) {
      long at = START + random.nextInt(rows) * SECOND;
      changes.add(new MeterChange(at, 5000, 3));
    }
    return new CounterRule(
        random.nextInt(4000),
        0.1,
        random.nextInt(4) == 0 ? 2 : 0,
        random.nextInt(3) * 60 * SECOND,
        Reversal.SUBTRACT,
        changes);
  }

  private static long[] edges(Random random, int rows) {
    int count = 1 + random.nextInt(6);
    long[] edges = new long[count + 1];
    long at = START + (random.nextInt(rows / 4) - 100) * SECOND + random.nextInt(1_000_000_000);
    for (int i = 0; i <= count; i++) {
      edges[i] = at;
      at += (1 + random.nextInt(rows)) * SECOND + random.nextInt(3) * 500_000_000L;
    }
    return edges;
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#few")
  void answersAreThoseOfTheSamples(long seed) throws IOException {
    Random random = new Random(seed);
    int rows = 8_000 + random.nextInt(8_000);
    DuplicateRule duplicates =
        random.nextBoolean() ? DuplicateRule.REPLACE : DuplicateRule.KEEP_ALL;
    List<TagDefinition> tags =
        List.of(
            tag(0, SampleType.FLOAT64, false, duplicates),
            tag(1, SampleType.FLOAT64, true, DuplicateRule.KEEP_FIRST),
            tag(2, SampleType.INT64, false, duplicates),
            tag(3, SampleType.INT32, true, duplicates),
            tag(4, SampleType.DIGITAL, true, duplicates),
            tag(5, SampleType.BOOL, true, DuplicateRule.KEEP_FIRST),
            tag(6, SampleType.INT32, true, duplicates),
            tag(7, SampleType.STRING, true, duplicates));
    try (StoreFixture fixture = new StoreFixture(disk, CONFIG)) {
      fill(fixture, tags, random, rows);
      try (ReadView view = fixture.store().openReadView()) {
        int nodes = 0;
        long[] all = {START - SECOND, START + rows * SECOND};
        for (TagDefinition tag : tags) {
          boolean isCounter = tag.id() < 4;
          nodes +=
              isCounter
                  ? pieces(view, tag, all, counter(tag, all)::suffices)[0]
                  : pieces(view, tag, all, state(tag, all)::suffices)[0];
          for (int round = 0; round < 5; round++) {
            String what = "seed=" + seed + ", tag=" + tag.id() + ", round=" + round;
            long[] edges = edges(random, rows);
            if (isCounter) {
              check(view, tag, edges, rule(random, rows), what);
            } else {
              checkStates(view, tag, edges, what);
            }
          }
        }
        assertThat(nodes).as("statistics are used").isPositive();
      }
    }
  }

  private static CounterAggregator counter(TagDefinition tag, long[] edges) {
    return new CounterAggregator(tag, edges, CounterRule.DEFAULT, row -> {});
  }

  private static StateAggregator state(TagDefinition tag, long[] edges) {
    return new StateAggregator(tag, edges, row -> {});
  }

  /** Falls at a border of blocks, and returns in a block that does nothing but rise. */
  @Test
  void aReturnInsideAPieceIsSeen() throws IOException {
    TagDefinition tag = tag(0, SampleType.FLOAT64, false, DuplicateRule.REPLACE);
    int rows = 80_000;
    int[][] lows = {{10_240, 10_250}, {20_475, 20_490}, {40_960, 40_961}, {50_000, 61_440}};
    try (StoreFixture fixture = new StoreFixture(disk, CONFIG)) {
      fixture.define(tag);
      SampleFrameBuilder builder = new SampleFrameBuilder();
      for (int i = 0; i < rows; i++) {
        double value = 1000 + i;
        for (int[] low : lows) {
          value = i >= low[0] && i < low[1] ? i - low[0] : value;
        }
        builder.addDouble(0, START + i * SECOND, value, 0);
        if (builder.count() == 5000) {
          fixture.append(builder.encode(0));
        }
      }
      fixture.seal();
      long[] edges = {START, START + 5000 * SECOND + 7, START + (rows - 1) * SECOND};
      try (ReadView view = fixture.store().openReadView()) {
        int[] pieces = pieces(view, tag, edges, counter(tag, edges)::suffices);
        assertThat(pieces[0]).isPositive();
        assertThat(pieces[1]).isLessThan(8 * 1024);
        check(view, tag, edges, CounterRule.DEFAULT, "returns");
        List<CounterRow> read =
            counters(view, tag, edges, CounterRule.DEFAULT, StatisticsRule.STORED);
        CounterRow last = read.getLast();
        assertThat(last.resets()).isEqualTo(4);
        assertThat(last.recovered()).isEqualTo(3);
        // Each low stretch is counted twice, once from zero; the last one is no glitch.
        double increase = read.getFirst().increase() + last.increase();
        double counted = 0;
        double before = 1000;
        double remembered = -1;
        for (int i = 1; i < rows; i++) {
          double value = 1000 + i;
          for (int[] low : lows) {
            value = i >= low[0] && i < low[1] ? i - low[0] : value;
          }
          if (value < before) {
            counted += value;
            remembered = i < 50_000 ? before : -1;
          } else if (remembered >= 0 && value >= remembered) {
            counted += value - remembered;
            remembered = -1;
          } else {
            counted += value - before;
          }
          before = value;
        }
        assertThat(increase).isEqualTo(counted);
        long at = START + 15_000 * SECOND;
        // the new meter begins a little above its first sample: a reversal
        MeterChange change = new MeterChange(at, 99_999, 16_030);
        CounterRule changed = new CounterRule(1e6, 1e-4, 0, 0, Reversal.IGNORE, List.of(change));
        check(view, tag, edges, changed, "meter change inside");
      }
    }
  }

  /** Blocks that begin or end with a Bad sample do not tell when their values are. */
  @Test
  void badSamplesAtTheBordersOfPiecesAreSeen() throws IOException {
    TagDefinition meter = tag(0, SampleType.FLOAT64, false, DuplicateRule.REPLACE);
    TagDefinition state = tag(1, SampleType.BOOL, true, DuplicateRule.REPLACE);
    int rows = 20_000;
    List<Integer> bad = List.of(1023, 3072, 5 * 1024 - 1, 5 * 1024, 7 * 1024 + 500);
    try (StoreFixture fixture = new StoreFixture(disk, CONFIG)) {
      SampleFrameBuilder builder = new SampleFrameBuilder();
      for (TagDefinition tag : List.of(meter, state)) {
        fixture.define(tag);
        for (int i = 0; i < rows; i++) {
          int status = bad.contains(i) ? 0x808D0000 : 0;
          add(builder, tag, START + i * SECOND, tag == meter ? 3 * i : 1, status);
          if (builder.count() == 4000) {
            fixture.append(builder.encode(0));
          }
        }
      }
      fixture.seal();
      try (ReadView view = fixture.store().openReadView()) {
        for (int at : bad) {
          long edge = START + at * SECOND;
          for (long shift : new long[] {-SECOND / 2, 0, 1, SECOND / 2}) {
            long[] edges = {START - SECOND, edge + shift, START + rows * SECOND};
            check(view, meter, edges, CounterRule.DEFAULT, "bad=" + at);
            checkStates(view, state, edges, "bad=" + at);
          }
        }
      }
    }
  }

  @Test
  void aStateThatStaysCostsItsChangesOnly() throws IOException {
    TagDefinition tag = tag(0, SampleType.DIGITAL, true, DuplicateRule.REPLACE);
    try (StoreFixture fixture = new StoreFixture(disk, CONFIG)) {
      fixture.define(tag);
      SampleFrameBuilder builder = new SampleFrameBuilder();
      int rows = 200_000;
      for (int i = 0; i < rows; i++) {
        long value = i < 60_000 ? 0 : i < 60_500 ? 1 : i < 150_000 ? 2 : 0;
        add(builder, tag, START + i * SECOND / 10, value, 0);
        if (builder.count() == 5000) {
          fixture.append(builder.encode(0));
        }
      }
      fixture.seal();
      long[] edges = {START + SECOND, START + 19_990 * SECOND};
      try (ReadView view = fixture.store().openReadView()) {
        int[] pieces = pieces(view, tag, edges, state(tag, edges)::suffices);
        assertThat(pieces[0]).isBetween(1, 250);
        assertThat(pieces[1]).isLessThan(6 * 1024);
        checkStates(view, tag, edges, "states");
        List<StateRow> states = states(view, tag, edges, StatisticsRule.STORED);
        assertThat(states)
            .extracting(StateRow::durationNs)
            .containsExactly(5_999 * SECOND + 4_990 * SECOND, 50 * SECOND, 8_950 * SECOND, 0L);
      }
    }
  }
}

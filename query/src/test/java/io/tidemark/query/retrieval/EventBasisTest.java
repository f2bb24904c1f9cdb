package io.tidemark.query.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.DuplicateRule;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadRule;
import io.tidemark.model.ReadRule.Extrapolation;
import io.tidemark.model.ReadRule.QualityRule;
import io.tidemark.model.ReadRule.Step;
import io.tidemark.model.ReadView;
import io.tidemark.model.SampleFrameBuilder;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatisticsCursor;
import io.tidemark.model.StatisticsCursor.Piece;
import io.tidemark.model.StatisticsRule;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import io.tidemark.query.aggregate.CalculationBasis;
import io.tidemark.query.aggregate.SummaryField;
import io.tidemark.storage.StoreConfig;
import io.tidemark.testing.FaultDisk;
import io.tidemark.testing.QueryContexts;
import io.tidemark.testing.StoreFixture;
import java.io.IOException;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Summaries that weigh events, of a real store with and without its statistics, against sets of all
 * samples that were written: Bad, Uncertain, without a value, late, repeated, on edges.
 */
class EventBasisTest {
  private static final long START = 1_700_000_000_000_000_000L;
  private static final long SECOND = 1_000_000_000L;
  private static final StoreConfig CONFIG = new StoreConfig(64 << 20, 3_600_000_000L, 1 << 20, 0);
  private static final List<CalculationBasis> BASES =
      EnumSet.allOf(CalculationBasis.class).stream()
          .filter(CalculationBasis::isEventWeighted)
          .toList();

  private record Sample(@Nullable Double value, int status) {
    boolean isUsable(ReadRule rule) {
      return value != null && Double.isFinite(value) && rule.admits(status);
    }
  }

  private final FaultDisk disk = new FaultDisk();
  private final TreeMap<Long, Sample> samples = new TreeMap<>();
  private final TagDefinition tag =
      new TagDefinition(
          0,
          new UUID(7, 0),
          "T",
          SampleType.FLOAT64,
          "",
          "",
          false,
          Double.NaN,
          Double.NaN,
          List.of(),
          DuplicateRule.REPLACE,
          false,
          1,
          "test",
          0);

  private void fill(StoreFixture fixture, Random random, int rows) throws IOException {
    fixture.define(tag);
    SampleFrameBuilder builder = new SampleFrameBuilder();
    double level = 1_000;
    long time = START;
    for (int i = 0; i < rows; i++) {
      time += random.nextInt(50) == 0 ? 1 : SECOND;
      level += random.nextGaussian();
      long at = random.nextInt(2_000) == 0 ? START + random.nextLong(rows) * SECOND : time;
      int status =
          switch (random.nextInt(500)) {
            case 0 -> StatusCodes.BAD_SENSOR_FAILURE;
            case 1 -> StatusCodes.UNCERTAIN;
            default -> StatusCodes.GOOD;
          };
      Double value =
          switch (random.nextInt(1_000)) {
            case 0 -> null;
            case 1 -> Double.NaN;
            default -> level;
          };
      if (value == null) {
        builder.addAbsent(0, tag.type(), at, (byte) 0, status);
      } else {
        builder.addDouble(0, at, value, status);
      }
      samples.put(at, new Sample(value, status));
      if (builder.count() == 4_000 || i == rows - 1) {
        fixture.append(builder.encode(0));
      }
      if (i == rows * 3 / 4) {
        fixture.append(builder.encode(0));
        fixture.seal();
      }
    }
  }

  /** Edges on samples, beside them, a nanosecond apart, outside. */
  private long[] edges(Random random) {
    List<Long> times = List.copyOf(samples.keySet());
    TreeSet<Long> edges = new TreeSet<>();
    int count = 2 + random.nextInt(7);
    while (edges.size() < count) {
      long at = times.get(random.nextInt(times.size())) + random.nextInt(3) - 1;
      edges.add(at);
      switch (random.nextInt(8)) {
        case 0 -> edges.add(at + 1);
        case 1 -> edges.add(START - random.nextLong(100 * SECOND));
        case 2 -> edges.add(samples.lastKey() + random.nextLong(100 * SECOND));
        default -> {}
      }
    }
    return edges.stream().mapToLong(each -> each).toArray();
  }

  private static boolean isIn(long timeNs, long a, long b, CalculationBasis basis, boolean last) {
    boolean isInside = timeNs > a && timeNs < b;
    return switch (basis) {
      case EVENT_WEIGHTED -> isInside || timeNs == a || (last && timeNs == b);
      case EVENT_WEIGHTED_EXCLUDE_MOST_RECENT_EVENT -> isInside || timeNs == a;
      case EVENT_WEIGHTED_EXCLUDE_EARLIEST_EVENT -> isInside || timeNs == b;
      case EVENT_WEIGHTED_INCLUDE_BOTH_ENDS -> isInside || timeNs == a || timeNs == b;
      default -> throw new IllegalArgumentException(basis.name());
    };
  }

  private static boolean isIn(long timeNs, long[] stretches) {
    for (int i = 0; i < stretches.length; i += 2) {
      if (timeNs >= stretches[i] && timeNs < stretches[i + 1]) {
        return true;
      }
    }
    return false;
  }

  private void check(
      List<SummaryRow> rows, Retrieval.Summary asked, long[] stretches, String what) {
    long[] edges = asked.edgesNs();
    assertThat(rows).as(what).hasSize(edges.length - 1);
    for (int i = 0; i < rows.size(); i++) {
      SummaryRow row = rows.get(i);
      String which = what + ", " + row;
      int recorded = 0;
      boolean allGood = true;
      List<Double> used = new ArrayList<>();
      Long least = null;
      for (var sample : samples.subMap(edges[i], true, edges[i + 1], true).entrySet()) {
        long timeNs = sample.getKey();
        boolean last = i == rows.size() - 1;
        if (!isIn(timeNs, edges[i], edges[i + 1], asked.basis(), last)
            || !isIn(timeNs, stretches)) {
          continue;
        }
        recorded++;
        allGood &= sample.getValue().status == StatusCodes.GOOD;
        Double value = sample.getValue().value;
        if (value != null && sample.getValue().isUsable(asked.rule())) {
          used.add(value);
          Sample best = least == null ? null : samples.get(least);
          if (best == null || best.value == null || value < best.value) {
            least = timeNs;
          }
        }
      }
      int count = used.size();
      assertThat(row.count()).as(which).isEqualTo(count);
      assertThat(row.percentGood())
          .as(which)
          .isEqualTo(recorded == 0 ? 0 : 100.0 * count / recorded);
      assertThat(row.status())
          .as(which)
          .isEqualTo(
              count == 0
                  ? StatusCodes.BAD_NO_DATA
                  : StatusCodes.CALCULATED
                      | (count == recorded && allGood
                          ? StatusCodes.GOOD
                          : StatusCodes.UNCERTAIN_DATA_SUB_NORMAL));
      assertThat(row.minimumTimeNs()).as(which).isEqualTo(least);
      double sum = used.stream().mapToDouble(each -> each).sum();
      double mean = sum / count;
      double squares = used.stream().mapToDouble(each -> (each - mean) * (each - mean)).sum();
      near(row, SummaryField.SUM, count > 0, sum, 1e-12, which);
      near(row, SummaryField.SAMPLE_AVERAGE, count > 0, mean, 1e-12, which);
      near(
          row,
          SummaryField.SAMPLE_STD_DEV,
          count > 1,
          Math.sqrt(squares / (count - 1)),
          1e-9,
          which);
    }
  }

  private static void near(
      SummaryRow row, SummaryField field, boolean has, double value, double relative, String what) {
    assertThat(row.has(field)).as(what).isEqualTo(has);
    if (has) {
      assertThat(Math.abs(row.number(field) - value))
          .as(field + " = " + value + ": " + what)
          .isLessThanOrEqualTo(relative * Math.abs(value) + 1e-12);
    }
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#few")
  void eventsAreThoseOfTheirSets(long seed) throws IOException {
    Random random = new Random(seed);
    try (StoreFixture fixture = new StoreFixture(disk, CONFIG)) {
      fill(fixture, random, 8_000);
      try (ReadView view = fixture.store().openReadView()) {
        QueryContext context = QueryContexts.permissive(view, START, ZoneOffset.UTC);
        int nodes = 0;
        for (int round = 0; round < 24; round++) {
          long[] edges = edges(random);
          CalculationBasis basis = BASES.get(round % BASES.size());
          boolean uncertainIsBad = random.nextInt(4) > 0;
          ReadRule rule =
              new ReadRule(
                  QualityRule.values()[random.nextInt(4)],
                  uncertainIsBad,
                  Step.TAG,
                  SECOND,
                  Extrapolation.HOLD);
          Retrieval.Summary asked = new Retrieval.Summary(edges, rule, basis);
          String what = "seed=" + seed + ", round=" + round + ", " + basis + ", " + rule;
          List<SummaryRow> rows = Summaries.of(asked, tag, context, StatisticsRule.STORED);
          check(rows, asked, new long[] {Long.MIN_VALUE, Long.MAX_VALUE}, what);
          check(
              Summaries.of(asked, tag, context, StatisticsRule.NONE),
              asked,
              new long[] {Long.MIN_VALUE, Long.MAX_VALUE},
              what);
          assertThat(rows)
              .as(what)
              .isEqualTo(Summaries.of(asked, tag, context, StatisticsRule.FROM_SAMPLES));
          long[] stretches = edges(random);
          stretches = Arrays.copyOf(stretches, stretches.length / 2 * 2);
          check(Summaries.within(stretches, asked, tag, context), asked, stretches, what);
          nodes += uncertainIsBad ? nodes(view, asked, context) : 0;
        }
        assertThat(nodes).as("statistics are used").isPositive();
      }
    }
  }

  /** Statistics that stand for samples between the cuts of the question. */
  private int nodes(ReadView view, Retrieval.Summary asked, QueryContext context) {
    long[] cuts =
        new JoinedPieces(
                new long[] {Long.MIN_VALUE, Long.MAX_VALUE},
                asked,
                tag,
                new SummaryRowMaker(asked, tag, context))
            .cutsNs();
    int nodes = 0;
    try (StatisticsCursor walk =
        view.scanStatistics(context, tag.id(), cuts, StatisticsRule.STORED)) {
      for (Piece piece = walk.next(); piece != Piece.END; piece = walk.next()) {
        nodes += piece == Piece.STATISTICS ? 1 : 0;
      }
    }
    return nodes;
  }
}

package io.tidemark.query.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.Quality;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadRule;
import io.tidemark.model.ReadRule.Extrapolation;
import io.tidemark.model.ReadRule.QualityRule;
import io.tidemark.model.ReadRule.Step;
import io.tidemark.model.ReadView;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatisticsRule;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import io.tidemark.query.aggregate.CalculationBasis;
import io.tidemark.testing.OracleStore;
import io.tidemark.testing.QueryContexts;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Values between samples by every rule, against what the rules say in words. */
class ReadRuleTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long NONE = Long.MAX_VALUE;

  private record Sample(long timeNs, @Nullable Double value, int status) {}

  /** What the rules say, sample by sample; slow and plain. */
  private record Words(List<Sample> samples, ReadRule rule, boolean stepped, long nowNs) {
    boolean usable(Sample sample) {
      return sample.value != null && rule.admits(sample.status);
    }

    private boolean passesOver() {
      return rule.quality() == QualityRule.HOLD || rule.quality() == QualityRule.BRIDGE;
    }

    /** The value at a time that no sample has, in whole; null for none. */
    @Nullable Double at(long timeNs) {
      Sample before = null;
      Sample beforeThat = null;
      Sample after = null;
      Sample leftOut = null;
      for (Sample sample : samples) {
        if (passesOver() && !usable(sample)) {
          if (before != null && after == null && leftOut == null) {
            leftOut = sample;
          }
        } else if (sample.timeNs <= timeNs) {
          beforeThat = before != null && usable(before) ? before : beforeThat;
          before = sample;
          leftOut = null;
        } else if (after == null) {
          after = sample;
        }
      }
      if (before == null || !usable(before)) {
        return null;
      }
      double value = value(before);
      long gapEnd = rule.maxGapNs() == NONE ? NONE : before.timeNs + rule.maxGapNs();
      boolean strictly = rule.quality() == QualityRule.STRICT && !stepped;
      if (after == null) {
        return afterAll(before, beforeThat, leftOut, gapEnd, timeNs);
      }
      if (after.timeNs > gapEnd) {
        return timeNs < gapEnd && !strictly ? (Double) value : null;
      }
      if (stepped || (rule.quality() == QualityRule.HOLD && leftOut != null)) {
        return value;
      }
      if (!usable(after)) {
        return strictly ? null : (Double) value;
      }
      double share = (timeNs - before.timeNs) / (double) (after.timeNs - before.timeNs);
      return value + (value(after) - value) * share;
    }

    private @Nullable Double afterAll(
        Sample before,
        @Nullable Sample beforeThat,
        @Nullable Sample leftOut,
        long gapEnd,
        long timeNs) {
      boolean goesOn = rule.extrapolation() != Extrapolation.NONE && nowNs > before.timeNs;
      boolean holds = leftOut != null && (stepped || rule.quality() == QualityRule.HOLD);
      long until =
          goesOn
              ? Math.min(holds ? Math.max(nowNs, leftOut.timeNs) : nowNs, gapEnd)
              : leftOut == null ? NONE : Math.min(leftOut.timeNs, gapEnd);
      if ((!goesOn && leftOut == null) || timeNs > until) {
        return null;
      }
      if (rule.extrapolation() == Extrapolation.SLOPE
          && goesOn
          && !holds
          && !stepped
          && beforeThat != null) {
        double slope =
            (value(before) - value(beforeThat)) / (double) (before.timeNs - beforeThat.timeNs);
        return value(before) + slope * (timeNs - before.timeNs);
      }
      return value(before);
    }

    private static double value(Sample sample) {
      return sample.value == null ? Double.NaN : sample.value;
    }
  }

  private static ReadRule rule(Random random) {
    return new ReadRule(
        QualityRule.values()[random.nextInt(4)],
        random.nextBoolean(),
        Step.values()[random.nextInt(3)],
        random.nextInt(3) == 0 ? (1 + random.nextInt(8)) * SECOND + 1 : NONE,
        Extrapolation.values()[random.nextInt(3)]);
  }

  private static List<Sample> samples(Random random, int count) {
    List<Sample> samples = new ArrayList<>();
    long time = 100 * SECOND;
    for (int i = 0; i < count; i++) {
      time += (1 + random.nextInt(6)) * SECOND;
      int status =
          switch (random.nextInt(5)) {
            case 0 -> StatusCodes.BAD;
            case 1 -> StatusCodes.UNCERTAIN;
            default -> StatusCodes.GOOD;
          };
      samples.add(
          new Sample(
              time, random.nextInt(9) == 0 ? null : (Double) (double) random.nextInt(100), status));
    }
    return samples;
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void valuesAndAveragesAreWhatTheRuleSays(long seed) {
    Random random = new Random(seed);
    for (int trial = 0; trial < 40; trial++) {
      OracleStore store = new OracleStore().blockRowsMax(1 + random.nextInt(8));
      TagDefinition tag = store.define("T", SampleType.FLOAT64, random.nextBoolean(), "");
      List<Sample> samples = samples(random, random.nextInt(25));
      samples.forEach(each -> store.write(tag, each.timeNs, each.value, each.status));
      ReadRule rule = rule(random);
      boolean stepped = rule.stepped(tag);
      long end = samples.isEmpty() ? 120 * SECOND : samples.getLast().timeNs;
      long now = end + (random.nextInt(10) - 2) * SECOND + SECOND / 2;
      Words words = new Words(samples, rule, stepped, now);
      String as =
          "seed=" + seed + ", trial=" + trial + ", " + rule + ", now=" + now + ", " + samples;
      // Half seconds: no sample lies there.
      long[] times =
          random.longs(12, 95, end / SECOND + 10).map(s -> s * SECOND + SECOND / 2).toArray();
      if (random.nextBoolean()) {
        Arrays.sort(times);
      }
      List<RowCollector.Row> rows =
          RowCollector.read(
              store, tag, new Retrieval.AtTimes(times, Retrieval.AtMode.INTERPOLATED, rule), now);
      for (int i = 0; i < times.length; i++) {
        Double expected = words.at(times[i]);
        String at = as + ", at=" + times[i];
        if (expected == null) {
          assertThat(rows.get(i).value()).as(at).isNull();
        } else {
          assertThat((Double) rows.get(i).value())
              .as(at)
              .isNotNull()
              .isCloseTo(expected, within(1e-6));
        }
      }
      long[] edges = {
        (98 + random.nextInt(13)) * SECOND,
        111 * SECOND,
        130 * SECOND,
        end + 9 * SECOND + 131 * SECOND
      };
      summaries(store.view(), tag, words, now, edges, as);
      summaries(new PiecedView(store.view(), random), tag, words, now, edges, as);
    }
  }

  /** The same rows come of statistics; also where a rule has no words for it. */
  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void statisticsSayWhatTheSamplesSay(long seed) {
    Random random = new Random(seed);
    int taken = 0;
    for (int trial = 0; trial < 60; trial++) {
      OracleStore store = new OracleStore().blockRowsMax(1 + random.nextInt(12));
      SampleType type = SampleType.values()[random.nextInt(SampleType.values().length)];
      boolean isStepped = !type.isContinuous() || random.nextBoolean();
      String[] states = type == SampleType.DIGITAL ? new String[] {"0", "1", "2"} : new String[0];
      TagDefinition tag = store.define("T", type, isStepped, "", states);
      int usual = random.nextInt(3) == 0 ? 3 : 12;
      long time = 100 * SECOND;
      int count = random.nextInt(60);
      for (int i = 0; i < count; i++) {
        time += (1 + random.nextInt(6)) * SECOND + random.nextInt(2);
        int kind = random.nextInt(usual);
        Object value =
            switch (type) {
              case DIGITAL, STRING -> Integer.toString(random.nextInt(3));
              case BOOL -> random.nextBoolean();
              default -> (Object) (double) (1 + random.nextInt(100));
            };
        if (type == SampleType.FLOAT64 && random.nextInt(40) == 0) {
          value = Double.NaN;
        }
        int status =
            kind == 0 ? StatusCodes.BAD : kind == 1 ? StatusCodes.UNCERTAIN : StatusCodes.GOOD;
        store.write(tag, time, random.nextInt(25) == 0 ? null : value, status);
        if (type.isContinuous() && random.nextInt(40) == 0) {
          type = type == SampleType.INT32 ? SampleType.FLOAT64 : SampleType.INT32;
          tag = store.define("T", type, isStepped, "");
        }
      }
      ReadRule rule = rule(random);
      long now = time + (random.nextInt(8) - 2) * SECOND;
      long[] edges =
          random
              .longs(2 + random.nextInt(5), 90 * SECOND, time + 20 * SECOND)
              .map(each -> random.nextBoolean() ? each : each / SECOND * SECOND)
              .sorted()
              .distinct()
              .toArray();
      if (edges.length < 2) {
        continue;
      }
      String as = "seed=" + seed + ", trial=" + trial + ", now=" + now + ", " + tag + ", " + rule;
      PiecedView pieced = new PiecedView(store.view(), random);
      QueryContext context = QueryContexts.permissive(pieced, now, ZoneOffset.UTC);
      Retrieval.Summary asked =
          new Retrieval.Summary(
              edges,
              rule,
              CalculationBasis.TIME_WEIGHTED,
              SummaryRows.STORED,
              Retrieval.Logarithms.LEFT_OUT,
              0);
      SummaryRows.assertClose(
          Summaries.of(asked, tag, context, StatisticsRule.STORED),
          Summaries.of(asked, tag, context, StatisticsRule.NONE),
          100,
          as);
      long[] stretches =
          random
              .longs(2L * random.nextInt(4), edges[0] - 1, time + 30 * SECOND)
              .sorted()
              .distinct()
              .toArray();
      if (stretches.length % 2 == 0) {
        SummaryRows.assertClose(
            Summaries.within(stretches, asked, tag, context, StatisticsRule.STORED),
            Summaries.within(stretches, asked, tag, context, StatisticsRule.NONE),
            100,
            as + ", within=" + Arrays.toString(stretches));
      }
      taken += pieced.taken();
    }
    assertThat(taken).as("statistics are used").isGreaterThan(300);
  }

  /** The average is that of values close together; a nanosecond here and there is no matter. */
  private static void summaries(
      ReadView view, TagDefinition tag, Words words, long now, long[] edges, String as) {
    List<SummaryRow> rows =
        Summaries.of(
            new Retrieval.Summary(edges, words.rule),
            tag,
            QueryContexts.permissive(view, now, ZoneOffset.UTC));
    for (int i = 0; i < rows.size(); i++) {
      double sum = 0;
      int with = 0;
      int all = 0;
      for (long time = edges[i] + SECOND / 20; time < edges[i + 1]; time += SECOND / 10) {
        Double value = words.at(time);
        all++;
        if (value != null) {
          with++;
          sum += value;
        }
      }
      SummaryRow row = rows.get(i);
      assertThat(row.percentGood())
          .as(as + ", row=" + row)
          .isCloseTo(100.0 * with / all, within(0.5));
      if (with > 10) {
        assertThat(row.timeAverage()).as(as + ", row=" + row).isNotNull();
        assertThat(row.timeAverage()).as(as + ", row=" + row).isCloseTo(sum / with, within(0.7));
      }
      long from = edges[i];
      long to = edges[i + 1];
      long counted =
          words.samples.stream()
              .filter(each -> each.timeNs >= from && each.timeNs < to && words.usable(each))
              .count();
      assertThat(row.count()).as(as + ", row=" + row).isEqualTo(counted);
      if (Quality.isGood(row.status())) {
        assertThat(with).as(as + ", row=" + row).isEqualTo(all);
      }
    }
  }

  private final OracleStore store = new OracleStore();
  private final TagDefinition tag = store.defineAnalog("T");

  private String at(ReadRule rule, double seconds, long nowNs) {
    long[] times = {Math.round(seconds * SECOND)};
    return RowCollector.read(
            store, tag, new Retrieval.AtTimes(times, Retrieval.AtMode.INTERPOLATED, rule), nowNs)
        .getFirst()
        .toString();
  }

  @Test
  void statusesSayWhatIsInDoubt() {
    store.write(tag, 0, 0.0, StatusCodes.GOOD);
    store.write(tag, 10 * SECOND, 1e9, StatusCodes.BAD);
    store.write(tag, 20 * SECOND, 20.0, StatusCodes.GOOD);
    store.write(tag, 30 * SECOND, 30.0, StatusCodes.UNCERTAIN);
    ReadRule simple = ReadRule.DEFAULT;
    assertThat(at(simple, 5, NONE)).endsWith("= 0.0 Uncertain_DataSubNormal i");
    assertThat(at(simple, 15, NONE)).endsWith("= null Bad_NoData");
    assertThat(at(with(QualityRule.STRICT), 5, NONE)).endsWith("= null Bad_NoData");
    assertThat(at(with(QualityRule.HOLD), 15, NONE)).endsWith("= 0.0 Uncertain_DataSubNormal i");
    assertThat(at(with(QualityRule.BRIDGE), 15, NONE)).endsWith("= 15.0 Uncertain_DataSubNormal i");
    ReadRule uncertain =
        new ReadRule(QualityRule.SIMPLE, false, Step.TAG, NONE, Extrapolation.NONE);
    assertThat(at(uncertain, 25, NONE)).endsWith("= 25.0 Uncertain_DataSubNormal i");
    assertThat(at(uncertain, 30, NONE)).endsWith("= 30.0 Uncertain");
  }

  @Test
  void whatIsExtrapolatedIsProvisional() {
    store.write(tag, 0, 0.0, StatusCodes.GOOD);
    store.write(tag, 10 * SECOND, 10.0, StatusCodes.GOOD);
    ReadRule hold = new ReadRule(QualityRule.SIMPLE, true, Step.TAG, NONE, Extrapolation.HOLD);
    ReadRule slope = new ReadRule(QualityRule.SIMPLE, true, Step.TAG, NONE, Extrapolation.SLOPE);
    long now = 20 * SECOND;
    assertThat(at(hold, 15, now)).endsWith("= 10.0 Uncertain_DataSubNormal i");
    assertThat(at(slope, 15, now)).endsWith("= 15.0 Uncertain_DataSubNormal i");
    assertThat(at(hold, 20, now)).endsWith("= 10.0 Uncertain_DataSubNormal i");
    assertThat(at(hold, 20.5, now)).endsWith("= null Bad_NoData");
    assertThat(at(ReadRule.DEFAULT, 15, now)).endsWith("= null Bad_NoData");
  }

  @Test
  void anUncertainValueThatIsHeldIsInDoubt() {
    TagDefinition stepped = store.define("S", io.tidemark.model.SampleType.FLOAT64, true, "");
    store.write(stepped, 0, 1.0, StatusCodes.UNCERTAIN);
    store.write(stepped, 10 * SECOND, 2.0, StatusCodes.BAD);
    store.write(stepped, 20 * SECOND, 3.0, StatusCodes.GOOD);
    store.write(stepped, 30 * SECOND, 4.0, StatusCodes.BAD);
    store.write(stepped, 90 * SECOND, 5.0, StatusCodes.GOOD);
    ReadRule passedOver = new ReadRule(QualityRule.HOLD, false, Step.TAG, NONE, Extrapolation.NONE);
    ReadRule tooFar =
        new ReadRule(QualityRule.HOLD, false, Step.TAG, 15 * SECOND, Extrapolation.NONE);
    for (ReadRule rule : List.of(passedOver, tooFar)) {
      long[] edges = {2 * SECOND, 8 * SECOND, 22 * SECOND, 28 * SECOND, 31 * SECOND, 34 * SECOND};
      List<SummaryRow> rows =
          Summaries.of(
              new Retrieval.Summary(edges, rule),
              stepped,
              QueryContexts.permissive(store.view(), NONE, ZoneOffset.UTC));
      assertThat(rows.stream().map(row -> Quality.of(row.status())))
          .as("%s", rule)
          .containsExactly(
              Quality.UNCERTAIN, // an Uncertain value
              Quality.UNCERTAIN,
              Quality.GOOD,
              Quality.UNCERTAIN,
              Quality.UNCERTAIN); // a Bad sample is passed over
    }
  }

  @Test
  void slopesOfTodayAreExactToTheNanosecond() {
    long today = 1_700_000_000L * SECOND;
    store.write(tag, today, 0.0, StatusCodes.GOOD);
    store.write(tag, today + 1_000_000, 1.0, StatusCodes.GOOD);
    ReadRule slope = new ReadRule(QualityRule.SIMPLE, true, Step.TAG, NONE, Extrapolation.SLOPE);
    assertThat(at(slope, 1_700_000_001, today + 2 * SECOND))
        .endsWith("= 1000.0 Uncertain_DataSubNormal i");
  }

  private static ReadRule with(QualityRule quality) {
    return new ReadRule(quality, true, Step.TAG, NONE, Extrapolation.NONE);
  }

  @Test
  void aGapIsLongerThanNothing() {
    assertThatThrownBy(
            () -> new ReadRule(QualityRule.SIMPLE, true, Step.TAG, 0, Extrapolation.NONE))
        .isInstanceOfSatisfying(
            HistorianException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OUT_OF_RANGE));
  }
}

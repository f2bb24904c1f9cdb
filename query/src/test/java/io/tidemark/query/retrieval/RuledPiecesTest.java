package io.tidemark.query.retrieval;

import static io.tidemark.testing.TestTags.tag;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.DuplicateRule;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadRule;
import io.tidemark.model.ReadRule.Extrapolation;
import io.tidemark.model.ReadRule.QualityRule;
import io.tidemark.model.ReadRule.Step;
import io.tidemark.model.ReadView;
import io.tidemark.model.SampleFlags;
import io.tidemark.model.SampleFrameBuilder;
import io.tidemark.model.SampleStatistics.Count;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatisticsCursor.Piece;
import io.tidemark.model.StatisticsRule;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import io.tidemark.query.aggregate.CalculationBasis;
import io.tidemark.storage.StoreConfig;
import io.tidemark.testing.FaultDisk;
import io.tidemark.testing.QueryContexts;
import io.tidemark.testing.StoreFixture;
import java.io.IOException;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Summaries by any rule from what a store keeps of its samples are those of the samples. */
class RuledPiecesTest {
  private static final long START = 1_700_000_000_000_000_000L;
  private static final long SECOND = 1_000_000_000L;
  private static final long NONE = Long.MAX_VALUE;
  private static final StoreConfig CONFIG = new StoreConfig(64 << 20, 3_600_000_000L, 1 << 20, 0);

  private final FaultDisk disk = new FaultDisk();

  private static void add(
      SampleFrameBuilder builder, TagDefinition tag, long time, double value, int status) {
    switch (tag.type()) {
      case FLOAT64 -> builder.addDouble(tag.id(), time, value, status);
      case STRING -> builder.addText(tag.id(), time, new byte[] {65}, SampleFlags.PRESENT, status);
      default ->
          builder.add(
              tag.id(),
              tag.type(),
              time,
              tag.type() == SampleType.INT64 ? (long) value : (long) value & 1,
              SampleFlags.PRESENT,
              status);
    }
  }

  /**
   * Long good stretches, and some in which samples are Bad, Uncertain, not numbers, far apart, or
   * none. Some are late, some are of the same time; sealed twice, and the rest in memory.
   */
  private static long fill(StoreFixture fixture, List<TagDefinition> tags, Random random, int rows)
      throws IOException {
    for (TagDefinition tag : tags) {
      fixture.define(tag);
    }
    SampleFrameBuilder builder = new SampleFrameBuilder();
    double level = 1000;
    long at = START;
    int mood = 0;
    for (int i = 0; i < rows; i++) {
      level += random.nextGaussian();
      if (random.nextInt(mood == 0 ? 1500 : 40) == 0) {
        mood = mood == 0 ? 1 + random.nextInt(5) : 0;
      }
      at += SECOND;
      if (mood == 1 || (mood == 2 && random.nextInt(8) == 0)) {
        at += random.nextInt(90) * SECOND;
      }
      for (TagDefinition tag : tags) {
        int kind = random.nextInt(3000);
        int status = kind == 0 || (mood == 3 && kind < 1500) ? 0x808D0000 : 0;
        status = kind == 3000 - 1 || (mood == 4 && kind > 1500) ? 0x40000000 : status;
        double value = mood == 5 && random.nextInt(3) == 0 ? Double.NaN : Math.rint(level);
        long time = at + random.nextInt(3) * 1_000_000L;
        if (random.nextInt(4000) == 0) {
          time -= random.nextInt(rows) * SECOND; // late
        }
        add(builder, tag, time, value, status);
        if (random.nextInt(3000) == 0) {
          add(builder, tag, time, value + 1, 0); // the same time again
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
    return at;
  }

  private static ReadRule rule(Random random) {
    return new ReadRule(
        QualityRule.values()[random.nextInt(4)],
        random.nextBoolean(),
        Step.values()[random.nextInt(3)],
        random.nextInt(3) == 0 ? (2 + random.nextInt(60)) * SECOND : NONE,
        Extrapolation.values()[random.nextInt(3)]);
  }

  private static long[] edges(Random random, long endNs) {
    long[] edges =
        random
            .longs(2 + random.nextInt(5), START - 100 * SECOND, endNs + 300 * SECOND)
            .sorted()
            .toArray();
    if (random.nextInt(3) == 0) {
      edges[edges.length - 1] = endNs + 300 * SECOND;
    }
    return edges;
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#few")
  void summariesByRulesAreThoseOfTheSamples(long seed) throws IOException {
    Random random = new Random(seed);
    int rows = 9_000 + random.nextInt(6_000);
    DuplicateRule duplicates =
        DuplicateRule.values()[random.nextInt(DuplicateRule.values().length)];
    List<TagDefinition> tags =
        List.of(
            tag(0, SampleType.FLOAT64, false, duplicates),
            tag(1, SampleType.FLOAT64, true, DuplicateRule.REPLACE),
            tag(2, SampleType.INT64, false, DuplicateRule.REPLACE),
            tag(3, SampleType.BOOL, true, DuplicateRule.REPLACE),
            tag(4, SampleType.STRING, true, duplicates));
    try (StoreFixture fixture = new StoreFixture(disk, CONFIG)) {
      long endNs = fill(fixture, tags, random, rows);
      if (random.nextBoolean()) {
        fixture.seal();
        fixture.pass(3 * 86_400);
        fixture.housekeeping(); // merges the day
      }
      try (ReadView view = fixture.store().openReadView()) {
        long taken = 0;
        for (TagDefinition tag : tags) {
          for (int round = 0; round < 6; round++) {
            ReadRule rule = rule(random);
            long[] edges = edges(random, endNs);
            long now = endNs + random.nextInt(200) * SECOND;
            QueryContext context = QueryContexts.permissive(view, now, ZoneOffset.UTC);
            Retrieval.Summary asked =
                new Retrieval.Summary(
                    edges,
                    rule,
                    CalculationBasis.TIME_WEIGHTED,
                    SummaryRows.STORED,
                    Retrieval.Logarithms.LEFT_OUT,
                    0);
            String what = "seed=" + seed + ", tag=" + tag + ", round=" + round + ", " + rule;
            List<SummaryRow> samples = Summaries.of(asked, tag, context, StatisticsRule.NONE);
            List<SummaryRow> stored = Summaries.of(asked, tag, context, StatisticsRule.STORED);
            SummaryRows.assertClose(stored, samples, 1e4, what);
            assertThat(Summaries.of(asked, tag, context, StatisticsRule.FROM_SAMPLES))
                .as(what)
                .isEqualTo(stored);
            taken += rule.isPlain() ? 0 : Pieces.of(tag, rule, edges, context).statisticsRows;
            long[] stretches = edges(random, endNs);
            stretches = Arrays.copyOf(stretches, stretches.length / 2 * 2);
            SummaryRows.assertClose(
                Summaries.within(stretches, asked, tag, context, StatisticsRule.STORED),
                Summaries.within(stretches, asked, tag, context, StatisticsRule.NONE),
                1e4,
                what);
          }
        }
        assertThat(taken).as("samples that statistics stood for").isGreaterThan(3 * rows);
      }
    }
  }

  /** What a read between edges meets. */
  private record Pieces(int statistics, long statisticsRows, long samples) {
    static Pieces of(TagDefinition tag, ReadRule rule, long[] edges, QueryContext context) {
      int statistics = 0;
      long statisticsRows = 0;
      long samples = 0;
      try (RuledPieces pieces = new RuledPieces(context, tag, rule, edges, StatisticsRule.STORED)) {
        for (Piece piece = pieces.next(); piece != Piece.END; piece = pieces.next()) {
          if (piece == Piece.STATISTICS) {
            statistics++;
            statisticsRows += pieces.statistics().get(Count.ROWS);
          } else {
            samples += pieces.samples().count();
          }
        }
      }
      return new Pieces(statistics, statisticsRows, samples);
    }
  }

  private static ReadRule rule(QualityRule quality, long maxGapNs, Extrapolation extrapolation) {
    return new ReadRule(quality, true, Step.TAG, maxGapNs, extrapolation);
  }

  /** 100 blocks, in four of which a sample is Bad, and between two of which none came for long. */
  @Test
  void onlyBlocksAroundBadSamplesAndGapsAreRead() throws IOException {
    TagDefinition tag = tag(0, SampleType.FLOAT64, false, DuplicateRule.REPLACE);
    int rows = 100 * 1024;
    try (StoreFixture fixture = new StoreFixture(disk, CONFIG)) {
      fixture.define(tag);
      SampleFrameBuilder builder = new SampleFrameBuilder();
      for (int i = 0; i < rows; i++) {
        long time = START + i * SECOND + (i < 50_500 ? 0 : 3600 * SECOND);
        int status = i % 25_000 == 100 ? StatusCodes.BAD : StatusCodes.GOOD;
        builder.addDouble(0, time, i % 100, status);
        if (builder.count() == 5000 || i == rows - 1) {
          fixture.append(builder.encode(0));
        }
      }
      fixture.seal();
      long endNs = START + (rows + 3600) * SECOND;
      long[] edges = {START, endNs};
      try (ReadView view = fixture.store().openReadView()) {
        QueryContext context = QueryContexts.permissive(view, endNs, ZoneOffset.UTC);
        for (QualityRule quality : QualityRule.values()) {
          for (Extrapolation extrapolation : Extrapolation.values()) {
            ReadRule rule = rule(quality, 60 * SECOND, extrapolation);
            // Simple bounds do nothing about a Bad sample; the gap costs its block, a line the
            // last.
            int blocks = quality == QualityRule.SIMPLE ? 1 : 6;
            blocks += extrapolation == Extrapolation.SLOPE ? 1 : 0;
            Pieces pieces = Pieces.of(tag, rule, edges, context);
            assertThat(pieces.samples).as("%s", rule).isBetween(1L, blocks * 1024L + 8);
            assertThat(pieces.statistics).as("%s", rule).isBetween(1, 100);
            assertThat(pieces.statisticsRows)
                .as("%s", rule)
                .isGreaterThanOrEqualTo(rows - blocks * 1024L);
          }
        }
      }
    }
  }
}

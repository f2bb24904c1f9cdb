package io.tidemark.query.retrieval;

import static io.tidemark.testing.TestTags.tag;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.DuplicateRule;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadView;
import io.tidemark.model.SampleFlags;
import io.tidemark.model.SampleFrameBuilder;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatisticsCursor;
import io.tidemark.model.StatisticsCursor.Piece;
import io.tidemark.model.StatisticsRule;
import io.tidemark.model.TagDefinition;
import io.tidemark.storage.StoreConfig;
import io.tidemark.testing.FaultDisk;
import io.tidemark.testing.QueryContexts;
import io.tidemark.testing.StoreFixture;
import java.io.IOException;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Summaries from stored statistics are those of the samples. */
class StatisticsBeforeSamplesTest {
  private static final long START = 1_700_000_000_000_000_000L;
  private static final long SECOND = 1_000_000_000L;
  private static final StoreConfig CONFIG = new StoreConfig(64 << 20, 3_600_000_000L, 1 << 20, 0);

  private final FaultDisk disk = new FaultDisk();

  private static void add(
      SampleFrameBuilder builder, TagDefinition tag, long time, Random random, double level) {
    int status =
        switch (random.nextInt(200)) {
          case 0 -> 0x808D0000;
          case 1 -> 0x40000000;
          default -> 0;
        };
    if (status < 0 && random.nextBoolean()) {
      builder.addAbsent(tag.id(), tag.type(), time, (byte) 0, status);
      return;
    }
    switch (tag.type()) {
      case STRING -> builder.addText(tag.id(), time, new byte[] {65}, SampleFlags.PRESENT, status);
      case BOOL, DIGITAL ->
          builder.add(tag.id(), tag.type(), time, (long) level & 1, SampleFlags.PRESENT, status);
      case FLOAT32 ->
          builder.add(
              tag.id(),
              tag.type(),
              time,
              Double.doubleToRawLongBits((float) (Math.rint(level * 100) / 100)),
              SampleFlags.PRESENT,
              status);
      case FLOAT64 ->
          builder.addDouble(
              tag.id(),
              time,
              random.nextInt(3000) == 0 ? Double.NaN : Math.rint(level * 100) / 100,
              status);
      default ->
          builder.add(
              tag.id(), tag.type(), time, (long) (level * 1e5), SampleFlags.PRESENT, status);
    }
  }

  private void fill(StoreFixture fixture, List<TagDefinition> tags, long seed, int rows)
      throws IOException {
    Random random = new Random(seed);
    SampleFrameBuilder builder = new SampleFrameBuilder();
    for (TagDefinition tag : tags) {
      fixture.define(tag);
    }
    double level = 1000;
    for (int i = 0; i < rows; i++) {
      level += random.nextGaussian();
      for (TagDefinition tag : tags) {
        long time = START + i * SECOND + random.nextInt(3) * 1_000_000L;
        if (random.nextInt(3000) == 0) {
          time -= random.nextInt(rows) * SECOND; // late
        }
        add(builder, tag, time, random, level);
        if (random.nextInt(2000) == 0) {
          add(builder, tag, time, random, level + 1); // the same time again
        }
      }
      if (builder.count() > 4000 || i == rows - 1) {
        fixture.append(builder.encode(0));
      }
      if (i == rows / 2 || i == rows - rows / 10) {
        fixture.append(builder.encode(0));
        fixture.seal();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void summariesAreThoseOfTheSamples(long seed) throws IOException {
    Random random = new Random(seed);
    int rows = 5_000 + random.nextInt(5_000);
    DuplicateRule rule = random.nextBoolean() ? DuplicateRule.REPLACE : DuplicateRule.KEEP_FIRST;
    List<TagDefinition> tags =
        List.of(
            tag(0, SampleType.FLOAT64, false, rule),
            tag(1, SampleType.FLOAT64, true, rule),
            tag(2, SampleType.INT64, false, rule),
            tag(3, SampleType.BOOL, true, rule),
            tag(4, SampleType.DIGITAL, true, rule),
            tag(5, SampleType.STRING, true, rule),
            tag(6, SampleType.FLOAT32, false, rule),
            tag(7, SampleType.INT32, true, rule));
    try (StoreFixture fixture = new StoreFixture(disk, CONFIG)) {
      fill(fixture, tags, seed, rows);
      try (ReadView view = fixture.store().openReadView()) {
        int nodes = 0;
        for (TagDefinition tag : tags) {
          nodes += nodes(view, tag, new long[] {START, START + rows * SECOND})[0];
          for (int round = 0; round < 4; round++) {
            check(view, tag, edges(random, rows), "seed=" + seed + ", tag=" + tag.id());
          }
        }
        assertThat(nodes).as("statistics are used").isPositive();
      }
    }
  }

  private static long[] edges(Random random, int rows) {
    int count = 1 + random.nextInt(6);
    long[] edges = new long[count + 1];
    long at = START + (random.nextInt(rows / 4) - 100) * SECOND + random.nextInt(1_000_000_000);
    for (int i = 0; i <= count; i++) {
      edges[i] = at;
      at += 1 + random.nextInt(rows) * SECOND + random.nextInt(3) * 500_000_000L;
    }
    return edges;
  }

  private static List<SummaryRow> summarize(
      ReadView view, TagDefinition tag, long[] edges, StatisticsRule rule) {
    QueryContext context = QueryContexts.permissive(view, START, ZoneOffset.UTC);
    return Summaries.of(new Retrieval.Summary(edges), tag, context, rule);
  }

  private static void check(ReadView view, TagDefinition tag, long[] edges, String what) {
    List<SummaryRow> stored = summarize(view, tag, edges, StatisticsRule.STORED);
    assertThat(stored).as(what).isEqualTo(summarize(view, tag, edges, StatisticsRule.FROM_SAMPLES));
    List<SummaryRow> plain = summarize(view, tag, edges, StatisticsRule.NONE);
    assertThat(stored).hasSameSizeAs(plain);
    for (int i = 0; i < plain.size(); i++) {
      SummaryRow a = stored.get(i);
      SummaryRow b = plain.get(i);
      assertThat(a.count()).as(what).isEqualTo(b.count());
      assertThat(a.status()).as(what).isEqualTo(b.status());
      assertThat(a.percentGood()).as(what).isEqualTo(b.percentGood());
      assertThat(a.minimum()).as(what).isEqualTo(b.minimum());
      assertThat(a.maximum()).as(what).isEqualTo(b.maximum());
      assertThat(a.minimumTimeNs()).as(what).isEqualTo(b.minimumTimeNs());
      assertThat(a.maximumTimeNs()).as(what).isEqualTo(b.maximumTimeNs());
      close(a.timeAverage(), b.timeAverage(), 1e-12, what);
      close(a.sampleAverage(), b.sampleAverage(), 1e-12, what);
      close(a.total(), b.total(), 1e-12, what);
      close(a.stdDev(), b.stdDev(), 1e-9, what);
    }
  }

  private static void close(@Nullable Double a, @Nullable Double b, double relative, String what) {
    if (b == null) {
      assertThat(a).as(what).isNull();
    } else {
      assertThat(a).as(what).isNotNull();
      assertThat(Math.abs(a - b)).as(what).isLessThanOrEqualTo(relative * Math.abs(b));
    }
  }

  @Test
  void aLongRangeIsAHandfulOfNodes() throws IOException {
    TagDefinition tag = tag(0, SampleType.FLOAT64, false, DuplicateRule.REPLACE);
    try (StoreFixture fixture = new StoreFixture(disk, CONFIG)) {
      fixture.define(tag);
      SampleFrameBuilder builder = new SampleFrameBuilder();
      for (int i = 0; i < 200_000; i++) {
        builder.addDouble(0, START + i * SECOND, i % 100, 0);
        if (builder.count() == 5000) {
          fixture.append(builder.encode(0));
        }
      }
      fixture.seal();
      long[] edges = {START + 100 * SECOND, START + 199_000 * SECOND};
      int nodes;
      int samples;
      try (ReadView view = fixture.store().openReadView()) {
        int[] pieces = nodes(view, tag, edges);
        nodes = pieces[0];
        samples = pieces[1];
      }
      assertThat(fixture.store().damage().entries()).isEmpty();
      assertThat(fixture.store().sizes().segmentRows()).isEqualTo(200_000);
      assertThat(samples).isLessThan(2 * 1024);
      assertThat(nodes).isBetween(1, 70);
    }
  }

  /**
   * Late samples cost the blocks that they lie in, though their own block spans all the time
   * between.
   */
  @Test
  void lateSamplesCostTheirBlocksOnly() throws IOException {
    TagDefinition tag = tag(0, SampleType.FLOAT64, false, DuplicateRule.REPLACE);
    int rows = 200_000;
    try (StoreFixture fixture = new StoreFixture(disk, CONFIG)) {
      fixture.define(tag);
      SampleFrameBuilder builder = new SampleFrameBuilder();
      for (int i = 0; i < rows; i++) {
        builder.addDouble(0, START + i * SECOND, i % 100, 0);
        if (builder.count() == 5000) {
          fixture.append(builder.encode(0));
        }
      }
      fixture.seal();
      for (int i = 0; i < 10; i++) {
        builder.addDouble(0, START + i * 19_000 * SECOND + 7, 50, 0);
      }
      builder.addDouble(0, START + rows * SECOND, 1, 0);
      fixture.append(builder.encode(0));
      fixture.seal();
      long[] edges = {START, START + rows * SECOND};
      try (ReadView view = fixture.store().openReadView()) {
        int[] pieces = nodes(view, tag, edges);
        assertThat(pieces[1]).isLessThan(11 * 1024);
        assertThat(pieces[0]).isGreaterThan(10);
        check(view, tag, edges, "with late samples");
      }
    }
  }

  /** Nodes and samples that a walk between edges meets. */
  private static int[] nodes(ReadView view, TagDefinition tag, long[] edges) {
    int[] pieces = new int[2];
    try (StatisticsCursor walk =
        view.scanStatistics(
            QueryContexts.permissive(view, START, ZoneOffset.UTC),
            tag.id(),
            edges,
            StatisticsRule.STORED)) {
      for (Piece piece = walk.next(); piece != Piece.END; piece = walk.next()) {
        if (piece == Piece.STATISTICS) {
          pieces[0]++;
        } else {
          pieces[1] += walk.samples().count();
        }
      }
    }
    return pieces;
  }
}

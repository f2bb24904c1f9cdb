package io.tidemark.query.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.DuplicateRule;
import io.tidemark.model.ReadRule;
import io.tidemark.model.ReadRule.Extrapolation;
import io.tidemark.model.ReadRule.QualityRule;
import io.tidemark.model.ReadRule.Step;
import io.tidemark.model.ReadView;
import io.tidemark.model.SampleFlags;
import io.tidemark.model.SampleFrameBuilder;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatisticsRule;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import io.tidemark.storage.StoreConfig;
import io.tidemark.testing.FaultDisk;
import io.tidemark.testing.QueryContexts;
import io.tidemark.testing.StoreFixture;
import io.tidemark.testing.TestTags;
import java.io.IOException;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Summaries of a real store, from its statistics and by every read rule, against sums over all
 * samples that were written: Bad, Uncertain, without a value, late, repeated, sparse.
 */
class SlowSummaryTest {
  private static final long START = 1_700_000_000_000_000_000L;
  private static final long SECOND = 1_000_000_000L;
  private static final long NONE = Long.MAX_VALUE;
  private static final StoreConfig CONFIG = new StoreConfig(64 << 20, 3_600_000_000L, 1 << 20, 0);
  private static final int[] STATUSES = {
    StatusCodes.BAD, StatusCodes.BAD_SENSOR_FAILURE, StatusCodes.UNCERTAIN
  };

  private record Sample(long timeNs, @Nullable Double value, int status) {
    boolean isUsable(ReadRule rule) {
      return value != null && Double.isFinite(value) && rule.admits(status);
    }

    boolean isUncertain() {
      return status >>> 30 == 1;
    }

    double number() {
      return value == null ? Double.NaN : value;
    }
  }

  /** A stretch of time with a value, straight from one to the other. */
  private record Piece(long from, long to, double first, double last, boolean inDoubt) {
    @Nullable Piece cut(long startNs, long endNs) {
      long a = Math.max(from, startNs);
      long b = Math.min(to, endNs);
      return a >= b ? null : new Piece(a, b, at(a), at(b), inDoubt);
    }

    private double at(long timeNs) {
      return first + (last - first) * ((timeNs - from) / (double) (to - from));
    }

    double ns() {
      return to - from;
    }
  }

  private record Written(TagDefinition tag, TreeMap<Long, Sample> samples) {}

  private final FaultDisk disk = new FaultDisk();

  private static Written tag(int id, SampleType type, Random random) {
    TagDefinition tag =
        TestTags.tag(
            id,
            type,
            random.nextBoolean(),
            random.nextBoolean() ? DuplicateRule.REPLACE : DuplicateRule.KEEP_FIRST);
    return new Written(tag, new TreeMap<>());
  }

  /** Writes the tags in three parts, of which two are sealed. */
  private static void fill(
      StoreFixture fixture, List<Written> all, int rows, int oddEvery, Random random)
      throws IOException {
    for (Written written : all) {
      fixture.define(written.tag);
    }
    for (int part = 0; part < 3; part++) {
      for (Written written : all) {
        SampleFrameBuilder builder = new SampleFrameBuilder();
        long time = START + part * rows / 3 * SECOND;
        double level = 1_000;
        for (int i = 0; i < rows / 3; i++) {
          time += random.nextInt(100) == 0 ? 30 * SECOND : random.nextLong(1, 2 * SECOND);
          level += random.nextGaussian();
          boolean isLate = random.nextInt(10 * oddEvery) == 0;
          boolean isAgain = random.nextInt(10 * oddEvery) == 0 && !written.samples.isEmpty();
          long at = isLate ? START + random.nextLong(rows * SECOND) : time;
          if (isAgain) {
            at = written.samples.floorKey(time) == null ? time : written.samples.floorKey(time);
          }
          add(builder, written, at, level, oddEvery, random);
        }
        fixture.append(builder.encode(0));
      }
      if (part < 2) {
        fixture.seal();
      }
    }
  }

  private static void add(
      SampleFrameBuilder builder,
      Written written,
      long timeNs,
      double level,
      int oddEvery,
      Random random) {
    TagDefinition tag = written.tag;
    boolean isOdd = random.nextInt(oddEvery) == 0;
    int status = isOdd ? STATUSES[random.nextInt(STATUSES.length)] : StatusCodes.GOOD;
    Double value = tag.type().isReal() ? level : (Double) (double) Math.floorMod((int) level, 7);
    if (random.nextInt(10 * oddEvery) == 0 && tag.type().isReal()) {
      value = Double.NaN;
    }
    Sample sample = new Sample(timeNs, random.nextInt(5 * oddEvery) == 0 ? null : value, status);
    if (sample.value == null) {
      builder.addAbsent(tag.id(), tag.type(), timeNs, (byte) 0, status);
    } else {
      double number = sample.value;
      long bits = tag.type().isReal() ? Double.doubleToRawLongBits(number) : (long) number;
      builder.add(tag.id(), tag.type(), timeNs, bits, SampleFlags.PRESENT, status);
    }
    if (tag.duplicates() == DuplicateRule.REPLACE) {
      written.samples.put(timeNs, sample);
    } else {
      written.samples.putIfAbsent(timeNs, sample);
    }
  }

  private static long[] edges(Random random, TreeMap<Long, Sample> samples) {
    TreeMap<Long, Boolean> edges = new TreeMap<>();
    long first = samples.firstKey();
    long length = samples.lastKey() - first;
    List<Long> times = List.copyOf(samples.keySet());
    while (edges.size() < 5) {
      edges.put(
          random.nextInt(3) == 0
              ? times.get(random.nextInt(times.size()))
              : (Long) (first - length / 10 + random.nextLong(length + length / 5)),
          true);
    }
    return edges.keySet().stream().mapToLong(each -> each).toArray();
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#few")
  void summariesFromStatisticsAreThoseOfAllSamples(long seed) throws IOException {
    Random random = new Random(seed);
    List<Written> all =
        List.of(tag(0, SampleType.FLOAT64, random), tag(1, SampleType.INT64, random));
    try (StoreFixture fixture = new StoreFixture(disk, CONFIG)) {
      fill(fixture, all, 9_000, 300, random);
      try (ReadView view = fixture.store().openReadView()) {
        for (Written written : all) {
          for (int round = 0; round < 3; round++) {
            check(view, written, ReadRule.DEFAULT, NONE, edges(random, written.samples), seed);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void summariesByEveryRuleAreThoseOfAllSamples(long seed) throws IOException {
    Random random = new Random(seed);
    List<Written> all = new ArrayList<>();
    for (int id = 0; id < 20; id++) {
      all.add(tag(id, SampleType.FLOAT64, random));
    }
    try (StoreFixture fixture = new StoreFixture(disk, CONFIG)) {
      fill(fixture, all, 60, 5, random);
      try (ReadView view = fixture.store().openReadView()) {
        for (Written written : all) {
          ReadRule rule =
              new ReadRule(
                  QualityRule.values()[random.nextInt(4)],
                  random.nextBoolean(),
                  Step.values()[random.nextInt(3)],
                  random.nextInt(3) == 0 ? SECOND + random.nextLong(4 * SECOND) : NONE,
                  Extrapolation.values()[random.nextInt(3)]);
          long now = written.samples.lastKey() + random.nextLong(20 * SECOND);
          check(view, written, rule, now, edges(random, written.samples), seed);
        }
      }
    }
  }

  /**
   * The stretches with a value, by what the rule says in words. What ends beside a sample, rather
   * than at it, does so a nanosecond from it.
   */
  private static List<Piece> pieces(
      List<Sample> samples, ReadRule rule, boolean stepped, long nowNs) {
    boolean passesOver = rule.quality() == QualityRule.HOLD || rule.quality() == QualityRule.BRIDGE;
    List<Piece> pieces = new ArrayList<>();
    for (int i = 0; i < samples.size(); i++) {
      Sample left = samples.get(i);
      if (!left.isUsable(rule)) {
        continue;
      }
      int next = i + 1;
      while (passesOver && next < samples.size() && !samples.get(next).isUsable(rule)) {
        next++;
      }
      long skippedNs = next > i + 1 ? samples.get(i + 1).timeNs : NONE;
      long gapEnd = rule.maxGapNs() == NONE ? NONE : left.timeNs + rule.maxGapNs();
      if (next == samples.size()) {
        Sample before = lastUsable(samples, i, rule);
        pieces.addAll(afterAll(left, before, skippedNs, gapEnd, rule, stepped, nowNs));
      } else {
        pieces.addAll(between(left, samples.get(next), skippedNs, gapEnd, rule, stepped));
      }
    }
    pieces.removeIf(piece -> piece.to <= piece.from);
    return pieces;
  }

  private static List<Piece> between(
      Sample left, Sample right, long skippedNs, long gapEnd, ReadRule rule, boolean stepped) {
    double value = left.number();
    boolean isTooFar = right.timeNs > gapEnd;
    long until = Math.min(right.timeNs, gapEnd);
    if (stepped) {
      return held(left, skippedNs, until);
    }
    if (isTooFar || !right.isUsable(rule)) {
      boolean isStrict = rule.quality() == QualityRule.STRICT;
      return List.of(
          new Piece(left.timeNs, isStrict ? left.timeNs + 1 : until, value, value, true));
    }
    if (skippedNs < NONE && rule.quality() == QualityRule.HOLD) {
      return List.of(
          new Piece(left.timeNs, right.timeNs - 1, value, value, true),
          new Piece(right.timeNs - 1, right.timeNs, value, right.number(), true));
    }
    boolean inDoubt = skippedNs < NONE || left.isUncertain() || right.isUncertain();
    return List.of(new Piece(left.timeNs, right.timeNs, value, right.number(), inDoubt));
  }

  /** A value that is held: in doubt from where a sample is passed over. */
  private static List<Piece> held(Sample left, long skippedNs, long until) {
    double value = left.number();
    long sure = Math.min(skippedNs, until);
    return List.of(
        new Piece(left.timeNs, sure, value, value, left.isUncertain()),
        new Piece(sure, until, value, value, true));
  }

  private static List<Piece> afterAll(
      Sample left,
      @Nullable Sample before,
      long skippedNs,
      long gapEnd,
      ReadRule rule,
      boolean stepped,
      long nowNs) {
    double value = left.number();
    boolean goesOn = rule.extrapolation() != Extrapolation.NONE && nowNs > left.timeNs;
    long until = goesOn ? nowNs : skippedNs < NONE ? skippedNs : left.timeNs;
    until = Math.min(until, gapEnd);
    if (stepped && skippedNs <= gapEnd) {
      return held(left, skippedNs < NONE ? skippedNs : left.timeNs, until);
    }
    boolean holds = stepped || (skippedNs < NONE && rule.quality() == QualityRule.HOLD);
    double last = value;
    if (rule.extrapolation() == Extrapolation.SLOPE && goesOn && !holds && before != null) {
      double slope = (value - before.number()) / (left.timeNs - before.timeNs);
      last = value + slope * (until - left.timeNs);
    }
    return List.of(new Piece(left.timeNs, until, value, last, true));
  }

  private static @Nullable Sample lastUsable(List<Sample> samples, int before, ReadRule rule) {
    for (int i = before - 1; i >= 0; i--) {
      if (samples.get(i).isUsable(rule)) {
        return samples.get(i);
      }
    }
    return null;
  }

  private static void check(
      ReadView view, Written written, ReadRule rule, long nowNs, long[] edges, long seed) {
    List<Sample> samples = List.copyOf(written.samples.values());
    List<SummaryRow> rows =
        Summaries.of(
            new Retrieval.Summary(edges, rule),
            written.tag,
            QueryContexts.permissive(view, nowNs, ZoneOffset.UTC),
            StatisticsRule.STORED);
    assertThat(rows).hasSize(edges.length - 1);
    List<Piece> pieces = pieces(samples, rule, rule.stepped(written.tag), nowNs);
    for (SummaryRow row : rows) {
      String what = "seed=" + seed + ", tag=" + written.tag.name() + ", " + rule + ", " + row;
      checkTime(row, pieces, what);
      checkSamples(row, samples, rule, what);
    }
  }

  private static void checkTime(SummaryRow row, List<Piece> all, String what) {
    List<Piece> pieces = new ArrayList<>();
    for (Piece piece : all) {
      Piece cut = piece.cut(row.startNs(), row.endNs());
      if (cut != null) {
        pieces.add(cut);
      }
    }
    double ns = 0;
    double area = 0;
    boolean inDoubt = false;
    for (Piece piece : pieces) {
      ns += piece.ns();
      area += (piece.first / 2 + piece.last / 2) * piece.ns();
      inDoubt |= piece.inDoubt;
    }
    double average = area / ns;
    double squares = 0;
    for (Piece piece : pieces) {
      double off = piece.first / 2 + piece.last / 2 - average;
      double rise = piece.last - piece.first;
      squares += (off * off + rise * rise / 12) * piece.ns();
    }
    double length = row.endNs() - row.startNs();
    near(row.percentGood(), 100 * ns / length, 1e-9, what);
    near(row.timeAverage(), ns == 0 ? null : (Double) average, 1e-9, what);
    near(row.total(), ns == 0 ? null : (Double) (area * 1e-9), 1e-9, what);
    near(row.stdDev(), ns == 0 ? null : (Double) Math.sqrt(squares / ns), 1e-7, what);
    boolean isEmpty = ns == 0 && row.count() == 0;
    boolean isWhole = ns == length;
    int doubtful = StatusCodes.UNCERTAIN_DATA_SUB_NORMAL | StatusCodes.CALCULATED;
    int status =
        isEmpty ? StatusCodes.BAD_NO_DATA : isWhole && !inDoubt ? StatusCodes.CALCULATED : doubtful;
    assertThat(row.status()).as(what).isEqualTo(status);
  }

  private static void checkSamples(
      SummaryRow row, List<Sample> samples, ReadRule rule, String what) {
    Sample least = null;
    Sample most = null;
    double sum = 0;
    long count = 0;
    for (Sample each : samples) {
      if (each.timeNs >= row.startNs() && each.timeNs < row.endNs() && each.isUsable(rule)) {
        count++;
        sum += each.number();
        least = least == null || each.number() < least.number() ? each : least;
        most = most == null || each.number() > most.number() ? each : most;
      }
    }
    assertThat(row.count()).as(what).isEqualTo(count);
    near(row.sampleAverage(), count == 0 ? null : (Double) (sum / count), 1e-9, what);
    assertThat(row.minimum()).as(what).isEqualTo(least == null ? null : least.value);
    assertThat(row.maximum()).as(what).isEqualTo(most == null ? null : most.value);
    assertThat(row.minimumTimeNs()).as(what).isEqualTo(least == null ? null : (Long) least.timeNs);
    assertThat(row.maximumTimeNs()).as(what).isEqualTo(most == null ? null : (Long) most.timeNs);
  }

  private static void near(
      @Nullable Double actual, @Nullable Double expected, double relative, String what) {
    if (actual == null || expected == null) {
      assertThat(actual).as(what).isEqualTo(expected);
    } else if (Math.abs(actual - expected) > relative * Math.max(1e-3, Math.abs(expected))) {
      throw new AssertionError(what + ": expected " + expected + ", was " + actual);
    }
  }
}

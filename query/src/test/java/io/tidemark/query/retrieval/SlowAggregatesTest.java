package io.tidemark.query.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.DuplicateRule;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadView;
import io.tidemark.model.SampleFlags;
import io.tidemark.model.SampleFrameBuilder;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import io.tidemark.query.aggregate.AggregateConfiguration;
import io.tidemark.query.aggregate.StandardAggregate;
import io.tidemark.query.retrieval.SlowAggregates.Answer;
import io.tidemark.storage.StoreConfig;
import io.tidemark.testing.FaultDisk;
import io.tidemark.testing.QueryContexts;
import io.tidemark.testing.StoreFixture;
import io.tidemark.testing.TestTags;
import java.io.IOException;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The 37 aggregates of OPC UA Part 13 on random samples of a real store, by value, time, status and
 * historian bits, against {@link SlowAggregates}.
 */
class SlowAggregatesTest {
  private static final long START = 1_700_000_000_000_000_000L;
  private static final long SECOND = 1_000_000_000L;
  private static final StoreConfig CONFIG = new StoreConfig(64 << 20, 3_600_000_000L, 1 << 20, 0);
  private static final int TAGS = 20;
  private static final int[] STATUSES = {
    StatusCodes.UNCERTAIN,
    StatusCodes.UNCERTAIN_LAST_USABLE_VALUE,
    StatusCodes.BAD,
    StatusCodes.BAD_SENSOR_FAILURE,
    0x0096_0000 // Good_LocalOverride
  };

  private final FaultDisk disk = new FaultDisk();

  /** A tag, and what it should hold. */
  private record Written(TagDefinition tag, TreeMap<Long, SlowSample> samples) {}

  private static TagDefinition tag(int id, Random random) {
    SampleType[] types = {SampleType.FLOAT64, SampleType.FLOAT64, SampleType.INT32};
    return TestTags.tag(
        id, types[random.nextInt(types.length)], random.nextBoolean(), DuplicateRule.REPLACE);
  }

  /** One sample a call; few different values, so that extremes occur more than once. */
  private static SlowSample sample(Random random, SampleType type, long timeNs, int oddity) {
    int status =
        random.nextInt(10) < oddity ? STATUSES[random.nextInt(STATUSES.length)] : StatusCodes.GOOD;
    Double value = (double) random.nextInt(-3, 6);
    if (type == SampleType.FLOAT64 && random.nextBoolean()) {
      value = random.nextInt(40) == 0 ? Double.NaN : random.nextGaussian() * 100;
    }
    return new SlowSample(
        timeNs, random.nextInt(25) == 0 ? null : value, status, random.nextInt(6) == 0);
  }

  private static void add(SampleFrameBuilder builder, TagDefinition tag, SlowSample sample) {
    byte flags = sample.isMarked() ? SampleFlags.QUESTIONABLE : 0;
    if (sample.value() == null) {
      builder.addAbsent(tag.id(), tag.type(), sample.timeNs(), flags, sample.status());
      return;
    }
    double value = sample.value();
    long bits = tag.type() == SampleType.FLOAT64 ? Double.doubleToRawLongBits(value) : (long) value;
    builder.add(
        tag.id(),
        tag.type(),
        sample.timeNs(),
        bits,
        (byte) (flags | SampleFlags.PRESENT),
        sample.status());
  }

  /** Writes tags of 0 to 60 samples: in order, late, and some times again; part of it sealed. */
  private static List<Written> fill(StoreFixture fixture, Random random) throws IOException {
    List<Written> all = new ArrayList<>();
    for (int id = 0; id < TAGS; id++) {
      Written written = new Written(tag(id, random), new TreeMap<>());
      fixture.define(written.tag);
      all.add(written);
    }
    for (int part = 0; part < 3; part++) {
      SampleFrameBuilder builder = new SampleFrameBuilder();
      for (Written written : all) {
        int count = random.nextInt(21) * random.nextInt(2);
        int oddity = random.nextInt(9);
        for (int i = 0; i < count; i++) {
          long at = START + random.nextInt(10) * 10 * SECOND + random.nextInt(5) * 1_300_000_000L;
          if (!written.samples.isEmpty() && random.nextInt(6) == 0) {
            at = written.samples.firstKey(); // the same time again
          }
          SlowSample sample = sample(random, written.tag.type(), at, oddity);
          add(builder, written.tag, sample);
          written.samples.put(at, sample);
        }
      }
      fixture.append(builder.encode(0));
      if (part < 2) {
        fixture.seal();
      }
    }
    return all;
  }

  /** Edges among the samples, some just on them, never closer than two milliseconds. */
  private static long[] edges(Random random, TreeMap<Long, SlowSample> samples) {
    List<Long> edges = new ArrayList<>();
    boolean isLate = random.nextInt(3) == 0;
    for (int i = random.nextInt(2, 9); i > 0; i--) {
      long at =
          START
              + random.nextInt(isLate ? 50 : -30, 140) * SECOND
              + random.nextInt(1000) * 1_000_000L;
      boolean onSample = !isLate && !samples.isEmpty() && random.nextBoolean();
      edges.add(
          onSample
              ? new ArrayList<>(samples.keySet()).get(random.nextInt(samples.size()))
              : (Long) at);
    }
    long[] sorted = edges.stream().mapToLong(each -> each).sorted().toArray();
    int count = 1;
    for (int i = 1; i < sorted.length; i++) {
      if (sorted[i] - sorted[count - 1] >= 2_000_000) {
        sorted[count++] = sorted[i];
      }
    }
    return count == 1
        ? new long[] {sorted[0], sorted[0] + 20 * SECOND}
        : Arrays.copyOf(sorted, count);
  }

  private static AggregateConfiguration configuration(Random random) {
    boolean isUsual = random.nextBoolean();
    return new AggregateConfiguration(
        random.nextBoolean(),
        isUsual ? 100 : random.nextInt(101),
        isUsual ? 100 : random.nextInt(101),
        random.nextBoolean());
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void everyAggregateIsWhatTheSlowWaySays(long seed) throws IOException {
    Random random = new Random(seed);
    try (StoreFixture fixture = new StoreFixture(disk, CONFIG)) {
      List<Written> all = fill(fixture, random);
      Map<StandardAggregate, Integer> withValue = new EnumMap<>(StandardAggregate.class);
      try (ReadView view = fixture.store().openReadView()) {
        for (Written written : all) {
          AggregateConfiguration how = configuration(random);
          long[] edges = edges(random, written.samples);
          for (StandardAggregate each : StandardAggregate.values()) {
            withValue.merge(each, check(view, written, each, how, edges, seed), Integer::sum);
          }
        }
      }
      assertThat(withValue.values()).as("rows with a value: %s", withValue).allMatch(n -> n > 0);
    }
  }

  private static int check(
      ReadView view,
      Written written,
      StandardAggregate aggregate,
      AggregateConfiguration how,
      long[] edges,
      long seed) {
    QueryContext context = QueryContexts.permissive(view, Long.MAX_VALUE, ZoneOffset.UTC);
    RowCollector read = new RowCollector();
    Retrievals.read(new Retrieval.Processed(aggregate, how, edges), written.tag, context, read);
    assertThat(read.rows).hasSize(edges.length - 1);
    List<SlowSample> samples = List.copyOf(written.samples.values());
    int withValue = 0;
    for (int i = 0; i < read.rows.size(); i++) {
      RowCollector.Row row = read.rows.get(i);
      long startNs = edges[i];
      long endNs = edges[i + 1];
      Answer answer =
          new SlowAggregates(samples, written.tag.stepped(), how, startNs, endNs).answer(aggregate);
      Supplier<String> what =
          () ->
              String.format(
                  "seed=%d, %s, [%d, %d), %s, stepped=%b, %s%n%s",
                  seed,
                  aggregate.browseName(),
                  startNs - START,
                  endNs - START,
                  how,
                  written.tag.stepped(),
                  row.value() + " " + Integer.toHexString(row.status()),
                  lines(samples));
      assertThat(row.status())
          .as(() -> "expected " + Integer.toHexString(answer.status()) + ": " + what.get())
          .isEqualTo(answer.status());
      assertThat(row.timeNs()).as(what).isEqualTo(answer.timeNs());
      assertThat(isNear((Number) row.value(), answer.value()))
          .as(() -> "expected " + answer.value() + ": " + what.get())
          .isTrue();
      withValue += row.value() == null ? 0 : 1;
    }
    return withValue;
  }

  /** Same to 1e-9 of itself; a sum of samples of opposite signs, to 1e-9 of what they are. */
  private static boolean isNear(@Nullable Number actual, @Nullable Double expected) {
    if (actual == null || expected == null) {
      return actual == null && expected == null;
    }
    double apart = Math.abs(actual.doubleValue() - expected);
    return Double.isNaN(expected)
        ? Double.isNaN(actual.doubleValue())
        : apart <= 1e-9 * Math.max(1e-3, Math.abs(expected));
  }

  private static String lines(List<SlowSample> samples) {
    StringBuilder text = new StringBuilder();
    for (SlowSample each : samples) {
      text.append(
          String.format(
              "  %d = %s %s%n",
              each.timeNs() - START, each.value(), Integer.toHexString(each.status())));
    }
    return text.toString();
  }
}

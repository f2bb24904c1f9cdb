package io.tidemark.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.DuplicateRule;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadView;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleFrameBuilder;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.VersionMode;
import io.tidemark.storage.manifest.Manifest;
import io.tidemark.testing.FaultDisk;
import io.tidemark.testing.OracleStore;
import io.tidemark.testing.QueryContexts;
import io.tidemark.testing.StoreFixture;
import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever is merged when, answers stay those of a plain list of all that was written. */
class CompactionTest {
  private static final long DAY_NS = 86_400_000_000_000L;
  private static final long MINUTE_NS = 60_000_000_000L;
  private static final StoreConfig CONFIG = new StoreConfig(64 << 20, 3_600_000_000L, 1 << 20, 0);

  private final FaultDisk disk = new FaultDisk();
  private final OracleStore definitions = new OracleStore();

  /** What was written to a tag: time to values, in the order of writing. */
  private static final class Plain {
    private final TreeMap<Long, List<Double>> samples = new TreeMap<>();

    void write(long time, double value) {
      samples.computeIfAbsent(time, key -> new ArrayList<>()).add(value);
    }

    Map.@Nullable Entry<Long, Double> atOrBefore(long time) {
      Map.Entry<Long, List<Double>> found = samples.floorEntry(time);
      return found == null ? null : Map.entry(found.getKey(), found.getValue().getLast());
    }

    long lastTime() {
      return samples.lastKey();
    }

    List<String> read(VersionMode mode) {
      List<String> rows = new ArrayList<>();
      samples.forEach(
          (time, values) -> {
            if (mode == VersionMode.ALL) {
              values.forEach(value -> rows.add(time + "=" + value));
            } else {
              rows.add(time + "=" + values.getLast());
            }
          });
      return rows;
    }
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void answersAreThoseOfAPlainList(long seed) throws IOException {
    Random random = new Random(seed);
    List<TagDefinition> tags = new ArrayList<>();
    List<Plain> plain = new ArrayList<>();
    boolean sawPartition = false;
    try (StoreFixture fixture = new StoreFixture(disk, CONFIG)) {
      for (int i = 0; i < 3; i++) {
        tags.add(
            fixture.define(
                i == 2
                    ? definitions.defineAnalog("T" + i, DuplicateRule.KEEP_FIRST)
                    : definitions.defineAnalog("T" + i)));
        plain.add(new Plain());
      }
      long base = fixture.nowNs() / DAY_NS * DAY_NS - 20 * DAY_NS;
      long time = base;
      double number = 0;
      List<ReadView> views = new ArrayList<>();
      List<List<String>> seen = new ArrayList<>();
      SampleFrameBuilder builder = new SampleFrameBuilder();
      for (int round = 0; round < 60; round++) {
        int rows = 1 + random.nextInt(200);
        for (int i = 0; i < rows; i++) {
          time += MINUTE_NS * random.nextInt(5);
          for (int t = 0; t < tags.size(); t++) {
            long at = time;
            if (random.nextInt(50) == 0) {
              at = base + random.nextLong(time - base + 1) / MINUTE_NS * MINUTE_NS; // late
            }
            double value = number++; // repeats of one content are another test's
            builder.addDouble(t, at, value, 0);
            plain.get(t).write(at - base, value);
            if (random.nextInt(30) == 0) {
              builder.addDouble(t, at, number, 0); // the same time again
              plain.get(t).write(at - base, number++);
            }
          }
        }
        fixture.append(builder.encode(0));
        switch (random.nextInt(6)) {
          case 0 -> fixture.housekeeping();
          case 1 -> {
            views.add(fixture.store().openReadView());
            seen.add(plain.getFirst().read(VersionMode.ALL));
          }
          case 2 -> fixture.reopenWith(views);
          default -> fixture.seal();
        }
        seen.subList(views.size(), seen.size()).clear();
        sawPartition |= hasPartition(fixture);
      }
      fixture.seal();
      // Nothing is late any more after that.
      for (int t = 0; t < tags.size(); t++) {
        fixture.write(t, time + 40 * DAY_NS, number);
        plain.get(t).write(time + 40 * DAY_NS - base, number);
      }
      fixture.seal();
      fixture.housekeeping();
      sawPartition |= hasPartition(fixture);
      for (int i = 0; i < views.size(); i++) {
        try (ReadView view = views.get(i)) {
          assertThat(fixture.read(view, 0, VersionMode.ALL, base))
              .as("seed=%d, view=%d", seed, i)
              .isEqualTo(seen.get(i));
        }
      }
      check(fixture, plain, base, seed);
      fixture.reopen();
      check(fixture, plain, base, seed);
    }
    assertThat(sawPartition).as("something was merged, seed=%d", seed).isTrue();
    assertThat(StoreFixture.faults(disk)).isEmpty();
  }

  private static boolean hasPartition(StoreFixture fixture) {
    return fixture.store().snapshot().manifest().segments().stream()
        .anyMatch(each -> each.level() == Manifest.Segment.PARTITION);
  }

  private static void check(StoreFixture fixture, List<Plain> plain, long base, long seed)
      throws IOException {
    for (int t = 0; t < plain.size(); t++) {
      assertThat(fixture.read(t, VersionMode.ALL, base))
          .as("seed=%d, tag=%d", seed, t)
          .isEqualTo(plain.get(t).read(VersionMode.ALL));
    }
    assertThat(fixture.read(0, VersionMode.LATEST, base))
        .as("seed=%d", seed)
        .isEqualTo(plain.getFirst().read(VersionMode.LATEST));
    currentValues(fixture, plain.getFirst(), base, seed);
    assertThat(fixture.store().damage().entries()).isEmpty();
  }

  /** At any time, the newest sample is the last of those up to it. */
  private static void currentValues(StoreFixture fixture, Plain plain, long base, long seed)
      throws IOException {
    Random random = new Random(seed);
    SampleBlock block = new SampleBlock();
    try (ReadView view = fixture.store().openReadView()) {
      for (int i = 0; i < 20; i++) {
        long now = i == 0 ? Long.MAX_VALUE - base : random.nextLong(plain.lastTime() + DAY_NS);
        QueryContext context =
            QueryContexts.permissive(view, base + now, ZoneOffset.UTC, VersionMode.LATEST);
        Map.Entry<Long, Double> expected = plain.atOrBefore(now);
        int count = view.current(context, 0, base + now, block);
        assertThat(count).isEqualTo(expected == null ? 0 : 1);
        if (expected != null) {
          assertThat(block.sourceTimesNs()[0] - base)
              .as("seed=%d, now=%d", seed, now)
              .isEqualTo(expected.getKey());
          assertThat(block.doubles()[0]).isEqualTo(expected.getValue());
        }
      }
    }
  }

  /**
   * Where samples come days late, days wait for them and are merged several at a time; days of
   * small blocks are merged before.
   */
  @Test
  void daysWaitForLateSamplesAndAreMergedTogether() throws IOException {
    try (StoreFixture fixture = new StoreFixture(disk, CONFIG)) {
      fixture.define(definitions.defineAnalog("T"));
      long base = fixture.nowNs() / DAY_NS * DAY_NS - 40 * DAY_NS;
      SampleFrameBuilder builder = new SampleFrameBuilder();
      int partitions = 0;
      int mergedAtOnce = 0;
      for (int day = 0; day < 36; day++) {
        for (int part = 0; part < 2; part++) {
          for (int i = 0; i < 2000; i++) {
            long at = base + day * DAY_NS + (part * 2000 + i) * (DAY_NS / 4000);
            builder.addDouble(0, at, i, 0);
            if (i % 200 == 0 && day >= 16) {
              builder.addDouble(0, at - 16 * DAY_NS + 1, -i, 0); // half a month late
            }
          }
          fixture.append(builder.encode(0));
          fixture.seal();
          fixture.housekeeping();
          int now = partitions(fixture);
          mergedAtOnce = Math.max(mergedAtOnce, now - partitions);
          partitions = now;
        }
        if (day == 17) { // the first ones have found their days, since nothing was known of others
          partitions = partitions(fixture);
          mergedAtOnce = 0;
        }
      }
      assertThat(mergedAtOnce).isBetween(3, 8);
      List<String> rows = fixture.read(0, VersionMode.ALL, base);
      assertThat(rows).hasSize(36 * 4000 + 20 * 2 * 10);
    }
    assertThat(StoreFixture.faults(disk)).isEmpty();
  }

  private static int partitions(StoreFixture fixture) {
    return (int)
        fixture.store().snapshot().manifest().segments().stream()
            .filter(each -> each.level() == Manifest.Segment.PARTITION)
            .count();
  }

  @Test
  void aDayBecomesOneSegmentAndItsFilesGoAway() throws IOException {
    try (StoreFixture fixture = new StoreFixture(disk, CONFIG)) {
      fixture.define(definitions.defineAnalog("T"));
      long base = fixture.nowNs() / DAY_NS * DAY_NS - 5 * DAY_NS;
      for (int hour = 0; hour < 72; hour++) {
        for (int minute = 0; minute < 60; minute++) {
          fixture.write(0, base + (hour * 60L + minute) * MINUTE_NS, minute);
        }
        fixture.seal();
      }
      fixture.housekeeping();
      List<Manifest.Segment> segments = fixture.store().snapshot().manifest().segments();
      assertThat(segments)
          .filteredOn(each -> each.level() == Manifest.Segment.PARTITION)
          .extracting(Manifest.Segment::rows)
          .containsExactly(1440L, 1440L);
      assertThat(segments).hasSize(2 + 24);
      assertThat(disk.list(Path.of("/store/segments")))
          .filteredOn(name -> name.endsWith(".tseg"))
          .hasSize(2 + 24);
    }
    assertThat(StoreFixture.faults(disk)).isEmpty();
  }

  @Test
  void lateSamplesAreMergedIntoTheirDay() throws IOException {
    try (StoreFixture fixture = new StoreFixture(disk, CONFIG)) {
      fixture.define(definitions.defineAnalog("T"));
      long base = fixture.nowNs() / DAY_NS * DAY_NS - 9 * DAY_NS;
      for (int hour = 0; hour < 6 * 24; hour++) {
        for (int minute = 0; minute < 60; minute++) {
          fixture.write(0, base + (hour * 60L + minute) * MINUTE_NS, minute);
        }
        if (hour > 100 && hour % 10 == 0) {
          for (int i = 0; i < 20; i++) {
            fixture.write(0, base + (hour * 7L + i) * MINUTE_NS + 1, -1);
          }
        }
        fixture.seal();
        fixture.housekeeping();
      }
      assertThat(fixture.store().snapshot().manifest().segments())
          .filteredOn(each -> each.level() == Manifest.Segment.LATE)
          .hasSizeLessThan(8);
      // A week on nothing is late any more.
      fixture.write(0, base + 40 * DAY_NS, 0);
      fixture.seal();
      fixture.housekeeping();
      assertThat(fixture.store().snapshot().manifest().segments())
          .noneMatch(each -> each.level() == Manifest.Segment.LATE);
      assertThat(fixture.read(0, VersionMode.ALL, base)).hasSize(6 * 24 * 60 + 4 * 20 + 1);
    }
    assertThat(StoreFixture.faults(disk)).isEmpty();
  }

  @Test
  void aSegmentThatCannotBeReadIsLeftAlone() throws IOException {
    try (StoreFixture fixture = new StoreFixture(disk, CONFIG)) {
      fixture.define(definitions.defineAnalog("T"));
      long base = fixture.nowNs() / DAY_NS * DAY_NS - 5 * DAY_NS;
      for (int hour = 0; hour < 48; hour++) {
        for (int minute = 0; minute < 60; minute++) {
          fixture.write(0, base + (hour * 60L + minute) * MINUTE_NS, minute);
        }
        fixture.seal();
      }
      String name =
          disk.list(Path.of("/store/segments")).stream()
              .filter(each -> each.endsWith(".tseg"))
              .findFirst()
              .orElseThrow();
      disk.bytes(Path.of("/store/segments", name))[70] ^= 1;
      fixture.reopen();
      fixture.housekeeping();
      assertThat(fixture.store().snapshot().manifest().segments())
          .noneMatch(each -> each.level() == Manifest.Segment.PARTITION);
      assertThat(fixture.store().damage().entries()).hasSize(1);
      assertThat(fixture.read(0, VersionMode.ALL, base)).hasSize(47 * 60 + 2); // a gap of two rows
    }
  }
}

package io.tidemark.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.DuplicateRule;
import io.tidemark.model.ReadView;
import io.tidemark.model.SampleFrameBuilder;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.VersionMode;
import io.tidemark.storage.manifest.Manifest;
import io.tidemark.testing.FaultDisk;
import io.tidemark.testing.OracleStore;
import io.tidemark.testing.StoreFixture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
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
    private final Map<Long, List<Double>> samples = new TreeMap<>();

    void write(long time, double value) {
      samples.computeIfAbsent(time, key -> new ArrayList<>()).add(value);
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
    assertThat(fixture.store().damage().entries()).isEmpty();
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

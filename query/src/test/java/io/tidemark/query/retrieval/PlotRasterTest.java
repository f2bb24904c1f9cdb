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
import io.tidemark.model.TimeRange;
import io.tidemark.query.retrieval.PlotRaster.Point;
import io.tidemark.storage.StoreConfig;
import io.tidemark.testing.FaultDisk;
import io.tidemark.testing.QueryContexts;
import io.tidemark.testing.StoreFixture;
import java.io.IOException;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A chart of what plot returns has the pixels of a chart of all samples, in every column but
 *
 * <ul>
 *   <li>those with a Bad sample among more samples than are returned: there the mark of Bad and, of
 *       numbers, the highest and the lowest pixel are the same, but five cannot tell all gaps;
 *   <li>those with three states or more, of which two are returned;
 *   <li>those from an edge of the range to the nearest sample inside, if a sample on either side of
 *       the edge is Uncertain: a chart draws it, the value at the edge counts it as Bad;
 *   <li>the first, if a value that holds changes just at the start: what was before lies outside.
 * </ul>
 */
class PlotRasterTest {
  private static final long START = 1_700_000_000_000_000_000L;
  private static final StoreConfig CONFIG = new StoreConfig(64 << 20, 3_600_000_000L, 1 << 20, 0);
  private static final int SAMPLES = 12_000;
  private static final int ZOOM_STEPS = 50;

  private record Sample(long timeNs, double value, int status) {
    Point point() {
      return new Point(timeNs, value, status < 0);
    }

    boolean isUncertain() {
      return status >>> 30 == 1;
    }
  }

  private final FaultDisk disk = new FaultDisk();

  private static TagDefinition tag(SampleType type, boolean stepped) {
    List<String> states = type == SampleType.DIGITAL ? List.of("A", "B", "C", "D") : List.of();
    return new TagDefinition(
        0,
        new UUID(7, 0),
        "T",
        type,
        "",
        "",
        stepped,
        Double.NaN,
        Double.NaN,
        states,
        DuplicateRule.REPLACE,
        false,
        1,
        "test",
        0);
  }

  /** Dense and sparse stretches, drift, noise and peaks; Bad and Uncertain singly and in runs. */
  private static List<Sample> samples(
      Random random, SampleType type, int oddEvery, boolean isOfNanoseconds) {
    List<Sample> samples = new ArrayList<>();
    long time = START;
    long step = 1_000_000_000L;
    double level = 0;
    int status = StatusCodes.GOOD;
    int left = 0;
    for (int i = 0; i < SAMPLES; i++) {
      if (isOfNanoseconds) {
        step = 1;
      } else if (random.nextInt(500) == 0) {
        step = (long) Math.pow(10, 7 + 3 * random.nextDouble());
      }
      time += 1 + random.nextLong(2 * step);
      level += random.nextGaussian();
      if (--left < 0) {
        boolean isOdd = oddEvery > 0 && random.nextInt(oddEvery) == 0;
        status =
            !isOdd
                ? StatusCodes.GOOD
                : random.nextInt(3) == 0 ? StatusCodes.UNCERTAIN : StatusCodes.BAD_SENSOR_FAILURE;
        left = isOdd && random.nextBoolean() ? random.nextInt(200) : 0;
      }
      double value =
          switch (type) {
            case BOOL -> Math.floorMod((int) (level / 5), 2);
            case DIGITAL -> Math.floorMod((int) (level / 20), 4);
            case INT64 -> Math.rint(level * 10);
            default -> random.nextInt(2000) == 0 ? level + random.nextInt(-200, 200) : level;
          };
      samples.add(new Sample(time, value, status));
    }
    return samples;
  }

  private static void write(StoreFixture fixture, TagDefinition tag, List<Sample> samples)
      throws IOException {
    fixture.define(tag);
    SampleFrameBuilder builder = new SampleFrameBuilder();
    for (int i = 0; i < samples.size(); i++) {
      Sample each = samples.get(i);
      if (each.status < 0 && i % 2 == 0) {
        builder.addAbsent(tag.id(), tag.type(), each.timeNs, (byte) 0, each.status);
      } else {
        long bits =
            tag.type().isReal() ? Double.doubleToRawLongBits(each.value) : (long) each.value;
        builder.add(tag.id(), tag.type(), each.timeNs, bits, SampleFlags.PRESENT, each.status);
      }
      if (builder.count() == 5_000) {
        fixture.append(builder.encode(0));
      }
      if (i == SAMPLES / 2) {
        fixture.append(builder.encode(0));
        fixture.seal();
      }
    }
    if (builder.count() > 0) {
      fixture.append(builder.encode(0));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "FLOAT64, false, 0, 1",
    "FLOAT64, false, 300, 2",
    "FLOAT64, false, 20, 3",
    "FLOAT64, false, 300, 11",
    "INT64, true, 100, 12",
    "FLOAT64, true, 0, 4",
    "FLOAT64, true, 300, 5",
    "INT64, false, 300, 6",
    "BOOL, true, 0, 7",
    "BOOL, true, 300, 8",
    "DIGITAL, true, 0, 9",
    "DIGITAL, true, 300, 10",
  })
  void aPlotHasThePixelsOfAllSamples(SampleType type, boolean stepped, int oddEvery, long seed)
      throws IOException {
    Random random = new Random(seed);
    TagDefinition tag = tag(type, stepped);
    List<Sample> samples =
        samples(random, type, oddEvery, seed > 10); // then columns are of nanoseconds
    try (StoreFixture fixture = new StoreFixture(disk, CONFIG)) {
      write(fixture, tag, samples);
      long first = samples.getFirst().timeNs;
      double all = (samples.getLast().timeNs - first) * 1.1;
      long centre = samples.get(random.nextInt(SAMPLES)).timeNs + random.nextInt(1_000);
      double shrink = Math.pow(10_000, -1.0 / (ZOOM_STEPS - 1));
      int same = 0;
      int columns = 0;
      try (ReadView view = fixture.store().openReadView()) {
        for (int step = 0; step < ZOOM_STEPS; step++) {
          int width = random.nextInt(300, step % 2 == 0 ? 700 : 4_001);
          long length = (long) (all * Math.pow(shrink, step));
          long start =
              step == 0
                  ? first - length / 22
                  : centre - (long) (length * (0.1 + 0.8 * random.nextDouble()));
          TimeRange range = new TimeRange(start, start + length);
          String what = "seed=" + seed + ", step=" + step + ", width=" + width;
          same += check(view, tag, samples, range, width, what);
          columns += width;
        }
      }
      assertThat(same).as("columns without a difference").isGreaterThan(columns * 4 / 5);
    }
  }

  /** Compares the drawings and says how many columns had to be the same. */
  private static int check(
      ReadView view,
      TagDefinition tag,
      List<Sample> samples,
      TimeRange range,
      int width,
      String what) {
    QueryContext context = QueryContexts.permissive(view, Long.MAX_VALUE, ZoneOffset.UTC);
    RowCollector plot = new RowCollector();
    Retrievals.read(new Retrieval.Plot(range, width), tag, context, plot);
    List<Sample> inside = samples.stream().filter(each -> range.contains(each.timeNs)).toList();
    int[] returned = new int[width];
    for (RowCollector.Row row : plot.rows) {
      if (range.contains(row.timeNs())) {
        returned[PlotRaster.column(row.timeNs(), range, width)]++;
      }
    }
    int[] recorded = new int[width];
    BitSet withBad = new BitSet();
    List<Set<Double>> states = new ArrayList<>();
    for (int i = 0; i < width; i++) {
      states.add(new TreeSet<>());
    }
    for (Sample each : inside) {
      int column = PlotRaster.column(each.timeNs, range, width);
      recorded[column]++;
      withBad.set(column, withBad.get(column) || each.status < 0);
      states.get(column).add(each.value);
    }
    assertThat(plot.rows.size()).as(what).isLessThanOrEqualTo(inside.size() + 2);
    if (inside.size() >= 4 * width) {
      for (int i = 0; i < width; i++) {
        assertThat(returned[i]).as(what).isLessThanOrEqualTo(i == 0 ? 6 : 5);
      }
    }
    double low = samples.stream().mapToDouble(Sample::value).min().orElseThrow();
    double high = samples.stream().mapToDouble(Sample::value).max().orElseThrow();
    PlotRaster expected =
        new PlotRaster(range, width, low, high)
            .draw(samples.stream().map(Sample::point).toList(), tag.stepped());
    PlotRaster actual =
        new PlotRaster(range, width, low, high)
            .draw(plot.rows.stream().map(PlotRasterTest::point).toList(), tag.stepped());
    BitSet atEdges = uncertainEdges(samples, inside, range, width);
    if (tag.stepped() && !inside.isEmpty() && inside.getFirst().timeNs == range.startNs()) {
      atEdges.set(0);
    }
    int same = 0;
    for (int i = 0; i < width; i++) { // plain checks: there are many
      if (atEdges.get(i)) {
        continue;
      }
      boolean isReduced = returned[i] < recorded[i];
      boolean isState = !tag.type().isContinuous();
      BitSet drawn = actual.pixels(i);
      BitSet wanted = expected.pixels(i);
      boolean isRight = actual.marks().get(i) == expected.marks().get(i);
      if (isReduced && withBad.get(i)) {
        boolean isHull =
            drawn.nextSetBit(0) == wanted.nextSetBit(0) && drawn.length() == wanted.length();
        isRight &= isState || isHull;
      } else if (!isReduced || !isState || states.get(i).size() <= 2) {
        isRight &= drawn.equals(wanted);
        same++;
      }
      if (!isRight) {
        throw new AssertionError(
            what
                + ", column="
                + i
                + ": drawn="
                + drawn
                + ", wanted="
                + wanted
                + ", marked="
                + actual.marks().get(i)
                + ", wanted="
                + expected.marks().get(i));
      }
    }
    return same;
  }

  private static Point point(RowCollector.Row row) {
    boolean isBad = row.status() < 0;
    double value = row.value() instanceof Number number && !isBad ? number.doubleValue() : 0;
    return new Point(row.timeNs(), value, isBad);
  }

  /** Columns between an edge and the nearest sample inside, where a sample there is Uncertain. */
  private static BitSet uncertainEdges(
      List<Sample> samples, List<Sample> inside, TimeRange range, int width) {
    Sample before = null;
    Sample after = null;
    for (Sample each : samples) {
      if (each.timeNs < range.startNs()) {
        before = each;
      } else if (each.timeNs >= range.endNs() && after == null) {
        after = each;
      }
    }
    Sample first = inside.isEmpty() ? after : inside.getFirst();
    Sample last = inside.isEmpty() ? before : inside.getLast();
    BitSet columns = new BitSet();
    if (isUncertain(before) || isUncertain(first)) {
      columns.set(0, inside.isEmpty() ? width : columnOf(inside.getFirst(), range, width) + 1);
    }
    if (isUncertain(last) || isUncertain(after)) {
      columns.set(inside.isEmpty() ? 0 : columnOf(inside.getLast(), range, width), width);
    }
    return columns;
  }

  private static int columnOf(Sample sample, TimeRange range, int width) {
    return PlotRaster.column(sample.timeNs, range, width);
  }

  private static boolean isUncertain(@Nullable Sample sample) {
    return sample != null && sample.isUncertain();
  }
}

package io.tidemark.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.Direction;
import io.tidemark.model.DuplicateRule;
import io.tidemark.model.Quality;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadView;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleColumns;
import io.tidemark.model.SampleCondition;
import io.tidemark.model.SampleCursor;
import io.tidemark.model.SampleFlags;
import io.tidemark.model.SampleFrameBuilder;
import io.tidemark.model.SampleType;
import io.tidemark.model.ScanRequest;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.model.VersionMode;
import io.tidemark.testing.FaultDisk;
import io.tidemark.testing.OracleStore;
import io.tidemark.testing.QueryContexts;
import io.tidemark.testing.StoreFixture;
import java.io.IOException;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Scans that ask for less give less, but nothing else. */
class ScanRequestTest {
  private static final long SECOND_NS = 1_000_000_000L;
  private static final StoreConfig CONFIG = new StoreConfig(64 << 20, 3_600_000_000L, 1 << 20, 0);
  private static final double[] ODD_VALUES = {
    Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -0.0
  };

  private final FaultDisk disk = new FaultDisk();
  private final OracleStore definitions = new OracleStore();

  /** A row as far as it was asked for. */
  private record Row(long timeNs, int status, byte flags, String value, long order) {}

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void rowsOfInterestAreAllThereAndAsTheyAre(long seed) throws Exception {
    Random random = new Random(seed);
    try (StoreFixture fixture = new StoreFixture(disk, CONFIG)) {
      List<TagDefinition> tags = define(fixture);
      long base = fixture.nowNs() - 40_000 * SECOND_NS;
      fill(fixture, tags, base, random);
      try (ReadView view = fixture.store().openReadView()) {
        for (int trial = 0; trial < 60; trial++) {
          TagDefinition tag = tags.get(random.nextInt(tags.size()));
          VersionMode mode = random.nextInt(4) == 0 ? VersionMode.ALL : VersionMode.LATEST;
          long from = base + random.nextInt(40_000) * SECOND_NS;
          TimeRange range =
              random.nextInt(3) == 0
                  ? TimeRange.ALL
                  : new TimeRange(from, from + 1 + random.nextLong(20_000 * SECOND_NS));
          ScanRequest request =
              new ScanRequest(
                  tag.id(),
                  range,
                  random.nextBoolean() ? Direction.FORWARD : Direction.BACKWARD,
                  SampleColumns.values()[random.nextInt(3)],
                  condition(random));
          compare(view, request, mode, seed + ", request=" + request + ", mode=" + mode);
        }
      }
    }
  }

  private List<TagDefinition> define(StoreFixture fixture) throws IOException {
    List<TagDefinition> tags = new ArrayList<>();
    tags.add(fixture.define(definitions.defineAnalog("ANALOG")));
    tags.add(fixture.define(definitions.defineAnalog("FIRST", DuplicateRule.KEEP_FIRST)));
    tags.add(fixture.define(definitions.defineAnalog("EACH", DuplicateRule.KEEP_ALL)));
    tags.add(
        fixture.define(definitions.define("STATE", SampleType.DIGITAL, true, "", "OFF", "ON")));
    tags.add(fixture.define(definitions.define("COUNT", SampleType.INT64, true, "")));
    tags.add(fixture.define(definitions.define("TEXT", SampleType.STRING, true, "")));
    return tags;
  }

  /** Values drift slowly, so that blocks differ; qualities come in stretches; some are late. */
  private static void fill(StoreFixture fixture, List<TagDefinition> tags, long base, Random random)
      throws IOException {
    SampleFrameBuilder builder = new SampleFrameBuilder();
    long time = base;
    boolean isOrderly = random.nextBoolean();
    for (int round = 0; round < 40; round++) {
      int quality = random.nextInt(6);
      int status =
          quality == 0 ? StatusCodes.BAD : quality == 1 ? StatusCodes.UNCERTAIN : StatusCodes.GOOD;
      for (int i = 0; i < 800; i++) {
        time += SECOND_NS;
        for (TagDefinition tag : tags) {
          boolean isOdd = random.nextInt(isOrderly ? 5_000 : 300) == 0;
          long at = !isOrderly && isOdd ? base + random.nextLong(time - base) : time;
          add(builder, tag, at, round * 10 + i / 100, status, isOdd, random);
          if (!isOrderly && random.nextInt(200) == 0) {
            add(builder, tag, at, random.nextInt(400), status, false, random);
          }
        }
      }
      fixture.append(builder.encode(0));
      switch (random.nextInt(8)) {
        case 0 -> fixture.housekeeping();
        case 1, 2 -> fixture.seal();
        default -> {}
      }
    }
    if (random.nextBoolean()) {
      fixture.seal();
    }
  }

  private static void add(
      SampleFrameBuilder builder,
      TagDefinition tag,
      long timeNs,
      long value,
      int status,
      boolean isOdd,
      Random random) {
    int id = tag.id();
    if (isOdd && random.nextBoolean()) {
      builder.addAbsent(id, tag.type(), timeNs, (byte) 0, status);
      return;
    }
    switch (tag.type()) {
      case STRING -> builder.addText(id, timeNs, "text " + value / 100, status);
      case DIGITAL, INT64 ->
          builder.add(
              id,
              tag.type(),
              timeNs,
              tag.type() == SampleType.DIGITAL ? value / 90 : value,
              SampleFlags.PRESENT,
              status);
      default ->
          builder.addDouble(
              id,
              timeNs,
              isOdd ? ODD_VALUES[random.nextInt(ODD_VALUES.length)] : value + 0.25,
              status);
    }
  }

  private static SampleCondition condition(Random random) {
    double lowest = random.nextInt(400);
    Set<Quality> qualities = EnumSet.noneOf(Quality.class);
    for (Quality quality : Quality.values()) {
      if (random.nextInt(3) > 0) {
        qualities.add(quality);
      }
    }
    return switch (random.nextInt(5)) {
      case 0 -> SampleCondition.ANY;
      case 1 -> SampleCondition.of(qualities);
      case 2 -> new SampleCondition(qualities, lowest, lowest + random.nextInt(100));
      case 3 -> SampleCondition.between(lowest, Double.POSITIVE_INFINITY);
      default -> SampleCondition.between(Double.NEGATIVE_INFINITY, random.nextInt(4));
    };
  }

  private static void compare(ReadView view, ScanRequest request, VersionMode mode, String as) {
    SampleColumns columns = request.columns();
    List<Row> all =
        read(
            view,
            ScanRequest.all(request.tagId(), request.range(), request.direction()),
            columns,
            SampleCondition.ANY,
            mode);
    List<Row> wanted =
        read(
            view,
            ScanRequest.all(request.tagId(), request.range(), request.direction()),
            columns,
            request.condition(),
            mode);
    List<Row> given = read(view, request, columns, SampleCondition.ANY, mode);
    assertSubsequence(wanted, given, as);
    assertSubsequence(given, all, as);
  }

  private static void assertSubsequence(List<Row> part, List<Row> whole, String as) {
    int next = 0;
    for (int i = 0; i < whole.size() && next < part.size(); i++) {
      if (whole.get(i).equals(part.get(next))) {
        next++;
      }
    }
    assertThat(part.subList(next, part.size())).as("seed=%s", as).isEmpty();
  }

  /** Rows of a scan that satisfy a condition. */
  private static List<Row> read(
      ReadView view,
      ScanRequest request,
      SampleColumns columns,
      SampleCondition condition,
      VersionMode mode) {
    QueryContext context = QueryContexts.permissive(view, 0, ZoneOffset.UTC, mode);
    List<Row> rows = new ArrayList<>();
    SampleBlock block = new SampleBlock();
    try (SampleCursor cursor = view.scan(context, request)) {
      for (int count; (count = cursor.next(block)) > 0; ) {
        for (int row = 0; row < count; row++) {
          if (holds(block, row, condition)) {
            rows.add(
                new Row(
                    block.sourceTimesNs()[row],
                    block.statuses()[row],
                    block.flags()[row],
                    columns.hasValues() && block.isPresent(row) ? value(block, row) : "",
                    columns == SampleColumns.ALL ? block.orders()[row] : 0));
          }
        }
      }
    }
    return rows;
  }

  private static String value(SampleBlock block, int row) {
    return block.type() == SampleType.STRING
        ? String.valueOf(block.texts()[row])
        : Long.toHexString(Double.doubleToRawLongBits(block.number(row)));
  }

  private static boolean holds(SampleBlock block, int row, SampleCondition condition) {
    int status = block.statuses()[row];
    if (!condition.qualities().contains(Quality.of(status))) {
      return false;
    }
    if (!condition.hasBounds()) {
      return true;
    }
    if (!block.isPresent(row) || Quality.isBad(status) || block.type() == SampleType.STRING) {
      return false;
    }
    double number = block.number(row);
    // SQL has NaN above every number.
    return Double.isNaN(number)
        ? condition.highest() == Double.POSITIVE_INFINITY
        : number >= condition.lowest() && number <= condition.highest();
  }

  @Test
  void blocksWithoutARowOfInterestAreNotRead() throws IOException {
    try (StoreFixture fixture = new StoreFixture(disk, CONFIG)) {
      TagDefinition tag = fixture.define(definitions.defineAnalog("T"));
      long base = fixture.nowNs() - 200_000 * SECOND_NS;
      SampleFrameBuilder builder = new SampleFrameBuilder();
      int rows = 100 * SampleBlock.CAPACITY;
      for (int i = 0; i < rows; i++) {
        boolean isPeak = i / SampleBlock.CAPACITY == 70;
        builder.addDouble(
            tag.id(),
            base + i * SECOND_NS,
            isPeak ? 90 : 20,
            i / SampleBlock.CAPACITY == 40 ? StatusCodes.BAD : StatusCodes.GOOD);
        if (builder.count() == SampleFrameBuilder.ROWS_MAX) {
          fixture.append(builder.encode(0));
        }
      }
      fixture.append(builder.encode(0));
      fixture.seal();
      try (ReadView view = fixture.store().openReadView()) {
        for (Direction direction : Direction.values()) {
          assertThat(count(view, tag, direction, SampleCondition.ANY)).isEqualTo(rows);
          assertThat(count(view, tag, direction, SampleCondition.between(80, 100)))
              .isEqualTo(SampleBlock.CAPACITY);
          assertThat(count(view, tag, direction, SampleCondition.between(91, 100))).isZero();
          assertThat(count(view, tag, direction, SampleCondition.of(Set.of(Quality.BAD))))
              .isEqualTo(SampleBlock.CAPACITY);
          assertThat(count(view, tag, direction, SampleCondition.of(Set.of(Quality.UNCERTAIN))))
              .isZero();
        }
      }
      // A correction may hide what the statistics speak of: then all is read.
      fixture.write(tag.id(), base + 10 * SECOND_NS, 95);
      try (ReadView view = fixture.store().openReadView()) {
        assertThat(count(view, tag, Direction.FORWARD, SampleCondition.between(91, 100)))
            .isPositive();
      }
    }
  }

  private static long count(
      ReadView view, TagDefinition tag, Direction direction, SampleCondition condition) {
    QueryContext context = QueryContexts.permissive(view, 0, ZoneOffset.UTC);
    SampleBlock block = new SampleBlock();
    long rows = 0;
    try (SampleCursor cursor =
        view.scan(
            context,
            new ScanRequest(tag.id(), TimeRange.ALL, direction, SampleColumns.VALUES, condition))) {
      for (int count; (count = cursor.next(block)) > 0; ) {
        rows += count;
      }
    }
    return rows;
  }

  @Test
  void severalThreadsScanTagsOfOneView() throws Exception {
    try (StoreFixture fixture = new StoreFixture(disk, CONFIG);
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<TagDefinition> tags = define(fixture);
      fill(fixture, tags, fixture.nowNs() - 40_000 * SECOND_NS, new Random(7));
      try (ReadView view = fixture.store().openReadView()) {
        List<Future<List<Row>>> beside = new ArrayList<>();
        for (int round = 0; round < 4; round++) {
          for (TagDefinition tag : tags) {
            beside.add(threads.submit(() -> readAll(view, tag)));
          }
        }
        for (int i = 0; i < beside.size(); i++) {
          assertThat(beside.get(i).get()).isEqualTo(readAll(view, tags.get(i % tags.size())));
        }
      }
    }
  }

  private static List<Row> readAll(ReadView view, TagDefinition tag) {
    return read(
        view,
        ScanRequest.all(tag.id(), TimeRange.ALL, Direction.FORWARD),
        SampleColumns.ALL,
        SampleCondition.ANY,
        VersionMode.LATEST);
  }
}

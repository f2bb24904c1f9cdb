package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.demo.DemoPlant;
import io.tidemark.demo.DemoRunner;
import io.tidemark.demo.DemoSink;
import io.tidemark.demo.DemoTag;
import io.tidemark.demo.DemoTarget;
import io.tidemark.demo.EngineTarget;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.TimeRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo plant in a real store, from the first start on. */
class DemoRunnerTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long MINUTE = 60 * SECOND;
  private static final long HOUR = 60 * MINUTE;
  private static final long DAY = 24 * HOUR;
  private static final Instant NOW = Instant.parse("2024-11-24T09:30:02Z");

  @TempDir Path folder;

  private final List<String> progress = new ArrayList<>();
  private long nowNs = NOW.getEpochSecond() * SECOND;

  /** Notes what is written and passes it on. */
  private static final class Watched implements DemoTarget {
    private final DemoTarget target;
    private final List<TimeRange> written = new ArrayList<>();
    private int tagDefinitions;
    private int contextBodies;
    private int refusals;

    Watched(DemoTarget target) {
      this.target = target;
    }

    @Override
    public void defineTags(List<DemoTag> tags) {
      tagDefinitions++;
      target.defineTags(tags);
    }

    @Override
    public void context(String bulkJson) {
      contextBodies++;
      target.context(bulkJson);
    }

    @Override
    public void write(DemoPlant plant, TimeRange range) {
      if (refusals-- > 0) {
        throw new HistorianException(ErrorCode.BACK_PRESSURED, "busy");
      }
      written.add(range);
      target.write(plant, range);
    }

    long writtenNs() {
      return written.stream().mapToLong(range -> range.endNs() - range.startNs()).sum();
    }
  }

  /** Takes everything and keeps nothing. */
  private static final class Nowhere implements DemoTarget {
    @Override
    public void defineTags(List<DemoTag> tags) {}

    @Override
    public void context(String bulkJson) {}

    @Override
    public void write(DemoPlant plant, TimeRange range) {}
  }

  private DemoRunner runner(Path data, Long seed, int days, DemoTarget target) {
    return DemoRunner.open(
        data,
        seed,
        days,
        target,
        (what, done, total) -> progress.add(what + " " + done + "/" + total),
        () -> nowNs);
  }

  private static void fill(DemoRunner runner) {
    while (!runner.isFilled()) {
      runner.doWork();
    }
  }

  private static Instant first(Api api) {
    return Instant.parse(
        api.sql("SELECT min(ts) FROM samples WHERE tag = 'R1.TIC101.PV'").at("/rows/0/0").asText());
  }

  private static long count(Api api) {
    return api.sql("SELECT count(*) FROM samples WHERE tag = 'R1.TIC101.PV'")
        .at("/rows/0/0")
        .asLong();
  }

  @Test
  void theLastDayIsThereFirstThenTheRestAndALaterStartGoesOn() throws IOException {
    Path data = folder.resolve("demo");
    Map<String, String> before;
    try (TestServer server = TestServer.start(data, Map.of())) {
      Api api = server.api();
      Watched target = new Watched(new EngineTarget(server.engine()));
      try (DemoRunner runner = runner(data, null, 1, target)) {
        runner.prepare();
        assertThat(runner.plant().seed()).isEqualTo(DemoRunner.DEFAULT_SEED);
        assertThat(runner.isFilled()).isFalse();
        assertThat(first(api)).isEqualTo(Instant.parse("2024-11-23T09:30:05Z"));
        assertThat(count(api)).isEqualTo(17_280);
        assertThat(progress).hasSize(25).last().isEqualTo("last 24 h 25/25");
        assertThat(api.sql("SELECT count(*) FROM batches WHERE end_time IS NULL").at("/rows/0/0"))
            .as("two running batches are known at once")
            .hasToString("2");
        fill(runner);
        assertThat(first(api)).isEqualTo(Instant.ofEpochSecond(runner.plant().startNs() / SECOND));
        assertThat(count(api)).isEqualTo(27 * 720 + 1);
        assertThat(runner.doWork()).as("nothing is due").isZero();
        assertIsThePlantOfItsSeed(api);
      }
      before = answers(api, NOW.plusSeconds(1));
    }
    nowNs += 10 * MINUTE;
    try (TestServer server = TestServer.start(data, Map.of())) {
      Api api = server.api();
      assertThat(answers(api, NOW.plusSeconds(1))).isEqualTo(before);
      Watched target = new Watched(new EngineTarget(server.engine()));
      try (DemoRunner runner = runner(data, 42L, 1, target)) {
        runner.prepare();
        assertThat(runner.isFilled()).isTrue();
        assertThat(target.writtenNs()).as("only what is missing").isEqualTo(10 * MINUTE);
        assertThat(target.tagDefinitions).isZero();
        nowNs += 5 * SECOND;
        assertThat(runner.doWork()).isEqualTo(1);
        assertThat(count(api)).isEqualTo(27 * 720 + 1 + 120 + 1);
      }
      assertThat(
              api.sql(
                      "SELECT max(gap) FROM (SELECT ts_ns - lag(ts_ns) OVER (ORDER BY ts_ns) AS gap"
                          + " FROM samples WHERE tag = 'R1.TIC101.PV')")
                  .at("/rows/0/0")
                  .asLong())
          .isEqualTo(5 * SECOND);
    }
  }

  /** What the plant looks like to a user, before an instant. */
  private static Map<String, String> answers(Api api, Instant until) {
    Map<String, String> answers = new LinkedHashMap<>();
    for (String statement :
        List.of(
            "SELECT tag, count(*), sum(value), min(value), max(value), min(text), max(text),"
                + " count(DISTINCT status) FROM samples WHERE ts <= TIMESTAMPTZ '"
                + until
                + "' GROUP BY tag ORDER BY tag",
            "SELECT batch_id, order_id, product_id, unit_id, start_time, end_time FROM batches"
                + " ORDER BY 1",
            "SELECT batch_id, phase, unit_id, start_time, end_time FROM phases ORDER BY 1, 4",
            "SELECT event_id, type, start_time, end_time, reason FROM events ORDER BY 1")) {
      answers.put(statement, api.sql(statement).path("rows").toString());
    }
    return answers;
  }

  /** Statistics of the good numbers of each tag. */
  private static final class Statistics implements DemoSink {
    private final List<DemoTag> tags;
    private final Map<String, DoubleSummaryStatistics> byTag = new TreeMap<>();

    Statistics(DemoPlant plant) {
      tags = plant.tags();
    }

    @Override
    public void number(int tagIndex, long timeNs, double value, int status) {
      if (status == 0) {
        byTag
            .computeIfAbsent(tags.get(tagIndex).name(), tag -> new DoubleSummaryStatistics())
            .accept(value);
      }
    }

    @Override
    public void state(int tagIndex, long timeNs, int ordinal, int status) {}

    @Override
    public void text(int tagIndex, long timeNs, String text, int status) {}

    @Override
    public void absent(int tagIndex, long timeNs, int status) {}
  }

  /** What is stored is what another plant of the same seed, anchor and days gives. */
  private static void assertIsThePlantOfItsSeed(Api api) {
    DemoPlant again = new DemoPlant(DemoRunner.DEFAULT_SEED, NOW, 1);
    Statistics expected = new Statistics(again);
    again.generate(new TimeRange(again.startNs(), again.anchorNs() + 1), expected);
    JsonNode rows =
        api.sql(
                "SELECT s.tag, count(*), min(value), max(value), sum(value) FROM samples s JOIN"
                    + " tags t ON t.tag = s.tag WHERE s.status = 0 AND t.type = 'float64'"
                    + " GROUP BY s.tag ORDER BY s.tag")
            .path("rows");
    assertThat(rows).hasSize(expected.byTag.size()).hasSizeGreaterThan(25);
    for (JsonNode row : rows) {
      DoubleSummaryStatistics of = expected.byTag.get(row.get(0).asText());
      assertThat(row.get(1).asLong()).as(row.toString()).isEqualTo(of.getCount());
      assertThat(row.get(2).asDouble()).as(row.toString()).isEqualTo(of.getMin());
      assertThat(row.get(3).asDouble()).as(row.toString()).isEqualTo(of.getMax());
      assertThat(row.get(4).asDouble())
          .as(row.toString())
          .isCloseTo(of.getSum(), Offset.offset(1e-9 * Math.abs(of.getSum())));
    }
  }

  @Test
  void olderHistoryComesNewestDayFirstAndEachDayInOrder() {
    Watched target = new Watched(new Nowhere());
    DemoRunner runner = runner(folder, 1L, 4, target);
    runner.prepare();
    int lastDay = target.written.size();
    fill(runner);
    List<TimeRange> older = target.written.subList(lastDay, target.written.size());
    long day = Long.MAX_VALUE;
    long at = 0;
    for (TimeRange hour : older) {
      assertThat(hour.endNs() - hour.startNs()).isLessThanOrEqualTo(HOUR);
      long ofDay = Math.floorDiv(hour.startNs(), DAY);
      assertThat(ofDay).isLessThanOrEqualTo(day);
      if (ofDay == day) {
        assertThat(hour.startNs()).isEqualTo(at);
      }
      day = ofDay;
      at = hour.endNs();
    }
    assertThat(target.writtenNs()).isEqualTo(4 * DAY + 3 * HOUR + 5 * SECOND);
    assertThat(progress.getLast()).isEqualTo("history 100/100");
  }

  @Test
  void aFillThatWasInterruptedGoesOnWhereItWas() {
    Watched first = new Watched(new Nowhere());
    try (DemoRunner runner = runner(folder, 1L, 3, first)) {
      runner.prepare();
      for (int hour = 0; hour < 10; hour++) {
        runner.doWork();
      }
    }
    Watched second = new Watched(new Nowhere());
    DemoRunner again = runner(folder, 1L, 3, second);
    again.prepare();
    assertThat(second.written).as("the last day is there").isEmpty();
    assertThat(second.contextBodies).isZero();
    fill(again);
    List<TimeRange> all = new ArrayList<>(first.written);
    all.addAll(second.written);
    assertThat(all).doesNotHaveDuplicates();
    assertThat(first.writtenNs() + second.writtenNs())
        .isEqualTo(again.plant().anchorNs() + 5 * SECOND - again.plant().startNs());
  }

  @Test
  void whatABusyStoreTurnsAwayIsWrittenASecondLater() {
    Watched target = new Watched(new Nowhere());
    DemoRunner runner = runner(folder, 1L, 1, target);
    runner.prepare();
    int written = target.written.size();
    target.refusals = 1;
    assertThat(runner.doWork()).isZero();
    assertThat(runner.doWork()).as("within the second").isZero();
    assertThat(target.written).hasSize(written);
    nowNs += SECOND;
    assertThat(runner.doWork()).isEqualTo(1);
    assertThat(target.written).hasSize(written + 1);
  }

  @Test
  void anotherPlantIsNotMixedIntoTheFolderButFreshReplacesIt() throws IOException {
    runner(folder, 1L, 1, new Nowhere()).prepare();
    Files.createDirectories(folder.resolve("segments"));
    Files.writeString(folder.resolve("segments").resolve("000001.tseg"), "x");
    assertThatThrownBy(() -> runner(folder, 2L, 1, new Nowhere()))
        .hasMessageContaining("holds another demo plant")
        .extracting(e -> ((HistorianException) e).hint())
        .asString()
        .contains("--fresh");
    DemoRunner.clear(folder);
    assertThat(folder).isEmptyDirectory();
    DemoRunner fresh = runner(folder, 2L, 1, new Nowhere());
    fresh.prepare();
    assertThat(fresh.plant().seed()).isEqualTo(2);
  }

  @Test
  void freshSparesAFolderThatIsNoDemo() throws IOException {
    Files.writeString(folder.resolve("thesis.txt"), "precious");
    assertThatThrownBy(() -> DemoRunner.clear(folder))
        .hasMessageContaining("holds no demo, so it is not deleted");
    assertThat(folder.resolve("thesis.txt")).exists();
  }

  @Test
  void freshSparesAFolderOnWhichAServerRuns() throws IOException {
    try (TestServer server = TestServer.start(folder, Map.of())) {
      runner(folder, 1L, 1, new Nowhere()).prepare();
      assertThatThrownBy(() -> DemoRunner.clear(folder))
          .hasMessageContaining("a server runs on the data folder")
          .extracting(e -> ((HistorianException) e).code())
          .isEqualTo(ErrorCode.STORE_LOCKED);
      assertThat(server.api().sql("SELECT 1").path("rowCount").asInt()).isEqualTo(1);
      assertThat(folder.resolve("demo.json")).exists();
    }
  }

  @Test
  void aStateFileThatIsBrokenSaysWhatToDo() throws IOException {
    Files.writeString(folder.resolve("demo.json"), "{");
    assertThatThrownBy(() -> runner(folder, 1L, 1, new Nowhere()))
        .hasMessageContaining("state of the demo cannot be read")
        .extracting(e -> ((HistorianException) e).hint())
        .asString()
        .contains("--fresh");
  }
}

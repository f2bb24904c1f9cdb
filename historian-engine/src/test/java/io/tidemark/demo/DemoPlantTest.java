package io.tidemark.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.demo.Recording.Sample;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TimeRange;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DemoPlantTest {
  private static final Instant NOW = Instant.parse("2026-11-24T09:30:02.5Z");
  private static final long SECOND = 1_000_000_000L;
  private static final long HOUR = 3600 * SECOND;
  private static final long DAY = 24 * HOUR;
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  private final DemoPlant plant = new DemoPlant(42, NOW, 30);

  @Test
  void aDayIsTheSameInOneGoAndHourByHourAndForEveryPlantOfThatSeed() {
    long start = plant.anchorNs() - 3 * DAY;
    List<Sample> whole = Recording.of(plant, new TimeRange(start, start + DAY)).samples;
    DemoPlant again = new DemoPlant(42, NOW, 30);
    List<Sample> pieces = new ArrayList<>();
    /* Odd lengths, so that pieces end between scans too. */
    for (long at = start; at < start + DAY; ) {
      long end = Math.min(start + DAY, at + 47 * 61 * SECOND + 1);
      pieces.addAll(Recording.of(again, new TimeRange(at, end)).samples);
      at = end;
    }
    assertThat(pieces).isEqualTo(whole);
  }

  @Test
  void scanByScanIsTheSameAsInOneGo() {
    /* An hour that holds the start of a batch. */
    long start = plant.startNs() + 8 * HOUR - HOUR / 2;
    List<Sample> whole = Recording.of(plant, new TimeRange(start, start + HOUR)).samples;
    List<Sample> scans = new ArrayList<>();
    for (long at = start; at < start + HOUR; at += 5 * SECOND) {
      scans.addAll(Recording.of(plant, new TimeRange(at, at + 5 * SECOND)).samples);
    }
    assertThat(scans).isEqualTo(whole);
  }

  @Test
  void anotherSeedIsAnotherPlant() {
    TimeRange range = new TimeRange(plant.anchorNs() - HOUR, plant.anchorNs());
    assertThat(Recording.of(new DemoPlant(43, NOW, 30), range).samples)
        .isNotEqualTo(Recording.of(plant, range).samples);
  }

  @Test
  void everyAnalogTagHasASampleEveryFiveSecondsInTimeOrder() {
    TimeRange day = new TimeRange(plant.anchorNs() - DAY, plant.anchorNs());
    Recording recording = Recording.of(plant, day);
    long last = Long.MIN_VALUE;
    for (Sample sample : recording.samples) {
      assertThat(sample.timeNs()).isGreaterThanOrEqualTo(last);
      last = sample.timeNs();
    }
    for (DemoTag tag : plant.tags()) {
      List<Sample> samples = recording.of(tag.name());
      if (tag.type() == SampleType.FLOAT64) {
        assertThat(samples).as(tag.name()).hasSize(17_280);
        for (int i = 0; i < samples.size(); i++) {
          assertThat(samples.get(i).timeNs()).isEqualTo(day.startNs() + i * 5 * SECOND);
          double value = (Double) samples.get(i).value();
          assertThat(value).as(tag.name()).isBetween(tag.rangeLow(), tag.rangeHigh());
        }
      } else {
        assertThat(samples).as(tag.name()).hasSizeBetween(1, 120);
      }
    }
  }

  @Test
  void theTagsAreThoseOfTheDocumentation() {
    List<String> names = plant.tags().stream().map(DemoTag::name).toList();
    assertThat(names).hasSize(38).doesNotHaveDuplicates();
    assertThat(names)
        .contains(
            "R1.TIC101.PV",
            "R1.TIC101.SP",
            "R1.TIC101.OP",
            "R1.TI102.PV",
            "R1.PI103.PV",
            "R1.LI104.PV",
            "R1.SIC105.PV",
            "R1.XV106.ST",
            "R1.FQ107.PV",
            "R1.FT108.PV",
            "R1.BATCH",
            "R1.PHASE",
            "R2.TIC201.PV",
            "R2.FT208.PV",
            "D1.TIC301.PV",
            "D1.XV306.ST",
            "UTIL.FT901.PV",
            "UTIL.JQ902.PV");
    DemoTag valve = plant.tags().get(names.indexOf("R1.XV106.ST"));
    assertThat(valve.states()).containsExactly("Closed", "Opening", "Open", "Fault");
    assertThat(plant.tags().get(names.indexOf("R1.TIC101.SP")).stepped()).isTrue();
    assertThat(plant.tags().get(names.indexOf("R1.FT108.PV")).uom()).isEqualTo("kg/h");
  }

  @Test
  void onChangeTagsAreRecordedAtTheStartOfHistoryAndOnlyOnChange() {
    TimeRange days = new TimeRange(plant.startNs(), plant.startNs() + 2 * DAY);
    Recording recording = Recording.of(plant, days);
    for (DemoTag tag : plant.tags()) {
      if (tag.type() != SampleType.FLOAT64) {
        List<Sample> samples = recording.of(tag.name());
        assertThat(samples.getFirst().timeNs()).isEqualTo(plant.startNs());
        for (int i = 1; i < samples.size(); i++) {
          assertThat(samples.get(i).value())
              .as(tag.name())
              .isNotEqualTo(samples.get(i - 1).value());
        }
      }
    }
    assertThat(recording.of("R1.BATCH").stream().map(Sample::value))
        .containsExactly("B-0001", "B-0003", "B-0005", "B-0007", "B-0009", "B-0011");
    assertThat(recording.of("R1.PHASE").stream().limit(7).map(Sample::value))
        .containsExactly("Charge", "Heat", "React", "Cool", "Discharge", "Clean", "Charge");
    assertThat(recording.of("R1.XV106.ST").stream().limit(6).map(Sample::value))
        .containsExactly(0, 1, 2, 0, 1, 2);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 7, 8, 30})
  void ordersBatchesAndStoriesFitEveryLength(int days) throws Exception {
    DemoPlant short1 = new DemoPlant(7, NOW, days);
    Context context = new Context(short1);
    int first = days < 8 ? 37 : 1;
    assertThat(context.batches.firstEntryId()).isEqualTo(String.format("B-%04d", first));
    assertThat(context.batches.size()).isEqualTo(days * 6 + 1);
    for (int number = 37; number <= 42; number++) {
      JsonNode batch = context.batches.get(String.format("B-%04d", number));
      assertThat(batch.path("orderId").asText()).isEqualTo("PO-1007");
      assertThat(batch.path("productId").asText()).isEqualTo("P-100");
      assertThat(batch.path("unitId").asText()).isEqualTo(number % 2 == 1 ? "R1" : "R2");
      if (days > 1 || number < 42) {
        assertThat(context.length(batch)).isEqualTo(8 * HOUR);
      }
    }
    assertThat(context.batches.get("B-0041").path("status").asText()).isEqualTo("Complete");
    assertThat(context.events.get("EV-B-0041-TAH101").path("type").asText())
        .isEqualTo("HighTemperature");
    assertThat(context.events.get("EV-B-0041-TAH101").has("endTime")).isTrue();
    assertThat(context.running("R1")).isEqualTo(1);
    assertThat(context.running("R2")).isEqualTo(1);
    assertThat(short1.outage().startNs()).isGreaterThanOrEqualTo(short1.startNs());
    assertThat(short1.outage().endNs()).isLessThanOrEqualTo(short1.anchorNs());
    assertThat(short1.startNs()).isLessThanOrEqualTo(short1.anchorNs() - days * DAY);
  }

  @Test
  void everyPhaseLiesInItsBatchAndTheDryerHandlesOneBatchAtATime() throws Exception {
    Context context = new Context(plant);
    long dryerFree = Long.MIN_VALUE;
    Set<String> products = new HashSet<>();
    Map<String, Integer> phases = new HashMap<>();
    for (JsonNode step : context.steps.values()) {
      JsonNode batch = context.batches.get(step.path("batchId").asText());
      assertThat(context.time(step, "startTime"))
          .isGreaterThanOrEqualTo(context.time(batch, "startTime"));
      products.add(batch.path("productId").asText());
      if (step.has("endTime") && batch.has("endTime")) {
        assertThat(context.time(step, "endTime"))
            .isLessThanOrEqualTo(context.time(batch, "endTime"));
      }
      if (step.path("level").asText().equals("Phase")) {
        phases.merge(step.path("unitId").asText(), 1, Integer::sum);
      } else if (step.path("unitId").asText().equals("D1")) {
        assertThat(context.time(step, "startTime")).isGreaterThan(dryerFree);
        dryerFree = step.has("endTime") ? context.time(step, "endTime") : Long.MAX_VALUE;
      }
      if (step.has("parentId")) {
        assertThat(context.steps.containsKey(step.path("parentId").asText())).isTrue();
      }
    }
    assertThat(products).containsExactlyInAnyOrder("P-100", "P-200", "P-300");
    assertThat(phases.get("R1")).isEqualTo(90 * 5 + 3);
    assertThat(
            context.steps.values().stream()
                .filter(s -> s.path("level").asText().equals("Phase"))
                .filter(s -> s.path("unitId").asText().equals("R1"))
                .filter(s -> context.order(s).equals("PO-1007")))
        .hasSize(15);
    assertThat(context.bodiesMax).isLessThan(1000);
  }

  @Test
  void aRunningObjectHasNoEndAndGetsItWhenItsTimeComes() throws Exception {
    Context now = new Context(plant);
    JsonNode running = now.batches.get("B-0181");
    assertThat(running.has("endTime")).isFalse();
    assertThat(running.path("status").asText()).isEqualTo("Running");
    assertThat(now.steps.get("B-0181/R1/React").has("endTime")).isFalse();
    Context later = new Context();
    later.read(plant.contextChangesBetween(plant.anchorNs(), plant.anchorNs() + 6 * HOUR));
    assertThat(later.batches.get("B-0181").path("status").asText()).isEqualTo("Complete");
    assertThat(later.steps.get("B-0181/R1/React").has("endTime")).isTrue();
    assertThat(later.batches.get("B-0182").has("endTime")).isFalse();
    assertThat(later.batches.get("B-0170")).isNull();
    assertThat(plant.contextChangesBetween(plant.anchorNs(), plant.anchorNs() + SECOND)).isEmpty();
  }

  @Test
  void contextToldInSmallStepsEndsAsToldAtOnce() throws Exception {
    Context steps = new Context();
    steps.read(plant.staticContextJson());
    for (long at = plant.startNs(); at < plant.anchorNs(); at += 17 * 60 * SECOND) {
      long end = Math.min(at + 17 * 60 * SECOND, plant.anchorNs());
      steps.read(plant.contextChangesBetween(at, end));
    }
    Context once = new Context(plant);
    assertThat(steps.batches.byId).isEqualTo(once.batches.byId);
    assertThat(steps.steps).isEqualTo(once.steps);
    assertThat(steps.orders).isEqualTo(once.orders);
    assertThat(steps.lots).isEqualTo(once.lots);
    assertThat(steps.events).isEqualTo(once.events);
  }

  @Test
  void theHotBatchRunsNineDegreesOverItsPeersWithAClosedValve() {
    double[] hot = reactTemperatures(41);
    for (int peer : new int[] {37, 39, 1, 3}) {
      double[] normal = reactTemperatures(peer);
      double excess = 0;
      for (int i = 0; i < Math.min(hot.length, normal.length); i++) {
        excess = Math.max(excess, hot[i] - normal[i]);
      }
      assertThat(excess).isBetween(8.5, 9.9);
      assertThat(max(normal)).isLessThan(max(hot) - 6);
    }
    UnitCycle cycle = new DemoSchedule(42, NOW, 30).reactorCycle(41);
    UnitCycle.Span react = cycle.span(DemoPhase.REACT);
    List<Sample> valve =
        Recording.of(plant, range(cycle.startTick(), react.endTick())).of("R1.XV106.ST");
    assertThat(valve).isEmpty();
    assertThat(Recording.of(plant, range(react.endTick(), react.endTick() + 10)).of("R1.XV106.ST"))
        .isNotEmpty();
  }

  private static double max(double[] values) {
    double max = Double.NEGATIVE_INFINITY;
    for (double value : values) {
      max = Math.max(max, value);
    }
    return max;
  }

  private double[] reactTemperatures(int number) {
    UnitCycle.Span react = new DemoSchedule(42, NOW, 30).reactorCycle(number).span(DemoPhase.REACT);
    return Recording.of(plant, range(react.startTick(), react.endTick()))
        .of("R1.TIC101.PV")
        .stream()
        .mapToDouble(s -> (Double) s.value())
        .toArray();
  }

  private static TimeRange range(long startTick, long endTick) {
    return new TimeRange(startTick * DemoSchedule.TICK_NS, endTick * DemoSchedule.TICK_NS);
  }

  @Test
  void theJacketSensorIsBadForTwentyMinutesOfB0039() {
    TimeRange bad = plant.sensorFailure();
    assertThat(bad.endNs() - bad.startNs()).isEqualTo(20 * 60 * SECOND);
    List<Sample> samples =
        Recording.of(plant, new TimeRange(bad.startNs() - HOUR, bad.endNs() + HOUR))
            .of("R1.TI102.PV");
    for (Sample sample : samples) {
      assertThat(sample.status())
          .isEqualTo(
              bad.contains(sample.timeNs()) ? StatusCodes.BAD_SENSOR_FAILURE : StatusCodes.GOOD);
    }
    assertThat(samples.stream().filter(s -> s.status() != 0)).hasSize(240);
  }

  @Test
  void theDryerIsSilentFromTwoToFourThreeDaysAgo() {
    ZonedDateTime day = NOW.atZone(BERLIN).toLocalDate().minusDays(3).atStartOfDay(BERLIN);
    TimeRange outage = plant.outage();
    assertThat(outage.startNs()).isEqualTo(day.plusHours(2).toEpochSecond() * SECOND);
    assertThat(outage.endNs()).isEqualTo(day.plusHours(4).toEpochSecond() * SECOND);
    TimeRange range =
        new TimeRange(day.toEpochSecond() * SECOND, day.plusDays(1).toEpochSecond() * SECOND);
    Recording recording = Recording.of(plant, range);
    for (DemoTag tag : plant.tags()) {
      List<Sample> samples = recording.of(tag.name());
      if (!tag.name().startsWith("D1.")) {
        assertThat(samples.stream().filter(s -> s.status() != 0)).as(tag.name()).isEmpty();
        continue;
      }
      List<Sample> inside = samples.stream().filter(s -> outage.contains(s.timeNs())).toList();
      assertThat(inside).as(tag.name()).hasSize(1);
      assertThat(inside.getFirst().timeNs()).isEqualTo(outage.startNs());
      assertThat(inside.getFirst().value()).isNull();
      assertThat(inside.getFirst().status()).isEqualTo(StatusCodes.BAD_NO_COMMUNICATION);
      assertThat(samples.stream().anyMatch(s -> s.timeNs() == outage.endNs())).isTrue();
      if (tag.type() == SampleType.FLOAT64) {
        assertThat(samples.stream().filter(s -> s.status() == 0)).hasSize(17_280 * 22 / 24);
        assertThat(percentGood(samples, range)).isEqualTo(91.7);
      }
    }
  }

  /** Time weighted: a status holds until the next sample. Rounded as people read it. */
  private static double percentGood(List<Sample> samples, TimeRange range) {
    double good = 0;
    for (int i = 0; i < samples.size(); i++) {
      long end = i + 1 < samples.size() ? samples.get(i + 1).timeNs() : range.endNs();
      if (samples.get(i).status() == 0) {
        good += end - samples.get(i).timeNs();
      }
    }
    return Math.round(good / range.lengthNs() * 1000) / 10.0;
  }

  @Test
  void totalisersResetWithTheBatchAndNeverFallOtherwise() {
    TimeRange day = new TimeRange(plant.startNs(), plant.startNs() + DAY);
    Recording recording = Recording.of(plant, day);
    List<Long> resets = new ArrayList<>();
    double last = 0;
    for (Sample sample : recording.of("R1.FQ107.PV")) {
      double value = (Double) sample.value();
      if (value < last) {
        assertThat(last).isBetween(4000.0, 4400.0);
        assertThat(value).isZero();
        resets.add(sample.timeNs());
      }
      last = value;
    }
    assertThat(resets).containsExactly(plant.startNs() + 8 * HOUR, plant.startNs() + 16 * HOUR);
    double counter = 0;
    for (Sample sample : recording.of("UTIL.JQ902.PV")) {
      assertThat((Double) sample.value()).isGreaterThanOrEqualTo(counter);
      counter = (Double) sample.value();
    }
  }

  @Test
  void neighbouringSamplesFitTogetherAcrossBatches() {
    TimeRange days = new TimeRange(plant.startNs(), plant.startNs() + 3 * DAY);
    Recording recording = Recording.of(plant, days);
    for (String tag : List.of("R1.TIC101.PV", "R2.TIC201.PV", "D1.TIC301.PV")) {
      double last = 25;
      for (Sample sample : recording.of(tag)) {
        double value = (Double) sample.value();
        assertThat(Math.abs(value - last)).as("%s at %s", tag, sample.timeNs()).isLessThan(1.5);
        last = value;
      }
    }
  }

  @Test
  void steamOfThePlantIsMoreThanThatOfItsUnits() {
    Recording hour = Recording.of(plant, new TimeRange(plant.anchorNs() - HOUR, plant.anchorNs()));
    List<Sample> total = hour.of("UTIL.FT901.PV");
    for (int i = 0; i < total.size(); i++) {
      double units =
          (Double) hour.of("R1.FT108.PV").get(i).value()
              + (Double) hour.of("R2.FT208.PV").get(i).value()
              + (Double) hour.of("D1.FT308.PV").get(i).value();
      assertThat((Double) total.get(i).value()).isBetween(units + 250, units + 390);
      if (i > 20) {
        break;
      }
    }
  }

  @Test
  void outageOfAPlantBuiltOnADayWithAClockChangeStillLastsTwoHours() {
    DemoPlant autumn = new DemoPlant(1, Instant.parse("2026-10-28T10:00:00Z"), 30);
    assertThat(autumn.outage().lengthNs()).isEqualTo(2.0 * HOUR);
    DemoPlant spring = new DemoPlant(1, Instant.parse("2027-03-31T10:00:00Z"), 30);
    assertThat(spring.outage().lengthNs()).isEqualTo(2.0 * HOUR);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 3651})
  void daysOutOfRangeAreRefused(int days) {
    assertThatThrownBy(() -> new DemoPlant(1, NOW, days))
        .isInstanceOf(HistorianException.class)
        .hasMessageContaining("days=" + days)
        .extracting(e -> ((HistorianException) e).code())
        .isEqualTo(ErrorCode.OUT_OF_RANGE);
  }

  @Test
  void rangesBeforeHistoryAreEmptyAndItGoesOnAfterTheAnchor() {
    assertThat(Recording.of(plant, new TimeRange(0, plant.startNs())).samples).isEmpty();
    TimeRange later = new TimeRange(plant.anchorNs() + 9 * DAY, plant.anchorNs() + 9 * DAY + HOUR);
    assertThat(Recording.of(plant, later).of("R1.TIC101.PV")).hasSize(720);
  }

  /** Context as a server would know it after these bodies. */
  private static final class Context {
    final Batches batches = new Batches();
    final Map<String, JsonNode> steps = new java.util.TreeMap<>();
    final Map<String, JsonNode> orders = new HashMap<>();
    final Map<String, JsonNode> lots = new HashMap<>();
    final Map<String, JsonNode> events = new HashMap<>();
    final Set<String> known = new HashSet<>();
    int bodiesMax;

    Context() {}

    Context(DemoPlant plant) throws Exception {
      read(plant.contextJson(plant.anchorNs()));
    }

    void read(List<String> bodies) throws Exception {
      ObjectMapper json = new ObjectMapper();
      for (String body : bodies) {
        JsonNode root = json.readTree(body);
        int count = 0;
        for (JsonNode items : root) {
          count += items.size();
        }
        bodiesMax = Math.max(bodiesMax, count);
        root.path("batches").forEach(b -> batches.byId.put(b.path("batchId").asText(), b));
        root.path("steps").forEach(s -> steps.put(s.path("stepId").asText(), s));
        root.path("orders").forEach(o -> orders.put(o.path("orderId").asText(), o));
        root.path("lots").forEach(l -> lots.put(l.path("lotId").asText(), l));
        root.path("events").forEach(e -> events.put(e.path("eventId").asText(), e));
      }
    }

    long time(JsonNode node, String field) {
      return Instant.parse(node.path(field).asText()).getEpochSecond() * SECOND;
    }

    long length(JsonNode node) {
      return time(node, "endTime") - time(node, "startTime");
    }

    String order(JsonNode step) {
      return batches.get(step.path("batchId").asText()).path("orderId").asText();
    }

    long running(String unit) {
      return batches.byId.values().stream()
          .filter(b -> b.path("unitId").asText().equals(unit) && !b.has("endTime"))
          .count();
    }
  }

  private static final class Batches {
    final java.util.TreeMap<String, JsonNode> byId = new java.util.TreeMap<>();

    JsonNode get(String id) {
      return byId.get(id);
    }

    int size() {
      return byId.size();
    }

    String firstEntryId() {
      return byId.firstKey();
    }
  }
}

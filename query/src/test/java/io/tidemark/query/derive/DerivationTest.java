package io.tidemark.query.derive;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.query.context.ContextKind;
import io.tidemark.query.context.ContextRow;
import io.tidemark.query.context.Derivation;
import io.tidemark.query.context.JournaledContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever the order in which samples come, the context ends as if it had been told at once. */
class DerivationTest {
  private static final long HORIZON = 120;

  /** A tag with the samples that have come, and what a derivation knows of it. */
  private static final class Told {
    private final TreeMap<Long, String> samples = new TreeMap<>();
    private final StateSignal signal = new StateSignal();

    private long[] put(long ns, String state) {
      return put(new TreeMap<>(Map.of(ns, state)));
    }

    /** Samples come; an empty text says nothing. Gives the stretch that they touch. */
    private long[] put(TreeMap<Long, String> come) {
      samples.putAll(come);
      StateSignal.Samples changed = new StateSignal.Samples();
      samples
          .subMap(come.firstKey(), true, come.lastKey(), true)
          .forEach((ns, state) -> changed.add(ns, text(state)));
      Long nextNs = samples.higherKey(come.lastKey());
      if (nextNs != null) {
        changed.add(nextNs, text(samples.get(nextNs)));
      }
      signal.replace(come.firstKey(), changed, nextNs == null);
      return new long[] {come.firstKey(), nextNs == null ? Long.MAX_VALUE : nextNs};
    }

    private @Nullable String at(long ns) {
      Map.Entry<Long, String> sample = samples.floorEntry(ns);
      return sample == null ? null : text(sample.getValue());
    }

    private static @Nullable String text(String state) {
      return state.isEmpty() ? null : state;
    }
  }

  private final JournaledContext context = new JournaledContext();
  private final Told batches = new Told();
  private final Told phases = new Told();

  private boolean hasBatchTag = true;
  private boolean hasPhaseTag = true;
  private long minimumNs;
  private String prefix = "";
  private String productId = "P-1";

  private Derivation derivation() {
    return new Derivation(
        "D", "R1", "B", "P", Set.of(), Map.of(), productId, prefix, minimumNs, true);
  }

  private void batch(long ns, String state) {
    derive(batches.put(ns, state));
  }

  private void phase(long ns, String state) {
    derive(phases.put(ns, state));
  }

  private void derive(long[] window) {
    StateSignal batchSignal = hasBatchTag ? batches.signal : null;
    StateSignal phaseSignal = hasPhaseTag ? phases.signal : null;
    long firstNs = (hasBatchTag ? batches : phases).signal.firstNs();
    String body =
        DerivationDiff.body(
            context.store(),
            derivation(),
            named(DerivedBatch.touching(batchSignal, phaseSignal, minimumNs, window[0], window[1])),
            window[0],
            window[1],
            firstNs);
    if (body != null) {
      context.principal("derivation:D");
      assertThat(context.putAll(body).errors()).isEmpty();
      context.principal("mes");
    }
  }

  /** The sign + stands for some batch. */
  private static List<DerivedBatch> named(List<DerivedBatch> told) {
    return told.stream()
        .map(
            batch ->
                batch.batchId().equals("+")
                    ? new DerivedBatch(
                        Derivation.SOME_BATCH,
                        batch.startNs(),
                        batch.endNs(),
                        batch.startKnown(),
                        batch.phases())
                    : batch)
        .toList();
  }

  private static String text(ContextRow row, String... columns) {
    List<String> parts = new ArrayList<>();
    for (String column : columns) {
      parts.add(
          column.endsWith("time") || column.equals("instance")
              ? String.valueOf(row.whole(column))
              : String.valueOf(row.text(column)));
    }
    return String.join(" ", parts);
  }

  private static boolean lasts(ContextRow row) {
    return row.whole("end_time") == null || row.whole("end_time") > row.whole("start_time");
  }

  /** Batches and phases that were not taken back. */
  private Set<String> stored(boolean withIds) {
    Set<String> stored = new TreeSet<>();
    for (ContextRow row : context.store().rows(ContextKind.BATCHES)) {
      if (!"Cancelled".equals(row.text("status"))) {
        stored.add(
            "batch " + (withIds ? row.id() + " " : "") + text(row, "start_time", "end_time"));
        assertThat(row.text("status"))
            .isEqualTo(row.whole("end_time") == null ? "Running" : "Complete");
      }
    }
    for (ContextRow row : context.store().rows(ContextKind.STEPS)) {
      if ("Phase".equals(row.text("level")) && lasts(row)) {
        ContextRow batch = context.store().row(ContextKind.BATCHES, row.text("batch_id"));
        stored.add(
            "phase "
                + (withIds ? row.text("batch_id") : text(batch, "start_time", "end_time"))
                + " "
                + text(row, "name", "instance", "start_time", "end_time"));
      }
    }
    return stored;
  }

  private @Nullable String batchAt(long ns) {
    return hasBatchTag ? batches.at(ns) : phases.at(ns) == null ? null : "+";
  }

  /** The same from all samples at once, instant by instant. */
  private Set<String> reference() {
    Set<String> expected = new TreeSet<>();
    Map<String, long[]> hulls = new TreeMap<>();
    Map<String, Integer> instances = new TreeMap<>();
    for (long ns = 0; ns < HORIZON; ns++) {
      String batch = batchAt(ns);
      if (batch == null || (ns > 0 && batch.equals(batchAt(ns - 1)))) {
        continue;
      }
      long end = ns + 1;
      while (end < HORIZON && batch.equals(batchAt(end))) {
        end++;
      }
      if (end < HORIZON && end - ns < minimumNs) {
        continue;
      }
      boolean named = !batch.equals("+");
      String label = named ? batch : ns + " " + (end == HORIZON ? "null" : end);
      hulls.merge(label, new long[] {ns, end}, (a, b) -> new long[] {a[0], Math.max(a[1], b[1])});
      for (long start = ns; hasPhaseTag && start < end; start++) {
        String phase = phases.at(start);
        if (phase == null || (start > ns && phase.equals(phases.at(start - 1)))) {
          continue;
        }
        long stop = start + 1;
        while (stop < end && phase.equals(phases.at(stop))) {
          stop++;
        }
        if (stop == HORIZON || stop - start >= minimumNs) {
          int instance = instances.merge(label + "/" + phase, 1, Integer::sum);
          expected.add(
              "phase %s %s %d %d %s"
                  .formatted(label, phase, instance, start, stop == HORIZON ? "null" : "" + stop));
        }
      }
    }
    hulls.forEach(
        (label, hull) ->
            expected.add(
                "batch "
                    + (label.contains(" ") ? "" : label + " ")
                    + hull[0]
                    + " "
                    + (hull[1] == HORIZON ? "null" : hull[1])));
    return expected;
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void samplesInAnyOrderEndInTheSameBatchesAndPhases(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 40; round++) {
      DerivationTest plant = new DerivationTest();
      boolean toggles = random.nextBoolean();
      plant.hasBatchTag = random.nextInt(4) > 0;
      plant.hasPhaseTag = !plant.hasBatchTag || random.nextInt(4) > 0;
      plant.minimumNs = random.nextBoolean() ? 0 : random.nextInt(8);
      for (int i = random.nextInt(40); i > 0; i--) {
        TreeMap<Long, String> come = new TreeMap<>();
        boolean ofBatch = plant.hasBatchTag && (!plant.hasPhaseTag || random.nextBoolean());
        long ns = random.nextLong(0, HORIZON - 40);
        for (int count = random.nextInt(3) == 0 ? 5 : 1; count > 0; count--) {
          String state =
              !ofBatch
                  ? random.nextBoolean() ? "Heat" : "Cool"
                  : toggles ? "+" : "B" + random.nextInt(3);
          come.put(ns + random.nextLong(0, 30), random.nextInt(4) == 0 ? "" : state);
        }
        plant.derive((ofBatch ? plant.batches : plant.phases).put(come));
      }
      boolean withIds = plant.hasBatchTag && !toggles;
      assertThat(plant.stored(withIds))
          .as(
              "seed=%d round=%d batches=%s phases=%s",
              seed, round, plant.batches.samples, plant.phases.samples)
          .isEqualTo(plant.reference());
    }
  }

  private String batchText(String id) {
    return text(context.store().row(ContextKind.BATCHES, id), "status", "start_time", "end_time");
  }

  private String stepText(String id) {
    return text(
        context.store().row(ContextKind.STEPS, id), "name", "instance", "start_time", "end_time");
  }

  @Test
  void aBatchRunsUntilAnotherSampleSaysOtherwise() {
    batch(10, "B1");
    phase(12, "Heat");
    assertThat(batchText("B1")).isEqualTo("Running 10 null");
    assertThat(stepText("B1/R1/Heat/1")).isEqualTo("Heat 1 12 null");
    phase(20, "Cool");
    batch(30, "B2");
    assertThat(batchText("B1")).isEqualTo("Complete 10 30");
    assertThat(stepText("B1/R1/Heat/1")).isEqualTo("Heat 1 12 20");
    assertThat(stepText("B1/R1/Cool/1")).isEqualTo("Cool 1 20 30");
    assertThat(stepText("B2/R1/Cool/1")).isEqualTo("Cool 1 30 null");
    ContextRow step = context.store().row(ContextKind.STEPS, "B1/R1/Cool/1");
    assertThat(step.text("parent_id")).isEqualTo("B1/R1/1");
    assertThat(step.changedBy()).isEqualTo("derivation:D");
    assertThat(context.store().row(ContextKind.BATCHES, "B1").text("product_id")).isEqualTo("P-1");
  }

  @Test
  void aRepeatedSampleMakesNoVersion() {
    batch(10, "B1");
    phase(12, "Heat");
    long generation = context.store().generation();
    for (long ns = 13; ns < 40; ns++) {
      batch(ns, "B1");
      phase(ns, "Heat");
    }
    assertThat(context.store().generation()).isEqualTo(generation);
  }

  @Test
  void aLateSampleMovesTheBoundaryOfTheSameObjects() {
    batch(10, "B1");
    phase(10, "Heat");
    phase(20, "Cool");
    batch(30, "");
    phase(15, "Cool");
    assertThat(stepText("B1/R1/Heat/1")).isEqualTo("Heat 1 10 15");
    assertThat(stepText("B1/R1/Cool/1")).isEqualTo("Cool 1 15 30");
    assertThat(context.store().row(ContextKind.STEPS, "B1/R1/Cool/2")).isNull();
    batch(5, "B1");
    assertThat(batchText("B1")).isEqualTo("Complete 5 30");
    assertThat(stepText("B1/R1/Heat/1")).isEqualTo("Heat 1 10 15");
  }

  @Test
  void aPhaseFoundLateIsCountedByItsStartAndOthersKeepTheirIds() {
    batch(10, "B1");
    phase(40, "Heat");
    phase(50, "");
    phase(30, "");
    phase(20, "Heat");
    assertThat(stepText("B1/R1/Heat/1")).isEqualTo("Heat 2 40 50");
    assertThat(stepText("B1/R1/Heat/2")).isEqualTo("Heat 1 20 30");
  }

  @Test
  void whatWasNotSoAfterAllIsCancelledAndComesBackWithTheSameId() {
    batch(10, "B1");
    phase(10, "Heat");
    batch(20, "");
    batch(10, "");
    assertThat(batchText("B1")).isEqualTo("Cancelled 10 10");
    assertThat(stepText("B1/R1/Heat/1")).isEqualTo("Heat 1 10 10");
    batch(10, "B1");
    assertThat(batchText("B1")).isEqualTo("Complete 10 20");
    assertThat(stepText("B1/R1/Heat/1")).isEqualTo("Heat 1 10 20");
    assertThat(context.store().rows(ContextKind.STEPS)).hasSize(2);
  }

  @Test
  void aBatchThatIsToldAgainGoesOn() {
    batch(10, "B1");
    phase(10, "Heat");
    batch(20, "");
    batch(30, "B1");
    batch(40, "");
    assertThat(batchText("B1")).isEqualTo("Complete 10 40");
    assertThat(stepText("B1/R1/Heat/1")).isEqualTo("Heat 1 10 20");
    assertThat(stepText("B1/R1/Heat/2")).isEqualTo("Heat 2 30 40");
  }

  @Test
  void aBatchWithoutNameIsNamedByTheStartThatWasSeenFirst() {
    prefix = "R1-";
    batch(1_000_000_000, "+");
    batch(2_000_000_000, "");
    String id = "R1-1970-01-01T00:00:01Z";
    batch(500_000_000, "+");
    assertThat(batchText(id)).isEqualTo("Complete 500000000 2000000000");
    batch(1_500_000_000, ""); // in two
    batch(1_600_000_000, "+");
    assertThat(batchText(id)).isEqualTo("Complete 500000000 1500000000");
    assertThat(batchText("R1-1970-01-01T00:00:01.600Z"))
        .isEqualTo("Complete 1600000000 2000000000");
  }

  @Test
  void whatSomebodyCorrectedStays() {
    batch(10, "B1");
    phase(10, "Heat");
    phase(20, "Cool");
    context.put(ContextKind.BATCHES, "B1", "{'orderId':'O1'}");
    context.put(ContextKind.STEPS, "B1/R1/Heat/1", "{'endTime':'1970-01-01T00:00:00.000000100Z'}");
    phase(15, "Cool");
    batch(30, "");
    assertThat(batchText("B1")).isEqualTo("Running 10 null");
    assertThat(stepText("B1/R1/Heat/1")).isEqualTo("Heat 1 10 100");
    assertThat(stepText("B1/R1/Cool/1")).isEqualTo("Cool 1 15 30");
    assertThat(context.store().row(ContextKind.STEPS, "B1/R1/Heat/2")).isNull();
  }

  @Test
  void anotherProductOfTheDerivationIsThatOfItsBatches() {
    batch(10, "B1");
    productId = "P-2";
    batch(20, "B1");
    assertThat(context.store().row(ContextKind.BATCHES, "B1").text("product_id")).isEqualTo("P-2");
  }

  @Test
  void aBatchOfTheMesGetsPhasesAndIsLeftAlone() {
    context.put(ContextKind.BATCHES, "B1", "{'unitId':'R9','startTime':'1970-01-01T00:00:00Z'}");
    batch(10, "B1");
    phase(10, "Heat");
    batch(20, "");
    assertThat(batchText("B1")).isEqualTo("null 0 null");
    assertThat(stepText("B1/R1/Heat/1")).isEqualTo("Heat 1 10 20");
  }

  @Test
  void whatLostItsSamplesStays() {
    batch(10, "B1");
    phase(10, "Heat");
    batch(20, "");
    batch(30, "B2");
    Told later = new Told(); // as after a restart, with samples gone
    for (Map.Entry<Long, String> sample : batches.samples.tailMap(32L, false).entrySet()) {
      later.put(sample.getKey(), sample.getValue());
    }
    later.put(35, "B2");
    later.put(40, "");
    List<DerivedBatch> told =
        DerivedBatch.touching(later.signal, null, 0, Long.MIN_VALUE, Long.MAX_VALUE);
    String body =
        DerivationDiff.body(
            context.store(),
            derivation(),
            told,
            Long.MIN_VALUE,
            Long.MAX_VALUE,
            later.signal.firstNs());
    context.principal("derivation:D");
    context.putAll(body);
    assertThat(batchText("B1")).isEqualTo("Complete 10 20");
    assertThat(stepText("B1/R1/Heat/1")).isEqualTo("Heat 1 10 20");
    assertThat(batchText("B2")).isEqualTo("Complete 30 40");
  }
}

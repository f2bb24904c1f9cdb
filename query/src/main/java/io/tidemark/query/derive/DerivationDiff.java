package io.tidemark.query.derive;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.tidemark.model.Direction;
import io.tidemark.model.TimeRange;
import io.tidemark.query.context.ContextKind;
import io.tidemark.query.context.ContextRow;
import io.tidemark.query.context.ContextSearch;
import io.tidemark.query.context.ContextStore;
import io.tidemark.query.context.Derivation;
import io.tidemark.query.context.IntervalSearch;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What of the context must change so that it says of a stretch of time what a derivation tells.
 * Used once, by one thread; the context must not change meanwhile.
 *
 * <p>A batch in a unit without a break is a step of level UnitProcedure, its phases are steps below
 * it, and the batch spans its unit procedures. So a stretch is compared with the steps that were
 * told from it before, and with nothing else: steps of the same batch and name that begin together
 * are the same, then those that share most time, the rest is new or was not so after all. A row
 * whose newest version somebody else wrote takes part and is not written.
 */
public final class DerivationDiff {
  private static final JsonFactory JSON = new JsonFactory();

  /** What steps of one name are counted in. */
  private record Name(String batchId, String level, String name) {}

  private final ContextStore store;
  private final Derivation derivation;
  private final long firstKnownNs;
  private final Map<String, DerivedStep> steps = new HashMap<>();
  private final Set<String> batchIds = new LinkedHashSet<>();
  private final Map<String, Integer> lastNumbers = new HashMap<>();

  private DerivationDiff(ContextStore store, Derivation derivation, long firstKnownNs) {
    this.store = store;
    this.derivation = derivation;
    this.firstKnownNs = firstKnownNs;
  }

  /**
   * The upserts, as a bulk body, or null if nothing changes.
   *
   * @param batches what is told now: all that touch {@code [fromNs, toNs]}, whole
   * @param firstKnownNs time of the first sample: what was told before has lost its samples and
   *     stays
   */
  public static @Nullable String body(
      ContextStore store,
      Derivation derivation,
      List<DerivedBatch> batches,
      long fromNs,
      long toNs,
      long firstKnownNs) {
    return store.reading(
        () -> new DerivationDiff(store, derivation, firstKnownNs).body(batches, fromNs, toNs));
  }

  private @Nullable String body(List<DerivedBatch> batches, long fromNs, long toNs) {
    List<DerivedStep> told = toldProcedures(batches, fromNs, toNs);
    List<DerivedStep> toldPhases = toldPhases(told);
    List<@Nullable DerivedStep> matches = new ArrayList<>();
    StepMatching matching = new StepMatching(told);
    for (DerivedBatch batch : batches) {
      boolean named = !batch.batchId().equals(Derivation.SOME_BATCH);
      matches.add(
          matching.same(batch.startNs(), step -> !named || step.batchId.equals(batch.batchId())));
    }
    for (int i = 0; i < batches.size(); i++) {
      DerivedBatch batch = batches.get(i);
      boolean named = !batch.batchId().equals(Derivation.SOME_BATCH);
      if (matches.get(i) == null) {
        matches.set(
            i,
            matching.sharing(
                batch.startNs(),
                batch.endNs(),
                step -> !named || step.batchId.equals(batch.batchId())));
      }
    }
    matching.left().forEach(this::takeBack);
    List<DerivedStep> procedures = new ArrayList<>();
    for (int i = 0; i < batches.size(); i++) {
      procedures.add(procedure(batches.get(i), matches.get(i)));
    }
    placePhases(batches, procedures, toldPhases);
    batchIds.forEach(this::count);
    return write();
  }

  /** Unit procedures that were told from this stretch before. */
  private List<DerivedStep> toldProcedures(List<DerivedBatch> batches, long fromNs, long toNs) {
    Map<String, DerivedStep> told = new LinkedHashMap<>();
    long beforeNs = fromNs == Long.MIN_VALUE ? fromNs : fromNs - 1;
    List<ContextRow> rows =
        new ArrayList<>(
            store.search(
                new ContextSearch(
                    ContextKind.STEPS,
                    IntervalSearch.OVERLAPPED,
                    new TimeRange(beforeNs, toNs == Long.MAX_VALUE ? toNs : toNs + 1),
                    ContextSearch.Filter.ofUnit(derivation.unitId()),
                    Direction.FORWARD,
                    null,
                    Integer.MAX_VALUE)));
    for (DerivedBatch batch : batches) {
      rows.addAll(store.stepsOf(batch.batchId()));
    }
    for (ContextRow row : rows) {
      DerivedStep step = DerivedStep.UNIT_PROCEDURE.equals(row.text("level")) ? step(row) : null;
      if (step != null && step.touches(fromNs, toNs)) {
        told.put(step.id, step);
      }
    }
    return List.copyOf(told.values());
  }

  private List<DerivedStep> toldPhases(List<DerivedStep> procedures) {
    Set<String> parents = new HashSet<>();
    Set<String> batches = new LinkedHashSet<>();
    for (DerivedStep procedure : procedures) {
      parents.add(procedure.id);
      batches.add(procedure.batchId);
    }
    List<DerivedStep> phases = new ArrayList<>();
    for (String batchId : batches) {
      for (DerivedStep step : stepsOf(batchId)) {
        if (step.level.equals(DerivedStep.PHASE)
            && step.parentId != null
            && parents.contains(step.parentId)) {
          phases.add(step);
        }
      }
    }
    return phases;
  }

  /** The step of a row of this unit that the derivation once wrote, or null. */
  private @Nullable DerivedStep step(ContextRow row) {
    DerivedStep known = steps.get(row.id());
    if (known != null) {
      return known;
    }
    if (!derivation.unitId().equals(row.text("unit_id"))) {
      return null;
    }
    for (ContextRow version : store.versions(ContextKind.STEPS, row.id())) {
      if (version.changedBy().equals(derivation.principalName())) {
        DerivedStep step = new DerivedStep(row, version);
        steps.put(step.id, step);
        return step;
      }
    }
    return null;
  }

  private List<DerivedStep> stepsOf(String batchId) {
    List<DerivedStep> found = new ArrayList<>();
    for (ContextRow row : store.stepsOf(batchId)) {
      DerivedStep step = step(row);
      if (step != null) {
        found.add(step);
      }
    }
    return found;
  }

  private DerivedStep procedure(DerivedBatch batch, @Nullable DerivedStep match) {
    String batchId =
        match != null
            ? match.batchId
            : batch.batchId().equals(Derivation.SOME_BATCH)
                ? newBatchId(batch.startNs())
                : batch.batchId();
    batchIds.add(batchId);
    if (match == null) {
      return added(
          batchId + "/" + derivation.unitId(),
          new DerivedStep(
              "",
              batchId,
              null,
              DerivedStep.UNIT_PROCEDURE,
              derivation.unitId(),
              batch.startNs(),
              batch.endNs()));
    }
    move(match, batch.startNs(), batch.endNs(), batch.startKnown());
    return match;
  }

  /** An id that no batch has: one may have begun then until an earlier start was found. */
  private String newBatchId(long startNs) {
    String id = derivation.batchIdAt(startNs);
    String free = id;
    for (int n = 2; batchIds.contains(free) || store.row(ContextKind.BATCHES, free) != null; n++) {
      free = id + "-" + n;
    }
    return free;
  }

  private void placePhases(
      List<DerivedBatch> batches, List<DerivedStep> procedures, List<DerivedStep> toldPhases) {
    StepMatching matching = new StepMatching(toldPhases);
    List<@Nullable DerivedStep> matches = new ArrayList<>();
    for (int i = 0; i < batches.size(); i++) {
      String batchId = procedures.get(i).batchId;
      for (DerivedBatch.Phase phase : batches.get(i).phases()) {
        matches.add(
            matching.same(
                phase.startNs(),
                step -> step.batchId.equals(batchId) && step.name.equals(phase.name())));
      }
    }
    int at = 0;
    for (int i = 0; i < batches.size(); i++) {
      DerivedStep procedure = procedures.get(i);
      for (DerivedBatch.Phase phase : batches.get(i).phases()) {
        DerivedStep match = matches.get(at++);
        if (match == null) {
          match =
              matching.sharing(
                  phase.startNs(),
                  phase.endNs(),
                  step -> step.batchId.equals(procedure.batchId) && step.name.equals(phase.name()));
        }
        if (match == null) {
          added(
              procedure.batchId + "/" + derivation.unitId() + "/" + phase.name(),
              new DerivedStep(
                  "",
                  procedure.batchId,
                  procedure.id,
                  DerivedStep.PHASE,
                  phase.name(),
                  phase.startNs(),
                  phase.endNs()));
        } else {
          match.parentId = procedure.id;
          move(match, phase.startNs(), phase.endNs(), phase.startKnown());
        }
      }
    }
    matching.left().forEach(this::takeBack);
  }

  private void move(DerivedStep step, long startNs, long endNs, boolean startKnown) {
    batchIds.add(step.batchId);
    if (startKnown || step.startNs > startNs) {
      step.startNs = startNs;
    }
    step.endNs = endNs;
  }

  private void takeBack(DerivedStep step) {
    batchIds.add(step.batchId);
    if (step.startNs >= firstKnownNs) {
      step.endNs = step.startNs;
    }
  }

  /** Gives a new step the next free number as the end of its id. */
  private DerivedStep added(String prefix, DerivedStep draft) {
    int number = lastNumbers.getOrDefault(prefix, 0);
    String id;
    do {
      number++;
      id = prefix + "/" + number;
    } while (steps.containsKey(id) || store.row(ContextKind.STEPS, id) != null);
    lastNumbers.put(prefix, number);
    DerivedStep step =
        new DerivedStep(
            id, draft.batchId, draft.parentId, draft.level, draft.name, draft.startNs, draft.endNs);
    steps.put(id, step);
    return step;
  }

  /** Numbers the steps of each name of a batch by their start. */
  private void count(String batchId) {
    Set<DerivedStep> ofBatch = new LinkedHashSet<>(stepsOf(batchId));
    for (DerivedStep step : steps.values()) {
      if (step.batchId.equals(batchId)) {
        ofBatch.add(step);
      }
    }
    List<DerivedStep> sorted = new ArrayList<>(ofBatch);
    sorted.sort(
        Comparator.<DerivedStep>comparingLong(step -> step.startNs).thenComparing(step -> step.id));
    Map<Name, Long> instances = new HashMap<>();
    for (DerivedStep step : sorted) {
      if (step.lasts()) {
        step.instance = instances.merge(new Name(batchId, step.level, step.name), 1L, Long::sum);
      }
    }
  }

  private @Nullable String write() {
    StringWriter text = new StringWriter();
    int items = 0;
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      json.writeArrayFieldStart(ContextKind.BATCHES.label());
      for (String batchId : batchIds) {
        items += writeBatch(json, batchId) ? 1 : 0;
      }
      json.writeEndArray();
      json.writeArrayFieldStart(ContextKind.STEPS.label());
      for (String level : List.of(DerivedStep.UNIT_PROCEDURE, DerivedStep.PHASE)) {
        for (DerivedStep step : steps.values()) {
          if (step.level.equals(level) && !step.foreign && step.differs()) {
            writeStep(json, step);
            items++;
          }
        }
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return items == 0 ? null : text.toString();
  }

  /** A batch spans its unit procedures; one that somebody else wrote stays. */
  private boolean writeBatch(JsonGenerator json, String batchId) throws IOException {
    ContextRow row = store.row(ContextKind.BATCHES, batchId);
    if (row != null && !row.changedBy().equals(derivation.principalName())) {
      return false;
    }
    long startNs = Long.MAX_VALUE;
    long endNs = Long.MIN_VALUE;
    for (DerivedStep step : steps.values()) {
      if (step.batchId.equals(batchId)
          && step.level.equals(DerivedStep.UNIT_PROCEDURE)
          && step.lasts()) {
        startNs = Math.min(startNs, step.startNs);
        endNs = Math.max(endNs, step.endNs);
      }
    }
    String status = endNs == DerivedBatch.OPEN_NS ? "Running" : "Complete";
    if (endNs == Long.MIN_VALUE) {
      Long started = row == null ? null : row.whole("start_time");
      if (started == null) {
        return false;
      }
      status = "Cancelled";
      startNs = started;
      endNs = started;
    }
    if (row != null
        && Objects.equals(row.whole("start_time"), startNs)
        && Objects.equals(row.whole("end_time"), endNs == DerivedBatch.OPEN_NS ? null : endNs)
        && status.equals(row.text("status"))
        && derivation.unitId().equals(row.text("unit_id"))
        && (derivation.productId() == null
            || derivation.productId().equals(row.text("product_id")))) {
      return false;
    }
    json.writeStartObject();
    json.writeStringField("batchId", batchId);
    json.writeStringField("unitId", derivation.unitId());
    if (derivation.productId() != null) {
      json.writeStringField("productId", derivation.productId());
    }
    json.writeStringField("status", status);
    writeTimes(json, startNs, endNs);
    json.writeEndObject();
    return true;
  }

  private void writeStep(JsonGenerator json, DerivedStep step) throws IOException {
    json.writeStartObject();
    json.writeStringField("stepId", step.id);
    json.writeStringField("batchId", step.batchId);
    json.writeStringField("unitId", derivation.unitId());
    json.writeStringField("parentId", step.parentId);
    json.writeStringField("level", step.level);
    json.writeStringField("name", step.name);
    json.writeNumberField("instance", Math.max(1, step.instance));
    writeTimes(json, step.startNs, step.endNs);
    json.writeEndObject();
  }

  private static void writeTimes(JsonGenerator json, long startNs, long endNs) throws IOException {
    json.writeStringField("startTime", iso(startNs));
    json.writeStringField("endTime", endNs == DerivedBatch.OPEN_NS ? null : iso(endNs));
  }

  private static String iso(long ns) {
    return Instant.ofEpochSecond(
            Math.floorDiv(ns, 1_000_000_000L), Math.floorMod(ns, 1_000_000_000L))
        .toString();
  }
}

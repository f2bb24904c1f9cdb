package io.tidemark.csv;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Batches and phases that the rows of a file show, and the bodies that write them.
 *
 * <p>A batch starts at its first row. A phase ends where the next begins; the last phase and the
 * batch end one median step of the batch's rows after its last row. A phase name that comes again
 * after another one is a further instance.
 */
public final class CsvContext {
  /** Most batches of a file. */
  public static final int BATCHES_MAX = 100_000;

  /** Most phases of a file. */
  public static final int PHASES_MAX = 1_000_000;

  private static final int DISTINCT_STEPS_MAX = 1024;

  /**
   * A batch.
   *
   * @param endNs first instant after, null if its length cannot be told
   */
  public record Batch(String batchId, long startNs, @Nullable Long endNs) {}

  /**
   * A phase of a batch.
   *
   * @param instance 1 for the first of its name in the batch
   */
  public record Phase(
      String stepId,
      String batchId,
      String name,
      int instance,
      long startNs,
      @Nullable Long endNs) {}

  private final @Nullable String unitId;
  private final @Nullable String productId;
  private final @Nullable String orderId;
  private final List<Batch> batches;
  private final List<Phase> phases;

  private CsvContext(
      @Nullable String unitId,
      @Nullable String productId,
      @Nullable String orderId,
      List<Batch> batches,
      List<Phase> phases) {
    this.unitId = unitId;
    this.productId = productId;
    this.orderId = orderId;
    this.batches = batches;
    this.phases = phases;
  }

  /** The batches, in the order of the file. */
  public List<Batch> batches() {
    return Collections.unmodifiableList(batches);
  }

  /** The phases, batch by batch in the order of the file. */
  public List<Phase> phases() {
    return Collections.unmodifiableList(phases);
  }

  /** Whether there is nothing to write. */
  public boolean isEmpty() {
    return batches.isEmpty();
  }

  /**
   * Bodies for the bulk route, to be sent in this order: what others refer to comes first. Each
   * holds at most that many objects.
   */
  public List<String> bodies(int itemsMax) {
    List<Item> items = new ArrayList<>();
    if (batches.isEmpty()) {
      return List.of();
    }
    if (unitId != null) {
      items.add(new Item("equipment", object().put("equipmentId", unitId).put("level", "Unit")));
    }
    if (productId != null) {
      items.add(new Item("products", object().put("productId", productId)));
    }
    if (orderId != null) {
      items.add(new Item("orders", product(object().put("orderId", orderId))));
    }
    for (Batch batch : batches) {
      ObjectNode node = object().put("batchId", batch.batchId);
      if (orderId != null) {
        node.put("orderId", orderId);
      }
      items.add(new Item("batches", times(unit(product(node)), batch.startNs, batch.endNs)));
    }
    for (Phase phase : phases) {
      ObjectNode node =
          unit(object().put("stepId", phase.stepId).put("batchId", phase.batchId))
              .put("level", "Phase")
              .put("name", phase.name)
              .put("instance", phase.instance);
      items.add(new Item("steps", times(node, phase.startNs, phase.endNs)));
    }
    List<String> bodies = new ArrayList<>();
    for (int from = 0; from < items.size(); from += itemsMax) {
      bodies.add(body(items.subList(from, Math.min(items.size(), from + itemsMax))));
    }
    return bodies;
  }

  private record Item(String kind, JsonNode node) {}

  private static String body(List<Item> items) {
    ObjectNode body = object();
    for (Item item : items) {
      body.withArray("/" + item.kind).add(item.node);
    }
    return body.toString();
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  private ObjectNode product(ObjectNode node) {
    return productId == null ? node : node.put("productId", productId);
  }

  private ObjectNode unit(ObjectNode node) {
    return unitId == null ? node : node.put("unitId", unitId);
  }

  private static ObjectNode times(ObjectNode node, long startNs, @Nullable Long endNs) {
    node.put("startTime", ErrorText.time(startNs));
    return endNs == null ? node : node.put("endTime", ErrorText.time(endNs));
  }

  /** Watches the rows of a file go by. One thread. */
  static final class Watch {
    private final CsvMapping mapping;
    private final Map<String, BatchWatch> batches = new LinkedHashMap<>();
    private int phaseCount;

    Watch(CsvMapping mapping) {
      this.mapping = mapping;
    }

    /**
     * Takes a row of a batch.
     *
     * @param phase name, empty if the row is in none
     * @throws HistorianException {@link ErrorCode#TOO_MANY} beyond the limits.
     */
    void row(String batchId, String phase, long timeNs, long line) {
      BatchWatch batch = batches.get(batchId);
      if (batch == null) {
        if (batches.size() == BATCHES_MAX) {
          throw tooMany("batches", BATCHES_MAX, line);
        }
        batch = new BatchWatch(timeNs);
        batches.put(batchId, batch);
      }
      if (batch.row(phase, timeNs) && ++phaseCount > PHASES_MAX) {
        throw tooMany("phases", PHASES_MAX, line);
      }
    }

    private static HistorianException tooMany(String what, int limit, long line) {
      return new HistorianException(
          ErrorCode.TOO_MANY,
          "file has more " + what + " than the limit: line=" + line + ", limit=" + limit,
          null,
          "look whether the right column is named, or split the file",
          null);
    }

    /** What was seen so far. */
    CsvContext context() {
      Steps all = new Steps();
      batches.values().forEach(batch -> all.addAll(batch.steps));
      List<Batch> found = new ArrayList<>();
      List<Phase> phases = new ArrayList<>();
      batches.forEach(
          (id, batch) -> {
            Long step = batch.steps.median();
            step = step != null ? step : all.median();
            Long end = step == null ? null : (Long) (batch.lastNs + step);
            String batchId = mapping.batchPrefix() + id;
            found.add(new Batch(batchId, batch.firstNs, end));
            Map<String, Integer> instances = new HashMap<>();
            List<Run> runs = List.copyOf(batch.runs.values());
            for (int i = 0; i < runs.size(); i++) {
              Run run = runs.get(i);
              if (run.name.isEmpty()) {
                continue;
              }
              int instance = instances.merge(run.name, 1, Integer::sum);
              phases.add(
                  new Phase(
                      batchId + "/" + run.name + (instance == 1 ? "" : "#" + instance),
                      batchId,
                      run.name,
                      instance,
                      run.firstNs,
                      i + 1 < runs.size() ? (Long) runs.get(i + 1).firstNs : end));
            }
          });
      return new CsvContext(
          mapping.unitId(), mapping.productId(), mapping.orderId(), found, phases);
    }
  }

  /** Rows of one batch. */
  private static final class BatchWatch {
    private long firstNs;
    private long lastNs;
    private long previousNs;
    private final Steps steps = new Steps();
    private final TreeMap<Long, Run> runs = new TreeMap<>();

    BatchWatch(long timeNs) {
      firstNs = timeNs;
      lastNs = timeNs;
      previousNs = timeNs;
    }

    /**
     * Takes a row and says whether a run of rows of one phase began. Rows may come in any order of
     * time, as in the long form tag by tag: a row between two runs belongs to the one of its name.
     * A row inside a run of another name changes nothing.
     */
    boolean row(String phase, long timeNs) {
      firstNs = Math.min(firstNs, timeNs);
      lastNs = Math.max(lastNs, timeNs);
      if (timeNs > previousNs) {
        steps.add(timeNs - previousNs, 1);
      }
      previousNs = timeNs;
      Map.Entry<Long, Run> before = runs.floorEntry(timeNs);
      if (before != null && (timeNs <= before.getValue().lastNs)) {
        return false;
      }
      if (before != null && before.getValue().name.equals(phase)) {
        before.getValue().lastNs = timeNs;
        return false;
      }
      Map.Entry<Long, Run> after = runs.higherEntry(timeNs);
      if (after != null && after.getValue().name.equals(phase)) {
        runs.remove(after.getKey());
        after.getValue().firstNs = timeNs;
        runs.put(timeNs, after.getValue());
        return false;
      }
      runs.put(timeNs, new Run(phase, timeNs));
      return true;
    }
  }

  /** Rows of one phase, or of none, with no other phase between them. */
  private static final class Run {
    private final String name;
    private long firstNs;
    private long lastNs;

    Run(String name, long timeNs) {
      this.name = name;
      firstNs = timeNs;
      lastNs = timeNs;
    }
  }

  /** How often which distance between rows came; ignores new ones when it is full. */
  private static final class Steps {
    private final TreeMap<Long, Long> counts = new TreeMap<>();

    void add(long stepNs, long count) {
      if (counts.size() < DISTINCT_STEPS_MAX || counts.containsKey(stepNs)) {
        counts.merge(stepNs, count, Long::sum);
      }
    }

    void addAll(Steps other) {
      other.counts.forEach(this::add);
    }

    @Nullable Long median() {
      long half = (counts.values().stream().mapToLong(Long::longValue).sum() + 1) / 2;
      for (Map.Entry<Long, Long> entry : counts.entrySet()) {
        half -= entry.getValue();
        if (half <= 0) {
          return entry.getKey();
        }
      }
      return null;
    }
  }
}

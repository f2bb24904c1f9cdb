package io.tidemark.query.sql;

import io.tidemark.model.SampleType;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import io.tidemark.query.context.ContextKind;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A plant whose batches, steps and events lie in every way that intervals can: apart, touching,
 * nested, overlapping, equal, without length, open, not begun, on several units, corrected. All
 * begin and end at a few instants, at which samples lie too. What was written is kept as plain
 * lists, from which tests work out what SQL must answer.
 */
final class CrowdedPlant implements AutoCloseable {
  static final String TEMPERATURE = "Temperature";
  static final String VALVE = "Valve";
  static final List<String> UNITS = List.of("U1", "U2", "U3");
  static final List<String> TAGS = List.of("U1.T", "U1.T2", "U1.V", "U2.T", "U2.N", "U3.T", "FREE");

  private static final long START_NS = SmallPlant.ns("2026-01-09T03:00:00.000000123Z");
  private static final int INSTANTS = 24;

  record Batch(
      String id,
      @Nullable String order,
      @Nullable String product,
      @Nullable String unit,
      @Nullable Long startNs,
      @Nullable Long endNs,
      long version) {}

  record Step(
      String id,
      String batch,
      String level,
      String name,
      long instance,
      @Nullable String unit,
      @Nullable Long startNs,
      @Nullable Long endNs,
      long version) {}

  record Event(@Nullable String batch, String type, long startNs, @Nullable Long endNs) {}

  /** A binding of a property; the ends are those of time if it has none. */
  record Bound(String unit, String attribute, String tag, long startNs, long endNs) {}

  final SmallPlant plant;
  final Map<String, Batch> batches = new LinkedHashMap<>();
  final Map<String, Step> steps = new LinkedHashMap<>();
  final List<Event> events = new ArrayList<>();
  final List<Bound> bounds = new ArrayList<>();
  private final SplittableRandom random;
  private final long[] instants = new long[INSTANTS];

  CrowdedPlant(Path folder, long seed) {
    plant = new SmallPlant(folder);
    random = new SplittableRandom(seed);
    for (int i = 0; i < INSTANTS; i++) {
      instants[i] = START_NS + i * 77 * 60_000_000_000L + random.nextInt(3) * 500L;
    }
    plant.context.putAll(
        """
        {'equipment': [{'equipmentId': 'U1', 'level': 'Unit'}, {'equipmentId': 'U2', 'level': 'Unit'},
          {'equipmentId': 'U3', 'level': 'Unit'}],
         'products': [{'productId': 'P1'}, {'productId': 'P2'}],
         'orders': [{'orderId': 'O1', 'productId': 'P1'}, {'orderId': 'O2', 'productId': 'P2'}]}
        """);
    tags();
    bind("U1", TEMPERATURE, "U1.T", null, instants[16]);
    bind("U1", TEMPERATURE, "U1.T2", instants[8], null); // both from the 8th to the 16th
    bind("U1", VALVE, "U1.V", null, null);
    bind("U2", TEMPERATURE, "U2.T", null, null);
    bind("U2", "Note", "U2.N", instants[4], instants[20]);
    bind("U3", TEMPERATURE, "U3.T", instants[10], null);
    bind("U3", "Copy", "U2.T", null, null);
    for (int i = 0; i < 14; i++) {
      batch("B" + i);
    }
    for (String batch : List.copyOf(batches.keySet())) {
      int count = random.nextInt(6);
      for (int i = 0; i < count; i++) {
        step(batch);
      }
    }
    for (int i = 0; i < 16; i++) {
      event(i);
    }
    correct();
  }

  private void tags() {
    List<TagDefinition> tags = new ArrayList<>();
    for (String name : TAGS) {
      tags.add(
          switch (name) {
            case "U1.V" -> plant.store.define(name, SampleType.DIGITAL, true, "", "CLOSED", "OPEN");
            case "U2.N" -> plant.store.define(name, SampleType.STRING, true, "");
            case "U3.T" -> plant.store.define(name, SampleType.INT64, true, "kg/h");
            default -> plant.store.define(name, SampleType.FLOAT64, false, "°C");
          });
    }
    for (TagDefinition tag : tags) {
      TreeSet<Long> times = new TreeSet<>();
      long end = instants[INSTANTS - 1] + 3_600_000_000_000L;
      for (long ns = START_NS - 3_600_000_000_000L; ns < end; ) {
        times.add(ns);
        ns += random.nextLong(1, 50 * 60) * 1_000_000_000L + random.nextInt(2);
      }
      for (long instant : instants) {
        times.add(instant + random.nextInt(-1, 2));
      }
      for (long ns : times) {
        int status =
            switch (random.nextInt(14)) {
              case 0 -> StatusCodes.BAD_SENSOR_FAILURE;
              case 1 -> StatusCodes.UNCERTAIN_LAST_USABLE_VALUE;
              default -> StatusCodes.GOOD;
            };
        Object value =
            switch (tag.type()) {
              case DIGITAL -> random.nextBoolean() ? "OPEN" : "CLOSED";
              case STRING -> "n" + random.nextInt(3);
              case INT64 -> random.nextLong(100);
              default -> random.nextInt(400) / 4.0;
            };
        plant.store.write(tag, ns, value, status);
      }
    }
  }

  private void bind(
      String unit, String attribute, String tag, @Nullable Long startNs, @Nullable Long endNs) {
    plant.context.put(
        ContextKind.ATTRIBUTES,
        unit + "/" + attribute + "@" + bounds.size(),
        object("equipmentId", unit, "name", attribute, "tag", tag) + times(startNs, endNs) + "}");
    bounds.add(
        new Bound(
            unit,
            attribute,
            tag,
            startNs == null ? Long.MIN_VALUE : startNs,
            endNs == null ? Long.MAX_VALUE : endNs));
  }

  private void batch(String id) {
    String order = one(java.util.Arrays.asList("O1", "O2", null));
    String unit = random.nextInt(10) == 0 ? null : one(UNITS);
    @Nullable Long[] interval = interval(15);
    plant.context.put(
        ContextKind.BATCHES,
        id,
        object("batchId", id, "orderId", order, "unitId", unit)
            + times(interval[0], interval[1])
            + "}");
    String product = order == null ? null : order.equals("O1") ? "P1" : "P2";
    batches.put(id, new Batch(id, order, product, unit, interval[0], interval[1], 1));
  }

  private void step(String batchId) {
    String level = random.nextInt(4) == 0 ? "Operation" : "Phase";
    String name = one(List.of("Heat", "HEAT", "Cool", "Wash"));
    long instance =
        1
            + steps.values().stream()
                .filter(
                    s -> s.batch.equals(batchId) && s.level.equals(level) && s.name.equals(name))
                .count();
    String id = batchId + "/" + level + "/" + name + "/" + instance;
    String unit = random.nextInt(3) == 0 ? one(UNITS) : null;
    @Nullable Long[] interval = interval(12);
    plant.context.put(
        ContextKind.STEPS,
        id,
        object("batchId", batchId, "level", level, "name", name, "unitId", unit)
            + ", \"instance\": "
            + instance
            + times(interval[0], interval[1])
            + "}");
    Batch batch = batches.get(batchId);
    steps.put(
        id,
        new Step(
            id,
            batchId,
            level,
            name,
            instance,
            unit != null || batch == null ? unit : batch.unit,
            interval[0],
            interval[1],
            1));
  }

  private void event(int number) {
    String type = one(List.of("Held", "PAUSED", "paused", "Alarm"));
    String batch = random.nextInt(8) == 0 ? null : "B" + random.nextInt(14);
    @Nullable Long[] interval = interval(8);
    if (interval[0] == null) {
      interval[0] = instants[2];
      interval[1] = instants[2];
    }
    plant.context.put(
        ContextKind.EVENTS,
        "E" + number,
        object("type", type, "batchId", batch) + times(interval[0], interval[1]) + "}");
    events.add(new Event(batch, type, interval[0], interval[1]));
  }

  /** Some ends change after all: the objects get another version. */
  private void correct() {
    for (Batch batch : List.copyOf(batches.values())) {
      if (batch.startNs != null && batch.endNs != null && random.nextInt(3) == 0) {
        long end = batch.endNs + 600_000_000_001L;
        plant.context.put(ContextKind.BATCHES, batch.id, "{\"endTime\": \"" + iso(end) + "\"}");
        batches.put(
            batch.id,
            new Batch(batch.id, batch.order, batch.product, batch.unit, batch.startNs, end, 2));
      }
    }
    for (Step step : List.copyOf(steps.values())) {
      if (step.startNs != null && step.endNs == null && random.nextBoolean()) {
        plant.context.put(
            ContextKind.STEPS, step.id, "{\"endTime\": \"" + iso(step.startNs) + "\"}");
        steps.put(
            step.id,
            new Step(
                step.id,
                step.batch,
                step.level,
                step.name,
                step.instance,
                step.unit,
                step.startNs,
                step.startNs,
                2));
      }
    }
  }

  /** Start and end; some are open, some without length, a few have not begun. */
  private @Nullable Long[] interval(int longest) {
    if (random.nextInt(12) == 0) {
      return new @Nullable Long[] {null, null};
    }
    int from = random.nextInt(INSTANTS - 1);
    int to = Math.min(INSTANTS - 1, from + random.nextInt(longest));
    boolean isOpen = random.nextInt(7) == 0;
    return new @Nullable Long[] {instants[from], isOpen ? null : (Long) instants[to]};
  }

  private <E> E one(List<E> values) {
    return values.get(random.nextInt(values.size()));
  }

  /** The beginning of a JSON object; fields without a text are left out. */
  private static String object(@Nullable String... namesAndTexts) {
    StringBuilder json = new StringBuilder("{");
    for (int i = 0; i < namesAndTexts.length; i += 2) {
      if (namesAndTexts[i + 1] != null) {
        json.append(json.length() == 1 ? "" : ", ");
        json.append('"').append(namesAndTexts[i]).append("\": \"");
        json.append(namesAndTexts[i + 1]).append('"');
      }
    }
    return json.toString();
  }

  private static String times(@Nullable Long startNs, @Nullable Long endNs) {
    return (startNs == null ? "" : ", \"startTime\": \"" + iso(startNs) + '"')
        + (endNs == null ? "" : ", \"endTime\": \"" + iso(endNs) + '"');
  }

  private static String iso(long ns) {
    return Instant.ofEpochSecond(
            Math.floorDiv(ns, 1_000_000_000L), Math.floorMod(ns, 1_000_000_000L))
        .toString();
  }

  // What follows from the lists.

  /**
   * A batch on a unit, or a step.
   *
   * @param endNs of one that runs, now
   */
  record Stay(
      @Nullable Step step,
      Batch batch,
      @Nullable String unit,
      long startNs,
      long endNs,
      boolean isOpen) {

    boolean hasLength() {
      return startNs < endNs;
    }

    @Nullable String phase() {
      return step == null ? null : step.name;
    }

    @Nullable Long instance() {
      return step == null ? null : (Long) step.instance;
    }
  }

  private Stay stay(
      @Nullable Step step, Batch batch, @Nullable String unit, long start, @Nullable Long end) {
    return new Stay(step, batch, unit, start, end == null ? SmallPlant.NOW_NS : end, end == null);
  }

  /** Steps that have begun. */
  List<Stay> steps() {
    List<Stay> stays = new ArrayList<>();
    for (Step step : steps.values()) {
      Batch batch = batches.get(step.batch);
      if (step.startNs != null && batch != null) {
        stays.add(stay(step, batch, step.unit, step.startNs, step.endNs));
      }
    }
    return stays;
  }

  List<Stay> phases() {
    return steps().stream()
        .filter(stay -> stay.step != null && stay.step.level.equals("Phase"))
        .toList();
  }

  /** Batches on each unit where they ran. */
  List<Stay> batches() {
    List<Stay> stays = new ArrayList<>();
    for (Batch batch : batches.values()) {
      TreeSet<String> units = new TreeSet<>();
      steps().stream()
          .filter(s -> s.batch.id.equals(batch.id) && s.unit != null)
          .forEach(s -> units.add(String.valueOf(s.unit)));
      boolean ranOnItsOwnOnly =
          units.isEmpty() || (units.size() == 1 && units.first().equals(batch.unit));
      if (ranOnItsOwnOnly) {
        if (batch.startNs != null) {
          stays.add(stay(null, batch, batch.unit, batch.startNs, batch.endNs));
        }
        continue;
      }
      for (String unit : units) {
        long first = Long.MAX_VALUE;
        long last = Long.MIN_VALUE;
        boolean runs = false;
        for (Stay step : steps()) {
          if (step.batch.id.equals(batch.id) && unit.equals(step.unit)) {
            first = Math.min(first, step.startNs);
            last = Math.max(last, step.isOpen ? Long.MIN_VALUE : step.endNs);
            runs |= step.isOpen;
          }
        }
        stays.add(stay(null, batch, unit, first, runs ? batch.endNs : (Long) last));
      }
    }
    return stays;
  }

  /** The properties of a unit and their tags as a stay finds them; "" is none. */
  Map<String, String> attributesByTag(Stay stay) {
    Map<String, Bound> chosen = new LinkedHashMap<>();
    for (Bound bound : bounds) {
      if (!bound.unit.equals(stay.unit)) {
        continue;
      }
      Bound other = chosen.get(bound.attribute);
      boolean isAtStart = bound.startNs <= stay.startNs && stay.startNs < bound.endNs;
      boolean isWithin = stay.startNs < bound.startNs && bound.startNs < stay.endNs;
      boolean otherIsAtStart = other != null && other.startNs <= stay.startNs;
      if (isAtStart && (!otherIsAtStart || other == null || bound.startNs > other.startNs)) {
        chosen.put(bound.attribute, bound);
      } else if (isWithin
          && (other == null || (!otherIsAtStart && bound.startNs < other.startNs))) {
        chosen.put(bound.attribute, bound);
      }
    }
    Map<String, String> byTag = new LinkedHashMap<>();
    TAGS.forEach(tag -> byTag.put(tag, ""));
    chosen.values().forEach(bound -> byTag.put(bound.tag, bound.attribute));
    return byTag;
  }

  /** Whether a batch is held at an instant. */
  boolean isHeld(String batch, long ns) {
    return events.stream()
        .anyMatch(
            e ->
                batch.equals(e.batch)
                    && !e.type.equals("Alarm")
                    && e.startNs <= ns
                    && ns < (e.endNs == null ? SmallPlant.NOW_NS : e.endNs));
  }

  /** The parts of a stay in which its batch was not held: start, end, start, end, ... */
  long[] active(Stay stay) {
    TreeSet<Long> edges = new TreeSet<>(List.of(stay.startNs, stay.endNs));
    for (Event event : events) {
      edges.add(event.startNs);
      edges.add(event.endNs == null ? SmallPlant.NOW_NS : event.endNs);
    }
    List<Long> active = new ArrayList<>();
    for (long edge : edges) {
      if (edge < stay.startNs || edge >= stay.endNs || isHeld(stay.batch.id, edge)) {
        continue;
      }
      long until = edges.higher(edge);
      if (!active.isEmpty() && active.getLast() == edge) {
        active.set(active.size() - 1, until);
      } else {
        active.add(edge);
        active.add(until);
      }
    }
    return active.stream().mapToLong(Long::longValue).toArray();
  }

  static long length(long[] stretches) {
    long length = 0;
    for (int i = 0; i < stretches.length; i += 2) {
      length += stretches[i + 1] - stretches[i];
    }
    return length;
  }

  @Override
  public void close() {
    plant.close();
  }
}

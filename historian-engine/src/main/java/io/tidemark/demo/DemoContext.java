package io.tidemark.demo;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.query.context.ContextKind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What the plant's MES knows, as bulk bodies of context objects. An object is told when it starts
 * and again when it ends; before that it has no {@code endTime}. Safe from any thread.
 */
final class DemoContext {
  private static final int OBJECTS_PER_BODY = 400;

  /* What others refer to comes first. */
  private static final List<ContextKind> WRITE_ORDER =
      List.of(
          ContextKind.EQUIPMENT,
          ContextKind.ATTRIBUTES,
          ContextKind.PRODUCTS,
          ContextKind.ORDERS,
          ContextKind.BATCHES,
          ContextKind.STEPS,
          ContextKind.LOTS,
          ContextKind.EVENTS);

  private final DemoSchedule schedule;
  private final Supplier<long[]> highTemperature;

  /**
   * Context of a schedule.
   *
   * @param highTemperature first tick of the alarm of the hot batch and first tick after it
   */
  DemoContext(DemoSchedule schedule, Supplier<long[]> highTemperature) {
    this.schedule = schedule;
    this.highTemperature = highTemperature;
  }

  List<String> staticBodies() {
    Bodies bodies = new Bodies();
    equipment(bodies, "TIDE", "", "Site", "Tide works", "The demo site");
    equipment(bodies, "TIDE/AREA1", "TIDE", "Area", "Area 1", "Resin plant");
    equipment(bodies, "R1", "TIDE/AREA1", "Unit", "Reactor 1", "Stirred tank, 6 m3, jacketed");
    equipment(bodies, "R2", "TIDE/AREA1", "Unit", "Reactor 2", "Stirred tank, 6 m3, jacketed");
    equipment(bodies, "D1", "TIDE/AREA1", "Unit", "Dryer 1", "Paddle dryer under vacuum");
    equipment(bodies, "UTIL", "TIDE/AREA1", "Unit", "Utilities", "Steam and electricity");
    for (String unit : List.of("R1", "R2")) {
      int loop = unit.equals("R1") ? 100 : 200;
      attribute(bodies, unit, "Reactor Temperature", "TIC" + (loop + 1), "degC");
      attribute(bodies, unit, "Jacket Temperature", "TI" + (loop + 2), "degC");
      attribute(bodies, unit, "Jacket Steam", "FT" + (loop + 8), "kg/h");
      attribute(bodies, unit, "Agitator Speed", "SIC" + (loop + 5), "rpm");
    }
    attribute(bodies, "D1", "Dryer Temperature", "TIC301", "degC");
    attribute(bodies, "D1", "Jacket Temperature", "TI302", "degC");
    attribute(bodies, "D1", "Jacket Steam", "FT308", "kg/h");
    attribute(bodies, "D1", "Agitator Speed", "SIC305", "rpm");
    for (DemoProduct product : DemoProduct.values()) {
      bodies
          .add(ContextKind.PRODUCTS)
          .put("productId", product.id)
          .put("name", product.title)
          .put("description", product.description);
    }
    return bodies.finish();
  }

  private static void equipment(
      Bodies bodies, String id, String parent, String level, String name, String description) {
    ObjectNode node = bodies.add(ContextKind.EQUIPMENT).put("equipmentId", id);
    if (!parent.isEmpty()) {
      node.put("parentId", parent);
    }
    node.put("level", level).put("name", name).put("description", description);
  }

  private static void attribute(
      Bodies bodies, String unit, String name, String instrument, String uom) {
    bodies
        .add(ContextKind.ATTRIBUTES)
        .put("attributeId", unit + "/" + name)
        .put("equipmentId", unit)
        .put("name", name)
        .put("tag", unit + "." + instrument + ".PV")
        .put("uom", uom)
        .put("description", name + " of " + unit);
  }

  /** Objects that start or end in {@code [from, until)}, as known at {@code until - 1}. */
  List<String> changes(long from, long until) {
    Window window = new Window(from, until);
    Bodies bodies = new Bodies();
    if (until <= from) {
      return List.of();
    }
    int newest = schedule.newestNumber(until - 1);
    /* A batch changes things for eight hours, an order for 28: seven batches. */
    int oldest = Math.max(schedule.firstNumber, schedule.newestNumber(from) - 8);
    for (int number = oldest; number <= newest; number++) {
      batch(bodies, window, number);
      bodies.cut();
    }
    outage(bodies, window);
    return bodies.finish();
  }

  private void batch(Bodies bodies, Window window, int number) {
    long start = schedule.batchStart(number);
    long end = schedule.batchEnd(number);
    String batchId = DemoSchedule.batchId(number);
    String unit = DemoSchedule.isOnReactor1(number) ? "R1" : "R2";
    DemoProduct product = DemoSchedule.product(number);
    order(bodies, window, number);
    if (window.touches(start, end)) {
      ObjectNode node =
          bodies
              .add(ContextKind.BATCHES)
              .put("batchId", batchId)
              .put("orderId", DemoSchedule.orderId(number))
              .put("productId", product.id)
              .put("unitId", unit)
              .put("recipeId", "RCP-" + product.id.substring(2))
              .put("quantity", 700)
              .put("quantityUom", "kg")
              .put("status", window.isOver(end) ? "Complete" : "Running");
      window.putTimes(node, start, end);
    }
    steps(bodies, window, number, unit, schedule.reactorCycle(number));
    steps(bodies, window, number, "D1", schedule.dryerCycle(number));
    if (window.contains(end)) {
      bodies
          .add(ContextKind.LOTS)
          .put("lotId", "L-" + batchId.substring(2))
          .put("productId", product.id)
          .put("batchId", batchId)
          .put("quantity", 700)
          .put("quantityUom", "kg")
          .put("status", number == DemoSchedule.HOT_BATCH ? "Blocked" : "Released");
    }
    batchEvents(bodies, window, number, unit);
  }

  private void order(Bodies bodies, Window window, int number) {
    int first = Math.max(DemoSchedule.firstOfOrder(number), schedule.firstNumber);
    int last = DemoSchedule.firstOfOrder(number) + DemoSchedule.BATCHES_PER_ORDER - 1;
    long start = schedule.batchStart(first);
    long end = schedule.batchEnd(last);
    boolean startsHere = number == first && window.contains(start);
    boolean endsHere = number == last && window.contains(end) && !window.contains(start);
    if (!startsHere && !endsHere) {
      return;
    }
    ObjectNode node =
        bodies
            .add(ContextKind.ORDERS)
            .put("orderId", DemoSchedule.orderId(number))
            .put("productId", DemoSchedule.product(number).id)
            .put("quantity", 700 * DemoSchedule.BATCHES_PER_ORDER)
            .put("quantityUom", "kg")
            .put("plannedStart", iso(start))
            .put("plannedEnd", iso(end))
            .put("status", window.isOver(end) ? "Complete" : "Running");
    window.putTimes(node, start, end);
  }

  private static void steps(
      Bodies bodies, Window window, int number, String unit, UnitCycle cycle) {
    String batchId = DemoSchedule.batchId(number);
    String procedureId = batchId + "/" + unit;
    long procedureStart = cycle.startTick();
    long procedureEnd = procedureStart;
    for (UnitCycle.Span span : cycle.phases()) {
      procedureEnd = span.phase().isRecipe() ? span.endTick() : procedureEnd;
    }
    if (window.touches(procedureStart, procedureEnd)) {
      ObjectNode node =
          step(bodies, procedureId, batchId, unit)
              .put("level", "UnitProcedure")
              .put("name", unit.equals("D1") ? "Drying" : "Reaction")
              .put("instance", 1);
      window.putTimes(node, procedureStart, procedureEnd);
    }
    for (UnitCycle.Span span : cycle.phases()) {
      if (span.phase().isRecipe() && window.touches(span.startTick(), span.endTick())) {
        String name = span.phase().label;
        ObjectNode node =
            step(bodies, procedureId + "/" + name, batchId, unit)
                .put("parentId", procedureId)
                .put("level", "Phase")
                .put("name", name)
                .put("instance", 1);
        window.putTimes(node, span.startTick(), span.endTick());
      }
    }
  }

  private static ObjectNode step(Bodies bodies, String stepId, String batchId, String unit) {
    return bodies
        .add(ContextKind.STEPS)
        .put("stepId", stepId)
        .put("batchId", batchId)
        .put("unitId", unit);
  }

  private void batchEvents(Bodies bodies, Window window, int number, String unit) {
    String batchId = DemoSchedule.batchId(number);
    if (number == DemoSchedule.HOT_BATCH) {
      long[] alarm = highTemperature.get();
      event(
          bodies,
          window,
          new Event(
              "EV-" + batchId + "-TAH101",
              "HighTemperature",
              unit,
              batchId,
              "R1.TIC101.PV 5 degC above set point; R1.XV106 stayed Closed in React",
              "High",
              alarm[0],
              alarm[1]));
    }
    if (number == DemoSchedule.BLIND_BATCH) {
      event(
          bodies,
          window,
          new Event(
              "EV-" + batchId + "-TI102",
              "SensorFailure",
              unit,
              batchId,
              "R1.TI102.PV Bad_SensorFailure: thermocouple open",
              "Medium",
              schedule.blindStartTick(),
              schedule.blindEndTick()));
    }
    if (schedule.hasValveFault(number)) {
      long start = schedule.reactorCycle(number).span(DemoPhase.COOL).startTick();
      String valve = unit.equals("R1") ? "XV106" : "XV206";
      event(
          bodies,
          window,
          new Event(
              "EV-" + batchId + "-" + valve,
              "ValveFault",
              unit,
              batchId,
              unit + "." + valve + " did not open in time",
              "Low",
              start,
              start + DemoSchedule.valveFaultTicks()));
    }
  }

  private void outage(Bodies bodies, Window window) {
    Event event =
        new Event(
            "EV-D1-" + iso(schedule.outageStartTick).substring(0, 10),
            "CommunicationLoss",
            "D1",
            "",
            "Bad_NoCommunication: no answer from the controller of D1",
            "Medium",
            schedule.outageStartTick,
            schedule.outageEndTick);
    event(bodies, window, event);
  }

  private record Event(
      String id,
      String type,
      String unit,
      String batchId,
      String reason,
      String severity,
      long start,
      long end) {}

  private static void event(Bodies bodies, Window window, Event event) {
    if (!window.touches(event.start(), event.end())) {
      return;
    }
    ObjectNode node =
        bodies
            .add(ContextKind.EVENTS)
            .put("eventId", event.id())
            .put("type", event.type())
            .put("unitId", event.unit());
    if (!event.batchId().isEmpty()) {
      node.put("batchId", event.batchId());
    }
    node.put("reason", event.reason()).put("severity", event.severity());
    window.putTimes(node, event.start(), event.end());
  }

  private static String iso(long tick) {
    return Instant.ofEpochSecond(tick * DemoSchedule.TICK_SECONDS).toString();
  }

  /** What happens in {@code [from, until)}, and is known at its end. */
  private record Window(long from, long until) {
    boolean contains(long tick) {
      return tick >= from && tick < until;
    }

    boolean touches(long start, long end) {
      return contains(start) || contains(end);
    }

    boolean isOver(long end) {
      return end < until;
    }

    void putTimes(ObjectNode node, long start, long end) {
      node.put("startTime", iso(start));
      if (isOver(end)) {
        node.put("endTime", iso(end));
      }
    }
  }

  /** Collects objects into bodies. */
  private static final class Bodies {
    private final List<String> done = new ArrayList<>();
    private final Map<ContextKind, ArrayNode> open = new EnumMap<>(ContextKind.class);
    private int count;

    ObjectNode add(ContextKind kind) {
      count++;
      return open.computeIfAbsent(kind, k -> JsonNodeFactory.instance.arrayNode()).addObject();
    }

    /** A place where a body may end: nothing after it is needed by what came before. */
    void cut() {
      if (count >= OBJECTS_PER_BODY) {
        flush();
      }
    }

    List<String> finish() {
      if (count > 0) {
        flush();
      }
      return done;
    }

    private void flush() {
      ObjectNode body = JsonNodeFactory.instance.objectNode();
      for (ContextKind kind : WRITE_ORDER) {
        ArrayNode items = open.get(kind);
        if (items != null) {
          body.set(kind.label().toLowerCase(Locale.ROOT), items);
        }
      }
      done.add(body.toString());
      open.clear();
      count = 0;
    }
  }
}

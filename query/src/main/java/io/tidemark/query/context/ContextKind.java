package io.tidemark.query.context;

import io.tidemark.query.context.ContextColumn.Type;
import java.util.ArrayList;
import java.util.List;

/**
 * The kinds of context objects and the columns of their relations (ISA-88, ISA-95; names follow
 * B2MML where it has them). The first column is the key. Every relation ends with {@code version,
 * changed_by, changed_at}, which {@link #columns()} does not repeat.
 */
public enum ContextKind {
  /** Equipment tree: enterprise, site, area, process cell, line, unit, equipment module. */
  EQUIPMENT(
      "equipment",
      "equipment",
      text("equipment_id"),
      text("parent_id"),
      text("level"),
      text("name"),
      text("description")),
  /** A property of an equipment bound to a tag, effective-dated; key {@code equipment_id/name}. */
  ATTRIBUTES(
      "attributes",
      "attributes",
      text("attribute_id"),
      text("equipment_id"),
      text("name"),
      text("tag"),
      text("uom"),
      text("description"),
      time("start_time"),
      time("end_time")),
  /** Products (ISA-95 material definitions). */
  PRODUCTS("products", "products", text("product_id"), text("name"), text("description")),
  /** Production orders. */
  ORDERS(
      "orders",
      "orders",
      text("order_id"),
      text("product_id"),
      number("quantity"),
      text("quantity_uom"),
      time("planned_start"),
      time("planned_end"),
      time("start_time"),
      time("end_time"),
      text("status")),
  /** Material lots. */
  LOTS(
      "lots",
      "lots",
      text("lot_id"),
      text("product_id"),
      text("batch_id"),
      number("quantity"),
      text("quantity_uom"),
      text("status")),
  /** Production batches. */
  BATCHES(
      "batches",
      "batches",
      text("batch_id"),
      text("order_id"),
      text("product_id"),
      text("unit_id"),
      text("recipe_id"),
      number("quantity"),
      text("quantity_uom"),
      text("status"),
      time("start_time"),
      time("end_time")),
  /** Procedural elements of batches: unit procedure, operation, phase. */
  STEPS(
      "steps",
      "batch_steps",
      text("step_id"),
      text("parent_id"),
      text("batch_id"),
      text("unit_id"),
      text("level"),
      text("name"),
      whole("instance"),
      time("start_time"),
      time("end_time")),
  /** Generic events. */
  EVENTS(
      "events",
      "events",
      text("event_id"),
      text("type"),
      text("unit_id"),
      text("batch_id"),
      text("reason"),
      text("severity"),
      time("start_time"),
      time("end_time")),
  /** How batches and phases of a unit are told from tags; see {@link Derivation}. */
  DERIVATIONS(
      "derivations",
      "derivations",
      text("derivation_id"),
      text("unit_id"),
      text("batch_tag"),
      text("phase_tag"),
      text("idle_states"),
      text("phase_names"),
      text("product_id"),
      text("batch_prefix"),
      number("minimum_seconds"),
      truth("active"));

  private final String label;
  private final String relation;
  private final List<ContextColumn> columns;

  ContextKind(String label, String relation, ContextColumn... columns) {
    this.label = label;
    this.relation = relation;
    this.columns = List.copyOf(new ArrayList<>(List.of(columns)));
  }

  private static ContextColumn text(String name) {
    return new ContextColumn(name, Type.TEXT);
  }

  private static ContextColumn time(String name) {
    return new ContextColumn(name, Type.TIME);
  }

  private static ContextColumn number(String name) {
    return new ContextColumn(name, Type.DOUBLE);
  }

  private static ContextColumn truth(String name) {
    return new ContextColumn(name, Type.BOOLEAN);
  }

  private static ContextColumn whole(String name) {
    return new ContextColumn(name, Type.BIGINT);
  }

  /** Name in paths and bulk bodies, for example {@code steps}. */
  public String label() {
    return label;
  }

  /** Name of the SQL relation, for example {@code batch_steps}. */
  public String relation() {
    return relation;
  }

  /** Columns of the relation; the first is the key. */
  public List<ContextColumn> columns() {
    return columns;
  }
}

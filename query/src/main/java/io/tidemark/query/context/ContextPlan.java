package io.tidemark.query.context;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.query.context.ContextBody.Draft;
import io.tidemark.query.context.ContextState.StepName;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What one request would make of the state: merges each draft into the object it names, fills
 * defaults and checks what hangs together. Later drafts see earlier ones; the state stays as it is.
 */
final class ContextPlan {
  /** Levels of batch steps, ISA-88. */
  static final List<String> STEP_LEVELS = List.of("UnitProcedure", "Operation", "Phase");

  /** Deepest nesting of equipment or steps. */
  static final int PARENTS_MAX = 64;

  /** Steps of one name in one batch that may go without an instance of their own. */
  static final int INSTANCES_MAX = 1000;

  /** Most derivations: each keeps in memory what its tags said. */
  static final int DERIVATIONS_MAX = 2_000;

  private static final String DEFAULT_STEP_LEVEL = "Phase";

  private static final Pattern INSTANCE = Pattern.compile("[1-9][0-9]{0,8}");

  private static final Map<ContextKind, List<String>> REQUIRED =
      Map.of(
          ContextKind.ATTRIBUTES, List.of("equipment_id", "name", "tag"),
          ContextKind.STEPS, List.of("batch_id", "name"),
          ContextKind.EVENTS, List.of("type", "start_time"),
          ContextKind.DERIVATIONS, List.of("unit_id"));

  /**
   * What becomes of a draft.
   *
   * @param version the object will have
   * @param values to journal, or null if nothing changes
   * @param warnings about what is stored nevertheless
   */
  record Planned(
      String id, int version, @Nullable List<@Nullable Object> values, List<String> warnings) {}

  private record Key(ContextKind kind, String id) {}

  private record Pending(List<@Nullable Object> values, int version) {}

  private final ContextState state;
  private final Map<Key, Pending> pending = new HashMap<>();
  private final Map<StepName, Set<String>> pendingSteps = new HashMap<>();
  private int newDerivations;

  ContextPlan(ContextState state) {
    this.state = state;
  }

  /**
   * Plans a draft.
   *
   * @param pathId id given beside the body, or null
   * @throws HistorianException if the draft is refused; its path is a field of the item, or null
   */
  Planned plan(Draft draft, @Nullable String pathId) {
    if (draft.error() != null) {
      throw draft.error();
    }
    return new Item(draft).plan(pathId);
  }

  /** One draft on its way. */
  private final class Item {
    private final ContextKind kind;
    private final Draft draft;
    private final ContextFields fields;
    private final List<String> warnings = new ArrayList<>();
    private List<@Nullable Object> values = List.of();

    private Item(Draft draft) {
      this.draft = draft;
      kind = draft.kind();
      fields = ContextFields.of(kind);
    }

    private Planned plan(@Nullable String pathId) {
      String id = id(pathId);
      Pending before = find(kind, id);
      values =
          new ArrayList<>(
              before == null ? Collections.nCopies(fields.count(), null) : before.values);
      values.set(0, id);
      for (int i = 1; i < fields.count(); i++) {
        if (draft.present()[i]) {
          values.set(i, draft.given()[i]);
        }
      }
      switch (kind) {
        case BATCHES -> completeBatch();
        case STEPS -> completeStep(id, before);
        case ATTRIBUTES -> completeAttribute(id);
        default -> {}
      }
      for (String column : REQUIRED.getOrDefault(kind, List.of())) {
        if (values.get(fields.column(column)) == null) {
          throw missing(column);
        }
      }
      checkOrder("start_time", "end_time");
      checkOrder("planned_start", "planned_end");
      switch (kind) {
        case EQUIPMENT -> checkParents(id);
        case ATTRIBUTES -> checkAttribute(id);
        case STEPS -> checkStep(id);
        case DERIVATIONS -> checkDerivation(before == null);
        default -> {}
      }
      if (before != null && before.values.equals(values)) {
        return new Planned(id, before.version, null, warnings);
      }
      Pending after =
          new Pending(
              Collections.unmodifiableList(values), before == null ? 1 : before.version + 1);
      pending.put(new Key(kind, id), after);
      if (kind == ContextKind.STEPS) {
        pendingSteps
            .computeIfAbsent(ContextState.stepName(values), key -> new LinkedHashSet<>())
            .add(id);
      }
      return new Planned(id, after.version, after.values, warnings);
    }

    private String id(@Nullable String pathId) {
      String bodyId = (String) draft.given()[0];
      if (pathId != null) {
        String id = fields.checked(0, pathId);
        if (bodyId != null && !bodyId.equals(id)) {
          throw fields.error(
              ErrorCode.CONFLICT,
              0,
              "id of the body is not the id of the path: body=%s, path=%s"
                  .formatted(ErrorText.quote(bodyId), ErrorText.quote(id)));
        }
        return id;
      }
      if (bodyId != null) {
        return bodyId;
      }
      return switch (kind) {
        case STEPS -> stepId();
        case ATTRIBUTES -> given("equipment_id") + "/" + given("name");
        default -> throw missing(kind.columns().getFirst().name());
      };
    }

    /** The step that a draft without id means; the rules are those of {@link ContextStore}. */
    private String stepId() {
      String level = givenOrNull("level");
      StepName name =
          new StepName(
              given("batch_id"), level == null ? DEFAULT_STEP_LEVEL : level, given("name"));
      Set<String> steps = stepsNamed(name);
      Long instance = (Long) draft.given()[fields.column("instance")];
      String meant = instance == null ? stepBegunAt(name, steps) : stepOf(instance, steps);
      if (meant != null) {
        return meant;
      }
      String id = stepKey(name, instance == null ? freeInstance(steps) : instance);
      if (find(ContextKind.STEPS, id) != null) {
        throw fields.error(
            ErrorCode.CONFLICT,
            0,
            "key of batch, level, name and instance belongs to another step: stepId=%s; give a"
                    .formatted(ErrorText.quote(id))
                + " stepId");
      }
      return id;
    }

    private @Nullable String stepOf(long instance, Set<String> steps) {
      for (String step : steps) {
        if (instanceOf(values(ContextKind.STEPS, step)) == instance) {
          return step;
        }
      }
      return null;
    }

    /** Of the steps of one name the one that began then, or whose start is not known yet. */
    private @Nullable String stepBegunAt(StepName name, Set<String> steps) {
      Long startNs = (Long) draft.given()[fields.column("start_time")];
      if (startNs == null) {
        if (steps.size() > 1) {
          throw fields.error(
              ErrorCode.CONFLICT,
              fields.column("name"),
              "step is not unique: batchId=%s, level=%s, name=%s, steps=%d; give stepId,"
                      .formatted(
                          ErrorText.quote(name.batchId()),
                          name.level(),
                          ErrorText.quote(name.name()),
                          steps.size())
                  + " instance or startTime");
        }
        return steps.isEmpty() ? null : steps.iterator().next();
      }
      String unitId = givenOrNull("unit_id");
      String planned = null;
      for (String id : steps) {
        List<@Nullable Object> step = values(ContextKind.STEPS, id);
        String stepUnitId = fields.text(step, "unit_id");
        if (unitId != null && stepUnitId != null && !unitId.equals(stepUnitId)) {
          continue;
        }
        Long stepStartNs = fields.whole(step, "start_time");
        if (startNs.equals(stepStartNs)) {
          return id;
        }
        if (stepStartNs == null && planned == null) {
          planned = id;
        }
      }
      return planned;
    }

    private long instanceOf(List<@Nullable Object> step) {
      Long instance = fields.whole(step, "instance");
      return instance == null ? 1 : instance;
    }

    private Set<String> stepsNamed(StepName name) {
      Set<String> ids = new LinkedHashSet<>();
      addSteps(name, state.stepsNamed(name), ids);
      addSteps(name, pendingSteps.getOrDefault(name, Set.of()), ids);
      if (ids.size() >= INSTANCES_MAX && draft.given()[fields.column("instance")] == null) {
        throw fields.error(
            ErrorCode.TOO_MANY,
            fields.column("name"),
            "too many steps of one name in a batch: batchId=%s, name=%s, stepsMax=%d; give instance"
                .formatted(
                    ErrorText.quote(name.batchId()), ErrorText.quote(name.name()), INSTANCES_MAX));
      }
      return ids;
    }

    private void addSteps(StepName name, Set<String> from, Set<String> ids) {
      for (String id : from) {
        // A pending change may have taken the step elsewhere.
        if (ContextState.stepName(values(ContextKind.STEPS, id)).equals(name)) {
          ids.add(id);
        }
      }
    }

    private void completeBatch() {
      int product = fields.column("product_id");
      String orderId = fields.text(values, "order_id");
      if (values.get(product) == null && !draft.present()[product] && orderId != null) {
        Pending order = find(ContextKind.ORDERS, orderId);
        if (order != null) {
          values.set(
              product, ContextFields.of(ContextKind.ORDERS).text(order.values, "product_id"));
        }
      }
    }

    private void completeStep(String id, @Nullable Pending before) {
      int level = fields.column("level");
      if (values.get(level) == null) {
        values.set(level, DEFAULT_STEP_LEVEL);
      }
      String batchId = fields.text(values, "batch_id");
      if (batchId == null) {
        throw missing("batch_id");
      }
      Pending batch = find(ContextKind.BATCHES, batchId);
      if (batch == null) {
        throw fields.error(
            ErrorCode.UNKNOWN_ID,
            fields.column("batch_id"),
            "no such batch: batchId=%s; store the batch first or in the same request"
                .formatted(ErrorText.quote(batchId)));
      }
      int unit = fields.column("unit_id");
      if (values.get(unit) == null && !draft.present()[unit]) {
        values.set(unit, ContextFields.of(ContextKind.BATCHES).text(batch.values, "unit_id"));
      }
      int instance = fields.column("instance");
      if (values.get(instance) == null && values.get(fields.column("name")) != null) {
        values.set(
            instance, before != null ? before.values.get(instance) : Long.valueOf(newInstance(id)));
      }
    }

    /** Instance of a new step: what a key in our own form says, else the next that is free. */
    private long newInstance(String id) {
      StepName name = ContextState.stepName(values);
      String prefix = stepKey(name, "");
      if (id.startsWith(prefix) && INSTANCE.matcher(id.substring(prefix.length())).matches()) {
        return Long.parseLong(id.substring(prefix.length()));
      }
      return freeInstance(stepsNamed(name));
    }

    private long freeInstance(Set<String> steps) {
      long free = 1;
      for (String step : steps) {
        free = Math.max(free, instanceOf(values(ContextKind.STEPS, step)) + 1);
      }
      return free;
    }

    private static String stepKey(StepName name, Object instance) {
      return name.batchId() + "/" + name.level() + "/" + name.name() + "/" + instance;
    }

    private void completeAttribute(String id) {
      int equipment = fields.column("equipment_id");
      int name = fields.column("name");
      int slash = id.indexOf('/');
      if (values.get(equipment) == null
          && values.get(name) == null
          && slash > 0
          && slash == id.lastIndexOf('/')) {
        values.set(equipment, fields.checked(equipment, id.substring(0, slash)));
        values.set(name, fields.checked(name, id.substring(slash + 1)));
      }
    }

    private void checkDerivation(boolean isNew) {
      Derivation.check(fields, values);
      if (isNew && state.count(kind) + newDerivations++ >= DERIVATIONS_MAX) {
        throw fields.error(
            ErrorCode.TOO_MANY,
            0,
            "too many derivations: derivationsMax=%d; change one that is not active"
                .formatted(DERIVATIONS_MAX));
      }
    }

    private void checkAttribute(String id) {
      String equipmentId = fields.text(values, "equipment_id");
      String key = equipmentId + "/" + fields.text(values, "name");
      if (!id.equals(key) && !id.startsWith(key + "@")) {
        throw fields.error(
            ErrorCode.CONFLICT,
            0,
            "attributeId must be equipmentId/name, or that with @ and a suffix for a binding of"
                + " another time: attributeId=%s, expected=%s"
                    .formatted(ErrorText.quote(id), ErrorText.quote(key)));
      }
      if (equipmentId != null && find(ContextKind.EQUIPMENT, equipmentId) == null) {
        throw fields.error(
            ErrorCode.UNKNOWN_ID,
            fields.column("equipment_id"),
            "no such equipment: equipmentId=%s; store the equipment first or in the same request"
                .formatted(ErrorText.quote(equipmentId)));
      }
    }

    private void checkStep(String id) {
      String level = fields.text(values, "level");
      if (!STEP_LEVELS.contains(level)) {
        throw fields.error(
            ErrorCode.OUT_OF_RANGE,
            fields.column("level"),
            "no such level of a step: level=%s, known=%s"
                .formatted(ErrorText.quote(String.valueOf(level)), String.join("|", STEP_LEVELS)));
      }
      checkParents(id);
      String parentId = fields.text(values, "parent_id");
      if (parentId != null) {
        warnIfOutside("its parent step", find(ContextKind.STEPS, parentId), fields);
      }
      warnIfOutside(
          "its batch",
          find(ContextKind.BATCHES, String.valueOf(fields.text(values, "batch_id"))),
          ContextFields.of(ContextKind.BATCHES));
    }

    /** Real recipes overlap: an interval that is not nested is stored, and said. */
    private void warnIfOutside(String outer, @Nullable Pending row, ContextFields outerFields) {
      if (row == null) {
        return;
      }
      Long startNs = fields.whole(values, "start_time");
      Long endNs = fields.whole(values, "end_time");
      Long outerStartNs = outerFields.whole(row.values, "start_time");
      Long outerEndNs = outerFields.whole(row.values, "end_time");
      if (startNs != null && outerStartNs != null && startNs < outerStartNs) {
        warnings.add(
            "starts before %s: startTime=%s, outer=%s"
                .formatted(outer, ContextTimes.format(startNs), ContextTimes.format(outerStartNs)));
      }
      if (outerEndNs != null && endNs != null && endNs > outerEndNs) {
        warnings.add(
            "ends after %s: endTime=%s, outer=%s"
                .formatted(outer, ContextTimes.format(endNs), ContextTimes.format(outerEndNs)));
      }
    }

    /** Parents that are not known yet end the walk; no walk is longer than the nesting allowed. */
    private void checkParents(String id) {
      int parent = fields.column("parent_id");
      String ancestor = (String) values.get(parent);
      for (int depth = 1; ancestor != null; depth++) {
        if (ancestor.equals(id) || depth > PARENTS_MAX) {
          throw fields.error(
              ErrorCode.CONFLICT,
              parent,
              (ancestor.equals(id)
                      ? "%s would be its own ancestor: parentId=%s"
                      : "%s would be nested too deep: parentId=%s, levelsMax=" + PARENTS_MAX)
                  .formatted(
                      ErrorText.quote(id), ErrorText.quote(String.valueOf(values.get(parent)))));
        }
        Pending row = find(kind, ancestor);
        ancestor = row == null ? null : (String) row.values.get(parent);
      }
    }

    private void checkOrder(String startColumn, String endColumn) {
      Long startNs = fields.whole(values, startColumn);
      Long endNs = fields.whole(values, endColumn);
      if (startNs != null && endNs != null && endNs < startNs) {
        int end = fields.column(endColumn);
        int start = fields.column(startColumn);
        throw fields.error(
            ErrorCode.END_BEFORE_START,
            draft.present()[end] ? end : start,
            "%s is before %s: %s=%s, %s=%s"
                .formatted(
                    fields.name(end),
                    fields.name(start),
                    fields.name(start),
                    ContextTimes.format(startNs),
                    fields.name(end),
                    ContextTimes.format(endNs)));
      }
    }

    private String given(String column) {
      String text = givenOrNull(column);
      if (text == null) {
        throw missing(column);
      }
      return text;
    }

    private @Nullable String givenOrNull(String column) {
      return (String) draft.given()[fields.column(column)];
    }

    private HistorianException missing(String column) {
      int field = fields.column(column);
      return fields.error(
          ErrorCode.MISSING_FIELD,
          field,
          "field is required: field=%s, kind=%s".formatted(fields.name(field), kind.label()));
    }
  }

  private @Nullable Pending find(ContextKind kind, String id) {
    Pending change = pending.get(new Key(kind, id));
    if (change != null) {
      return change;
    }
    ContextRow row = state.row(kind, id);
    return row == null ? null : new Pending(row.values(), row.version());
  }

  private List<@Nullable Object> values(ContextKind kind, String id) {
    return Objects.requireNonNull(find(kind, id)).values;
  }
}

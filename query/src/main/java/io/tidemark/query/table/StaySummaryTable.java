package io.tidemark.query.table;

import io.tidemark.model.Quality;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.query.aggregate.SummaryField;
import io.tidemark.query.aggregate.TotalUnit;
import io.tidemark.query.retrieval.SummaryRow;
import io.tidemark.query.table.PlantSelection.Stay;
import io.tidemark.query.table.PlantSelection.Task;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code batch_summary} and {@code phase_summary}: aggregates of tags over batches or phases, exact
 * at both ends. The tag follows the unit where the batch or phase ran.
 */
final class StaySummaryTable implements TableFunction {
  private static final long ROW_BYTES = 800;

  private final boolean ofPhases;
  private final List<TableColumn> columns = new ArrayList<>();
  private final List<Parameter> parameters = new ArrayList<>();
  private final int firstField;

  StaySummaryTable(boolean ofPhases) {
    this.ofPhases = ofPhases;
    if (ofPhases) {
      columns.add(TableColumn.text("step_id", "id of the phase"));
    }
    columns.add(TableColumn.text("batch_id", "id of the batch"));
    columns.add(TableColumn.text("order_id", "its order"));
    columns.add(TableColumn.text("product_id", "its product"));
    columns.add(TableColumn.text("unit_id", "unit where it ran"));
    if (ofPhases) {
      columns.add(TableColumn.text("phase", "name of the phase"));
      columns.add(TableColumn.whole("instance", "which one of several of that name"));
    }
    columns.add(TableColumn.text("attribute", "property that binds the tag to the unit, or NULL"));
    columns.add(TableColumn.text("tag", "name of the tag"));
    columns.add(TableColumn.time("start_time", "first instant"));
    columns.add(TableColumn.time("end_time", "first instant after; NULL while it runs"));
    columns.add(TableColumn.number("duration_s", "length up to its end or now, in seconds"));
    columns.add(TableColumn.number("held_s", "seconds of it in which the batch was held"));
    columns.add(
        new TableColumn(
            "provisional",
            TableColumn.Type.BOOLEAN,
            "whether it runs, so that the row will change"));
    columns.add(TableColumn.whole("version", "version of the batch or phase"));
    firstField = columns.size();
    columns.addAll(SummaryColumns.columns());
    parameters.add(PlantSelection.BATCHES);
    parameters.add(PlantSelection.ATTRIBUTES);
    parameters.add(PlantSelection.TAGS);
    parameters.add(PlantSelection.ORDERS);
    parameters.add(PlantSelection.PRODUCTS);
    parameters.add(PlantSelection.UNITS);
    if (ofPhases) {
      parameters.add(PlantSelection.PHASES);
    }
    parameters.add(
        new Parameter(
            "skip_held", "BOOLEAN", null, null, "leave out the time in which the batch was held"));
    parameters.addAll(SummaryRules.PARAMETERS);
  }

  @Override
  public String name() {
    return ofPhases ? "phase_summary" : "batch_summary";
  }

  @Override
  public String description() {
    return ofPhases
        ? "aggregates of tags over phases; the tag follows the unit"
        : "aggregates of tags over batches, once for each unit where they ran";
  }

  @Override
  public List<Parameter> parameters() {
    return List.copyOf(parameters);
  }

  @Override
  public List<TableColumn> columns() {
    return List.copyOf(columns);
  }

  @Override
  public Rows open(Arguments arguments) {
    PlantSelection selection = new PlantSelection(arguments);
    List<Stay> stays = ofPhases ? selection.phases() : selection.batches();
    List<Task> tasks = selection.tasks(stays);
    List<TagDefinition> tags = PlantSelection.tagsOf(tasks);
    SummaryRules rules = SummaryRules.of(arguments);
    HeldTimes held = HeldTimes.read(arguments.call().plant(), arguments.context().nowNs());
    boolean skipHeld = arguments.flag("skip_held");
    TableCall call = arguments.call();
    List<TimeRange> ranges = new ArrayList<>();
    for (Stay stay : stays) {
      if (stay.startNs() < stay.endNs()) {
        ranges.add(new TimeRange(stay.startNs(), stay.endNs()));
      }
    }
    Map<String, String> uoms = new HashMap<>(SummaryColumns.uoms(tags));
    uoms.put("duration_s", "s");
    uoms.put("held_s", "s");
    return new Rows(
        columns,
        new ComputedRows(
            columns,
            tasks.size(),
            wanted ->
                rows(
                    call,
                    tasks,
                    new StaySummaries(call, tasks, rules, skipHeld ? held : null),
                    held,
                    wanted)),
        tags,
        ranges,
        uoms,
        Map.of());
  }

  private List<@Nullable Object[]> rows(
      TableCall call,
      List<Task> tasks,
      StaySummaries summaries,
      HeldTimes held,
      Set<String> wanted) {
    call.context().memory().reserve(ROW_BYTES * tasks.size());
    Set<SummaryField> fields = SummaryColumns.fields(wanted);
    @Nullable SummaryRow[] found =
        needsSamples(wanted) ? summaries.rows(fields) : new @Nullable SummaryRow[tasks.size()];
    List<@Nullable Object[]> rows = new ArrayList<>(tasks.size());
    for (int i = 0; i < found.length; i++) {
      Task task = tasks.get(i);
      Stay stay = task.stay();
      @Nullable Object[] row = new @Nullable Object[columns.size()];
      int at = 0;
      if (ofPhases) {
        row[at++] = stay.stepId();
      }
      row[at++] = stay.batchId();
      row[at++] = stay.orderId();
      row[at++] = stay.productId();
      row[at++] = stay.unitId();
      if (ofPhases) {
        row[at++] = stay.phase();
        row[at++] = stay.instance();
      }
      row[at++] = task.attribute();
      row[at++] = task.tag().name();
      row[at++] = stay.startNs();
      row[at++] = stay.isOpen() ? null : (Object) stay.endNs();
      row[at++] = Math.max(0, stay.endNs() - stay.startNs()) / 1e9;
      row[at++] = held.heldSeconds(stay.batchId(), stay.startNs(), stay.endNs());
      row[at++] = stay.isOpen();
      row[at] = stay.version();
      SummaryRow summary = found[i];
      if (summary != null) {
        SummaryColumns.fill(row, firstField, summary, task.tag());
      } else {
        fillEmpty(row, task.tag());
      }
      rows.add(row);
    }
    return rows;
  }

  /** Whether anything is asked that samples must answer. */
  private boolean needsSamples(Set<String> wanted) {
    for (int i = firstField; i < columns.size(); i++) {
      String name = columns.get(i).name();
      if (wanted.contains(name) && !name.equals("uom") && !name.equals("total_uom")) {
        return true;
      }
    }
    return false;
  }

  /** An interval without length: no time, no samples. */
  private void fillEmpty(@Nullable Object[] row, TagDefinition tag) {
    for (int i = firstField; i < columns.size(); i++) {
      row[i] =
          switch (columns.get(i).name()) {
            case "count", "uncertain_count", "bad_count", "transitions" -> 0L;
            case "duration_good", "duration_bad", "percent_good" -> 0.0;
            case "percent_bad" -> 100.0;
            case "status" -> StatusCodes.BAD_NO_DATA;
            case "quality" -> Quality.BAD.label();
            case "basis" -> "stored";
            case "uom" -> tag.uom();
            case "total_uom" -> tag.uom().isEmpty() ? "" : TotalUnit.of(tag.uom()).uom();
            default -> null;
          };
    }
  }
}

package io.tidemark.query.table;

import io.tidemark.model.Quality;
import io.tidemark.model.ReadRule;
import io.tidemark.model.SampleType;
import io.tidemark.model.TimeRange;
import io.tidemark.query.table.BatchTracks.Track;
import io.tidemark.query.table.PlantSelection.Stay;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code by_batch}: values of batches on a common axis, see {@link BatchTracks}. */
final class ByBatchTable implements TableFunction {
  private static final long ROW_BYTES = 250;
  private static final List<TableColumn> COLUMNS =
      List.of(
          TableColumn.text("batch_id", "id of the batch"),
          TableColumn.text("order_id", "its order"),
          TableColumn.text("product_id", "its product"),
          TableColumn.text("unit_id", "unit where it ran"),
          TableColumn.text("phase", "the step that it is in"),
          TableColumn.whole("instance", "which one of several of that name"),
          TableColumn.number("x", "place in the anchor, from 0 to 1"),
          TableColumn.number("offset_s", "seconds since the anchor began"),
          TableColumn.time("ts", "time of the value"),
          TableColumn.text("attribute", "property that binds the tag to the unit, or NULL"),
          TableColumn.text("tag", "name of the tag"),
          TableColumn.number("value", "number; NULL for text, and where there is none"),
          TableColumn.text("text", "text, or the text of a state"),
          new TableColumn("status", TableColumn.Type.STATUS, "OPC UA StatusCode"),
          TableColumn.text("quality", "Good, Uncertain or Bad"),
          TableColumn.number("percent_good", "good time from this point to the next, in percent"));
  private static final List<Parameter> PARAMETERS = parametersOf();

  private static List<Parameter> parametersOf() {
    List<Parameter> parameters = new ArrayList<>();
    parameters.add(PlantSelection.BATCHES);
    parameters.add(PlantSelection.ATTRIBUTES);
    parameters.add(PlantSelection.TAGS);
    parameters.addAll(BatchTracks.PARAMETERS);
    parameters.add(PlantSelection.ORDERS);
    parameters.add(PlantSelection.PRODUCTS);
    parameters.add(PlantSelection.UNITS);
    parameters.addAll(ReadRules.PARAMETERS);
    return List.copyOf(parameters);
  }

  @Override
  public String name() {
    return "by_batch";
  }

  @Override
  public String description() {
    return "values of batches laid over each other: by part of a phase, or by time from an anchor";
  }

  @Override
  public List<Parameter> parameters() {
    return PARAMETERS;
  }

  @Override
  public List<TableColumn> columns() {
    return COLUMNS;
  }

  @Override
  public Rows open(Arguments arguments) {
    BatchTracks tracks = BatchTracks.of(arguments);
    ReadRule rule = ReadRules.of(arguments);
    Map<String, String> uoms = new HashMap<>(SampleTables.uoms(tracks.tags(), "value"));
    uoms.put("offset_s", "s");
    uoms.put("percent_good", "%");
    return new Rows(
        COLUMNS,
        new ComputedRows(
            COLUMNS, tracks.points(), wanted -> rows(arguments.call(), tracks, rule, wanted)),
        tracks.tags(),
        ranges(tracks),
        uoms,
        Map.of());
  }

  static List<TimeRange> ranges(BatchTracks tracks) {
    List<TimeRange> ranges = new ArrayList<>();
    for (Track track : tracks.tracks()) {
      if (track.count() > 0) {
        long last = track.timesNs[track.count() - 1];
        ranges.add(new TimeRange(track.timesNs[0], last + 1));
      }
    }
    return ranges;
  }

  private static List<@Nullable Object[]> rows(
      TableCall call, BatchTracks tracks, ReadRule rule, Set<String> wanted) {
    call.context().memory().reserve(ROW_BYTES * tracks.points());
    tracks.read(rule, wanted.contains("percent_good"));
    List<@Nullable Object[]> rows = new ArrayList<>();
    for (Track track : tracks.tracks()) {
      Stay stay = track.task.stay();
      boolean isNumber = track.task.tag().type() != SampleType.STRING;
      @Nullable String[] texts = track.texts;
      double[] percent = track.percentGood;
      for (int i = 0; i < track.count(); i++) {
        double value = track.values[i];
        boolean shows = isNumber && !Quality.isBad(track.statuses[i]);
        rows.add(
            new @Nullable Object[] {
              stay.batchId(),
              stay.orderId(),
              stay.productId(),
              stay.unitId(),
              track.phases[i],
              stay.instance(),
              Double.isNaN(track.x[i]) ? null : (Object) track.x[i],
              track.offsetSeconds[i],
              track.timesNs[i],
              track.task.attribute(),
              track.task.tag().name(),
              shows && !Double.isNaN(value) ? (Object) value : null,
              texts == null ? null : texts[i],
              track.statuses[i],
              Quality.of(track.statuses[i]).label(),
              percent == null ? null : (Object) percent[i]
            });
      }
    }
    return rows;
  }
}

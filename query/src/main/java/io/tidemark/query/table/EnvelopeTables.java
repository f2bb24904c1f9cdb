package io.tidemark.query.table;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.ReadRule;
import io.tidemark.query.table.BatchTracks.Subject;
import io.tidemark.query.table.BatchTracks.Track;
import io.tidemark.query.table.PlantSelection.Stay;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code envelope}, the band of good batches, and {@code deviation}, how far batches leave it. */
final class EnvelopeTables {
  private static final Parameter SIGMAS =
      new Parameter("k", "DOUBLE", "3", "k", "half the width of the band, in standard deviations");
  private static final Parameter LOW =
      new Parameter("low_percentile", "DOUBLE", "5", "low_percentile", "lower percentile");
  private static final Parameter HIGH =
      new Parameter("high_percentile", "DOUBLE", "95", "high_percentile", "upper percentile");
  private static final Parameter NOISE_FLOOR =
      new Parameter(
          "noise_floor",
          "DOUBLE",
          "0",
          "noise_floor",
          "least distance of the limits from the mean, in the unit of the tag");
  private static final long ROW_BYTES = 400;

  private EnvelopeTables() {}

  static List<TableFunction> all() {
    return List.of(new EnvelopeTable(), new DeviationTable());
  }

  private static List<Parameter> parameters(Parameter... more) {
    List<Parameter> parameters = new ArrayList<>();
    parameters.add(PlantSelection.BATCHES);
    parameters.add(PlantSelection.ATTRIBUTES);
    parameters.add(PlantSelection.TAGS);
    parameters.addAll(BatchTracks.PARAMETERS);
    parameters.addAll(List.of(SIGMAS, LOW, HIGH, NOISE_FLOOR));
    parameters.addAll(List.of(more));
    parameters.add(PlantSelection.ORDERS);
    parameters.add(PlantSelection.PRODUCTS);
    parameters.add(PlantSelection.UNITS);
    parameters.addAll(ReadRules.PARAMETERS);
    return List.copyOf(parameters);
  }

  private static Band.Width width(Arguments arguments) {
    double low = arguments.number("low_percentile", 0, 100);
    double high = arguments.number("high_percentile", 0, 100);
    if (low > high) {
      throw new HistorianException(
          ErrorCode.OUT_OF_RANGE,
          "low_percentile is above high_percentile: low=" + low + ", high=" + high);
    }
    return new Band.Width(
        arguments.number("k", 0, 1e6),
        low,
        high,
        arguments.number("noise_floor", 0, Double.MAX_VALUE));
  }

  private static Map<Subject, List<Track>> bySubject(List<Track> tracks) {
    Map<Subject, List<Track>> bySubject = new LinkedHashMap<>();
    for (Track track : tracks) {
      bySubject.computeIfAbsent(BatchTracks.subject(track), s -> new ArrayList<>()).add(track);
    }
    return bySubject;
  }

  private static @Nullable Object number(double value) {
    return Double.isNaN(value) ? null : (Object) value;
  }

  private static final class EnvelopeTable implements TableFunction {
    private static final List<TableColumn> COLUMNS =
        List.of(
            TableColumn.text("attribute", "property, or NULL"),
            TableColumn.text("tag", "name of the tag where it has no attribute"),
            TableColumn.text("phase", "the anchor"),
            TableColumn.whole("instance", "which one of several of that name"),
            TableColumn.number("x", "place in the anchor, from 0 to 1"),
            TableColumn.number("offset_s", "seconds since the anchor began, mean of the batches"),
            TableColumn.whole("batches", "batches that have the anchor"),
            TableColumn.whole("count", "batches with a value here"),
            TableColumn.number("coverage", "the same in percent of the batches"),
            TableColumn.number("median", "median"),
            TableColumn.number("mean", "mean"),
            TableColumn.number("std_dev", "standard deviation of the batches, n - 1"),
            TableColumn.number("lower", "mean less k standard deviations"),
            TableColumn.number("upper", "mean plus k standard deviations"),
            TableColumn.number("low", "the lower percentile"),
            TableColumn.number("high", "the upper percentile"),
            TableColumn.number("minimum", "smallest"),
            TableColumn.number("maximum", "largest"),
            TableColumn.text("uom", "unit of the values where all tags share one"));

    @Override
    public String name() {
      return "envelope";
    }

    @Override
    public String description() {
      return "the band of good batches: median, mean and k standard deviations, percentiles,"
          + " coverage";
    }

    @Override
    public List<Parameter> parameters() {
      return EnvelopeTables.parameters();
    }

    @Override
    public List<TableColumn> columns() {
      return COLUMNS;
    }

    @Override
    public Rows open(Arguments arguments) {
      BatchTracks tracks = BatchTracks.of(arguments, new PlantSelection(arguments, false));
      ReadRule rule = ReadRules.of(arguments);
      Band.Width width = width(arguments);
      Map<String, String> uoms =
          new HashMap<>(
              SampleTables.uoms(
                  tracks.tags(),
                  "median",
                  "mean",
                  "std_dev",
                  "lower",
                  "upper",
                  "low",
                  "high",
                  "minimum",
                  "maximum"));
      uoms.put("offset_s", "s");
      uoms.put("coverage", "%");
      return new Rows(
          COLUMNS,
          new ComputedRows(
              COLUMNS, tracks.points(), wanted -> rows(arguments.call(), tracks, rule, width)),
          tracks.tags(),
          ByBatchTable.ranges(tracks),
          uoms,
          Map.of());
    }

    private static List<@Nullable Object[]> rows(
        TableCall call, BatchTracks tracks, ReadRule rule, Band.Width width) {
      tracks.read(rule, false);
      List<@Nullable Object[]> rows = new ArrayList<>();
      bySubject(tracks.tracks())
          .forEach(
              (subject, of) -> {
                Track first = of.getFirst();
                Stay stay = first.task.stay();
                String uom =
                    SampleTables.commonUom(of.stream().map(track -> track.task.tag()).toList());
                Band.Point[] band = Band.of(of, width);
                call.context().memory().reserve(ROW_BYTES * band.length);
                for (Band.Point point : band) {
                  rows.add(
                      new @Nullable Object[] {
                        subject.attribute(),
                        subject.tag(),
                        stay.phase(),
                        stay.instance(),
                        number(point.x()),
                        number(point.offsetSeconds()),
                        (long) of.size(),
                        (long) point.count(),
                        100.0 * point.count() / of.size(),
                        number(point.median()),
                        number(point.mean()),
                        number(point.stdDev()),
                        number(point.lower()),
                        number(point.upper()),
                        number(point.lowPercentile()),
                        number(point.highPercentile()),
                        number(point.minimum()),
                        number(point.maximum()),
                        uom
                      });
                }
              });
      return rows;
    }
  }

  private static final class DeviationTable implements TableFunction {
    private static final Parameter REFERENCE =
        new Parameter("reference", "VARCHAR[]", null, null, "ids of the good batches");
    private static final Parameter REFERENCE_PRODUCT =
        new Parameter(
            "reference_product",
            "VARCHAR",
            null,
            "reference_product_id",
            "or all finished batches of a product");
    private static final List<TableColumn> COLUMNS =
        List.of(
            TableColumn.text("batch_id", "id of the batch"),
            TableColumn.text("order_id", "its order"),
            TableColumn.text("product_id", "its product"),
            TableColumn.text("unit_id", "unit where it ran"),
            TableColumn.text("phase", "the anchor"),
            TableColumn.whole("instance", "which one of several of that name"),
            TableColumn.text("attribute", "property, or NULL"),
            TableColumn.text("tag", "name of the tag"),
            TableColumn.whole("reference_batches", "good batches that it is compared with"),
            TableColumn.whole("points_compared", "points that were compared"),
            TableColumn.number("percent_outside", "time outside the band, in percent"),
            TableColumn.number("maximum_deviation", "largest distance from the band"),
            TableColumn.number(
                "maximum_sigmas", "largest distance from the mean, in standard deviations"),
            TableColumn.number(
                "maximum_x", "where the distance from the band is largest, from 0 to 1"),
            TableColumn.time("maximum_time", "when"),
            TableColumn.number("integral_outside", "distance from the band times seconds"),
            TableColumn.text("uom", "unit of the values"));

    @Override
    public String name() {
      return "deviation";
    }

    @Override
    public String description() {
      return "how far and how long batches leave the band of good ones";
    }

    @Override
    public List<Parameter> parameters() {
      return EnvelopeTables.parameters(REFERENCE, REFERENCE_PRODUCT);
    }

    @Override
    public List<TableColumn> columns() {
      return COLUMNS;
    }

    @Override
    public Rows open(Arguments arguments) {
      BatchTracks subjects = BatchTracks.of(arguments);
      BatchTracks reference =
          BatchTracks.of(arguments.of(new ReferenceBindings(arguments, reference(arguments))))
              .comparableWith(subjects);
      ReadRule rule = ReadRules.of(arguments);
      Band.Width width = width(arguments);
      Map<String, String> uoms =
          new HashMap<>(SampleTables.uoms(subjects.tags(), "maximum_deviation"));
      uoms.put("percent_outside", "%");
      return new Rows(
          COLUMNS,
          new ComputedRows(
              COLUMNS,
              subjects.tracks().size(),
              wanted -> rows(arguments.call(), subjects, reference, rule, width)),
          subjects.tags(),
          ByBatchTable.ranges(subjects),
          uoms,
          Map.of());
    }

    private static List<String> reference(Arguments arguments) {
      List<String> given = arguments.texts("reference");
      if (given != null) {
        return given;
      }
      String product = arguments.text("reference_product");
      if (product == null) {
        throw arguments.missing(
            arguments.isCall() ? "reference" : "reference_product",
            "ids of good batches, or their product");
      }
      List<String> ids = new ArrayList<>();
      for (List<@Nullable Object> row :
          arguments
              .call()
              .plant()
              .rows(
                  "SELECT batch_id FROM batches WHERE end_time IS NOT NULL AND "
                      + PlantSelection.in("product_id", List.of(product)))) {
        ids.add(String.valueOf(row.getFirst()));
      }
      return ids;
    }

    private static List<@Nullable Object[]> rows(
        TableCall call,
        BatchTracks subjects,
        BatchTracks reference,
        ReadRule rule,
        Band.Width width) {
      subjects.read(rule, false);
      reference.read(rule, false);
      Map<Subject, List<Track>> good = bySubject(reference.tracks());
      Set<String> goodIds = new HashSet<>(reference.batchIds());
      Map<Subject, Band.Point[]> bands = new HashMap<>();
      List<@Nullable Object[]> rows = new ArrayList<>();
      for (Track track : subjects.tracks()) {
        call.context().check();
        Subject subject = BatchTracks.subject(track);
        List<Track> others = good.getOrDefault(subject, List.of());
        Band.Point[] band;
        String batch = track.task.stay().batchId();
        if (goodIds.contains(batch)) {
          others = others.stream().filter(o -> !o.task.stay().batchId().equals(batch)).toList();
          band = Band.of(others, width);
        } else {
          List<Track> all = others;
          band = bands.computeIfAbsent(subject, s -> Band.of(all, width));
        }
        rows.add(row(track, band, others.size()));
      }
      return rows;
    }

    private static @Nullable Object[] row(Track track, Band.Point[] band, int referenceCount) {
      double seconds = 0;
      double outside = 0;
      double integral = 0;
      double farthest = Double.NaN;
      double sigmas = Double.NaN;
      int at = -1;
      long compared = 0;
      for (int i = 0; i < Math.min(track.count(), band.length); i++) {
        double value = track.values[i];
        Band.Point point = band[i];
        if (Double.isNaN(value) || point.count() == 0) {
          continue;
        }
        compared++;
        double slot = track.slotSeconds(i);
        seconds += slot;
        double beyond =
            value > point.upper() ? value - point.upper() : Math.min(0, value - point.lower());
        if (beyond != 0) {
          outside += slot;
          integral += Math.abs(beyond) * slot;
        }
        if (at < 0 || Math.abs(beyond) > Math.abs(farthest)) {
          farthest = beyond;
          at = i;
        }
        double ofSigma = Math.abs(value - point.mean()) / point.stdDev();
        if (point.stdDev() > 0 && !(ofSigma <= sigmas)) {
          sigmas = ofSigma;
        }
      }
      Stay stay = track.task.stay();
      return new @Nullable Object[] {
        stay.batchId(),
        stay.orderId(),
        stay.productId(),
        stay.unitId(),
        stay.phase(),
        stay.instance(),
        track.task.attribute(),
        track.task.tag().name(),
        (long) referenceCount,
        compared,
        seconds == 0 ? null : (Object) (100 * outside / seconds),
        number(farthest),
        number(sigmas),
        at < 0 ? null : number(track.x[at]),
        at < 0 ? null : (Object) track.timesNs[at],
        compared == 0 ? null : (Object) integral,
        track.task.tag().uom()
      };
    }

    /**
     * The same use of the table for other batches. These may have other tags for a property and
     * other spellings of a phase, so that a condition on those is none on them.
     */
    private record ReferenceBindings(Arguments of, List<String> batches) implements Bindings {
      @Override
      public @Nullable Object value(Parameter parameter) {
        return switch (parameter.name()) {
          case "batches" -> batches;
          case "orders", "products", "units" -> null;
          default -> of.value(parameter.name());
        };
      }

      @Override
      public @Nullable String condition(List<String> columns) {
        boolean areBindings = columns.contains("unit_id");
        List<String> free =
            columns.stream()
                .filter(c -> c.equals("attribute") || (c.equals("tag") && !areBindings))
                .toList();
        String condition = free.isEmpty() ? null : of.condition(free);
        if (!columns.contains("batch_id")) {
          return condition;
        }
        String ofBatches = PlantSelection.in("batch_id", batches);
        return condition == null ? ofBatches : "(" + condition + ") AND " + ofBatches;
      }

      @Override
      public boolean isCall() {
        return of.isCall();
      }
    }
  }
}

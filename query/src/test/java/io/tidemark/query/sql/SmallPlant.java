package io.tidemark.query.sql;

import io.tidemark.model.Quality;
import io.tidemark.model.QueryContext;
import io.tidemark.model.SampleFlags;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import io.tidemark.query.HistorianQueries;
import io.tidemark.query.context.JournaledContext;
import io.tidemark.query.duckdb.DuckDbConfig;
import io.tidemark.testing.OracleStore;
import io.tidemark.testing.QueryContexts;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Two reactors with a few days of samples and batches, and SQL over them. Every sample is kept as a
 * plain row too, for {@link PlainTables}. Values are quarters, so that sums do not depend on the
 * order of the addends.
 */
final class SmallPlant implements AutoCloseable {
  static final String NOW = "2026-01-10T12:00:00.123456789Z";
  static final long NOW_NS = ns(NOW);
  static final ZoneId ZONE = ZoneId.of("Europe/Berlin");

  /** Names that a careless rewriter breaks at. */
  static final List<String> ODD_NAMES =
      List.of("O'Brien \"quoted\"", "Größe/漢字 🌊", "50% _x_", "r1.temp", "a\nb");

  private static final long MINUTE_NS = 60_000_000_000L;

  /** A sample as SQL must show it. */
  record PlainSample(
      String tag,
      long ns,
      @Nullable Double value,
      @Nullable Long valueInt,
      @Nullable String text,
      int status,
      String quality,
      int flags) {}

  final OracleStore store = new OracleStore();
  final JournaledContext context = new JournaledContext();
  final List<PlainSample> plain = new ArrayList<>();
  final SqlEngine sql;

  /** An engine over an empty plant. */
  SmallPlant(Path folder) {
    this(folder, new SqlLimits(4, 16, 0));
  }

  /** An engine over an empty plant that runs so much at a time. */
  SmallPlant(Path folder, SqlLimits limits) {
    sql =
        new SqlEngine(
            new DuckDbConfig(256L << 20, 2, folder.resolve("spill"), 1L << 30, 8),
            limits,
            store.view().tags(),
            context.store(),
            HistorianQueries.OF_SNAPSHOT,
            Map.of());
  }

  /** Makes tags, samples and context. */
  SmallPlant filled() {
    List<TagDefinition> tags = new ArrayList<>();
    for (String name : List.of("R1.TEMP", "R1.LEVEL", "R2.TEMP")) {
      tags.add(store.define(name, SampleType.FLOAT64, false, "°C"));
    }
    tags.add(store.define("R2.LEVEL", SampleType.FLOAT32, false, "°C"));
    tags.add(store.define("R1.COUNT", SampleType.INT64, true, ""));
    tags.add(store.define("R1.RUN", SampleType.BOOL, true, ""));
    tags.add(store.define("R1.VALVE", SampleType.DIGITAL, true, "", "CLOSED", "OPEN"));
    tags.add(store.define("R1.NOTE", SampleType.STRING, true, ""));
    ODD_NAMES.forEach(name -> tags.add(store.defineAnalog(name)));
    tags.set(tags.size() - 1, store.define(ODD_NAMES.getLast(), SampleType.INT32, false, ""));
    store.defineAnalog("EMPTY");
    SplittableRandom random = new SplittableRandom(42);
    for (TagDefinition tag : tags) {
      for (long ns = ns("2026-01-08T00:00:00Z"); ns < ns("2026-01-11T00:00:00Z"); ) {
        long time = ns + (random.nextInt(3) == 0 ? random.nextInt(1000) : 0);
        write(tag, time, value(tag, random), status(random));
        ns += random.nextInt(1, 40) * MINUTE_NS;
      }
    }
    TagDefinition temperature = tags.getFirst();
    write(temperature, -1, 1.25, StatusCodes.GOOD);
    write(temperature, NOW_NS, 2.5, StatusCodes.GOOD);
    write(temperature, ns("2026-01-09T00:00:00.000000999Z"), 3.75, StatusCodes.GOOD);
    fillContext();
    return this;
  }

  private void fillContext() {
    context.putAll(
        """
        {'equipment': [{'equipmentId': 'AREA', 'level': 'Area'},
           {'equipmentId': 'R1', 'parentId': 'AREA', 'level': 'Unit', 'name': 'Reactor 1'},
           {'equipmentId': 'R2', 'parentId': 'AREA', 'level': 'Unit', 'name': 'Reactor 2'}],
         'attributes': [
           {'equipmentId': 'R1', 'name': 'Temperature', 'tag': 'R1.TEMP', 'uom': '°C'},
           {'equipmentId': 'R2', 'name': 'Temperature', 'tag': 'R2.TEMP', 'uom': '°C'},
           {'equipmentId': 'R1', 'name': 'Level', 'tag': 'R1.LEVEL',
            'startTime': '2026-01-08T12:00:00Z', 'endTime': '2026-01-09T12:00:00Z'},
           {'equipmentId': 'R2', 'name': 'Unbound', 'tag': 'NO SUCH TAG'}],
         'products': [{'productId': 'P1', 'name': 'Tide'}, {'productId': 'P2', 'name': 'Ebb'}],
         'orders': [
           {'orderId': 'O1', 'productId': 'P1', 'quantity': {'value': 500, 'uom': 'kg'},
            'plannedStart': '2026-01-08T00:00:00Z', 'plannedEnd': '2026-01-09T00:00:00Z',
            'startTime': '2026-01-08T01:00:00Z', 'endTime': '2026-01-09T01:00:00Z',
            'status': 'Complete'},
           {'orderId': 'O2', 'productId': 'P2'}],
         'lots': [{'lotId': 'L1', 'productId': 'P1', 'batchId': 'B1', 'quantity': 12.5,
            'quantityUom': 'kg', 'status': 'Released'}],
         'batches': [
           {'batchId': 'B1', 'orderId': 'O1', 'unitId': 'R1', 'recipeId': 'RX', 'quantity': 1.5,
            'quantityUom': 't', 'status': 'Complete', 'startTime': '2026-01-08T02:00:00Z',
            'endTime': '2026-01-08T09:30:00.000000789Z'},
           {'batchId': 'B2', 'orderId': 'O1', 'unitId': 'R2', 'startTime': '2026-01-08T05:00:00Z',
            'endTime': '2026-01-08T20:00:00Z'},
           {'batchId': 'B3', 'orderId': 'O2', 'unitId': 'R1',
            'startTime': '2026-01-09T00:00:00.000000789Z', 'endTime': '2026-01-09T08:00:00Z'},
           {'batchId': 'B4', 'orderId': 'O2', 'unitId': 'R1', 'startTime': '2026-01-10T07:00:00Z'},
           {'batchId': 'B5', 'unitId': 'R2', 'status': 'Planned'},
           {'batchId': "B6'x", 'unitId': 'R2', 'startTime': '2026-01-09T10:00:00Z',
            'endTime': '2026-01-09T10:00:00Z'}],
         'steps': [
           {'stepId': 'UP', 'batchId': 'B1', 'level': 'UnitProcedure', 'name': 'Make',
            'startTime': '2026-01-08T02:00:00Z', 'endTime': '2026-01-08T09:00:00Z'},
           {'batchId': 'B1', 'parentId': 'UP', 'name': 'Heat', 'startTime': '2026-01-08T02:00:00Z',
            'endTime': '2026-01-08T04:00:00Z'},
           {'batchId': 'B1', 'parentId': 'UP', 'name': 'Cool', 'startTime': '2026-01-08T04:00:00Z',
            'endTime': '2026-01-08T08:00:00Z'},
           {'batchId': 'B2', 'name': 'Heat', 'startTime': '2026-01-08T05:00:00Z',
            'endTime': '2026-01-08T11:00:00Z'},
           {'batchId': 'B3', 'name': 'Heat', 'startTime': '2026-01-09T00:00:00.000000789Z',
            'endTime': '2026-01-09T03:00:00Z'},
           {'batchId': 'B4', 'name': 'Heat', 'startTime': '2026-01-10T07:00:00Z'}],
         'derivations': [{'derivationId': 'D1', 'unitId': 'R2', 'batchTag': 'R1.NOTE',
            'phaseTag': 'R1.VALVE', 'productId': 'P1', 'batchPrefix': 'R2-', 'active': false}],
         'events': [
           {'eventId': 'E1', 'type': 'Alarm', 'unitId': 'R1', 'batchId': 'B1', 'reason': 'High',
            'severity': 'Warning', 'startTime': '2026-01-08T03:00:00Z',
            'endTime': '2026-01-08T03:20:00Z'},
           {'eventId': 'E2', 'type': 'Alarm', 'unitId': 'R2', 'startTime': '2026-01-09T11:00:00Z'},
           {'eventId': 'E3', 'type': 'Note', 'startTime': '2026-01-09T23:59:59.999999999Z'}]}
        """
            .replace("\"B6'x\"", "'B6\\u0027x'"));
  }

  private static Object value(TagDefinition tag, SplittableRandom random) {
    return switch (tag.type()) {
      case FLOAT64, FLOAT32 -> random.nextInt(-40, 400) / 4.0;
      case INT64, INT32 -> random.nextLong(-5, 1000);
      case BOOL -> random.nextBoolean();
      case DIGITAL -> random.nextInt(2) == 0 ? "CLOSED" : "OPEN";
      case STRING -> List.of("start", "it's; --", "Grüße 🌊", "").get(random.nextInt(4));
    };
  }

  private static int status(SplittableRandom random) {
    return switch (random.nextInt(12)) {
      case 0 -> StatusCodes.BAD_SENSOR_FAILURE;
      case 1 -> StatusCodes.UNCERTAIN_LAST_USABLE_VALUE;
      default -> StatusCodes.GOOD;
    };
  }

  /** Writes a sample into the store and beside it. Each tag and time once. */
  void write(TagDefinition tag, long ns, Object value, int status) {
    store.write(tag, ns, value, status);
    boolean shown = !Quality.isBad(status);
    Double number = null;
    Long whole = null;
    String text = null;
    switch (value) {
      case Double d -> number = d;
      case Long l -> whole = l;
      case Boolean b -> whole = b ? 1L : 0L;
      case String state when tag.type() == SampleType.DIGITAL -> {
        whole = (long) tag.stateOrdinal(state);
        text = state;
      }
      default -> text = value.toString();
    }
    if (whole != null) {
      number = whole.doubleValue();
    }
    String quality =
        Quality.isBad(status) ? "Bad" : status == StatusCodes.GOOD ? "Good" : "Uncertain";
    plain.add(
        new PlainSample(
            tag.name(),
            ns,
            shown ? number : null,
            shown ? whole : null,
            shown ? text : null,
            status,
            quality,
            SampleFlags.PRESENT));
  }

  /** A context that reads the store as it is now. */
  QueryContext query() {
    return QueryContexts.permissive(store.view(), NOW_NS, ZONE);
  }

  /** All rows of a statement. */
  List<List<@Nullable Object>> rows(String statement, @Nullable Object... parameters) {
    return rows(statement, Arrays.asList(parameters));
  }

  /** All rows of a statement. */
  List<List<@Nullable Object>> rows(String statement, List<? extends @Nullable Object> parameters) {
    try (SqlResult result = sql.execute(statement, parameters, query())) {
      List<List<@Nullable Object>> rows = new ArrayList<>();
      while (result.next()) {
        List<@Nullable Object> row = new ArrayList<>();
        for (int i = 0; i < result.columns().size(); i++) {
          row.add(result.value(i));
        }
        rows.add(row);
      }
      return rows;
    }
  }

  /** The only value of the only row. */
  @Nullable Object value(String statement, @Nullable Object... parameters) {
    List<List<@Nullable Object>> rows = rows(statement, parameters);
    if (rows.size() != 1 || rows.getFirst().size() != 1) {
      throw new AssertionError("not one value: " + rows);
    }
    return rows.getFirst().getFirst();
  }

  /** What the scans of a statement read: {@code relation: tags; times}, one line a scan. */
  List<String> reads(String statement, List<? extends @Nullable Object> parameters) {
    return rows("EXPLAIN " + statement, parameters).stream()
        .map(
            row ->
                row.get(0)
                    + ": "
                    + row.get(2)
                    + "; "
                    + row.get(4)
                    + ("all".equals(row.get(5)) ? "" : "; " + row.get(5))
                    + ("".equals(row.get(7)) ? "" : "; added up " + row.get(7)))
        .map(line -> line.replace("\n", "\\n"))
        .toList();
  }

  static long ns(String iso) {
    Instant instant = Instant.parse(iso);
    return instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
  }

  @Override
  public void close() {
    sql.close();
  }
}

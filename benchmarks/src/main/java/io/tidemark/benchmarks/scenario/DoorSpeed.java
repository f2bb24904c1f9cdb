package io.tidemark.benchmarks.scenario;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;
import org.apache.arrow.flight.ActionType;
import org.apache.arrow.flight.CallHeaders;
import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.CancelFlightInfoRequest;
import org.apache.arrow.flight.FlightCallHeaders;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.HeaderCallOption;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * What do the doors of other tools give? {@link WorkloadM} is written, sealed and merged; a server
 * in a process of its own answers the official clients of Flight and of PostgreSQL on the same two
 * cores.
 */
@SuppressWarnings("try") // closing may be interrupted, as Flight has it
final class DoorSpeed {
  private static final LatencyRow LATENCY = new LatencyRow(100, 200, 20_000_000_000L, 0);
  private static final CallOption DICTIONARIES = dictionaries();
  private static final int HEAP_MEGABYTES = 512;
  private static final int FETCH_ROWS = 10_000;
  private static final int PG_TAGS = 100;
  private static final int PG_RUNS = 7;
  private static final long RESULT_BYTES = 1L << 30;
  private static final int CANCELLED_ROWS = 3_000_000;
  private static final int CANCEL_MICROS_MAX = 50_000;
  private static final Pattern RUNNING =
      Pattern.compile("(?m)^tidemark_sql_running(?:\\{.*})? (\\S+)");
  private static final int CANCELS = 200;
  private static final int CANCELS_FIRST = 20;
  private static final long LOOK_MILLIS = 5;

  private final Bench bench;
  private final ServerProcess server;
  private final List<String> tags;

  private DoorSpeed(Bench bench, ServerProcess server, List<String> tags) {
    this.bench = bench;
    this.server = server;
    this.tags = tags;
  }

  static void answer(Bench bench) throws Exception {
    WorkloadM workload = WorkloadM.mixed(bench.seed(), bench.tags());
    Path folder = BenchStore.settled(bench, workload);
    List<String> tags = workload.names();
    try (BenchStore.Kept kept = new BenchStore.Kept(folder);
        ServerProcess server = ServerProcess.start(kept.folder(), HEAP_MEGABYTES)) {
      DoorSpeed speed = new DoorSpeed(bench, server, tags);
      speed.latencies();
      speed.rates();
      speed.memory();
      speed.cancels();
    }
  }

  private static CallOption dictionaries() {
    CallHeaders headers = new FlightCallHeaders();
    headers.insert("texts", "dictionary");
    return new HeaderCallOption(headers);
  }

  private String from(int count) {
    return " FROM samples WHERE tag IN ("
        + tags.subList(0, Math.min(count, tags.size())).stream()
            .map(tag -> "'" + tag + "'")
            .collect(Collectors.joining(", "))
        + ")";
  }

  // Q8.

  private void latencies() throws Exception {
    bench.heading(
        "Q8: 10 tags to an Arrow client over Flight",
        "10 tags, "
            + Bench.grouped(10L * bench.scans())
            + " samples; server in a process of its own, one client on the same machine, warm, one"
            + " at a time, every batch read; milliseconds");
    bench.row("columns", "runs", "p50", "p99", "answer, kB", "at least / reach", "p50");
    bench.rule(7);
    try (Flight flight = new Flight(server.flightPort())) {
      LATENCY.measure(bench, "an empty call, twice", 0, 0, () -> flight.empty() + flight.empty());
      q8(flight, "ts, tag, value, quality", false, 21, 5);
      q8(flight, "ts, tag, value, quality", true, 21, 5);
      q8(flight, "ts, value, status", false, 0, 0);
    }
  }

  private void q8(
      Flight flight, String columns, boolean withDictionaries, double atLeast, double reach)
      throws Exception {
    String sql = "SELECT " + columns + from(10);
    CallOption[] options = withDictionaries ? new CallOption[] {DICTIONARIES} : new CallOption[] {};
    LATENCY.measure(
        bench,
        columns + (withDictionaries ? ", texts: dictionary" : ""),
        atLeast,
        reach,
        () -> {
          Read read = flight.read(flight.info(sql, options).getEndpoints().getFirst().getTicket());
          if (read.rows != Math.min(10, tags.size()) * (long) bench.scans()) {
            throw new IllegalStateException("rows are missing: rows=" + read.rows);
          }
          return read.bytes;
        });
  }

  // Rows a second.

  private void rates() throws Exception {
    bench.heading(
        "Rows to pgjdbc",
        Math.min(PG_TAGS, tags.size())
            + " tags, binary, "
            + Bench.grouped(FETCH_ROWS)
            + " rows a fetch, every cell read; best of "
            + PG_RUNS
            + ", million rows a second");
    bench.row("columns", "rows", "rate", "at least", "best");
    bench.rule(5);
    rate(
        "ts_ns, value, status",
        2,
        result -> result.getLong(1) + (long) result.getDouble(2) + result.getLong(3));
    rate(
        "ts, value, status",
        0,
        result ->
            result.getObject(1, OffsetDateTime.class).getNano()
                + (long) result.getDouble(2)
                + result.getLong(3));
    rate(
        "tag, ts_ns, value",
        0,
        result -> result.getString(1).length() + result.getLong(2) + (long) result.getDouble(3));
  }

  private interface Row {
    long read(ResultSet result) throws SQLException;
  }

  private void rate(String columns, double atLeast, Row row) throws SQLException {
    double best = 0;
    long rows = 0;
    for (int run = 0; run < PG_RUNS; run++) {
      long before = System.nanoTime();
      rows = pgRows("SELECT " + columns + from(PG_TAGS), row);
      best = Math.max(best, rows * 1e3 / (System.nanoTime() - before));
    }
    bench.row(
        columns,
        Bench.grouped(rows),
        Bench.number(best, 2),
        atLeast == 0 ? "" : Bench.number(atLeast, 0),
        atLeast == 0 ? "" : best >= atLeast ? "enough" : "missed");
  }

  private long pgRows(String sql, Row row) throws SQLException {
    long rows = 0;
    long sum = 0;
    try (Connection connection = postgres();
        Statement statement = connection.createStatement()) {
      statement.setFetchSize(FETCH_ROWS);
      try (ResultSet result = statement.executeQuery(sql)) {
        while (result.next()) {
          sum += row.read(result);
          rows++;
        }
      }
    }
    if (sum == 42) {
      throw new IllegalStateException("not likely");
    }
    return rows;
  }

  /** A connection that takes binary columns from the first statement on. */
  private Connection postgres() throws SQLException {
    Connection connection =
        DriverManager.getConnection(
            "jdbc:postgresql://127.0.0.1:" + server.pgPort() + "/tidemark?prepareThreshold=-1");
    connection.setAutoCommit(false);
    return connection;
  }

  // Memory.

  private void memory() throws Exception {
    bench.heading(
        "Memory of the server while a large result goes out",
        "anonymous memory of its process (heap of "
            + HEAP_MEGABYTES
            + " MB, all touched), after an eighth of the result was read before; growth at most"
            + " 64 MB wanted");
    bench.row("door", "rows", "result, MB", "before, MB", "growth, MB", "at most", "growth");
    bench.rule(7);
    long all = (long) bench.tags() * bench.scans();
    long flightRows = Math.min(all, RESULT_BYTES / (3 * Long.BYTES));
    try (Flight flight = new Flight(server.flightPort())) {
      String sql = "SELECT ts, ts_ns, value FROM samples LIMIT ";
      flight.read(flight.info(sql + flightRows / 8).getEndpoints().getFirst().getTicket());
      growth(
          "Flight, LIMIT",
          () -> flight.read(flight.info(sql + flightRows).getEndpoints().getFirst().getTicket()));
      String plain = "SELECT ts, ts_ns, value, value_int FROM samples";
      growth(
          "Flight, all samples",
          () -> flight.read(flight.info(plain).getEndpoints().getFirst().getTicket()));
    }
    long pgRows = Math.min(all, RESULT_BYTES / (2 * (Long.BYTES + Integer.BYTES) + 7));
    String sql = "SELECT ts_ns, value FROM samples LIMIT ";
    Row row = result -> result.getLong(1);
    pgRows(sql + pgRows / 8, row);
    growth(
        "PostgreSQL",
        () -> {
          long rows = pgRows(sql + pgRows, row);
          return new Read(rows, rows * (2 * (Long.BYTES + Integer.BYTES) + 7));
        });
  }

  private void growth(String door, Callable<Read> result) throws Exception {
    long before = server.memory().anonymousBytes();
    AtomicBoolean isRunning = new AtomicBoolean(true);
    long[] most = {before};
    Thread watch =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    while (isRunning.get()) {
                      most[0] = Math.max(most[0], server.memory().anonymousBytes());
                      Thread.sleep(LOOK_MILLIS);
                    }
                  } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                });
    Read read;
    try {
      read = result.call();
    } finally {
      isRunning.set(false);
      watch.join();
    }
    double growth = (most[0] - before) / 1e6;
    bench.row(
        door,
        Bench.grouped(read.rows),
        Bench.number(read.bytes / 1e6, 0),
        Bench.number(before / 1e6, 0),
        Bench.number(growth, 1),
        "64",
        growth < 64 ? "enough" : "missed");
  }

  // Cancelling.

  private void cancels() throws Exception {
    bench.heading(
        "Cancel to release",
        "a statement that runs is cancelled by another connection after up to 50 ms; until the"
            + " server holds no statement any more, as its metrics say, asked again and again (a"
            + " question takes a millisecond or two); milliseconds");
    bench.row("door and statement", "cancels", "p50", "p99", "at most", "p99");
    bench.rule(6);
    String scan = "SELECT ts, tag, value, quality FROM samples LIMIT " + CANCELLED_ROWS;
    String join = "SELECT count(*), sum(a.value * b.value) FROM samples a, samples b";
    String order = "SELECT ts, value FROM samples ORDER BY value, ts LIMIT " + CANCELLED_ROWS;
    try (Flight flight = new Flight(server.flightPort());
        Flight other = new Flight(server.flightPort())) {
      cancel("Flight, rows under way", () -> new FlightStatement(flight, other, scan));
      cancel("Flight, product of all samples", () -> new FlightStatement(flight, other, join));
      cancel("Flight, sort of all samples", () -> new FlightStatement(flight, other, order));
    }
    cancel("PostgreSQL, rows under way", () -> new PgStatement(postgres(), scan));
    cancel("PostgreSQL, product of all samples", () -> new PgStatement(postgres(), join));
    cancel("PostgreSQL, sort of all samples", () -> new PgStatement(postgres(), order));
  }

  /** A statement that one thread runs and another one cancels. */
  private interface Cancellable extends AutoCloseable {
    /** Reads rows until it is stopped. */
    void read() throws Exception;

    void cancel() throws Exception;
  }

  private record FlightStatement(Flight flight, Flight other, FlightInfo info)
      implements Cancellable {
    FlightStatement(Flight flight, Flight other, String sql) {
      this(flight, other, flight.info(sql));
    }

    @Override
    public void read() throws Exception {
      flight.read(info.getEndpoints().getFirst().getTicket());
    }

    @Override
    public void cancel() {
      other.client.cancelFlightInfo(new CancelFlightInfoRequest(info));
    }

    @Override
    public void close() {}
  }

  private record PgStatement(Connection connection, Statement statement, String sql)
      implements Cancellable {
    PgStatement(Connection connection, String sql) throws SQLException {
      this(connection, connection.createStatement(), sql);
    }

    @Override
    public void read() throws SQLException {
      statement.executeQuery(sql).close();
    }

    @Override
    public void cancel() throws SQLException {
      statement.cancel();
    }

    @Override
    public void close() throws SQLException {
      connection.close();
    }
  }

  private void cancel(String name, Callable<Cancellable> statements) throws Exception {
    Histogram micros = new Histogram(3);
    try (HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      for (int i = 0; i < CANCELS_FIRST + CANCELS; i++) {
        try (Cancellable statement = statements.call()) {
          long nanos = releaseNanos(http, statement);
          if (i >= CANCELS_FIRST && nanos >= 0) {
            micros.recordValue(nanos / 1000);
          }
        }
      }
    }
    double p99 = micros.getValueAtPercentile(99) / 1000.0;
    bench.row(
        name,
        Long.toString(micros.getTotalCount()),
        Bench.number(micros.getValueAtPercentile(50) / 1000.0, 1),
        Bench.number(p99, 1),
        "100",
        p99 <= 100 ? "enough" : "missed");
  }

  /** From cancelling to release; -1 if it had ended before. */
  private long releaseNanos(HttpClient http, Cancellable statement) throws Exception {
    Thread reader =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    statement.read();
                  } catch (Exception e) {
                    // it was stopped
                  }
                });
    while (reader.isAlive() && running(http) == 0) {
      // it begins
    }
    TimeUnit.MICROSECONDS.sleep((long) (CANCEL_MICROS_MAX * Math.random()));
    if (running(http) == 0) {
      reader.join();
      return -1;
    }
    long since = System.nanoTime();
    statement.cancel();
    while (running(http) > 0) {
      // not yet
    }
    long nanos = System.nanoTime() - since;
    reader.join();
    return nanos;
  }

  /** Statements that the server holds. */
  private int running(HttpClient http) throws IOException, InterruptedException {
    String metrics =
        http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/metrics"))
                    .build(),
                BodyHandlers.ofString())
            .body();
    Matcher found = RUNNING.matcher(metrics);
    if (!found.find()) {
      throw new IOException("the server does not say what runs");
    }
    return (int) Double.parseDouble(found.group(1));
  }

  /** What a client read: rows, and bytes of vectors. */
  private record Read(long rows, long bytes) {}

  /** A connection of the official client. */
  private static final class Flight implements AutoCloseable {
    private final BufferAllocator allocator = new RootAllocator();
    private final FlightClient client;

    Flight(int port) {
      client =
          FlightClient.builder(allocator, Location.forGrpcInsecure("127.0.0.1", port))
              .maxInboundMessageSize(64 << 20)
              .build();
    }

    FlightInfo info(String sql, CallOption... options) {
      return client.getInfo(
          FlightDescriptor.command(sql.getBytes(StandardCharsets.UTF_8)), options);
    }

    /** A call that costs nothing but itself; returns 0. */
    long empty() {
      long actions = 0;
      for (ActionType each : client.listActions()) {
        actions += each.getType().length();
      }
      return actions > 0 ? 0 : -1;
    }

    /** Reads a stream to its end. */
    Read read(Ticket ticket) throws Exception {
      long rows = 0;
      long bytes = 0;
      try (FlightStream stream = client.getStream(ticket)) {
        VectorSchemaRoot root = stream.getRoot();
        while (stream.next()) {
          rows += root.getRowCount();
          for (FieldVector vector : root.getFieldVectors()) {
            bytes += vector.getBufferSize();
          }
        }
      }
      return new Read(rows, bytes);
    }

    @Override
    public void close() throws Exception {
      client.close();
      allocator.close();
    }
  }
}

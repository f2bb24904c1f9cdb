package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.query.arrow.ArrowPageWriter;
import io.tidemark.query.arrow.ArrowPageWriter.Column;
import io.tidemark.query.arrow.ArrowPageWriter.Type;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers of any length pass through; what broke off is an error and leaves no file. */
class StreamedRowsTest {
  private static final int ROWS = 2_000_000;
  private static final int PARQUET_ROWS = 1_000_000;
  private static final String PADDING = "x".repeat(800);

  /** What may lie in sockets and buffers between the server and whoever takes the rows. */
  private static final long UNDERWAY_BYTES_MAX = 24L << 20;

  private static final byte[] LINE =
      "R1.TIC101.PV,2024-03-05T08:00:00Z,20.5\n".getBytes(StandardCharsets.US_ASCII);

  @TempDir Path folder;

  private final StringWriter err = new StringWriter();

  /** Counts, and notes how far the server was ahead. */
  private static final class Sink extends OutputStream {
    private final StreamingServer server;
    private long taken;
    private long leadMax;

    Sink(StreamingServer server) {
      this.server = server;
    }

    @Override
    public void write(int b) {
      taken++;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      leadMax = Math.max(leadMax, server.sent() - taken);
      taken += length;
    }
  }

  private int run(StreamingServer server, OutputStream out, String... arguments) {
    String[] all =
        Stream.concat(
                Stream.of("sql", "SELECT 1", "--server", server.address()), Stream.of(arguments))
            .toArray(String[]::new);
    return Main.run(
        InputStream.nullInputStream(),
        out,
        new PrintWriter(new StringWriter()),
        new PrintWriter(err, true),
        all);
  }

  @ParameterizedTest
  @ValueSource(strings = {"csv", "arrow"})
  void bytesPassThroughAsTheyCome(String format) throws IOException {
    try (StreamingServer server =
        new StreamingServer(
            out -> {
              for (int i = 0; i < ROWS; i++) {
                out.write(LINE);
              }
            })) {
      Sink sink = new Sink(server);
      assertThat(run(server, sink, "--format", format)).as(err.toString()).isZero();
      assertThat(sink.taken).isEqualTo((long) ROWS * LINE.length);
      assertThat(sink.leadMax).isLessThan(UNDERWAY_BYTES_MAX);
    }
  }

  private static void rowsAsJson(OutputStream out, int rows) throws IOException {
    StringBuilder text =
        new StringBuilder("{\"columns\":[{\"name\":\"a\",\"type\":\"BIGINT\",\"uom\":\"\"}],");
    text.append("\"timeZone\":\"UTC\",\"rows\":[");
    for (int i = 0; i < rows; i++) {
      text.append(i == 0 ? "" : ",").append("[").append(i).append("]");
      if (text.length() > 8_000) {
        out.write(text.toString().getBytes(StandardCharsets.US_ASCII));
        text.setLength(0);
      }
    }
    text.append("],\"rowCount\":").append(rows).append(",\"elapsedMs\":12.5}");
    out.write(text.toString().getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void aTableOfAllRowsIsPrintedInParts() throws IOException {
    try (StreamingServer server = new StreamingServer(out -> rowsAsJson(out, ROWS))) {
      Sink sink = new Sink(server);
      assertThat(run(server, sink, "--rows", "0")).as(err.toString()).isZero();
      assertThat(sink.taken).isGreaterThan(ROWS * 4L);
      // Rows have other widths here and there: what counts is that the answer is not held.
      assertThat(sink.leadMax).isLessThan(UNDERWAY_BYTES_MAX);
    }
  }

  @Test
  void aTableEndsAfterItsFirstRowsAndSaysSo() throws IOException {
    try (StreamingServer server = new StreamingServer(out -> rowsAsJson(out, 1_001))) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      assertThat(run(server, out)).as(err.toString()).isZero();
      List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
      assertThat(lines).hasSize(2 + 1_000 + 2);
      assertThat(lines.getLast())
          .isEqualTo("first 1000 rows, there are more: --rows N shows N, 0 all");
      out.reset();
      assertThat(run(server, out, "--rows", "1001")).isZero();
      assertThat(out.toString(StandardCharsets.UTF_8)).endsWith("1001 rows, 13 ms\n");
    }
  }

  private static void rowsAsArrow(OutputStream out, int rows) throws IOException {
    List<Column> columns =
        List.of(
            new Column("ts", Type.TIME, Map.of()),
            new Column("value", Type.FLOAT64, Map.of("uom", "degC")),
            new Column("value", Type.INT64, Map.of()),
            new Column("ok", Type.BOOL, Map.of()),
            new Column("status", Type.UINT32, Map.of()),
            new Column("text \"q\"", Type.TEXT, Map.of()));
    try (ArrowPageWriter writer = new ArrowPageWriter(columns, Map.of("timeZone", "UTC"), out)) {
      for (int i = 0; i < rows; i++) {
        writer.setTime(0, 1_700_000_000_000_000_000L + i * 1_000L);
        if (i % 10 != 0) {
          writer.setDouble(1, i / 2.0);
        }
        writer.setLong(2, Long.MAX_VALUE - i);
        writer.setBool(3, i % 2 == 0);
        writer.setUnsignedInt(4, -1);
        writer.setText(5, "größe " + PADDING + i);
        writer.endRow();
      }
      writer.end();
    }
  }

  @Test
  void parquetHasEveryRowInOrderWithTypesAndUnits() throws IOException, SQLException {
    Path file = folder.resolve("a'b.parquet");
    try (StreamingServer server = new StreamingServer(out -> rowsAsArrow(out, PARQUET_ROWS))) {
      assertThat(run(server, OutputStream.nullOutputStream(), "--out", file.toString()))
          .as(err.toString())
          .isZero();
      assertThat(server.sent())
          .as("more than the Arrow reader and DuckDB may hold together")
          .isGreaterThan(768L << 20);
    }
    String name = "'" + file.toString().replace("'", "''") + "'";
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      assertThat(
              text(
                  statement,
                  "SELECT string_agg(column_name || ' ' || column_type, ', ') FROM (DESCRIBE"
                      + " SELECT * FROM "
                      + name
                      + ")"))
          .isEqualTo(
              "ts TIMESTAMP WITH TIME ZONE, value DOUBLE, value_1 BIGINT, ok BOOLEAN,"
                  + " status UINTEGER, text \"q\" VARCHAR");
      assertThat(
              text(
                  statement,
                  "SELECT count(*) || ' ' || count(*) FILTER ("
                      + "epoch_us(ts) = 1700000000000000 + file_row_number"
                      + " AND value IS NOT DISTINCT FROM CASE WHEN file_row_number % 10 <> 0"
                      + " THEN file_row_number / 2 END"
                      + " AND value_1 = 9223372036854775807 - file_row_number"
                      + " AND ok = (file_row_number % 2 = 0) AND status = 4294967295"
                      + " AND \"text \"\"q\"\"\" = 'größe ' || repeat('x', 800) || file_row_number)"
                      + " FROM read_parquet("
                      + name
                      + ", file_row_number = true)"))
          .isEqualTo(PARQUET_ROWS + " " + PARQUET_ROWS);
      assertThat(
              text(
                  statement,
                  "SELECT string_agg(decode(key) || '=' || decode(value), ' ' ORDER BY key) FROM"
                      + " parquet_kv_metadata("
                      + name
                      + ")"))
          .isEqualTo("timeZone=UTC uom={\"value\":\"degC\"}");
      assertThat(text(statement, "SELECT DISTINCT compression FROM parquet_metadata(" + name + ")"))
          .isEqualTo("ZSTD");
    }
  }

  private static String text(Statement statement, String sql) throws SQLException {
    try (ResultSet rows = statement.executeQuery(sql)) {
      assertThat(rows.next()).isTrue();
      return rows.getString(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"csv", "json", "arrow", "parquet"})
  void whatBreaksOffLeavesNoFile(String format) throws IOException {
    try (StreamingServer server =
        new StreamingServer(
            out -> {
              rowsAsArrow(out, 20_000);
              out.flush();
              throw new IOException("the server goes away");
            })) {
      Path file = folder.resolve("rows");
      assertThat(
              run(
                  server,
                  OutputStream.nullOutputStream(),
                  "--format",
                  format,
                  "--out",
                  file.toString()))
          .isEqualTo(1);
      assertThat(err.toString()).isNotBlank();
      try (Stream<Path> files = Files.list(folder)) {
        assertThat(files).isEmpty();
      }
    }
  }
}

package io.tidemark.query.duckdb;

import io.tidemark.model.HistorianException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Writes rows of ours as one Parquet file, through a DuckDB of its own that lives for the call.
 * Memory is flat: a row group at a time, in at most {@value #MEMORY}. Rows keep their order.
 */
public final class ParquetFile {
  private static final String MEMORY = "512MiB";

  private ParquetFile() {}

  /** What the cells of a column are in the file. */
  public enum Kind {
    /** What the column's type says. */
    PLAIN("%s"),
    /** Of a BIGINT, microseconds since 1970: instants in UTC. */
    TIME("make_timestamptz(%s)"),
    /** Of a UTINYINT, 0 or 1: truth values. */
    TRUTH("%s::BOOLEAN");

    private final String conversion;

    Kind(String conversion) {
      this.conversion = conversion;
    }
  }

  /**
   * Writes a file; one that is there is replaced.
   *
   * @param source its rows; read once, by one thread of DuckDB's
   * @param kinds one for each column of the source
   * @param metadata of the file, texts under names
   * @throws HistorianException of the source, as it was thrown there
   * @throws DuckDbException if the file cannot be written
   */
  public static void write(
      Path file, ScanSource source, List<Kind> kinds, Map<String, String> metadata) {
    ConcurrentHashMap<Long, ScanHandle> handles = new ConcurrentHashMap<>();
    ScanHandle handle = new ScanHandle(1, source);
    handles.put(handle.number(), handle);
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:", new Properties());
        Statement statement = connection.createStatement()) {
      statement.execute("SET GLOBAL memory_limit='" + MEMORY + "'");
      statement.execute("SET GLOBAL threads=1");
      statement.execute("SET GLOBAL temp_directory=''");
      statement.execute("SET GLOBAL autoinstall_known_extensions=false");
      statement.execute("SET GLOBAL autoload_known_extensions=false");
      statement.execute("SET TimeZone='UTC'");
      ScanFunction.register(connection, handles);
      statement.execute(copy(file, source, kinds, metadata));
    } catch (SQLException e) {
      if (handle.failure() instanceof HistorianException ours) {
        throw ours;
      }
      throw new DuckDbException(e);
    }
  }

  private static String copy(
      Path file, ScanSource source, List<Kind> kinds, Map<String, String> metadata) {
    List<String> columns = new ArrayList<>();
    for (int i = 0; i < kinds.size(); i++) {
      String name = name(source.columns().get(i).name());
      columns.add(kinds.get(i).conversion.formatted(name) + " AS " + name);
    }
    List<String> entries = new ArrayList<>();
    metadata.forEach((key, value) -> entries.add(name(key) + ": " + text(value)));
    return "COPY (SELECT "
        + String.join(", ", columns)
        + " FROM "
        + ScanFunction.NAME
        + "(1)) TO "
        + text(file.toString())
        + " (FORMAT parquet, COMPRESSION zstd"
        + (entries.isEmpty() ? "" : ", KV_METADATA {" + String.join(", ", entries) + "}")
        + ")";
  }

  private static String name(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  private static String text(String text) {
    return '\'' + text.replace("'", "''") + '\'';
  }
}

package io.tidemark.proof.doors;

import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** The protocol of PostgreSQL through pgjdbc, with a token for a password. */
final class PgSql implements SqlClient {
  /** How values come. */
  enum Format {
    /** Text, by the simple protocol. */
    TEXT("&preferQueryMode=simple"),
    /** Binary where pgjdbc knows a type so, by the extended protocol. */
    BINARY("&prepareThreshold=-1");

    private final String option;

    Format(String option) {
      this.option = option;
    }
  }

  private final Format format;
  private final Connection connection;
  private @Nullable ZoneId zone;

  PgSql(int port, String user, String token, Format format) throws SQLException {
    this.format = format;
    Properties login = new Properties();
    login.put("user", user);
    login.put("password", token);
    connection =
        DriverManager.getConnection(
            "jdbc:postgresql://127.0.0.1:" + port + "/tidemark?sslmode=prefer" + format.option,
            login);
  }

  @Override
  public String name() {
    return "SQL over PostgreSQL, " + (format == Format.TEXT ? "text" : "binary");
  }

  @Override
  public Table ask(String statement, ZoneId zone) {
    try {
      if (!zone.equals(this.zone)) {
        try (Statement set = connection.createStatement()) {
          // PostgreSQL has no zone Z either.
          set.execute("SET TimeZone = '" + (zone.getId().equals("Z") ? "UTC" : zone) + "'");
        }
        this.zone = zone;
      }
      try (PreparedStatement asked = connection.prepareStatement(statement);
          ResultSet rows = asked.executeQuery()) {
        return table(rows);
      }
    } catch (PSQLException e) {
      ServerErrorMessage message = e.getServerErrorMessage();
      if (message == null) {
        throw new IllegalStateException(e);
      }
      return Table.refused(String.valueOf(message.getMessage()).replaceFirst("(?s):.*", ""));
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Table table(ResultSet from) throws SQLException {
    ResultSetMetaData about = from.getMetaData();
    List<String> names = new ArrayList<>();
    for (int i = 1; i <= about.getColumnCount(); i++) {
      names.add(about.getColumnName(i));
    }
    List<List<@Nullable Object>> rows = new ArrayList<>();
    while (from.next()) {
      List<@Nullable Object> row = new ArrayList<>();
      for (int i = 1; i <= names.size(); i++) {
        Object cell = cell(from, i, about.getColumnTypeName(i));
        row.add(from.wasNull() ? null : cell);
      }
      rows.add(row);
    }
    return Table.of(names, rows);
  }

  private static @Nullable Object cell(ResultSet row, int i, String type) throws SQLException {
    return switch (type) {
      case "float8" -> row.getDouble(i);
      case "float4" -> (double) row.getFloat(i);
      case "int2", "int4", "int8" -> row.getLong(i);
      case "numeric" -> row.getBigDecimal(i);
      case "bool" -> row.getBoolean(i);
      case "timestamptz" -> {
        OffsetDateTime time = row.getObject(i, OffsetDateTime.class);
        yield time == null ? null : time.toInstant();
      }
      default -> row.getString(i);
    };
  }

  @Override
  public void close() throws IOException {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new IOException(e);
    }
  }
}

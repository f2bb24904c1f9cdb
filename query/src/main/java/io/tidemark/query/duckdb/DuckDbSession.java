package io.tidemark.query.duckdb;

import java.sql.ParameterMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBPreparedStatement;
import org.jspecify.annotations.Nullable;

/**
 * A connection on loan. Used by one thread at a time but for {@link #cancel}; close it to give it
 * back. What throws {@link DuckDbException} may have cost the instance; the next session gets a new
 * one.
 */
public final class DuckDbSession implements AutoCloseable {
  private static final int EXECUTED_MAX = 1024;

  /** What DuckDB says of parameters whose type it does not know is INVALID or UNKNOWN. */
  private static final Pattern KNOWN_TYPE =
      Pattern.compile("(?!INVALID|UNKNOWN|SQLNULL|\"NULL\").+");

  private final DuckDbInstances.Instance instance;
  private final DuckDBConnection connection;
  private String zoneName = "";
  private final Map<String, DuckDBPreparedStatement> prepared = new HashMap<>();
  private final Set<String> executed = new HashSet<>();
  private boolean inTransaction;
  private @Nullable Statement running;
  private boolean cancelled;
  private boolean isDiscarded;

  DuckDbSession(DuckDbInstances.Instance instance, DuckDBConnection connection) {
    this.instance = instance;
    this.connection = connection;
  }

  /** Number of the instance: a change says that its tables are empty again. */
  public long instanceNumber() {
    return instance.number();
  }

  /** Sets the zone that calendar functions and texts without offset use. */
  void zone(ZoneId zone) {
    String name = zoneName(zone);
    if (!name.equals(zoneName)) {
      execute("SET TimeZone='" + name.replace("'", "''") + "'");
      zoneName = name;
    }
  }

  /** ICU's name of a zone. Offsets have the form {@code GMT+02:00} there. */
  private static String zoneName(ZoneId zone) {
    if (!(zone.normalized() instanceof ZoneOffset offset)) {
      return zone.getId();
    }
    return offset.getTotalSeconds() == 0 ? "UTC" : "GMT" + offset.getId();
  }

  /** Closes the connection with the session: it has tables of its own that nobody else may see. */
  public void discardAfterUse() {
    isDiscarded = true;
  }

  /** Opens a transaction: what follows sees one state of all tables. */
  public void begin() {
    execute("BEGIN TRANSACTION");
    inTransaction = true;
  }

  /** Ends it, keeping its changes. */
  public void commit() {
    execute("COMMIT");
    inTransaction = false;
  }

  /** Ends it, if there is one, without its changes. */
  public void rollback() {
    if (inTransaction) {
      inTransaction = false;
      execute("ROLLBACK");
    }
  }

  /** Runs a statement without a result. */
  public void execute(String sql) {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /**
   * Starts a query. Its rows are streamed where all columns have plain types, else DuckDB holds
   * them.
   *
   * @param parameters null, Boolean, Long, Integer, Double, BigDecimal, BigInteger, String, Instant
   *     or a List of these
   */
  public DuckDbRows query(String sql, List<? extends @Nullable Object> parameters) {
    DuckDBPreparedStatement statement = null;
    try {
      statement = connection.prepare(sql);
      bind(statement, parameters);
      start(statement);
      return DuckDbRows.streams(statement.getMetaData())
          ? new DuckDbRows(this, statement, statement.query())
          : new DuckDbRows(this, statement, statement.executeQuery());
    } catch (SQLException | RuntimeException e) {
      DuckDbException failure =
          e instanceof SQLException sqlException
              ? failed(sqlException)
              : failed((RuntimeException) e);
      closeQuietly(statement);
      throw failure;
    }
  }

  /**
   * What is known of a statement that was prepared and not run.
   *
   * @param names of columns
   * @param types SQL names of their types, UNKNOWN where they depend on a parameter
   * @param parameterTypes SQL names, empty where the statement does not tell
   */
  public record Shape(List<String> names, List<String> types, List<String> parameterTypes) {}

  /** Prepares a statement without running it. */
  public Shape shape(String sql) {
    try (DuckDBPreparedStatement statement = connection.prepare(sql)) {
      List<String> names = new ArrayList<>();
      List<String> types = new ArrayList<>();
      ResultSetMetaData columns = statement.getMetaData();
      for (int i = 1; columns != null && i <= columns.getColumnCount(); i++) {
        names.add(columns.getColumnName(i));
        types.add(columns.getColumnTypeName(i));
      }
      List<String> parameters = new ArrayList<>();
      ParameterMetaData of = statement.getParameterMetaData();
      for (int i = 1; i <= of.getParameterCount(); i++) {
        String type = of.getParameterTypeName(i);
        parameters.add(type == null || !KNOWN_TYPE.matcher(type).matches() ? "" : type);
      }
      return new Shape(names, types, parameters);
    } catch (SQLException e) {
      throw failed(e);
    } catch (RuntimeException e) {
      throw failed(e); // the driver's own for what it cannot describe
    }
  }

  /** Runs a statement without a result, once in the life of the connection. */
  public void executeOnce(String sql) {
    if (!executed.contains(sql)) {
      execute(sql);
      if (executed.size() < EXECUTED_MAX) {
        executed.add(sql);
      }
    }
  }

  /**
   * The first column of the only row, as text, of a statement that is asked again and again: it
   * stays prepared.
   */
  public @Nullable String text(String sql, List<? extends @Nullable Object> parameters) {
    DuckDBPreparedStatement statement = prepared.get(sql);
    try {
      if (statement == null) {
        statement = connection.prepare(sql);
        prepared.put(sql, statement);
      }
      bind(statement, parameters);
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next() ? rows.getString(1) : null;
      }
    } catch (SQLException e) {
      prepared.remove(sql); // it has closed itself
      throw failed(e);
    }
  }

  private synchronized void start(DuckDBPreparedStatement statement) throws SQLException {
    running = statement;
    if (cancelled) {
      throw new SQLException("INTERRUPT Error: Interrupted!");
    }
  }

  /** Stops what runs, from any thread; without effect if nothing does. */
  public synchronized void cancel() {
    cancelled = true;
    Statement statement = running;
    if (statement != null) {
      try {
        statement.cancel();
      } catch (SQLException e) {
        // It has just ended: there is nothing left to stop.
        running = null;
      }
    }
  }

  synchronized void ended(@Nullable Statement statement) {
    running = null;
    closeQuietly(statement);
  }

  private static void closeQuietly(@Nullable Statement statement) {
    if (statement != null) {
      try {
        statement.close();
      } catch (SQLException e) {
        // A statement closes itself after an error; closing it again is allowed to fail.
        return;
      }
    }
  }

  private void bind(PreparedStatement statement, List<? extends @Nullable Object> parameters)
      throws SQLException {
    for (int i = 0; i < parameters.size(); i++) {
      statement.setObject(i + 1, carrier(parameters.get(i)));
    }
  }

  private @Nullable Object carrier(@Nullable Object value) throws SQLException {
    return switch (value) {
      case null -> null;
      case Instant instant -> instant.atOffset(ZoneOffset.UTC);
      case List<?> list -> array(list);
      default -> value;
    };
  }

  private Object array(List<?> list) throws SQLException {
    List<@Nullable Object> carriers = new ArrayList<>();
    String type = "VARCHAR";
    for (Object element : list) {
      Object carrier = carrier(element);
      if (carrier instanceof Long || carrier instanceof Integer) {
        type = "BIGINT";
        carrier = ((Number) carrier).longValue();
      } else if (carrier instanceof Double) {
        type = "DOUBLE";
      } else if (carrier instanceof Boolean) {
        type = "BOOLEAN";
      }
      carriers.add(carrier);
    }
    if (type.equals("BIGINT") || type.equals("DOUBLE")) {
      boolean mixed = carriers.stream().anyMatch(Double.class::isInstance);
      type = mixed ? "DOUBLE" : "BIGINT";
      if (mixed) {
        carriers.replaceAll(c -> c instanceof Number number ? (Object) number.doubleValue() : c);
      }
    }
    return connection.createArrayOf(type, carriers.toArray());
  }

  /**
   * Appends rows to a table of this instance.
   *
   * @param rows carriers in column order: null, String, Long, Integer, Double, Boolean, List of
   *     String
   */
  public void append(String table, Iterable<? extends List<? extends @Nullable Object>> rows) {
    try (DuckDBAppender appender = connection.createAppender(table)) {
      for (List<? extends @Nullable Object> row : rows) {
        appender.beginRow();
        for (Object value : row) {
          appendValue(appender, value);
        }
        appender.endRow();
      }
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  private static void appendValue(DuckDBAppender appender, @Nullable Object value)
      throws SQLException {
    switch (value) {
      case null -> appender.appendNull();
      case String text -> appender.append(text);
      case Long number -> appender.append(number.longValue());
      case Integer number -> appender.append(number.intValue());
      case Double number -> appender.append(number.doubleValue());
      case Boolean truth -> appender.append(truth.booleanValue());
      case List<?> list -> appender.append(list);
      default ->
          throw new IllegalArgumentException("no carrier for a table: class=" + value.getClass());
    }
  }

  DuckDbException failed(SQLException e) {
    DuckDbException failure = new DuckDbException(e);
    if (failure.fatal()) {
      instance.lost();
    }
    return failure;
  }

  DuckDbException failed(RuntimeException e) {
    return new DuckDbException(String.valueOf(e.getMessage()), e);
  }

  DuckDBConnection connection() {
    return connection;
  }

  /** Ends the transaction and gives the connection back. */
  @Override
  public void close() {
    boolean usable = !isDiscarded;
    try {
      rollback();
    } catch (DuckDbException e) {
      usable = false;
    }
    synchronized (this) {
      running = null;
      cancelled = false;
    }
    instance.giveBack(this, usable);
  }
}

package io.tidemark.wire.pg;

import io.tidemark.engine.Historian;
import io.tidemark.model.QueryContext;
import io.tidemark.query.sql.SqlColumn;
import io.tidemark.query.sql.SqlResult;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A statement with its parameters, and its rows once it runs. One thread at a time. */
final class Portal implements AutoCloseable {
  private final String name;
  private final PreparedQuery query;
  private final List<@Nullable Object> parameters;
  private final int[] formats;
  private final int bytes;
  private Historian.@Nullable OpenQuery scope;
  private @Nullable SqlResult result;
  private @Nullable RowEncoder rows;
  private boolean isEnded;

  /**
   * A portal that does not run yet.
   *
   * @param formats 1 for binary; none for text, one for all columns, or one for each
   * @param bytes of the message that brought the parameters
   */
  Portal(
      String name,
      PreparedQuery query,
      List<@Nullable Object> parameters,
      int[] formats,
      int bytes) {
    this.name = name;
    this.query = query;
    this.parameters = parameters;
    this.formats = formats;
    this.bytes = bytes;
  }

  String name() {
    return name;
  }

  /** Bytes of the message that brought the parameters. */
  int bytes() {
    return bytes;
  }

  PreparedQuery query() {
    return query;
  }

  List<@Nullable Object> parameters() {
    return parameters;
  }

  /** Whether it runs or ran. */
  boolean isStarted() {
    return result != null || isEnded;
  }

  boolean isEnded() {
    return isEnded;
  }

  /** Takes what runs; closed with the portal. */
  void start(Historian.OpenQuery openScope, SqlResult openResult) {
    scope = openScope;
    result = openResult;
  }

  /** What stops it; null if it does not run. */
  @Nullable QueryContext context() {
    Historian.OpenQuery open = scope;
    return open == null ? null : open.context();
  }

  List<SqlColumn> columns() {
    SqlResult open = result;
    return open == null ? List.of() : open.columns();
  }

  /** Whether a column goes out in binary format. */
  boolean isBinary(int column) {
    if (formats.length == 0) {
      return false;
    }
    return formats[formats.length == 1 ? 0 : column] == 1;
  }

  /** The rows that are left. */
  RowEncoder rows(ZoneId zone) {
    RowEncoder encoder = rows;
    SqlResult open = result;
    if (encoder == null) {
      if (open == null) {
        throw new IllegalStateException("portal does not run");
      }
      List<SqlColumn> columns = open.columns();
      PgType[] types = query.types(columns);
      if (formats.length > 1 && formats.length != types.length) {
        throw PgException.protocol("formats do not fit the columns: formats=" + formats.length);
      }
      boolean[] isBinary = new boolean[types.length];
      for (int i = 0; i < types.length; i++) {
        isBinary[i] = isBinary(i);
      }
      encoder = new RowEncoder(open.runs(), columns, types, isBinary, zone);
      rows = encoder;
    }
    return encoder;
  }

  /** Takes rows that read nothing. */
  void start(SqlResult openResult) {
    result = openResult;
  }

  /** Whether what runs was stopped, by its client or its deadline. */
  boolean isStopped() {
    Historian.OpenQuery open = scope;
    if (open == null) {
      return false;
    }
    try {
      open.context().check();
      return false;
    } catch (RuntimeException e) {
      return true;
    }
  }

  /** Gives back what the rows hold; the portal has none any more. */
  @Override
  public void close() {
    isEnded = true;
    SqlResult openResult = result;
    Historian.OpenQuery openScope = scope;
    result = null;
    rows = null;
    scope = null;
    try {
      if (openResult != null) {
        openResult.close();
      }
    } finally {
      if (openScope != null) {
        openScope.close();
      }
    }
  }
}

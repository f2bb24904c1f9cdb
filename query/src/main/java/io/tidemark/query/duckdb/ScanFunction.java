package io.tidemark.query.duckdb;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.duckdb.DuckDBColumnType;
import org.duckdb.DuckDBDataChunkWriter;
import org.duckdb.DuckDBFunctions;
import org.duckdb.DuckDBTableFunction;
import org.duckdb.DuckDBTableFunctionBindInfo;
import org.duckdb.DuckDBTableFunctionBuilder;
import org.duckdb.DuckDBTableFunctionCallInfo;
import org.duckdb.DuckDBTableFunctionInitInfo;
import org.jspecify.annotations.Nullable;

/**
 * The table function {@code tidemark_scan(handle BIGINT)}. The handle names a {@link ScanSource} in
 * Java; its failure is kept beside it, since DuckDB passes on only the text of an exception.
 */
final class ScanFunction
    implements DuckDBTableFunction<ScanFunction.Bound, ScanFunction.Read, ScanSource.Worker> {
  static final String NAME = "tidemark_scan";

  private final ConcurrentHashMap<Long, ScanHandle> handles;

  ScanFunction(ConcurrentHashMap<Long, ScanHandle> handles) {
    this.handles = handles;
  }

  /** What bind found. */
  record Bound(ScanHandle handle) {}

  /** One execution. */
  record Read(ScanHandle handle, ScanSource.Pass pass, int columnCount) {}

  static void register(Connection connection, ConcurrentHashMap<Long, ScanHandle> handles)
      throws SQLException {
    try (DuckDBTableFunctionBuilder builder = DuckDBFunctions.tableFunction()) {
      builder
          .withName(NAME)
          .withParameter(Long.class)
          .withProjectionPushdown()
          .withFunction(new ScanFunction(handles))
          .register(connection);
    }
  }

  @Override
  public Bound bind(DuckDBTableFunctionBindInfo info) {
    ScanHandle handle = handles.get(info.getParameter(0).getLong());
    if (handle == null) {
      throw new HistorianException(ErrorCode.INTERNAL, "scan is not registered");
    }
    List<ScanColumn> columns = handle.source().columns();
    for (ScanColumn column : columns) {
      info.addResultColumn(column.name(), DuckDBColumnType.valueOf(column.type().name()));
    }
    info.setCardinality(handle.source().estimatedRows(), false);
    return new Bound(handle);
  }

  @Override
  public Read init(DuckDBTableFunctionInitInfo info) {
    ScanHandle handle = info.<Bound>getBindData().handle();
    try {
      int[] columns = new int[(int) info.getColumnCount()];
      for (int i = 0; i < columns.length; i++) {
        columns[i] = (int) info.getColumnIndex(i);
      }
      ScanSource.Pass pass = handle.source().pass(columns);
      info.setMaxThreads(Math.max(1, pass.workersMax()));
      return new Read(handle, pass, columns.length);
    } catch (RuntimeException | Error e) {
      handle.failed(e);
      throw e;
    }
  }

  @Override
  public ScanSource.Worker localInit(DuckDBTableFunctionInitInfo info) {
    // The pass is not known here: the worker is asked for at its first call.
    return new LateWorker();
  }

  @Override
  public long apply(DuckDBTableFunctionCallInfo info, DuckDBDataChunkWriter chunk) {
    Read read = info.getInitData();
    LateWorker worker = info.getLocalInitData();
    try {
      return worker.fill(read, new ScanRows(chunk, read.columnCount()));
    } catch (RuntimeException | Error e) {
      read.handle().failed(e);
      throw e;
    }
  }

  private static final class LateWorker implements ScanSource.Worker {
    private ScanSource.@Nullable Worker worker;

    int fill(Read read, ScanRows rows) {
      ScanSource.Worker current = worker;
      if (current == null) {
        current = read.pass().worker();
        worker = current;
      }
      return current.fill(rows);
    }

    @Override
    public int fill(ScanRows rows) {
      return worker == null ? 0 : worker.fill(rows);
    }
  }
}

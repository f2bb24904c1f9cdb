package io.tidemark.query.export;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.query.arrow.ResultHead;
import io.tidemark.query.arrow.RunSource;
import io.tidemark.query.sql.SqlColumn;
import io.tidemark.query.sql.SqlResult;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The rows of all parts of a plan as one result, statement after statement. One thread. */
public final class ExportRows implements SqlResult {
  private final ExportSource source;
  private final ExportPlan plan;
  private final ZoneId zone;
  private final Iterator<ExportPlan.Statement> statements;
  private final List<SqlColumn> columns;
  private SqlResult open;
  private @Nullable RunSource openRuns;
  private boolean isEnd;

  /** Runs the first statement. */
  public ExportRows(ExportPlan plan, ExportSource source, ZoneId zone) {
    this.source = source;
    this.plan = plan;
    this.zone = zone;
    statements = plan.parts().stream().flatMap(part -> part.statements().stream()).iterator();
    open = source.run(statements.next(), plan.dataVersion());
    Map<String, String> uoms = uoms(plan);
    columns =
        open.columns().stream()
            .map(
                column ->
                    new SqlColumn(
                        column.name(),
                        column.type(),
                        uoms.getOrDefault(column.name(), plan.tags().isEmpty() ? column.uom() : ""),
                        column.metadata()))
            .toList();
  }

  /** Units that all parts agree on. */
  private static Map<String, String> uoms(ExportPlan plan) {
    Map<String, String> uoms = new HashMap<>(plan.parts().getFirst().uoms());
    for (ExportPlan.Part part : plan.parts()) {
      uoms.entrySet().removeIf(e -> !e.getValue().equals(part.uoms().get(e.getKey())));
    }
    return uoms;
  }

  private boolean advance() {
    if (!isEnd && statements.hasNext()) {
      open.close();
      openRuns = null;
      open = source.run(statements.next(), plan.dataVersion());
      List<SqlColumn> now = open.columns();
      for (int i = 0; i < Math.max(now.size(), columns.size()); i++) {
        if (now.size() != columns.size() || !now.get(i).type().equals(columns.get(i).type())) {
          throw new HistorianException(
              ErrorCode.INTERNAL, "statements of an export differ in their columns");
        }
      }
      return true;
    }
    isEnd = true;
    return false;
  }

  @Override
  public List<SqlColumn> columns() {
    return columns;
  }

  @Override
  public ResultHead head() {
    return SqlColumn.head(columns, dataVersion(), zone);
  }

  @Override
  public boolean next() {
    while (!isEnd && !open.next()) {
      advance();
    }
    return !isEnd;
  }

  @Override
  public @Nullable Object value(int column) {
    return open.value(column);
  }

  @Override
  public RunSource runs() {
    return new Runs();
  }

  /** The runs of each statement in turn. */
  private final class Runs implements RunSource {
    private RunSource now() {
      RunSource runs = openRuns;
      if (runs == null) {
        runs = open.runs();
        openRuns = runs;
      }
      return runs;
    }

    @Override
    public int nextRun() {
      do {
        int count = now().nextRun();
        if (count > 0) {
          return count;
        }
      } while (advance());
      return 0;
    }

    @Override
    public boolean copy(int column, double[] to) {
      return now().copy(column, to);
    }

    @Override
    public boolean copy(int column, long[] to) {
      return now().copy(column, to);
    }

    @Override
    public boolean copy(int column, int[] to) {
      return now().copy(column, to);
    }

    @Override
    public boolean isNull(int column, int row) {
      return now().isNull(column, row);
    }

    @Override
    public boolean isFull(int column) {
      return now().isFull(column);
    }

    @Override
    public @Nullable Object value(int column, int row) {
      return now().value(column, row);
    }
  }

  @Override
  public String dataVersion() {
    return Objects.requireNonNull(plan.dataVersion());
  }

  @Override
  public void close() {
    open.close();
  }
}

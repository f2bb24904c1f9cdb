package io.tidemark.query.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.QueryContext;
import io.tidemark.model.TagCatalog;
import io.tidemark.query.HistorianQueries;
import io.tidemark.query.arrow.ResultHead;
import io.tidemark.query.context.ContextSource;
import io.tidemark.query.duckdb.DuckDbConfig;
import io.tidemark.query.duckdb.DuckDbException;
import io.tidemark.query.duckdb.DuckDbInstances;
import io.tidemark.query.duckdb.DuckDbSession;
import io.tidemark.query.duckdb.Handle;
import io.tidemark.query.time.ShiftCalendar;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Runs one SELECT over samples and context. The statement's syntax tree is checked, its references
 * to samples are replaced by scans of ours, and what those may skip is read from DuckDB's own plan
 * over empty stubs and, for joins with context, asked of the context side first. Predicates stay in
 * the statement: what is skipped can only be what they would drop. Safe from any thread.
 */
public final class SqlEngine implements AutoCloseable {
  private static final String EXPLAIN = "EXPLAIN ";

  private final DuckDbInstances instances;
  private final StatementRun.Shared shared;
  private final Admission admission;

  /** An engine over a store's tags and context. */
  public SqlEngine(
      DuckDbConfig config,
      SqlLimits limits,
      TagCatalog tags,
      ContextSource context,
      HistorianQueries queries,
      Map<String, ShiftCalendar> calendars) {
    this.instances =
        new DuckDbInstances(config, Relations.definitions(false), Relations.definitions(true));
    this.shared =
        new StatementRun.Shared(
            queries,
            Map.copyOf(calendars),
            instances,
            new ContextProjection(tags, context),
            new AggregateNames(),
            new ParsedStatements(),
            limits.rowsMax());
    this.admission = new Admission(limits.concurrentMax(), limits.queuedMax());
  }

  /**
   * Runs a statement of a user, once it is its turn; it keeps its place until its rows are closed.
   *
   * @param parameters values of its {@code ?}: null, Boolean, Long, Integer, Double, String,
   *     Instant or a List of these
   * @return rows that stream; close them before the context's view
   * @throws HistorianException SQL_ERROR, SQL_REFUSED, READ_ONLY or what the scans threw;
   *     BACK_PRESSURED if too many statements wait already
   */
  public SqlResult execute(
      String sql, List<? extends @Nullable Object> parameters, QueryContext context) {
    StatementText text = StatementText.of(sql);
    Admission.Place place = admission.enter(context);
    try {
      SqlResult rows =
          answer(
              new Asked(text, sql, parameters, context),
              plain -> plain.open(context, shared.rowsMax()),
              this::run);
      return new AdmittedResult(rows, place);
    } catch (RuntimeException | Error e) {
      place.close();
      throw e;
    }
  }

  /**
   * What a statement would yield. It is checked and planned as if it ran, and reads nothing but the
   * context that arguments of functions ask for.
   *
   * @param parameters as those of {@link #execute}
   * @throws HistorianException as {@link #execute}
   */
  public ResultHead describe(
      String sql, List<? extends @Nullable Object> parameters, QueryContext context) {
    List<SqlColumn> columns =
        answer(
            new Asked(StatementText.of(sql), sql, parameters, context),
            PlainSelect.Rows::columns,
            this::describe);
    return SqlColumn.head(columns, context.view().dataVersion(), context.zone());
  }

  /** A statement with all that it was asked with. */
  private record Asked(
      StatementText text,
      String sql,
      List<? extends @Nullable Object> parameters,
      QueryContext context) {}

  /** How a statement that must be planned is answered. */
  private interface Planned<T> {
    T answer(Asked asked, ObjectNode tree, DuckDbSession planner);
  }

  /** Checks a statement and answers it in the one way or the other. */
  private <T> T answer(Asked asked, Function<PlainSelect.Rows, T> plain, Planned<T> planned) {
    try (DuckDbSession planner = instances.planner(asked.context.zone())) {
      ObjectNode tree =
          StatementRun.written(
              shared, asked.text, asked.sql, asked.parameters, asked.context, planner);
      PlainSelect.Rows rows =
          asked.text.explain()
              ? null
              : PlainSelect.of(tree, planner, asked.parameters, asked.context);
      return rows == null ? planned.answer(asked, tree, planner) : plain.apply(rows);
    } catch (DuckDbException e) {
      throw located(e, List.of(), asked);
    }
  }

  private List<SqlColumn> describe(Asked asked, ObjectNode tree, DuckDbSession planner) {
    DuckDbSession executor = instances.executor(asked.context.zone());
    QueryContext.Stop stop = asked.context.onStop(executor::cancel);
    StatementRun run = null;
    try {
      run = new StatementRun(shared, tree, asked.parameters, asked.context, planner, executor);
      return run.describe(asked.text);
    } catch (DuckDbException e) {
      throw located(e, handles(run), asked);
    } finally {
      stop.close();
      release(run, executor);
    }
  }

  /**
   * SQL types of the values that a statement takes, in the order of their numbers; {@code VARCHAR}
   * where it does not say.
   *
   * @throws HistorianException SQL_ERROR, SQL_REFUSED or READ_ONLY if it is no statement that runs
   */
  public List<String> parameterTypes(String sql, QueryContext context) {
    StatementText text = StatementText.of(sql);
    try (DuckDbSession planner = instances.planner(context.zone())) {
      JsonNode parsed = shared.parsed().of(planner, text.body());
      int count = SqlGate.parameterCount(parsed);
      SqlGate.check(parsed, text, position -> text.placeOfByte(sql, position), count);
      List<String> types = new ArrayList<>(Collections.nCopies(count, "VARCHAR"));
      List<String> known = count == 0 ? List.of() : knownTypes(planner, text);
      for (int i = 0; i < Math.min(count, known.size()); i++) {
        if (!known.get(i).isEmpty()) {
          types.set(i, known.get(i));
        }
      }
      return types;
    } catch (DuckDbException e) {
      throw translate(e, List.of(), context);
    }
  }

  private static List<String> knownTypes(DuckDbSession planner, StatementText text) {
    try {
      return planner.shape(text.body()).parameterTypes();
    } catch (DuckDbException e) {
      return List.of(); // it names what only the rewritten statement has
    }
  }

  /**
   * Says what a statement returns and takes without running it: nothing of the store is read but
   * what arguments of calls ask of context. Does not wait for its turn.
   *
   * @param parameterCount how many values it will be given
   * @throws HistorianException SQL_ERROR, SQL_REFUSED or READ_ONLY, as {@link #execute}
   */
  public SqlShape shape(String sql, int parameterCount, QueryContext context) {
    StatementText text = StatementText.of(sql);
    try (DuckDbSession planner = instances.planner(context.zone())) {
      return new StatementShape(shared, context, planner, () -> instances.executor(context.zone()))
          .of(text, sql, parameterCount);
    } catch (DuckDbException e) {
      throw located(e, List.of(), new Asked(text, sql, List.of(), context));
    }
  }

  private SqlResult run(Asked asked, ObjectNode tree, DuckDbSession planner) {
    DuckDbSession executor = instances.executor(asked.context.zone());
    QueryContext.Stop stop = asked.context.onStop(executor::cancel);
    StatementRun run = null;
    try {
      run = new StatementRun(shared, tree, asked.parameters, asked.context, planner, executor);
      return run.run(asked.text, stop);
    } catch (DuckDbException e) {
      stop.close();
      try {
        throw located(e, handles(run), asked);
      } finally {
        release(run, executor);
      }
    } catch (RuntimeException | Error e) {
      stop.close();
      release(run, executor);
      throw e;
    }
  }

  private static List<Handle> handles(@Nullable StatementRun run) {
    return run == null ? List.of() : run.handles();
  }

  private static void release(@Nullable StatementRun run, DuckDbSession executor) {
    if (run != null) {
      run.releaseHandles();
    }
    executor.close();
  }

  /**
   * The error with its place in the statement as it was written: what failed is the rewritten one,
   * so the planner is asked what it says of the original.
   */
  private HistorianException located(DuckDbException e, List<Handle> handles, Asked asked) {
    HistorianException failure = translate(e, handles, asked.context);
    String type = DuckDbMessage.of(e).type();
    if (failure.code() != ErrorCode.SQL_ERROR || !type.equals("Binder")) {
      return failure;
    }
    try (DuckDbSession planner = instances.planner(asked.context.zone())) {
      planner.query(EXPLAIN + asked.text.body(), asked.parameters).close();
      return failure;
    } catch (DuckDbException again) {
      DuckDbMessage said = DuckDbMessage.of(again);
      if (!said.type().equals(type)) {
        return failure;
      }
      String place = asked.text.placeOfByte(asked.sql, said.position() - EXPLAIN.length());
      return new HistorianException(
          ErrorCode.SQL_ERROR, said.text(), place, NearestColumn.hint(said.text()), e);
    }
  }

  /** What statements may name. */
  public static SqlSchema schema() {
    return SqlSchema.CURRENT;
  }

  /** What statements hold now. */
  public SqlLoad load() {
    return new SqlLoad(
        admission.running(),
        admission.waiting(),
        admission.refused(),
        instances.executorSessions(),
        instances.plannerSessions(),
        instances.scans());
  }

  /** Gives the executor up, as after a fatal error; the next statement opens a new one. */
  public void abandonExecutor() {
    instances.abandonExecutor();
  }

  @Override
  public void close() {
    instances.close();
  }

  /** The error of a statement: what a scan threw, else what DuckDB says. */
  static HistorianException translate(
      DuckDbException e, List<Handle> handles, QueryContext context) {
    for (Handle handle : handles) {
      if (handle.failure() instanceof HistorianException failure) {
        return failure;
      }
    }
    String message = DuckDbMessage.of(e).text();
    if (message.contains("Interrupted")) {
      context.check(); // knows whether the client or the deadline stopped it
      return new HistorianException(ErrorCode.CANCELLED, "statement was cancelled", e);
    }
    if (message.startsWith("Out of Memory")) {
      return new HistorianException(
          ErrorCode.QUERY_MEMORY, "statement needs more memory than it may have: " + message, e);
    }
    return new HistorianException(ErrorCode.SQL_ERROR, message, e);
  }
}

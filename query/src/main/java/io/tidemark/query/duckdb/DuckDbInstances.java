package io.tidemark.query.duckdb;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Owns the executor, in which user statements run, and the planner, which parses and explains them
 * over empty tables. Both live in memory and are filled from elsewhere, so losing one loses
 * nothing: a fatal error marks the instance, sessions already open on it fail, and the next session
 * opens a new instance. Safe from any thread.
 *
 * <p>Threads: DuckDB's own, at most the configured number, stopped by {@link #close}. Files: only
 * what is spilled.
 *
 * <p>Session time zone: {@code SET} is refused once the configuration is locked, but DuckDB 2.0
 * keeps a list {@code allowed_configs} of settings that stay free. It holds {@code TimeZone} alone;
 * statements cannot reach it, since the gate lets only SELECT through.
 */
public final class DuckDbInstances implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DuckDbInstances.class);

  /**
   * Switched off where statements are only explained. The tables are empty there: what is derived
   * from their statistics or contents would not hold for the real ones; the others move or hide
   * filters.
   */
  private static final String PLANNER_OPTIMIZERS_OFF =
      "statistics_propagation,compressed_materialization,late_materialization,"
          + "empty_result_pullup,join_filter_pushdown,top_n,in_clause,row_group_pruner,"
          + "join_elimination,common_subplan";

  private static final int IDLE_MAX = 16;
  private static final String PLANNER_MEMORY = "256MB";

  private final DuckDbConfig config;
  private final List<String> executorSetup;
  private final List<String> plannerSetup;
  private final ConcurrentHashMap<Long, ScanHandle> handles = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Long, LookupHandle> lookups = new ConcurrentHashMap<>();
  private final AtomicLong handleNumbers = new AtomicLong();
  private final AtomicLong instanceNumbers = new AtomicLong();
  private @Nullable Instance executor;
  private @Nullable Instance planner;
  private boolean closed;

  /**
   * Opens nothing yet.
   *
   * @param executorSetup statements that make the executor's tables and views
   * @param plannerSetup statements that make the planner's empty ones
   */
  public DuckDbInstances(
      DuckDbConfig config, List<String> executorSetup, List<String> plannerSetup) {
    this.config = config;
    this.executorSetup = List.copyOf(executorSetup);
    this.plannerSetup = List.copyOf(plannerSetup);
  }

  /** A session of the executor. */
  public DuckDbSession executor(ZoneId zone) {
    return session(true, zone);
  }

  /** A session of the planner. */
  public DuckDbSession planner(ZoneId zone) {
    return session(false, zone);
  }

  private DuckDbSession session(boolean executing, ZoneId zone) {
    DuckDbSession session;
    try {
      session = instance(executing).lend();
    } catch (DuckDbException e) {
      if (!e.fatal()) {
        throw e;
      }
      session = instance(executing).lend();
    }
    try {
      session.zone(zone);
      return session;
    } catch (DuckDbException e) {
      session.close();
      if (e.fatal()) {
        throw e;
      }
      throw new HistorianException(
          ErrorCode.BAD_TIME, "SQL does not know the time zone: timeZone=" + zone, e);
    }
  }

  private synchronized Instance instance(boolean executing) {
    if (closed) {
      throw new HistorianException(ErrorCode.UNAVAILABLE, "SQL is stopped");
    }
    Instance current = executing ? executor : planner;
    if (current != null && current.isLost()) {
      LOG.warn("reopening DuckDB after a fatal error: executor={}", executing);
      current.shut();
      current = null;
    }
    if (current == null) {
      current = open(executing);
      if (executing) {
        executor = current;
      } else {
        planner = current;
      }
    }
    return current;
  }

  /** Whether statements may spill; on a full disk they must do with memory, and are answered. */
  private boolean maySpill() {
    if (config.spillBytesMax() == 0) {
      return false;
    }
    try {
      Files.createDirectories(config.spillFolder());
      return true;
    } catch (IOException e) {
      LOG.warn(
          "statements cannot spill to disk: folder={}: {}", config.spillFolder(), e.toString());
      return false;
    }
  }

  private Instance open(boolean executing) {
    DuckDBConnection root = null;
    try {
      root = (DuckDBConnection) DriverManager.getConnection("jdbc:duckdb:", new Properties());
      try (Statement statement = root.createStatement()) {
        for (String setting : settings(executing)) {
          statement.execute(setting);
        }
        if (executing) {
          ScanFunction.register(root, handles);
          LookupFunction.register(root, lookups);
        }
        for (String definition : executing ? executorSetup : plannerSetup) {
          statement.execute(definition);
        }
        statement.execute("SET GLOBAL allowed_configs=['TimeZone']");
        statement.execute("SET GLOBAL enable_external_access=false");
        statement.execute("SET GLOBAL lock_configuration=true");
      }
      return new Instance(
          instanceNumbers.incrementAndGet(), root, executing ? config.sessionsMax() : 1024);
    } catch (SQLException e) {
      if (root != null) {
        Instance.closeQuietly(root);
      }
      throw new DuckDbException(e);
    }
  }

  private List<String> settings(boolean executing) {
    List<String> settings = new ArrayList<>();
    if (executing) {
      settings.add("SET GLOBAL memory_limit='" + (config.memoryBytesMax() >> 10) + "KiB'");
      settings.add("SET GLOBAL threads=" + config.threads());
      settings.add(
          "SET GLOBAL temp_directory='"
              + (maySpill() ? config.spillFolder().toString().replace("'", "''") : "")
              + "'");
      settings.add(
          "SET GLOBAL max_temp_directory_size='" + (config.spillBytesMax() >> 10) + "KiB'");
    } else {
      settings.add("SET GLOBAL memory_limit='" + PLANNER_MEMORY + "'");
      settings.add("SET GLOBAL threads=1");
      settings.add("SET GLOBAL temp_directory=''");
      settings.add("SET GLOBAL disabled_optimizers='" + PLANNER_OPTIMIZERS_OFF + "'");
    }
    settings.add("SET GLOBAL autoinstall_known_extensions=false");
    settings.add("SET GLOBAL autoload_known_extensions=false");
    settings.add("SET GLOBAL allow_community_extensions=false");
    settings.add("SET GLOBAL errors_as_json=true");
    return settings;
  }

  /** Sessions of the executor that are lent. */
  public int executorSessions() {
    return lent(true);
  }

  /** Sessions of the planner that are lent. */
  public int plannerSessions() {
    return lent(false);
  }

  private synchronized int lent(boolean executing) {
    Instance current = executing ? executor : planner;
    return current == null ? 0 : current.lent();
  }

  /** Scans that are registered. */
  public int scans() {
    return handles.size();
  }

  /** Makes rows of ours readable by {@code tidemark_scan(number)} until they are released. */
  public ScanHandle register(ScanSource source) {
    ScanHandle handle = new ScanHandle(handleNumbers.incrementAndGet(), source);
    handles.put(handle.number(), handle);
    return handle;
  }

  /** Makes values of ours readable by {@code tidemark_lookup_TYPE(number, …)}, as long. */
  public LookupHandle register(Lookup lookup) {
    LookupHandle handle = new LookupHandle(handleNumbers.incrementAndGet(), lookup);
    lookups.put(handle.number(), handle);
    return handle;
  }

  /** Takes them away. */
  public void release(Handle handle) {
    switch (handle) {
      case ScanHandle scan -> handles.remove(scan.number());
      case LookupHandle lookup -> lookups.remove(lookup.number());
    }
  }

  /** Gives the executor up, as after a fatal error: open sessions fail, the next one reopens. */
  public synchronized void abandonExecutor() {
    if (executor != null) {
      executor.lost();
      executor.shut();
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (executor != null) {
      executor.shut();
      executor = null;
    }
    if (planner != null) {
      planner.shut();
      planner = null;
    }
  }

  /** One database in memory with its idle sessions. */
  static final class Instance {
    private final long number;
    private final DuckDBConnection root;
    private final int sessionsMax;
    private final Deque<DuckDbSession> idle = new ArrayDeque<>();
    private int lent;
    private boolean lost;

    Instance(long number, DuckDBConnection root, int sessionsMax) {
      this.number = number;
      this.root = root;
      this.sessionsMax = sessionsMax;
    }

    long number() {
      return number;
    }

    synchronized boolean isLost() {
      return lost;
    }

    synchronized void lost() {
      lost = true;
    }

    synchronized int lent() {
      return lent;
    }

    synchronized DuckDbSession lend() {
      if (lent >= sessionsMax) {
        throw new HistorianException(
            ErrorCode.BACK_PRESSURED,
            "too many statements at a time: statements=" + lent + ", limit=" + sessionsMax,
            null,
            "retry later",
            null);
      }
      DuckDbSession session = idle.pollFirst();
      if (session == null) {
        try {
          session = new DuckDbSession(this, root.duplicate());
        } catch (SQLException e) {
          DuckDbException failure = new DuckDbException(e);
          lost |= failure.fatal();
          throw failure;
        }
      }
      lent++;
      return session;
    }

    synchronized void giveBack(DuckDbSession session, boolean usable) {
      lent--;
      if (usable && !lost && idle.size() < IDLE_MAX) {
        idle.addFirst(session);
      } else {
        closeQuietly(session.connection());
      }
    }

    synchronized void shut() {
      lost = true;
      for (DuckDbSession session : idle) {
        closeQuietly(session.connection());
      }
      idle.clear();
      closeQuietly(root);
    }

    static void closeQuietly(DuckDBConnection connection) {
      try {
        connection.close();
      } catch (SQLException e) {
        LOG.debug("DuckDB connection did not close", e);
      }
    }
  }
}

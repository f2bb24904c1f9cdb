package io.tidemark.engine;

import io.tidemark.engine.Health.Opening;
import io.tidemark.engine.Health.Reason;
import io.tidemark.engine.Health.ReasonCode;
import io.tidemark.ingest.AckLevel;
import io.tidemark.ingest.WriteReport;
import io.tidemark.ingest.decode.TimeUnitCode;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.OpenProgress;
import io.tidemark.model.Principal;
import io.tidemark.model.QueryContext;
import io.tidemark.model.TagCatalog;
import io.tidemark.model.TagDefinition;
import io.tidemark.query.HistorianQueries;
import io.tidemark.query.context.ContextKind;
import io.tidemark.query.context.ContextRow;
import io.tidemark.query.context.ContextSearch;
import io.tidemark.query.context.ContextWindows;
import io.tidemark.query.sql.SqlResult;
import io.tidemark.query.sql.SqlShape;
import io.tidemark.query.time.ShiftCalendar;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The historian behind its doors through the whole life of the process: doors open on it before the
 * store has recovered, and stay open while it drains. Until there is an engine everything but its
 * health is refused with {@link ErrorCode#UNAVAILABLE}.
 *
 * <p>{@link #start}, {@link #drain} and {@link #close} belong to one thread, the rest is safe from
 * any.
 */
public final class HistorianHost implements Historian, AutoCloseable {
  private static final Opening NOTHING_YET = new Opening(OpenProgress.Phase.SEGMENTS, 0, 0);

  private final HistorianConfig config;
  private final Clock clock;
  private final Consumer<Throwable> onFatal;

  /* All written by the owner's thread. */
  private volatile Opening opening = NOTHING_YET;
  private volatile @Nullable HistorianEngine engine;
  private volatile boolean draining;

  /**
   * A host without an engine.
   *
   * @param onFatal see {@link HistorianEngine#start}
   */
  public HistorianHost(HistorianConfig config, Clock clock, Consumer<Throwable> onFatal) {
    this.config = config;
    this.clock = clock;
    this.onFatal = onFatal;
  }

  /**
   * Opens the store and takes requests from then on.
   *
   * @param listener hears how far it is, beside those who ask for the health
   */
  public HistorianEngine start(OpenProgress listener) throws IOException {
    HistorianEngine started =
        HistorianEngine.start(
            config,
            clock,
            onFatal,
            (phase, done, total) -> {
              opening = new Opening(phase, done, total);
              listener.at(phase, done, total);
            });
    engine = started;
    return started;
  }

  /** Refuses new requests from now on; those under way go on until {@link #close}. */
  public void drain() {
    draining = true;
  }

  @Override
  public @Nullable HistorianException refusal() {
    if (draining) {
      return new HistorianException(
          ErrorCode.UNAVAILABLE,
          "server is stopping: state=DRAINING",
          null,
          "try again when it is back",
          null);
    }
    return engine == null ? starting() : null;
  }

  private HistorianException starting() {
    return new HistorianException(
        ErrorCode.UNAVAILABLE,
        "server is starting: state=STARTING, " + opening,
        null,
        "try again; GET /health/status says how far it is",
        null);
  }

  private HistorianEngine engine() {
    HistorianEngine running = engine;
    if (running == null) {
      throw starting();
    }
    return running;
  }

  @Override
  public Health health() {
    HistorianEngine running = engine;
    Health health;
    if (running == null) {
      Opening now = opening;
      health =
          Health.of(
              List.of(new Reason(ReasonCode.STARTING, "the store is being opened: " + now)),
              EngineHealth.version(),
              now,
              null);
    } else {
      health = running.health();
    }
    return draining
        ? health.with(new Reason(ReasonCode.DRAINING, "what runs is finished, then it stops"))
        : health;
  }

  @Override
  public WriteReport write(
      WriteFormat format,
      byte[] body,
      TimeUnitCode precision,
      AckLevel level,
      Principal principal) {
    return engine().write(format, body, precision, level, principal);
  }

  @Override
  public TagCatalog tags() {
    return engine().tags();
  }

  @Override
  public List<TagHit> searchTags(String filter, @Nullable String words) {
    return engine().searchTags(filter, words);
  }

  @Override
  public TagChangeResult putTag(String name, TagChange change, Principal principal) {
    return engine().putTag(name, change, principal);
  }

  @Override
  public OpenQuery openQuery(Principal principal, @Nullable ZoneId zone, QueryOptions options) {
    return engine().openQuery(principal, zone, options);
  }

  @Override
  public HistorianQueries queries() {
    return engine().queries();
  }

  @Override
  public List<ContextWindows.Window> contextWindows(
      ContextWindows.Choice choice, long nowNs, int limit) {
    return engine().contextWindows(choice, nowNs, limit);
  }

  @Override
  public SqlShape describe(String statement, int parameters, QueryContext context) {
    return engine().describe(statement, parameters, context);
  }

  @Override
  public SqlResult sql(String statement, List<@Nullable Object> parameters, QueryContext context) {
    return engine().sql(statement, parameters, context);
  }

  @Override
  public ContextResult putContext(ContextKind kind, String id, String json, Principal principal) {
    return engine().putContext(kind, id, json, principal);
  }

  @Override
  public List<ContextVersion> contextVersions(ContextKind kind, String id, @Nullable String asOf) {
    return engine().contextVersions(kind, id, asOf);
  }

  @Override
  public List<ContextRow> searchContext(ContextSearch search) {
    return engine().searchContext(search);
  }

  @Override
  public BulkResult putContextBulk(String json, Principal principal) {
    return engine().putContextBulk(json, principal);
  }

  @Override
  public LiveFeed live(List<TagDefinition> tags, @Nullable String resumeToken) {
    return engine().live(tags, resumeToken);
  }

  @Override
  public String metricsText() {
    return engine().metricsText();
  }

  @Override
  public ZoneId defaultZone() {
    return config.timeZone();
  }

  @Override
  public Map<String, ShiftCalendar> calendars() {
    return config.calendars();
  }

  @Override
  public long nowNs() {
    Instant now = clock.instant();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }

  /** Closes the engine, if there is one: see {@link HistorianEngine#close}. */
  @Override
  public void close() throws IOException {
    draining = true;
    HistorianEngine running = engine;
    if (running != null) {
      running.close();
    }
  }
}

package io.tidemark.engine;

import io.tidemark.engine.Health.Opening;
import io.tidemark.engine.Health.Reason;
import io.tidemark.engine.Health.ReasonCode;
import io.tidemark.engine.security.Access;
import io.tidemark.engine.security.Account;
import io.tidemark.engine.security.AccountRequest;
import io.tidemark.ingest.AckLevel;
import io.tidemark.ingest.RequestId;
import io.tidemark.ingest.WriteReport;
import io.tidemark.ingest.WriteSession;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.OpenProgress;
import io.tidemark.model.Principal;
import io.tidemark.model.QueryContext;
import io.tidemark.model.TagCatalog;
import io.tidemark.model.TagDefinition;
import io.tidemark.query.HistorianQueries;
import io.tidemark.query.arrow.ResultHead;
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
import java.util.function.IntPredicate;
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

  private final Access access;

  /* All written by the owner's thread. */
  private volatile Opening opening = NOTHING_YET;
  private volatile @Nullable HistorianEngine engine;
  private volatile boolean draining;

  /**
   * A host without an engine.
   *
   * @param onFatal see {@link HistorianEngine#start}
   */
  public HistorianHost(HistorianConfig config, Clock clock, Consumer<Throwable> onFatal)
      throws IOException {
    this.config = config;
    this.clock = clock;
    this.onFatal = onFatal;
    access = HistorianEngine.access(config, clock);
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
            access,
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
  public WriteReport write(WriteOptions options, byte[] body, Principal principal) {
    return engine().write(options, body, principal);
  }

  @Override
  public WriteSession openWrite(AckLevel level, @Nullable RequestId request, Principal principal) {
    return engine().openWrite(level, request, principal);
  }

  @Override
  public SampleQuarantine.Content refusedSamples(Principal principal) {
    return engine().refusedSamples(principal);
  }

  @Override
  public WriteReport replayRefusedSamples(Principal principal) {
    return engine().replayRefusedSamples(principal);
  }

  @Override
  public void clearRefusedSamples(Principal principal) {
    engine().clearRefusedSamples(principal);
  }

  @Override
  public TagCatalog tags() {
    return engine().tags();
  }

  @Override
  public List<TagHit> searchTags(String filter, @Nullable String words, Principal principal) {
    return engine().searchTags(filter, words, principal);
  }

  @Override
  public IntPredicate readableTags(Principal principal) {
    return engine().readableTags(principal);
  }

  @Override
  public Access access() {
    return access;
  }

  @Override
  public NewAccount createAccount(AccountRequest request, Principal by) {
    return engine().createAccount(request, by);
  }

  @Override
  public void setPassword(String name, String password, Principal by) {
    engine().setPassword(name, password, by);
  }

  @Override
  public Account revokeAccount(String name, Principal by) {
    return engine().revokeAccount(name, by);
  }

  @Override
  public List<Account> accounts(Principal by) {
    return engine().accounts(by);
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
      ContextWindows.Choice choice, QueryContext context, int limit) {
    return engine().contextWindows(choice, context, limit);
  }

  @Override
  public SqlShape shapeOfSql(String statement, int parameters, QueryContext context) {
    return engine().shapeOfSql(statement, parameters, context);
  }

  @Override
  public SqlResult sql(String statement, List<@Nullable Object> parameters, QueryContext context) {
    return engine().sql(statement, parameters, context);
  }

  @Override
  public ResultHead describeSql(
      String statement, List<@Nullable Object> parameters, QueryContext context) {
    return engine().describeSql(statement, parameters, context);
  }

  @Override
  public List<String> sqlParameterTypes(String statement, QueryContext context) {
    return engine().sqlParameterTypes(statement, context);
  }

  @Override
  public ContextResult putContext(ContextKind kind, String id, String json, Principal principal) {
    return engine().putContext(kind, id, json, principal);
  }

  @Override
  public List<ContextVersion> contextVersions(
      ContextKind kind, String id, @Nullable String asOf, Principal principal) {
    return engine().contextVersions(kind, id, asOf, principal);
  }

  @Override
  public List<ContextRow> searchContext(ContextSearch search, Principal principal) {
    return engine().searchContext(search, principal);
  }

  @Override
  public BulkResult putContextBulk(String json, Principal principal) {
    return engine().putContextBulk(json, principal);
  }

  @Override
  public LiveFeed live(
      List<TagDefinition> tags, @Nullable String resumeToken, Principal principal) {
    return engine().live(tags, resumeToken, principal);
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

package io.tidemark.engine;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.engine.security.Access;
import io.tidemark.engine.security.Account;
import io.tidemark.engine.security.AccountRequest;
import io.tidemark.engine.security.Accounts;
import io.tidemark.engine.security.Right;
import io.tidemark.forward.ForwardStatus;
import io.tidemark.forward.Forwarder;
import io.tidemark.ingest.Ack;
import io.tidemark.ingest.AckLevel;
import io.tidemark.ingest.Ingress;
import io.tidemark.ingest.RequestId;
import io.tidemark.ingest.WriteReport;
import io.tidemark.ingest.WriteSession;
import io.tidemark.ingest.append.AppendPath;
import io.tidemark.ingest.arrow.ArrowWriteDecoder;
import io.tidemark.ingest.decode.JsonWriteDecoder;
import io.tidemark.ingest.decode.LineProtocolDecoder;
import io.tidemark.ingest.decode.TimeUnitCode;
import io.tidemark.model.Agent;
import io.tidemark.model.DamageRule;
import io.tidemark.model.DuplicateRule;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.MemoryAccount;
import io.tidemark.model.OpenProgress;
import io.tidemark.model.Principal;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadView;
import io.tidemark.model.RecordKind;
import io.tidemark.model.SampleType;
import io.tidemark.model.TagCatalog;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.VersionMode;
import io.tidemark.model.WriteMode;
import io.tidemark.query.HistorianQueries;
import io.tidemark.query.arrow.ResultHead;
import io.tidemark.query.context.ContextKind;
import io.tidemark.query.context.ContextRow;
import io.tidemark.query.context.ContextSearch;
import io.tidemark.query.context.ContextStore;
import io.tidemark.query.context.ContextWindows;
import io.tidemark.query.sql.SqlEngine;
import io.tidemark.query.sql.SqlResult;
import io.tidemark.query.sql.SqlShape;
import io.tidemark.query.time.ShiftCalendar;
import io.tidemark.storage.DataVersion;
import io.tidemark.storage.SampleStore;
import io.tidemark.storage.StoreClock;
import io.tidemark.storage.feed.ChangeFeed;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The assembled server without its doors: store, append path, context, queries, and the threads
 * that drive them. Starts by recovering the store; stops by finishing what was accepted.
 */
public final class HistorianEngine implements Historian, AutoCloseable {
  /* A scan does not wait for seals and merges; when memory is full, writers wait for them anyway. */
  private static final int SEALER_NICE = 5;

  private static final Logger LOG = LoggerFactory.getLogger(HistorianEngine.class);

  static final long ACK_TIMEOUT_SECONDS = 60;
  private static final int REQUESTS_MAX = 8192;
  private static final int DECODERS_KEPT = 4;

  private final HistorianConfig config;
  private final Clock clock;
  private final Consumer<Throwable> onFatal;
  private final ContextStore context;
  private final SampleStore store;
  private final AppendPath path;
  private final SampleQuarantine quarantine;
  private final Ingress ingress;
  private final JournaledContext journaledContext;
  private final Access access;
  private final TagScopes scopes;
  private final AccountAdmin accountAdmin;
  private final AgentThread appendThread;
  private final AgentThread syncThread;
  private final AgentThread sealThread;
  private final ExecutorService queryThreads;
  private final ScheduledExecutorService deadlines;
  private final SqlEngine sql;
  private final EngineMetrics metrics = new EngineMetrics();
  private final Upkeep upkeep;
  private final Derivations derivations;
  private final @Nullable Forwarding forwarding;
  private final TagSearch tagSearch;
  private final EngineHealth health;
  private final Queue<LineProtocolDecoder> decoders = new ArrayBlockingQueue<>(DECODERS_KEPT);
  private final Set<QueryContext> openQueries = ConcurrentHashMap.newKeySet();
  private volatile boolean failed;

  private HistorianEngine(
      HistorianConfig config,
      Clock clock,
      Consumer<Throwable> onFatal,
      Access access,
      OpenProgress progress)
      throws IOException {
    this.config = config;
    this.clock = clock;
    this.onFatal = onFatal;
    this.access = access;
    long start = System.nanoTime();
    context = new ContextStore();
    byte[][] lastSettings = {new byte[0]};
    store =
        SampleStore.open(
            config.dataDir(),
            config.store(),
            StoreClock.of(() -> nowNs() / 1000, System::nanoTime),
            (kind, payload, principal, timeMicros, sequence) -> {
              if (kind == RecordKind.CONTEXT) {
                context.apply(payload, principal, timeMicros, sequence);
              } else if (kind == RecordKind.CONFIG && !access.accounts().replay(payload)) {
                lastSettings[0] = payload;
              }
            },
            progress);
    access.accounts().recovered();
    if (config.forward().isWanted()) {
      store.holdJournal(0); // all of it, until the forwarder knows what it needs
    }
    path = new AppendPath(store.writer(), config.ringBytes(), REQUESTS_MAX, System::nanoTime);
    syncThread = new AgentThread(path.syncAgent(), this::failed);
    sealThread = new AgentThread(store.manifestAgent(), SEALER_NICE, this::failed);
    appendThread = new AgentThread(waking(path.appendAgent(), syncThread), this::failed);
    quarantine =
        new SampleQuarantine(
            config.dataDir().resolve("refused"), config.ingest().quarantineBytesMax(), this::nowNs);
    ingress =
        new Ingress(
            path,
            store.tags(),
            store.producers(),
            config.ingest(),
            this::nowNs,
            System::nanoTime,
            appendThread::wake,
            quarantine,
            metrics::acknowledged);
    journaledContext = new JournaledContext(context, store, ingress);
    scopes = new TagScopes(access, store.tags(), context);
    accountAdmin = new AccountAdmin(access, scopes, ingress, this::nowNs);
    queryThreads =
        Executors.newFixedThreadPool(
            Runtime.getRuntime().availableProcessors(),
            Thread.ofPlatform().daemon().name("tidemark-query-", 0).factory());
    deadlines = deadlineTimer();
    progress.at(OpenProgress.Phase.QUERIES, 0, 1);
    sql = SqlAssembly.open(config, store.tags(), context, config.dataDir().resolve("sql"));
    tagSearch = new TagSearch(store.tags(), context);
    ClockWatch clockWatch = new ClockWatch(this::nowNs, System::nanoTime);
    metrics.observe(store, path, clockWatch, context::generation, sql::load, access, quarantine);
    upkeep =
        new Upkeep(
            store,
            clockWatch,
            config.scrubIntervalNs(),
            new SysTags(metrics, ingress, this::nowNs)::write,
            config.ingest().sysTagsIntervalNs());
    forwarding = config.forward().isWanted() ? new Forwarding(forwarder()) : null;
    health = new EngineHealth(store, path, this::forwardStatus);
    derivations =
        new Derivations(
            new DerivationAgent(
                store, context, journaledContext, this::derivationContext, System::nanoTime));
    if (forwarding != null) {
      metrics.forwarding(forwarding::status);
    }
    journalSettings(lastSettings[0]);
    SampleStore.Recovery recovery = store.recovery();
    LOG.info(
        "store is open: folder={}, tags={}, segments={}, replayedFrames={}, replayedSamples={},"
            + " missingFrames={}, framesBehindTornTail={}, elapsedMs={}",
        config.dataDir(),
        store.tags().size(),
        store.sizes().segments(),
        recovery.replayedFrames(),
        recovery.replayedSamples(),
        recovery.missing(),
        recovery.ignoredFrames(),
        (System.nanoTime() - start) / 1_000_000);
  }

  /**
   * Opens the store and starts the threads.
   *
   * @param onFatal called when the journal or a seal failed: nothing is acknowledged any more, the
   *     process should end and recover
   */
  public static HistorianEngine start(
      HistorianConfig config, Clock clock, Consumer<Throwable> onFatal) throws IOException {
    return start(config, clock, onFatal, access(config, clock), OpenProgress.NONE);
  }

  /**
   * As above.
   *
   * @param access of the doors, which may have opened already
   * @param progress hears how far the opening is
   */
  static HistorianEngine start(
      HistorianConfig config,
      Clock clock,
      Consumer<Throwable> onFatal,
      Access access,
      OpenProgress progress)
      throws IOException {
    return new HistorianEngine(config, clock, onFatal, access, progress);
  }

  /** Who may ask, as far as it is known before the store has recovered. */
  static Access access(HistorianConfig config, Clock clock) throws IOException {
    return new Access(
        Accounts.load(config.dataDir().resolve("security").resolve("accounts.json")),
        config.security().hasLocalOperator(),
        () -> nanos(clock.instant()),
        System::nanoTime);
  }

  /**
   * Journals the settings in force if they are others than the last time: who asks later why
   * samples went or were refused finds them beside the samples. Not waited for: a start on a full
   * disk must not fail for it.
   */
  private void journalSettings(byte[] before) throws IOException {
    byte[] now = new ObjectMapper().writeValueAsBytes(config.settings());
    if (!Arrays.equals(before, now)) {
      ingress.submitRecord(RecordKind.CONFIG, Principal.SYSTEM, now, AckLevel.JOURNALED);
    }
  }

  private Forwarder forwarder() throws IOException {
    return new Forwarder(
        config.forward(), store, config.dataDir(), () -> nowNs() / 1000, System::nanoTime);
  }

  /** How the forwarding goes, or null if there is none. */
  public @Nullable ForwardStatus forwardStatus() {
    Forwarding running = forwarding;
    return running == null ? null : running.status();
  }

  private static Agent waking(Agent agent, AgentThread next) {
    return new Agent() {
      @Override
      public int doWork() {
        int work = agent.doWork();
        if (work > 0) {
          next.wake();
        }
        return work;
      }

      @Override
      public String roleName() {
        return agent.roleName();
      }
    };
  }

  private void failed(Agent agent, Throwable failure) {
    failed = true;
    LOG.error(
        "agent failed, nothing is acknowledged any more: agent={}", agent.roleName(), failure);
    onFatal.accept(failure);
  }

  @Override
  public WriteReport write(WriteOptions options, byte[] body, Principal principal) {
    WriteReport report = new WriteReport();
    TimeUnitCode precision = options.precision();
    Right right = options.mode() == WriteMode.REPLACE ? Right.CORRECT : Right.WRITE;
    try (WriteSession session = openWrite(right, options.level(), options.request(), principal)) {
      session.mode(options.mode());
      switch (options.format()) {
        case LINE_PROTOCOL -> decodeLines(body, precision, session, report);
        case JSON -> {
          session.wholeNumbersMake(SampleType.FLOAT64);
          new JsonWriteDecoder().decode(body, precision, nowNs(), session, report);
        }
        case ARROW -> ArrowWriteDecoder.decode(body, session, report);
      }
      acknowledge(session, report);
    }
    return report;
  }

  private static void acknowledge(WriteSession session, WriteReport report) {
    Ack ack = session.finish();
    ack.await(ACK_TIMEOUT_SECONDS, TimeUnit.SECONDS);
    report.takeBack(ack.samplesRejected(), ack.rejections());
  }

  @Override
  public WriteSession openWrite(AckLevel level, @Nullable RequestId request, Principal principal) {
    return openWrite(Right.WRITE, level, request, principal);
  }

  private WriteSession openWrite(
      Right right, AckLevel level, @Nullable RequestId request, Principal principal) {
    access.require(principal, right);
    WriteSession session = ingress.openSession(principal, level, request);
    Predicate<String> writable = scopes.named(principal, right);
    if (!writable.equals(TagScopes.EVERY_NAME)) {
      session.only(writable);
    }
    return session;
  }

  @Override
  public SampleQuarantine.Content refusedSamples(Principal principal) {
    access.require(principal, Right.ADMINISTER);
    return quarantine.content();
  }

  @Override
  public WriteReport replayRefusedSamples(Principal principal) {
    access.require(principal, Right.ADMINISTER);
    return quarantine.replay(
        samples -> {
          WriteReport report = new WriteReport();
          try (WriteSession session = openWrite(AckLevel.SYNCED, null, principal)) {
            samples.into(session, report);
            acknowledge(session, report);
          }
          return report;
        });
  }

  @Override
  public void clearRefusedSamples(Principal principal) {
    access.require(principal, Right.ADMINISTER);
    quarantine.clear();
  }

  /** A decoder knows the series of earlier bodies, so that their lines make no objects. */
  private void decodeLines(
      byte[] body, TimeUnitCode precision, WriteSession session, WriteReport report) {
    LineProtocolDecoder rested = decoders.poll();
    LineProtocolDecoder decoder = rested == null ? new LineProtocolDecoder() : rested;
    decoder.decode(body, precision, nowNs(), session, report); // one that failed is not kept
    decoders.offer(decoder);
  }

  /** A session for samples that need no decoding: the demo plant, collectors. */
  public WriteSession openSession(Principal principal, AckLevel level) {
    return ingress.openSession(principal, level);
  }

  @Override
  public TagCatalog tags() {
    return store.tags();
  }

  @Override
  public IntPredicate readableTags(Principal principal) {
    access.require(principal, Right.READ);
    return scopes.readable(principal);
  }

  @Override
  public Access access() {
    return access;
  }

  @Override
  public NewAccount createAccount(AccountRequest request, Principal by) {
    access.require(by, Right.ADMINISTER);
    return accountAdmin.create(request, by);
  }

  @Override
  public void setPassword(String name, String password, Principal by) {
    if (!by.name().equals(name)) {
      access.require(by, Right.ADMINISTER);
    }
    accountAdmin.setPassword(name, password, by);
  }

  @Override
  public Account revokeAccount(String name, Principal by) {
    if (!by.name().equals(name)) {
      access.require(by, Right.ADMINISTER);
    }
    Account revoked = accountAdmin.revoke(name, by);
    openQueries.stream()
        .filter(query -> query.principal().name().equals(name))
        .forEach(QueryContext::cancel);
    return revoked;
  }

  @Override
  public List<Account> accounts(Principal by) {
    access.require(by, Right.ADMINISTER);
    return List.copyOf(access.accounts().all());
  }

  @Override
  public List<TagHit> searchTags(String filter, @Nullable String words, Principal principal) {
    return tagSearch.find(filter, words, readableTags(principal));
  }

  @Override
  public TagChangeResult putTag(String name, TagChange change, Principal principal) {
    access.require(principal, Right.DEFINE);
    if (!scopes.named(principal, Right.DEFINE).test(name)) {
      throw new HistorianException(
          ErrorCode.FORBIDDEN,
          "account may not define this tag: tag="
              + ErrorText.quote(name)
              + ", name="
              + principal.name());
    }
    Ingress.TagResult result =
        ingress.putTag(
            name,
            new io.tidemark.ingest.TagChange(
                change.type() == null ? null : SampleType.ofLabel(change.type()),
                change.uom(),
                change.description(),
                change.step(),
                change.rangeLow(),
                change.rangeHigh(),
                change.states(),
                change.duplicates() == null ? null : DuplicateRule.ofLabel(change.duplicates()),
                change.forecast()),
            principal);
    Ack ack = result.ack();
    if (ack != null) {
      ack.await(ACK_TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }
    Outcome outcome =
        ack == null
            ? Outcome.UNCHANGED
            : result.previous() == null ? Outcome.CREATED : Outcome.UPDATED;
    return new TagChangeResult(outcome, result.tag());
  }

  @Override
  public OpenQuery openQuery(Principal principal, @Nullable ZoneId zone, QueryOptions options) {
    IntPredicate readable = readableTags(principal);
    String asOf = options.asOf();
    ReadView view = asOf == null ? store.openReadView() : store.openReadView(asOf);
    QueryContext query =
        contextOver(
            view,
            principal,
            readable,
            zone == null ? config.timeZone() : zone,
            options.versions(),
            options.damageRule());
    Future<?> deadline =
        deadlines.schedule(query::cancel, config.query().timeLimitNs() + 1, TimeUnit.NANOSECONDS);
    openQueries.add(query);
    return new OpenQuery() {
      @Override
      public QueryContext context() {
        return query;
      }

      @Override
      public void close() {
        openQueries.remove(query);
        deadline.cancel(false);
        view.close();
      }
    };
  }

  /** One thread that cancels queries at their deadline; what was closed in time is forgotten. */
  private static ScheduledExecutorService deadlineTimer() {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("tidemark-deadlines").factory());
    timer.setRemoveOnCancelPolicy(true);
    return timer;
  }

  private QueryContext contextOver(
      ReadView view,
      Principal principal,
      IntPredicate readable,
      ZoneId zone,
      VersionMode versions,
      DamageRule damageRule) {
    return new QueryContext(
        principal,
        readable,
        view,
        nowNs(),
        zone,
        versions,
        damageRule,
        new MemoryAccount(config.query().memoryBytesMax()),
        queryThreads,
        System::nanoTime,
        System.nanoTime() + config.query().timeLimitNs());
  }

  /**
   * A query of the server itself, which takes its time. Where samples cannot be read it says
   * nothing rather than that a batch has ended.
   */
  private QueryContext derivationContext(ReadView view, VersionMode versions) {
    return new QueryContext(
        Principal.SYSTEM,
        tagId -> true,
        view,
        nowNs(),
        config.timeZone(),
        versions,
        versions == VersionMode.ALL ? DamageRule.CONTAIN : DamageRule.STRICT,
        new MemoryAccount(config.query().memoryBytesMax()),
        queryThreads,
        System::nanoTime,
        System.nanoTime() + Long.MAX_VALUE / 2);
  }

  @Override
  public HistorianQueries queries() {
    return HistorianQueries.OF_SNAPSHOT;
  }

  @Override
  public List<ContextWindows.Window> contextWindows(
      ContextWindows.Choice choice, QueryContext queryContext, int limit) {
    access.require(queryContext.principal(), Right.READ);
    return ContextWindows.find(context, choice, queryContext.nowNs(), limit);
  }

  @Override
  public SqlShape shapeOfSql(String statement, int parameters, QueryContext queryContext) {
    return sql.shape(statement, parameters, queryContext);
  }

  @Override
  public SqlResult sql(
      String statement, List<@Nullable Object> parameters, QueryContext queryContext) {
    return sql.execute(statement, parameters, queryContext);
  }

  @Override
  public ResultHead describeSql(
      String statement, List<@Nullable Object> parameters, QueryContext queryContext) {
    return sql.describe(statement, parameters, queryContext);
  }

  @Override
  public List<String> sqlParameterTypes(String statement, QueryContext queryContext) {
    return sql.parameterTypes(statement, queryContext);
  }

  @Override
  public ContextResult putContext(ContextKind kind, String id, String json, Principal principal) {
    requireDefine(principal, List.of(kind));
    return journaledContext.put(kind, id, json, principal);
  }

  /**
   * Who defines for some tags only must not say which these are: equipment and bindings are for
   * those who define for all, and so is what is told from tags.
   */
  private void requireDefine(Principal principal, List<ContextKind> kinds) {
    access.require(principal, Right.DEFINE);
    for (ContextKind kind : kinds) {
      boolean decidesRights =
          kind == ContextKind.EQUIPMENT
              || kind == ContextKind.ATTRIBUTES
              || kind == ContextKind.DERIVATIONS;
      if (decidesRights && !access.hasForEverything(principal, Right.DEFINE)) {
        throw new HistorianException(
            ErrorCode.FORBIDDEN,
            "account may define for some tags only, and these decide who reads what: kind="
                + kind.label()
                + ", name="
                + principal.name(),
            kind.label(),
            "ask an engineer without areas and patterns",
            null);
      }
    }
  }

  @Override
  public BulkResult putContextBulk(String json, Principal principal) {
    requireDefine(
        principal,
        access.hasForEverything(principal, Right.DEFINE) ? List.of() : ContextStore.kindsOf(json));
    return journaledContext.putBulk(json, principal);
  }

  @Override
  public List<ContextVersion> contextVersions(
      ContextKind kind, String id, @Nullable String asOf, Principal principal) {
    IntPredicate readable = readableTags(principal);
    return journaledContext.versions(kind, id, asOf).stream()
        .filter(version -> isReadable(version.row(), readable))
        .toList();
  }

  @Override
  public List<ContextRow> searchContext(ContextSearch search, Principal principal) {
    access.require(principal, Right.READ);
    return context.search(search); // of kinds that name no tags
  }

  /** Whether a row names no tag but such as may be read. */
  private boolean isReadable(ContextRow row, IntPredicate readable) {
    String name = row.kind() == ContextKind.ATTRIBUTES ? row.text("tag") : null;
    TagDefinition tag = name == null ? null : store.tags().find(name);
    return tag == null || readable.test(tag.id());
  }

  @Override
  public LiveFeed live(
      List<TagDefinition> tags, @Nullable String resumeToken, Principal principal) {
    IntPredicate readable = readableTags(principal);
    ChangeFeed feed = store.feed();
    long order =
        resumeToken == null
            ? feed.committedOrder()
            : DataVersion.order(store.storeId(), resumeToken);
    int[] ids = tags.stream().mapToInt(TagDefinition::id).filter(readable).toArray();
    ChangeFeed.Follower follower = feed.follow(ids, order);
    return new LiveFeed() {
      @Override
      public int poll(LiveSink sink) {
        return follower.poll(
            view ->
                contextOver(
                    view,
                    principal,
                    readableTags(principal), // a right may end while it follows
                    config.timeZone(),
                    VersionMode.ALL,
                    DamageRule.CONTAIN),
            (tagId, block) -> {
              TagDefinition tag = store.tags().byId(tagId);
              if (tag != null) {
                sink.accept(tag, block);
              }
            });
      }

      @Override
      public String resumeToken() {
        return DataVersion.text(store.storeId(), follower.order());
      }

      @Override
      public void close() {
        // A follower holds nothing.
      }
    };
  }

  @Override
  public Health health() {
    return health.now(failed);
  }

  @Override
  public String metricsText() {
    return metrics.text();
  }

  /** Adds what a door counts up to the metrics. */
  public void counter(String name, String help, DoubleSupplier of) {
    metrics.counter(name, help, null, of);
  }

  /** Adds what a door has at the moment to the metrics. */
  public void gauge(String name, String help, DoubleSupplier of) {
    metrics.gauge(name, help, null, of);
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
    return nanos(clock.instant());
  }

  private static long nanos(Instant time) {
    return time.getEpochSecond() * 1_000_000_000L + time.getNano();
  }

  /** The configuration in force. */
  public HistorianConfig config() {
    return config;
  }

  /** Sizes on disk and in memory. */
  public SampleStore.Sizes sizes() {
    return store.sizes();
  }

  /** What runs statements: how loaded it is, and how to make it start over. */
  public SqlEngine sqlEngine() {
    return sql;
  }

  /** Snapshots of the store that readers hold. */
  public int openViews() {
    return store.openViews();
  }

  /** Seals everything written so far and waits for it. */
  public void sealNow() {
    store.writer().requestSeal();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(ACK_TIMEOUT_SECONDS);
    while (store.sizes().hotRows() > 0 && System.nanoTime() - deadline < 0) {
      appendThread.wake();
      sealThread.wake();
      java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
    }
  }

  /** Refuses new work, finishes what was accepted and lets go of the folder. */
  @Override
  public void close() throws IOException {
    derivations.close();
    if (forwarding != null) {
      forwarding.close();
    }
    ingress.close();
    upkeep.close();
    appendThread.close();
    syncThread.close();
    sealThread.close();
    sql.close();
    deadlines.shutdownNow();
    queryThreads.shutdownNow();
    quarantine.close();
    store.close();
  }
}

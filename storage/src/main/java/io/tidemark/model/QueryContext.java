package io.tidemark.model;

import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.IntPredicate;
import java.util.function.LongSupplier;

/**
 * Who asks, as of when, and how much a query may take. Goes with every scan; immutable but for its
 * cancel flag and memory account, and shared by all threads of one query.
 */
public final class QueryContext {
  private final Principal principal;
  private final IntPredicate visibleTags;
  private final ReadView view;
  private final long nowNs;
  private final ZoneId zone;
  private final VersionMode versionMode;
  private final DamageRule damageRule;
  private final MemoryAccount memory;
  private final Executor executor;
  private final LongSupplier nanoClock;
  private final long deadlineNanos;
  private volatile boolean cancelled;

  /* What to stop; also the lock under which it is stopped or taken off the list. */
  private final List<Runnable> stops = new ArrayList<>();

  /** A context for one query that contains damage. */
  public QueryContext(
      Principal principal,
      IntPredicate visibleTags,
      ReadView view,
      long nowNs,
      ZoneId zone,
      VersionMode versionMode,
      MemoryAccount memory,
      Executor executor,
      LongSupplier nanoClock,
      long deadlineNanos) {
    this(
        principal,
        visibleTags,
        view,
        nowNs,
        zone,
        versionMode,
        DamageRule.CONTAIN,
        memory,
        executor,
        nanoClock,
        deadlineNanos);
  }

  /**
   * A context for one query.
   *
   * @param visibleTags ids the principal may read
   * @param view the snapshot to read; the caller closes it
   * @param nowNs what {@code *} and {@code now()} mean, nanoseconds since the epoch
   * @param nanoClock monotonic clock in nanoseconds
   * @param deadlineNanos value of that clock after which the query is stopped
   */
  public QueryContext(
      Principal principal,
      IntPredicate visibleTags,
      ReadView view,
      long nowNs,
      ZoneId zone,
      VersionMode versionMode,
      DamageRule damageRule,
      MemoryAccount memory,
      Executor executor,
      LongSupplier nanoClock,
      long deadlineNanos) {
    this.principal = principal;
    this.visibleTags = visibleTags;
    this.view = view;
    this.nowNs = nowNs;
    this.zone = zone;
    this.versionMode = versionMode;
    this.damageRule = damageRule;
    this.memory = memory;
    this.executor = executor;
    this.nanoClock = nanoClock;
    this.deadlineNanos = deadlineNanos;
  }

  /** Who asks. */
  public Principal principal() {
    return principal;
  }

  /** Whether the principal may read the tag. */
  public boolean mayRead(int tagId) {
    return visibleTags.test(tagId);
  }

  /** The snapshot to read. */
  public ReadView view() {
    return view;
  }

  /** What "now" means for the whole query. */
  public long nowNs() {
    return nowNs;
  }

  /** Zone of calendar words and of rendered times. */
  public ZoneId zone() {
    return zone;
  }

  /** Versions to return. */
  public VersionMode versionMode() {
    return versionMode;
  }

  /** What to do where stored rows cannot be read. */
  public DamageRule damageRule() {
    return damageRule;
  }

  /** Bytes the query may hold. */
  public MemoryAccount memory() {
    return memory;
  }

  /** Runs the query's parallel parts. */
  public Executor executor() {
    return executor;
  }

  /**
   * Asks the query to stop: what scans does so at its next block, what waits elsewhere is woken by
   * its {@link #onStop}. Any thread; idempotent. Past the deadline the query ends with {@link
   * ErrorCode#DEADLINE_EXCEEDED}, before it with {@link ErrorCode#CANCELLED}.
   */
  public void cancel() {
    synchronized (stops) {
      cancelled = true;
      stops.forEach(Runnable::run);
      stops.clear();
    }
  }

  /** What {@link #onStop} registered. */
  public interface Stop extends AutoCloseable {
    /** Takes the action back: it does not run any more once this returns. */
    @Override
    void close();
  }

  /**
   * Registers how to stop work that does not call {@link #check}, such as a statement in a library.
   *
   * @param action runs on the thread that cancels, at once if the query was cancelled already;
   *     short and without waiting
   */
  public Stop onStop(Runnable action) {
    synchronized (stops) {
      if (cancelled) {
        action.run();
      } else {
        stops.add(action);
      }
    }
    return () -> {
      synchronized (stops) {
        stops.remove(action);
      }
    };
  }

  /**
   * Called once a block by everything that scans.
   *
   * @throws HistorianException {@link ErrorCode#CANCELLED} or {@link ErrorCode#DEADLINE_EXCEEDED}.
   */
  public void check() {
    if (nanoClock.getAsLong() - deadlineNanos > 0) {
      throw new HistorianException(
          ErrorCode.DEADLINE_EXCEEDED,
          "query ran longer than it may",
          null,
          "ask for a shorter range or fewer tags, or raise query.timeLimit",
          null);
    }
    if (cancelled) {
      throw new HistorianException(ErrorCode.CANCELLED, "query was cancelled");
    }
  }
}

package io.tidemark.query.condition;

import io.tidemark.model.HistorianException;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadRule;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.TimeRange;
import java.util.List;

/**
 * The stretches of time in which a condition is true: {@code [startNs, endNs)}, ascending, apart
 * from one another, as long as they can be, cut at the ends of the range. One thread; close it.
 *
 * <p>A value is known from a usable sample on up to the next sample: on the straight line to that
 * one if the tag is sloped and both are usable, else held. It is not known before the first sample,
 * after one that is not usable, and after the last one. The class of a status is that of the sample
 * in force, also after the last one. What is not known makes a comparison neither true nor false.
 *
 * <p>A stretch starts with the first nanosecond at which the condition is true, and ends with the
 * first at which it is not. What is so at a single instant of a line only counts for nothing: a
 * line that just touches its limit, or is equal to it in passing, makes no stretch; one that just
 * touches what it must not interrupts none.
 */
public final class Stretches implements AutoCloseable {
  /*
   * The walk goes from one nanosecond to the next at which the truth of some comparison may change: a sample, or up to
   * two nanoseconds at a crossing. In between the condition is evaluated once. Where a comparison has a truth at an
   * instant that it has neither before nor after it (a line on its limit), the whole is evaluated just before, at and
   * just after; what is different on both sides is the truth at the instant.
   *
   * It begins a nanosecond before the range, so that the first instant is judged as any other.
   */
  private static final long BLOCK_BYTES = 37L * SampleBlock.CAPACITY;

  private final QueryContext context;
  private final TimeRange range;
  private final Source[] sources;
  private final Leaf[] leaves;
  private final Formula root;
  private long timeNs;
  private long startNs;
  private long endNs;
  private boolean isClosed;

  Stretches(ConditionPlan plan, QueryContext context, TimeRange range, ReadRule rule) {
    List<Source> all = plan.sources();
    this.context = context;
    this.range = range;
    this.sources = all.toArray(Source[]::new);
    this.leaves = plan.leaves().toArray(Leaf[]::new);
    this.root = plan.root();
    context.memory().reserve(BLOCK_BYTES * sources.length);
    long beforeNs = range.startNs() == Long.MIN_VALUE ? Long.MIN_VALUE : range.startNs() - 1;
    try {
      for (Source source : sources) {
        source.open(context, rule, beforeNs);
      }
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
    for (Leaf leaf : leaves) {
      leaf.take(beforeNs);
    }
    timeNs = range.startNs();
  }

  /**
   * Moves to the next stretch.
   *
   * @return false if there is none
   * @throws HistorianException as {@link BoundCondition#stretches}.
   */
  public boolean next() {
    boolean isOpen = false;
    while (timeNs < range.endNs()) {
      boolean isTrue = moveTo(timeNs);
      long atNs = timeNs;
      timeNs = nextChangeNs(atNs);
      if (isTrue && !isOpen) {
        isOpen = true;
        startNs = atNs;
      } else if (!isTrue && isOpen) {
        endNs = atNs;
        return true;
      }
    }
    endNs = range.endNs();
    return isOpen;
  }

  /** First nanosecond of the stretch, since 1970-01-01T00:00:00Z. */
  public long startNs() {
    return startNs;
  }

  /** First nanosecond after it. */
  public long endNs() {
    return endNs;
  }

  /** Whether the condition is true at a time. */
  private boolean moveTo(long ns) {
    for (Source source : sources) {
      source.moveTo(ns);
    }
    boolean isInstant = false;
    for (Leaf leaf : leaves) {
      if (leaf.hasMoved()) {
        leaf.take(ns);
      }
      leaf.moveTo(ns);
      isInstant |= leaf.isInstant(ns);
    }
    boolean isTrue = root.truth(Formula.Side.AT) == Formula.TRUE;
    if (isInstant) {
      boolean before = root.truth(Formula.Side.BEFORE) == Formula.TRUE;
      boolean after = root.truth(Formula.Side.AFTER) == Formula.TRUE;
      return before == after ? before : isTrue;
    }
    return isTrue;
  }

  private long nextChangeNs(long ns) {
    long nextNs = range.endNs();
    for (Source source : sources) {
      nextNs = Math.min(nextNs, source.pieces().untilNs());
    }
    for (Leaf leaf : leaves) {
      nextNs = Math.min(nextNs, leaf.nextChangeNs(ns));
    }
    return nextNs;
  }

  /** Gives back what it reads with; idempotent. */
  @Override
  public void close() {
    if (!isClosed) {
      isClosed = true;
      context.memory().release(BLOCK_BYTES * sources.length);
      for (Source source : sources) {
        source.close();
      }
    }
  }
}

package io.tidemark.ingest;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The acknowledgement of one request: done when all its frames have reached its level, failed when
 * one was refused. Offered by one thread, completed by the agents, awaited by any.
 */
public final class Ack {
  /** Rejections that are kept with their words. */
  public static final int REJECTIONS_MAX = 100;

  private final AckLevel level;
  private final AtomicInteger pending = new AtomicInteger(1);
  private final AtomicLong lastSequence = new AtomicLong();
  private final AtomicLong lastTransactionTimeMicros = new AtomicLong();
  private final AtomicLong samplesRejected = new AtomicLong();
  private final List<HistorianException> rejections = new ArrayList<>();
  private final CompletableFuture<Long> done = new CompletableFuture<>();
  private final Runnable onRelease;
  private int slot;

  Ack(AckLevel level, Runnable onRelease) {
    this.level = level;
    this.onRelease = onRelease;
  }

  /** The level it waits for. */
  public AckLevel level() {
    return level;
  }

  int slot() {
    return slot;
  }

  void slot(int newSlot) {
    slot = newSlot;
  }

  void frameOffered() {
    pending.incrementAndGet();
  }

  /** Takes back an offer that the ring refused. */
  void frameWithdrawn() {
    complete();
  }

  /** No more frames come. */
  void lastFrameOffered() {
    complete();
  }

  /** A frame has reached the level. For the agents. */
  public void frameDone(long journalSequence, long transactionTimeMicros) {
    lastSequence.accumulateAndGet(journalSequence, Math::max);
    lastTransactionTimeMicros.accumulateAndGet(transactionTimeMicros, Math::max);
    complete();
  }

  /** Samples that were not stored, since there is one of their time. For the agents. */
  public void samplesRejected(int count, List<HistorianException> first) {
    samplesRejected.addAndGet(count);
    synchronized (rejections) {
      first.stream().limit(REJECTIONS_MAX - rejections.size()).forEach(rejections::add);
    }
  }

  /** How many samples of frames that are done were not stored. */
  public long samplesRejected() {
    return samplesRejected.get();
  }

  /** Why: the first of them. */
  public List<HistorianException> rejections() {
    synchronized (rejections) {
      return List.copyOf(rejections);
    }
  }

  /** A frame was refused. For the agents. */
  public void frameRefused(HistorianException error) {
    done.completeExceptionally(error);
    complete();
  }

  private void complete() {
    if (pending.decrementAndGet() == 0) {
      onRelease.run();
      done.complete(lastSequence.get());
    }
  }

  /**
   * Runs an action once the outcome is known, on the thread of an agent or this one: it must hand
   * over and not work.
   */
  public void whenDone(Runnable action) {
    done.whenComplete((sequence, refused) -> action.run());
  }

  /** Whether the outcome is known: {@link #await} would not wait. */
  public boolean isDone() {
    return done.isDone();
  }

  /** Transaction time of the last frame that is done, microseconds since the epoch. */
  public long transactionTimeMicros() {
    return lastTransactionTimeMicros.get();
  }

  /**
   * Waits until all frames have reached the level.
   *
   * @return the greatest journal sequence of the request; 0 if it had no frame
   * @throws HistorianException the refusal, or {@link ErrorCode#UNAVAILABLE} when the time is over:
   *     the outcome is then unknown, and sending again is safe.
   */
  public long await(long timeout, TimeUnit unit) {
    try {
      return done.get(timeout, unit);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof HistorianException refused) {
        throw refused;
      }
      throw new IllegalStateException(e.getCause());
    } catch (TimeoutException e) {
      throw new HistorianException(
          ErrorCode.UNAVAILABLE,
          "no acknowledgement in time, the outcome is unknown: timeout="
              + timeout
              + " "
              + unit.name().toLowerCase(java.util.Locale.ROOT),
          null,
          "send the same request again: repeats are not stored twice",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HistorianException(ErrorCode.CANCELLED, "interrupted while waiting", e);
    }
  }
}

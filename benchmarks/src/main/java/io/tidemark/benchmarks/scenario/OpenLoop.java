package io.tidemark.benchmarks.scenario;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * Calls that come on a schedule, whether those before have ended or not. A call takes from the time
 * at which it was due until its end, so that a stall counts for every call that it holds up.
 *
 * @param perSecond calls a second
 * @param nanos how long calls come
 * @param callers calls that may be under way at a time; what is due while all are busy waits
 * @param lateNanosMax how late a call may begin, or it is left out
 */
record OpenLoop(double perSecond, long nanos, int callers, long lateNanosMax) {
  private static final int DIGITS = 3;

  /** What one caller does, on a thread of its own. */
  interface Caller extends AutoCloseable {
    /** Whether the call of that number was taken. */
    boolean call(long number) throws Exception;

    @Override
    default void close() throws IOException {}
  }

  /** Makes a caller. */
  interface Callers {
    Caller open() throws Exception;
  }

  /**
   * Outcome of a load.
   *
   * @param taken microseconds of the calls that were taken
   * @param refused microseconds of the others
   * @param leftOut calls that would have begun too late
   * @param elapsedNanos from the first due time to the last end
   */
  record Outcome(Histogram taken, Histogram refused, long leftOut, long elapsedNanos) {
    /** Milliseconds of a percentile of the calls that were taken. */
    double millis(double percentile) {
      return taken.getValueAtPercentile(percentile) / 1000.0;
    }

    /** Calls taken a second. */
    double takenPerSecond() {
      return taken.getTotalCount() * 1e9 / elapsedNanos;
    }
  }

  /** A load that leaves nothing out. */
  static OpenLoop patient(double perSecond, long nanos, int callers) {
    return new OpenLoop(perSecond, nanos, callers, Long.MAX_VALUE);
  }

  /** Runs it. */
  Outcome run(Callers callersOf) throws Exception {
    List<Caller> all = new ArrayList<>();
    List<Future<Outcome>> ends = new ArrayList<>();
    try (ExecutorService threads =
        Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
      for (int i = 0; i < callers; i++) {
        all.add(callersOf.open());
      }
      AtomicLong next = new AtomicLong();
      long start = System.nanoTime();
      for (Caller caller : all) {
        ends.add(threads.submit(() -> loop(caller, next, start)));
      }
      Histogram taken = new Histogram(DIGITS);
      Histogram refused = new Histogram(DIGITS);
      long leftOut = 0;
      for (Future<Outcome> end : ends) {
        Outcome outcome = end.get();
        taken.add(outcome.taken);
        refused.add(outcome.refused);
        leftOut += outcome.leftOut;
      }
      return new Outcome(taken, refused, leftOut, System.nanoTime() - start);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a caller failed", e.getCause());
    } finally {
      for (Caller caller : all) {
        caller.close();
      }
    }
  }

  private Outcome loop(Caller caller, AtomicLong next, long start) throws Exception {
    Histogram taken = new Histogram(DIGITS);
    Histogram refused = new Histogram(DIGITS);
    long leftOut = 0;
    while (true) {
      long number = next.getAndIncrement();
      long due = (long) (number * 1e9 / perSecond);
      if (due >= nanos) {
        return new Outcome(taken, refused, leftOut, 0);
      }
      long now = System.nanoTime() - start;
      while (now < due) {
        LockSupport.parkNanos(due - now);
        now = System.nanoTime() - start;
      }
      if (now - due > lateNanosMax) {
        leftOut++;
        continue;
      }
      boolean isTaken = caller.call(number);
      (isTaken ? taken : refused).recordValue((System.nanoTime() - start - due) / 1000);
    }
  }
}

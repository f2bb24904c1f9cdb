package io.tidemark.engine;

import io.tidemark.storage.SampleStore;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done now and then on a thread of its own: a look at the clock each second, metrics as
 * samples, and a scrub that reads all sealed files within an interval, a segment at a time, so that
 * damage is found before somebody needs what it took.
 */
final class Upkeep implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);
  private static final long SCRUB_PAUSE_MIN_NS = 1_000_000_000L;

  private final SampleStore store;
  private final long scrubIntervalNs;
  private final ScheduledThreadPoolExecutor thread;

  Upkeep(
      SampleStore store,
      ClockWatch clock,
      long scrubIntervalNs,
      Runnable sysTags,
      long sysTagsIntervalNs) {
    this.store = store;
    this.scrubIntervalNs = scrubIntervalNs;
    thread =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("tidemark-upkeep").factory());
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    thread.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
    var _ = thread.scheduleAtFixedRate(clock::look, 1, 1, TimeUnit.SECONDS);
    if (sysTagsIntervalNs > 0) {
      var _ =
          thread.scheduleAtFixedRate(
              sysTags, sysTagsIntervalNs, sysTagsIntervalNs, TimeUnit.NANOSECONDS);
    }
    scheduleScrub();
  }

  private void scheduleScrub() {
    if (scrubIntervalNs > 0) {
      long pause = scrubIntervalNs / Math.max(1, store.sizes().segments() + 1);
      var _ =
          thread.schedule(this::scrub, Math.max(SCRUB_PAUSE_MIN_NS, pause), TimeUnit.NANOSECONDS);
    }
  }

  private void scrub() {
    try {
      store.scrubNext();
    } catch (RuntimeException e) {
      LOG.error("scrub failed", e);
    } finally {
      if (!thread.isShutdown()) {
        scheduleScrub();
      }
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
    try {
      // A scrub reads mapped files that the store is about to unmap.
      if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
        LOG.warn("scrub does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

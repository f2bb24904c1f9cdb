package io.tidemark.engine;

import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Drives the agent of the derivations on a thread of its own. */
final class Derivations implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Derivations.class);
  private static final long POLL_MS = 100;

  private final DerivationAgent agent;
  private final ScheduledThreadPoolExecutor thread;

  Derivations(DerivationAgent agent) {
    this.agent = agent;
    thread =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("tidemark-" + agent.roleName()).factory());
    thread.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
    var _ = thread.scheduleWithFixedDelay(this::work, POLL_MS, POLL_MS, TimeUnit.MILLISECONDS);
  }

  private void work() {
    try {
      while (!thread.isShutdown() && agent.doWork() > 0) {
        // Until it has caught up.
      }
    } catch (RuntimeException e) {
      LOG.error("derivations failed, they are tried again", e);
    }
  }

  /** Ends after the write that is under way. */
  @Override
  public void close() {
    thread.shutdown();
    agent.stop();
    try {
      if (!thread.awaitTermination(30, TimeUnit.SECONDS)) {
        LOG.warn("derivations do not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

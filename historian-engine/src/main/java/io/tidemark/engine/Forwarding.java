package io.tidemark.engine;

import io.tidemark.forward.ForwardStatus;
import io.tidemark.forward.Forwarder;
import io.tidemark.model.Agent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives the agents that send the store's samples to another server, each on a thread of its own.
 */
final class Forwarding implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Forwarding.class);

  /** Samples that come within this time go out together. */
  private static final long POLL_MS = 50;

  private static final long RETRY_NS = 5_000_000_000L;

  private final Forwarder forwarder;
  private final List<ScheduledThreadPoolExecutor> threads = new ArrayList<>();
  private volatile boolean closed;

  Forwarding(Forwarder forwarder) {
    this.forwarder = forwarder;
    for (Agent agent : forwarder.agents()) {
      ScheduledThreadPoolExecutor thread =
          new ScheduledThreadPoolExecutor(
              1, Thread.ofPlatform().daemon().name("tidemark-" + agent.roleName()).factory());
      thread.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
      threads.add(thread);
      var _ =
          thread.scheduleWithFixedDelay(() -> work(agent), POLL_MS, POLL_MS, TimeUnit.MILLISECONDS);
    }
  }

  private void work(Agent agent) {
    try {
      while (!closed && agent.doWork() > 0) {
        // Until it has caught up.
      }
    } catch (RuntimeException e) {
      if (!closed) {
        LOG.error("forwarding failed and is tried again: agent={}", agent.roleName(), e);
        java.util.concurrent.locks.LockSupport.parkNanos(RETRY_NS);
      }
    }
  }

  ForwardStatus status() {
    return forwarder.status();
  }

  /** Gives up the requests under way: the next start sends them again. */
  @Override
  public void close() throws IOException {
    closed = true;
    threads.forEach(ScheduledThreadPoolExecutor::shutdown);
    forwarder.stop();
    boolean ended = true;
    try {
      for (ScheduledThreadPoolExecutor thread : threads) {
        ended &= thread.awaitTermination(30, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      ended = false;
    }
    if (ended) {
      forwarder.close();
    } else {
      LOG.warn("forwarding does not end");
    }
  }
}

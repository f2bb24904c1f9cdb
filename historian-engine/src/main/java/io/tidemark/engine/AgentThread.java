package io.tidemark.engine;

import io.tidemark.model.Agent;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;

/**
 * Drives one agent on a thread of its own. Idle, it spins a little and then parks for at most 100
 * microseconds, or until it is woken: no busy spin on shared cores, no missed work. An exception of
 * the agent ends the thread and is handed to whoever decides about the process.
 */
final class AgentThread implements AutoCloseable {
  private static final int SPINS = 50;
  private static final long PARK_NS = 100_000;
  private static final long IDLE_PARK_NS = 5_000_000;
  private static final int SHORT_PARKS = 200;

  private final Agent agent;
  private final int nice;
  private final BiConsumer<Agent, Throwable> onFailure;
  private final Thread thread;
  private volatile boolean running = true;
  private volatile boolean parked;

  /** Starts a thread. */
  AgentThread(Agent agent, BiConsumer<Agent, Throwable> onFailure) {
    this(agent, 0, onFailure);
  }

  /**
   * Starts a thread that gives way to others.
   *
   * @param nice see {@link ThreadNice}
   */
  AgentThread(Agent agent, int nice, BiConsumer<Agent, Throwable> onFailure) {
    this.agent = agent;
    this.nice = nice;
    this.onFailure = onFailure;
    this.thread = Thread.ofPlatform().name("tidemark-" + agent.roleName()).start(this::run);
  }

  private void run() {
    if (nice > 0) {
      ThreadNice.give(nice);
    }
    int idle = 0;
    try {
      while (running) {
        if (agent.doWork() > 0) {
          idle = 0;
          continue;
        }
        idle++;
        if (idle <= SPINS) {
          Thread.onSpinWait();
        } else {
          parked = true;
          if (agent.doWork() > 0) { // what came before the flag was seen
            idle = 0;
          } else {
            LockSupport.parkNanos(idle > SHORT_PARKS ? IDLE_PARK_NS : PARK_NS);
          }
          parked = false;
        }
      }
      while (agent.doWork() > 0) {
        // What was accepted before the stop is finished.
      }
    } catch (Throwable failure) {
      onFailure.accept(agent, failure);
    }
  }

  /** Ends a park. Cheap if there is none. Any thread. */
  void wake() {
    if (parked) {
      LockSupport.unpark(thread);
    }
  }

  /** Lets the agent finish what it has and ends the thread. */
  @Override
  public void close() {
    running = false;
    LockSupport.unpark(thread);
    try {
      thread.join(30_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

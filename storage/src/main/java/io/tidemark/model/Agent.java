package io.tidemark.model;

/**
 * A piece of work that somebody else's thread drives. Never blocks; one thread at a time.
 *
 * <p>Modules below the engine offer agents instead of starting threads, so that a test can step
 * them.
 */
public interface Agent {
  /** Does a bounded amount of work and says how much; 0 means idle. */
  int doWork();

  /** Name for threads, logs and metrics. */
  String roleName();
}

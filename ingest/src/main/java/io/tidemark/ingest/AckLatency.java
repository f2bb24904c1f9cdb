package io.tidemark.ingest;

/** Is told how long requests waited for their acknowledgement. */
@FunctionalInterface
public interface AckLatency {
  /**
   * A request was acknowledged. Called by the agents: it must not block.
   *
   * @param nanos from the opening of its session on
   */
  void record(AckLevel level, long nanos);
}

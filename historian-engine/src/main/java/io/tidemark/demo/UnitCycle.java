package io.tidemark.demo;

import java.util.List;

/**
 * What a unit does from the start of one batch on it to the start of the next. Times are in ticks
 * of 5 s since the epoch.
 *
 * @param batchNumber number of the batch, 0 for a unit that waits for its first one
 * @param product its product
 * @param startTick first tick
 * @param endTick first tick of the next cycle
 * @param phases without gaps from start to end
 */
record UnitCycle(
    int batchNumber, DemoProduct product, long startTick, long endTick, List<Span> phases) {

  /** A phase with its time, {@code [startTick, endTick)}. */
  record Span(DemoPhase phase, long startTick, long endTick) {}

  /** The phase's span. */
  Span span(DemoPhase phase) {
    for (Span span : phases) {
      if (span.phase() == phase) {
        return span;
      }
    }
    throw new IllegalArgumentException("no such phase in this cycle: " + phase);
  }
}

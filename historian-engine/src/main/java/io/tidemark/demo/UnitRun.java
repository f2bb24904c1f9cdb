package io.tidemark.demo;

import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** Drives a unit's model through its cycles, tick by tick. One thread. */
final class UnitRun {
  private final UnitModel model;
  private final LongFunction<UnitCycle> cycleAt;
  private @Nullable UnitCycle cycle;
  private int spanIndex;
  private long tick;

  /**
   * A run that is nowhere yet.
   *
   * @param cycleAt the cycle that holds a tick
   */
  UnitRun(UnitModel model, LongFunction<UnitCycle> cycleAt) {
    this.model = model;
    this.cycleAt = cycleAt;
  }

  /**
   * Goes to a tick: from where it is if that lies before in the same cycle, else from its start.
   */
  void moveTo(long target) {
    UnitCycle current = cycle;
    if (current == null || target < tick || target >= current.endTick()) {
      current = cycleAt.apply(target);
      cycle = current;
      spanIndex = 0;
      tick = current.startTick();
      model.begin(current);
    }
    for (long next = tick + 1; next <= target; next++) {
      while (current.phases().get(spanIndex).endTick() <= next) {
        spanIndex++;
      }
      model.step(next, current.phases().get(spanIndex));
    }
    tick = target;
  }

  UnitModel model() {
    return model;
  }

  /** The cycle it is in. */
  UnitCycle cycle() {
    UnitCycle current = cycle;
    if (current == null) {
      throw new IllegalStateException("moveTo comes first");
    }
    return current;
  }

  DemoPhase phase() {
    return cycle().phases().get(spanIndex).phase();
  }
}

package io.tidemark.demo;

/**
 * The plant's electricity counter. Everything is counted in whole milliwatt-hours, so the sum up to
 * a tick is the same whether it is added up tick by tick or computed from the schedule.
 */
final class EnergyMeter {
  private static final double KWH_AT_START = 184_250;

  /* Lights, pumps, offices: kW by hour of the UTC day. */
  private static final int[] BASE_KW = {
    38, 37, 37, 38, 42, 55, 63, 68, 70, 71, 70, 69, 66, 68, 69, 67, 62, 56, 51, 47, 45, 43, 41, 39
  };

  private final DemoSchedule schedule;
  private final long dayEnergy;

  EnergyMeter(DemoSchedule schedule) {
    this.schedule = schedule;
    long sum = 0;
    for (int hour = 0; hour < 24; hour++) {
      sum += basePerTick(hour * DemoSchedule.HOUR_TICKS) * DemoSchedule.HOUR_TICKS;
    }
    dayEnergy = sum;
  }

  /** What the plant without its units takes in a tick. */
  static long basePerTick(long tick) {
    int hour = (int) (Math.floorMod(tick, DemoSchedule.DAY_TICKS) / DemoSchedule.HOUR_TICKS);
    return BASE_KW[hour] * 1_000_000L * DemoSchedule.TICK_SECONDS / 3600;
  }

  /** What the counter shows for an energy since the start of history. */
  static double reading(long energy) {
    return Math.rint((KWH_AT_START + energy * 1e-6) * 100) / 100;
  }

  /** Energy from the start of history up to the tick, without it. */
  long upTo(long tick) {
    long sum = baseSinceEpoch(tick) - baseSinceEpoch(schedule.startTick);
    sum += energy(schedule.reactorCycleAt(true, schedule.startTick), tick, 0);
    sum += energy(schedule.reactorCycleAt(false, schedule.startTick), tick, 0);
    sum += energy(schedule.dryerCycleAt(schedule.startTick), tick, 0);
    int newest = schedule.newestNumber(tick);
    for (int number = schedule.firstNumber; number <= newest; number++) {
      sum += energy(schedule.reactorCycle(number), tick, schedule.startTick + 1);
      sum += energy(schedule.dryerCycle(number), tick, schedule.startTick + 1);
    }
    return sum;
  }

  /** Energy of a cycle up to a tick; 0 for one that starts before {@code fromTick}. */
  private static long energy(UnitCycle cycle, long tick, long fromTick) {
    if (cycle.startTick() < fromTick) {
      return 0;
    }
    long sum = 0;
    for (UnitCycle.Span span : cycle.phases()) {
      long ticks = Math.min(tick, span.endTick()) - span.startTick();
      if (ticks > 0) {
        sum += ticks * span.phase().energyPerTick;
      }
    }
    return sum;
  }

  private long baseSinceEpoch(long tick) {
    long day = Math.floorDiv(tick, DemoSchedule.DAY_TICKS);
    long sum = day * dayEnergy;
    long at = day * DemoSchedule.DAY_TICKS;
    while (at < tick) {
      long next = Math.min(tick, at + DemoSchedule.HOUR_TICKS);
      sum += (next - at) * basePerTick(at);
      at = next;
    }
    return sum;
  }
}

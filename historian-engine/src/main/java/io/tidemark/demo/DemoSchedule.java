package io.tidemark.demo;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Which batch is where, and when. Every time is a tick: 5 s of UTC, counted from the epoch.
 *
 * <p>A batch starts every four hours, in turn on R1 (odd numbers) and R2, and takes eight hours in
 * all, so a reactor's batches follow each other without a gap. The reactor phases take about six
 * hours; then the dryer takes the batch over (Load, Dry, Unload, about an hour and a half, done
 * before the eight hours are) while the reactor is cleaned. The dryer needs less than half of each
 * four hours, so it is always free in time. Durations vary by a few minutes, by seed and number.
 *
 * <p>The schedule is laid so that at the anchor the batch on R1 is three hours old, in React, and
 * the other one is in the dryer. The first batch starts {@code days} days and three hours before
 * the anchor, and that is where history begins. Numbers start at 1; histories of less than eight
 * days start at 37, so that every history holds order PO-1007 (B-0037 to B-0042) and what happens
 * to B-0039 and B-0041. With a single day B-0042 is still running at the anchor.
 */
final class DemoSchedule {
  static final int TICK_SECONDS = 5;
  static final long TICK_NS = TICK_SECONDS * 1_000_000_000L;
  static final long HOUR_TICKS = 3600 / TICK_SECONDS;
  static final long DAY_TICKS = 24 * HOUR_TICKS;
  static final long BATCH_TICKS = 8 * HOUR_TICKS;
  static final long SPACING_TICKS = 4 * HOUR_TICKS;
  static final int BATCHES_PER_ORDER = 6;
  static final ZoneId PLANT_ZONE = ZoneId.of("Europe/Berlin");

  /** Cooling valve stays closed in React. */
  static final int HOT_BATCH = 41;

  /** Jacket sensor fails for 20 minutes. */
  static final int BLIND_BATCH = 39;

  private static final int DAYS_FOR_FULL_NUMBERING = 8;
  private static final int SHORT_HISTORY_FIRST = 37;
  private static final long ANCHOR_AGE_TICKS = 3 * HOUR_TICKS;

  private static final DemoPhase[] REACTOR_PHASES = {
    DemoPhase.CHARGE, DemoPhase.HEAT, DemoPhase.REACT, DemoPhase.COOL, DemoPhase.DISCHARGE
  };
  private static final DemoPhase[] DRYER_PHASES = {DemoPhase.LOAD, DemoPhase.DRY, DemoPhase.UNLOAD};

  final long anchorTick;
  final long startTick;
  final int firstNumber;
  final long outageStartTick;
  final long outageEndTick;
  private final long durationKey;
  private final long faultKey;

  DemoSchedule(long seed, Instant anchor, int days) {
    anchorTick = tickAtOrBefore(anchor);
    startTick = anchorTick - days * DAY_TICKS - ANCHOR_AGE_TICKS;
    firstNumber = days < DAYS_FOR_FULL_NUMBERING ? SHORT_HISTORY_FIRST : 1;
    durationKey = Noise.key(seed, 1001);
    faultKey = Noise.key(seed, 1002);
    outageStartTick = outageStart(anchor, anchorTick, days);
    outageEndTick = outageStartTick + 2 * HOUR_TICKS;
  }

  /** Three plant days ago at 02:00; in shorter histories yesterday, or twelve hours ago. */
  private static long outageStart(Instant anchor, long anchorTick, int days) {
    if (days < 2) {
      return (anchorTick / HOUR_TICKS - 12) * HOUR_TICKS;
    }
    LocalDate today = anchor.atZone(PLANT_ZONE).toLocalDate();
    LocalDate day = today.minusDays(days < 4 ? 1 : 3);
    return tickAtOrBefore(day.atTime(2, 0).atZone(PLANT_ZONE).toInstant());
  }

  static long tickAtOrBefore(Instant instant) {
    return Math.floorDiv(instant.getEpochSecond(), (long) TICK_SECONDS);
  }

  /** The first tick at or after a time in nanoseconds. */
  static long tickAtOrAfter(long ns) {
    return -Math.floorDiv(-ns, TICK_NS);
  }

  static boolean isOnReactor1(int number) {
    return (number & 1) == 1;
  }

  static String batchId(int number) {
    return number == 0 ? "none" : String.format(Locale.ROOT, "B-%04d", number);
  }

  static int orderNumber(int number) {
    return 1001 + (number - 1) / BATCHES_PER_ORDER;
  }

  static String orderId(int number) {
    return "PO-" + orderNumber(number);
  }

  static int firstOfOrder(int number) {
    return (number - 1) / BATCHES_PER_ORDER * BATCHES_PER_ORDER + 1;
  }

  /** Mostly P-100; every third order P-200, some P-300. */
  static DemoProduct product(int number) {
    int order = (number - 1) / BATCHES_PER_ORDER;
    return order % 3 == 2 ? DemoProduct.P200 : order % 5 == 4 ? DemoProduct.P300 : DemoProduct.P100;
  }

  long batchStart(int number) {
    return startTick + (number - firstNumber) * SPACING_TICKS;
  }

  long batchEnd(int number) {
    return batchStart(number) + BATCH_TICKS;
  }

  /** The newest batch that has started by the tick, or less than the first number for none. */
  int newestNumber(long tick) {
    return firstNumber + Math.toIntExact(Math.floorDiv(tick - startTick, SPACING_TICKS));
  }

  /** Whether the batch's cooling valve hangs for some minutes as Cool begins. */
  boolean hasValveFault(int number) {
    boolean isStoryOrder = orderNumber(number) == 1007;
    return !isStoryOrder && Noise.uniform(faultKey, number) < 0.06;
  }

  /** Five minutes from the start of Cool of a batch with a valve fault. */
  static long valveFaultTicks() {
    return 5 * 60 / TICK_SECONDS;
  }

  /** Twenty minutes in React of the blind batch: first tick. */
  long blindStartTick() {
    return reactorCycle(BLIND_BATCH).span(DemoPhase.REACT).startTick() + 40 * 60 / TICK_SECONDS;
  }

  long blindEndTick() {
    return blindStartTick() + 20 * 60 / TICK_SECONDS;
  }

  /** What the batch's reactor does from the batch's start to its end. */
  UnitCycle reactorCycle(int number) {
    long start = batchStart(number);
    return cycle(number, start, start + BATCH_TICKS, REACTOR_PHASES, 0, DemoPhase.CLEAN);
  }

  /** What the dryer does from taking the batch over to taking the next one over. */
  UnitCycle dryerCycle(int number) {
    return cycle(
        number,
        dryerStart(number),
        dryerStart(number + 1),
        DRYER_PHASES,
        REACTOR_PHASES.length,
        DemoPhase.IDLE);
  }

  /** The cycle of a reactor at a tick. */
  UnitCycle reactorCycleAt(boolean reactor1, long tick) {
    int number = newestNumber(tick);
    if (isOnReactor1(number) != reactor1) {
      number--;
    }
    return number < firstNumber ? waiting(batchStart(number + 2)) : reactorCycle(number);
  }

  /** The cycle of the dryer at a tick. */
  UnitCycle dryerCycleAt(long tick) {
    int number = newestNumber(tick);
    while (number >= firstNumber && dryerStart(number) > tick) {
      number--;
    }
    return number < firstNumber ? waiting(dryerStart(firstNumber)) : dryerCycle(number);
  }

  private UnitCycle waiting(long endTick) {
    return new UnitCycle(
        0,
        DemoProduct.P100,
        startTick,
        endTick,
        List.of(new UnitCycle.Span(DemoPhase.IDLE, startTick, endTick)));
  }

  private long dryerStart(int number) {
    long tick = batchStart(number);
    for (int i = 0; i < REACTOR_PHASES.length; i++) {
      tick += duration(number, i, REACTOR_PHASES[i]);
    }
    return tick;
  }

  private UnitCycle cycle(
      int number, long start, long end, DemoPhase[] recipe, int firstStep, DemoPhase rest) {
    List<UnitCycle.Span> spans = new ArrayList<>(recipe.length + 1);
    long tick = start;
    for (int i = 0; i < recipe.length; i++) {
      long next = tick + duration(number, firstStep + i, recipe[i]);
      spans.add(new UnitCycle.Span(recipe[i], tick, next));
      tick = next;
    }
    spans.add(new UnitCycle.Span(rest, tick, end));
    return new UnitCycle(number, product(number), start, end, List.copyOf(spans));
  }

  /* The stories need their usual length: no jitter in React of the hot batch. */
  private long duration(int number, int step, DemoPhase phase) {
    double jitter = number == HOT_BATCH ? 0 : Noise.symmetric(durationKey, number * 16L + step);
    return Math.round((phase.minutes + phase.jitterMinutes * jitter) * 60 / TICK_SECONDS);
  }
}

package io.tidemark.demo;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TimeRange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The demo plant: area {@code TIDE/AREA1} with reactors R1 and R2, dryer D1 and utilities. What it
 * reads at an instant follows from seed, anchor and number of days alone. Immutable and safe from
 * any thread; each {@link #generate} keeps its own state.
 *
 * <p>Analog tags have a sample every 5 s, at whole multiples of 5 s of UTC. Valve states, batches
 * and phases are recorded as they change, and once where history begins. Times of batches: {@link
 * DemoSchedule}.
 *
 * <p>What happens: in React of B-0041 the cooling valve stays closed and the reactor climbs 9 degC
 * above its set point (event HighTemperature); in React of B-0039 the jacket sensor is
 * Bad_SensorFailure for 20 minutes; D1 has no communication for two hours, from 02:00 plant time
 * three days before the anchor (yesterday in histories of two or three days, twelve hours ago in
 * those of one day): a sample Bad_NoCommunication without a value where it begins, then none.
 */
public final class DemoPlant {
  /** Longest history, in days. */
  public static final int DAYS_MAX = 3650;

  private static final int TAGS_PER_UNIT = UnitModel.READINGS + 3;
  private static final int VALVE = UnitModel.READINGS;
  private static final int BATCH = UnitModel.READINGS + 1;
  private static final int PHASE = UnitModel.READINGS + 2;
  private static final int STEAM_TAG = 3 * TAGS_PER_UNIT;
  private static final int ENERGY_TAG = STEAM_TAG + 1;
  private static final int JACKET_TAG_R1 = UnitModel.JACKET;
  private static final int DRYER_TAGS_FIRST = 2 * TAGS_PER_UNIT;
  private static final double JACKET_RANGE_HIGH = 200;
  private static final double DRYER_JACKET_RANGE_HIGH = 150;

  private final long seed;
  private final Instant anchor;
  private final int days;
  private final DemoSchedule schedule;
  private final EnergyMeter meter;
  private final DemoContext context;
  private final List<DemoTag> tags;
  private final long steamKey;
  private final long steamDriftKey;

  /**
   * A plant.
   *
   * @param seed the same seed, anchor and days give the same plant
   * @param anchorNow the present as the plant is built; batches and outages are laid around it
   * @param days length of the history before the anchor, 1 to {@link #DAYS_MAX}
   */
  public DemoPlant(long seed, Instant anchorNow, int days) {
    if (days < 1 || days > DAYS_MAX) {
      throw new HistorianException(
          ErrorCode.OUT_OF_RANGE,
          "days of the demo plant out of range: days=" + days + ", min=1, max=" + DAYS_MAX);
    }
    this.seed = seed;
    this.days = days;
    schedule = new DemoSchedule(seed, anchorNow, days);
    anchor = Instant.ofEpochSecond(schedule.anchorTick * DemoSchedule.TICK_SECONDS);
    meter = new EnergyMeter(schedule);
    tags = tagList();
    context = new DemoContext(schedule, this::findHighTemperature);
    steamKey = Noise.key(seed, 901);
    steamDriftKey = Noise.key(seed, 902);
  }

  /** The seed. */
  public long seed() {
    return seed;
  }

  /** The anchor, on the 5 s grid. */
  public Instant anchor() {
    return anchor;
  }

  /** Days of history before the anchor. */
  public int days() {
    return days;
  }

  /** Where history begins: the start of the first batch, three hours before the first day. */
  public long startNs() {
    return schedule.startTick * DemoSchedule.TICK_NS;
  }

  /** The anchor in nanoseconds since the epoch. */
  public long anchorNs() {
    return schedule.anchorTick * DemoSchedule.TICK_NS;
  }

  /** The time without communication of D1. */
  public TimeRange outage() {
    return new TimeRange(
        schedule.outageStartTick * DemoSchedule.TICK_NS,
        schedule.outageEndTick * DemoSchedule.TICK_NS);
  }

  /** The time the jacket sensor of R1 is Bad. */
  public TimeRange sensorFailure() {
    return new TimeRange(
        schedule.blindStartTick() * DemoSchedule.TICK_NS,
        schedule.blindEndTick() * DemoSchedule.TICK_NS);
  }

  /** The tags; a tag's place is its index in {@link DemoSink}. */
  public List<DemoTag> tags() {
    return tags;
  }

  /** Equipment, attributes and products as bulk bodies, in the order they must be written. */
  public List<String> staticContextJson() {
    return context.staticBodies();
  }

  /**
   * All context objects that start or end in the range, as they are known just before its end, as
   * bulk bodies of at most a few hundred objects in the order they must be written. A running
   * object has no {@code endTime}. Empty if nothing changes.
   */
  public List<String> contextChangesBetween(long startNs, long endNs) {
    return context.changes(DemoSchedule.tickAtOrAfter(startNs), DemoSchedule.tickAtOrAfter(endNs));
  }

  /**
   * Everything the MES knows just before an instant: static context and changes since the start.
   */
  public List<String> contextJson(long asOfNs) {
    List<String> bodies = new ArrayList<>(staticContextJson());
    bodies.addAll(contextChangesBetween(startNs(), asOfNs));
    return bodies;
  }

  /**
   * Gives the samples of a range, scan by scan. What lies before the start of history is left out;
   * after the anchor the plant just goes on.
   */
  public void generate(TimeRange range, DemoSink sink) {
    long first = Math.max(schedule.startTick, DemoSchedule.tickAtOrAfter(range.startNs()));
    long end = DemoSchedule.tickAtOrAfter(range.endNs());
    if (first >= end) {
      return;
    }
    new Scanner(sink, first).scan(first, end);
  }

  private UnitRun[] units() {
    return new UnitRun[] {
      new UnitRun(new ReactorModel(schedule, seed, 1), tick -> schedule.reactorCycleAt(true, tick)),
      new UnitRun(
          new ReactorModel(schedule, seed, 2), tick -> schedule.reactorCycleAt(false, tick)),
      new UnitRun(new DryerModel(seed, 3), schedule::dryerCycleAt)
    };
  }

  /** Runs the hot batch: {first tick 5 degC over the set point, first tick 2 degC under that}. */
  private long[] findHighTemperature() {
    UnitCycle cycle = schedule.reactorCycle(DemoSchedule.HOT_BATCH);
    double limit = cycle.product().reactSetPoint + 5;
    UnitRun reactor = units()[0];
    double[] readings = new double[UnitModel.READINGS];
    long start = 0;
    for (long tick = cycle.startTick(); tick < cycle.endTick(); tick++) {
      reactor.moveTo(tick);
      reactor.model().measure(tick, readings);
      double temperature = readings[UnitModel.TEMPERATURE];
      if (start == 0 && temperature >= limit) {
        start = tick;
      } else if (start != 0 && temperature < limit - 2) {
        return new long[] {start, tick};
      }
    }
    throw new IllegalStateException("the hot batch does not get hot");
  }

  private static List<DemoTag> tagList() {
    List<DemoTag> tags = new ArrayList<>();
    addReactor(tags, "R1", 100);
    addReactor(tags, "R2", 200);
    addDryer(tags);
    tags.add(number("UTIL.FT901.PV", "kg/h", "Steam to the plant, flow", false, 0, 3000));
    tags.add(number("UTIL.JQ902.PV", "kWh", "Electricity counter", false, 0, 10_000_000));
    return List.copyOf(tags);
  }

  private static void addReactor(List<DemoTag> tags, String unit, int loop) {
    String name = "Reactor " + unit.charAt(1) + " ";
    addLoop(tags, unit + ".TIC" + (loop + 1), name + "temperature", 0, 150);
    tags.add(
        number(
            unit + ".TI" + (loop + 2) + ".PV",
            "degC",
            name + "jacket temperature",
            false,
            0,
            JACKET_RANGE_HIGH));
    tags.add(number(unit + ".PI" + (loop + 3) + ".PV", "bar", name + "pressure", false, 0, 6));
    tags.add(number(unit + ".LI" + (loop + 4) + ".PV", "%", name + "level", false, 0, 100));
    tags.add(
        number(unit + ".SIC" + (loop + 5) + ".PV", "rpm", name + "agitator speed", false, 0, 200));
    tags.add(
        number(
            unit + ".FQ" + (loop + 7) + ".PV",
            "kg",
            name + "charged mass, totaliser",
            false,
            0,
            6000));
    tags.add(
        number(
            unit + ".FT" + (loop + 8) + ".PV", "kg/h", name + "jacket steam flow", false, 0, 1000));
    addStates(tags, unit, loop, name + "cooling water valve", name);
  }

  private static void addDryer(List<DemoTag> tags) {
    String name = "Dryer D1 ";
    addLoop(tags, "D1.TIC301", name + "product temperature", 0, 120);
    tags.add(
        number(
            "D1.TI302.PV", "degC", name + "jacket temperature", false, 0, DRYER_JACKET_RANGE_HIGH));
    tags.add(number("D1.PI303.PV", "bar", name + "chamber pressure, absolute", false, 0, 1.6));
    tags.add(number("D1.LI304.PV", "%", name + "filling level", false, 0, 100));
    tags.add(number("D1.SIC305.PV", "rpm", name + "paddle speed", false, 0, 50));
    tags.add(number("D1.FQ307.PV", "kg", name + "condensate, totaliser", false, 0, 500));
    tags.add(number("D1.FT308.PV", "kg/h", name + "jacket steam flow", false, 0, 300));
    addStates(tags, "D1", 300, name + "vacuum valve", name);
  }

  private static void addLoop(
      List<DemoTag> tags, String loop, String what, double low, double high) {
    tags.add(number(loop + ".PV", "degC", what, false, low, high));
    tags.add(number(loop + ".SP", "degC", what + ", set point", true, low, high));
    tags.add(number(loop + ".OP", "%", what + ", controller output", false, 0, 100));
  }

  private static void addStates(
      List<DemoTag> tags, String unit, int loop, String valve, String name) {
    tags.add(
        new DemoTag(
            unit + ".XV" + (loop + 6) + ".ST",
            SampleType.DIGITAL,
            "",
            valve,
            true,
            Double.NaN,
            Double.NaN,
            List.of("Closed", "Opening", "Open", "Fault")));
    tags.add(text(unit + ".BATCH", name + "batch in the unit"));
    tags.add(text(unit + ".PHASE", name + "phase"));
  }

  private static DemoTag number(
      String name, String uom, String description, boolean stepped, double low, double high) {
    return new DemoTag(name, SampleType.FLOAT64, uom, description, stepped, low, high, List.of());
  }

  private static DemoTag text(String name, String description) {
    return new DemoTag(
        name, SampleType.STRING, "", description, true, Double.NaN, Double.NaN, List.of());
  }

  /** One pass over a range. */
  private final class Scanner {
    private final DemoSink sink;
    private final UnitRun[] units = units();
    private final int[] valves = new int[units.length];
    private final int[] batches = new int[units.length];
    private final DemoPhase[] phases = new DemoPhase[units.length];
    private final double[] readings = new double[UnitModel.READINGS];
    private final long blindStart = schedule.blindStartTick();
    private final long blindEnd = schedule.blindEndTick();
    private long energy;

    Scanner(DemoSink sink, long firstTick) {
      this.sink = sink;
      energy = meter.upTo(firstTick);
      if (firstTick > schedule.startTick) {
        for (int unit = 0; unit < units.length; unit++) {
          units[unit].moveTo(firstTick - 1);
          remember(unit);
        }
      }
    }

    private void remember(int unit) {
      valves[unit] = units[unit].model().valve();
      batches[unit] = units[unit].cycle().batchNumber();
      phases[unit] = units[unit].phase();
    }

    void scan(long first, long end) {
      for (long tick = first; tick < end; tick++) {
        long timeNs = tick * DemoSchedule.TICK_NS;
        double steam = 0;
        for (int unit = 0; unit < units.length; unit++) {
          units[unit].moveTo(tick);
          int tag = unit * TAGS_PER_UNIT;
          if (tag == DRYER_TAGS_FIRST
              && tick >= schedule.outageStartTick
              && tick < schedule.outageEndTick) {
            if (tick == schedule.outageStartTick) {
              markOutage(timeNs);
            }
          } else {
            unit(unit, tag, tick, timeNs);
          }
          steam += units[unit].model().steamFlow();
          energy += units[unit].phase().energyPerTick;
        }
        utilities(tick, timeNs, steam);
        energy += EnergyMeter.basePerTick(tick);
      }
    }

    private void markOutage(long timeNs) {
      for (int i = 0; i < TAGS_PER_UNIT; i++) {
        sink.absent(DRYER_TAGS_FIRST + i, timeNs, StatusCodes.BAD_NO_COMMUNICATION);
      }
    }

    private void unit(int unit, int tag, long tick, long timeNs) {
      UnitRun run = units[unit];
      run.model().measure(tick, readings);
      boolean isBlind = unit == 0 && tick >= blindStart && tick < blindEnd;
      for (int i = 0; i < UnitModel.READINGS; i++) {
        if (isBlind && i == JACKET_TAG_R1) {
          /* A broken thermocouple drives its transmitter to the end of the range. */
          sink.number(tag + i, timeNs, JACKET_RANGE_HIGH, StatusCodes.BAD_SENSOR_FAILURE);
        } else {
          sink.number(tag + i, timeNs, readings[i], StatusCodes.GOOD);
        }
      }
      boolean isFirst =
          tick == schedule.startTick || (tag == DRYER_TAGS_FIRST && tick == schedule.outageEndTick);
      if (isFirst || run.model().valve() != valves[unit]) {
        sink.state(tag + VALVE, timeNs, run.model().valve(), StatusCodes.GOOD);
      }
      int batch = run.cycle().batchNumber();
      if (isFirst || batch != batches[unit]) {
        sink.text(tag + BATCH, timeNs, DemoSchedule.batchId(batch), StatusCodes.GOOD);
      }
      if (isFirst || run.phase() != phases[unit]) {
        sink.text(tag + PHASE, timeNs, run.phase().label, StatusCodes.GOOD);
      }
      remember(unit);
    }

    private void utilities(long tick, long timeNs, double unitSteam) {
      double base = 320 + 45 * Noise.drift(steamDriftKey, tick, 4 * DemoSchedule.HOUR_TICKS);
      double steam = base + unitSteam + 2.5 * Noise.gaussian(steamKey, tick);
      sink.number(STEAM_TAG, timeNs, Math.rint(steam * 10) / 10, StatusCodes.GOOD);
      sink.number(ENERGY_TAG, timeNs, EnergyMeter.reading(energy), StatusCodes.GOOD);
    }
  }
}

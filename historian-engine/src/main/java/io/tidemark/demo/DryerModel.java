package io.tidemark.demo;

/**
 * A paddle dryer under vacuum with a steam jacket: product temperature under PID control, moisture
 * that leaves as condensate, XV306 as the vacuum valve.
 */
final class DryerModel implements UnitModel {
  private static final double DT = DemoSchedule.TICK_SECONDS;
  private static final double START_TEMPERATURE = 25;
  private static final double STEAM_TEMPERATURE = 120;
  private static final double AMBIENT = 25;
  private static final double GAIN = 5;
  private static final double RESET_SECONDS = 600;
  private static final double CONTENTS_SECONDS = 700;
  private static final double LEAD_SECONDS = 250;
  private static final double STEAM_FLOW_MAX = 260;

  private final long temperatureKey;
  private final long jacketKey;
  private final long pressureKey;
  private final long levelKey;
  private final long speedKey;
  private final long steamKey;
  private final long batchKey;

  private DemoPhase phase = DemoPhase.IDLE;
  private double contents;
  private double jacket;
  private double setPoint;
  private double measured;
  private double output;
  private double integral;
  private double pressure;
  private double moistureKg;
  private double condensateKg;
  private double level;
  private double speed;
  private double steam;
  private int valve;
  private int openingTicks;

  DryerModel(long seed, int unit) {
    temperatureKey = Noise.key(seed, unit * 16L + 1);
    jacketKey = Noise.key(seed, unit * 16L + 2);
    pressureKey = Noise.key(seed, unit * 16L + 3);
    levelKey = Noise.key(seed, unit * 16L + 4);
    speedKey = Noise.key(seed, unit * 16L + 5);
    steamKey = Noise.key(seed, unit * 16L + 6);
    batchKey = Noise.key(seed, unit * 16L + 7);
  }

  @Override
  public void begin(UnitCycle cycle) {
    phase = cycle.phases().getFirst().phase();
    contents = START_TEMPERATURE;
    jacket = START_TEMPERATURE;
    setPoint = START_TEMPERATURE;
    measured = START_TEMPERATURE;
    output = 0;
    integral = 0;
    pressure = 1.013;
    moistureKg = 310 * (1 + 0.05 * Noise.symmetric(batchKey, cycle.batchNumber()));
    condensateKg = 0;
    level = 0;
    speed = 0;
    steam = 0;
    valve = CLOSED;
    openingTicks = 0;
  }

  @Override
  public void step(long tick, UnitCycle.Span span) {
    phase = span.phase();
    double progress = (double) (tick - span.startTick()) / (span.endTick() - span.startTick());
    setPoint = phase == DemoPhase.DRY ? (progress < 0.4 ? 60 : 75) : START_TEMPERATURE;
    moveValve(progress);

    double heating = output / 100;
    /* Damp product is kept cool by what evaporates; dry product follows its jacket. */
    double drying =
        valve == UnitModel.OPEN
            ? Math.max(0, contents - 32) / 30 * Math.min(1, moistureKg / 120) * 0.11
            : 0;
    double lost = Math.min(moistureKg, drying * DT);
    moistureKg -= lost;
    condensateKg += lost;
    double jacketSlope =
        heating * (STEAM_TEMPERATURE - jacket) / 120
            + (contents - jacket) / 300
            + (AMBIENT - jacket) / (phase == DemoPhase.DRY ? 9000 : 900);
    double contentsSlope =
        (jacket - contents) / CONTENTS_SECONDS
            - drying * 0.12
            + (AMBIENT - contents) / restSeconds();
    jacket += jacketSlope * DT;
    contents += contentsSlope * DT;
    steam = heating * STEAM_FLOW_MAX;

    double pull = valve == UnitModel.OPEN ? 0.06 + drying * 0.4 : 1.013;
    pressure += (pull - pressure) * DT / (valve == UnitModel.OPEN ? 150 : 60);
    level =
        switch (phase) {
          case LOAD -> 68 * progress;
          case DRY -> 68 - 9 * progress;
          case UNLOAD -> 59 * (1 - progress);
          default -> 0;
        };
    speed += (phase.agitatorRpm - speed) * DT / 15;

    measured = contents + 0.05 * Noise.gaussian(temperatureKey, tick);
    control();
  }

  private double restSeconds() {
    return phase == DemoPhase.DRY ? 40_000 : 1500;
  }

  private void moveValve(double progress) {
    if (phase == DemoPhase.DRY && progress > 0.02 && progress < 0.96) {
      valve = openingTicks < 2 ? UnitModel.OPENING : UnitModel.OPEN;
      openingTicks++;
    } else {
      valve = UnitModel.CLOSED;
      openingTicks = 0;
    }
  }

  private void control() {
    if (phase != DemoPhase.DRY) {
      output = 0;
      integral = 0;
      return;
    }
    double slope = (jacket - contents) / CONTENTS_SECONDS;
    double error = setPoint - measured - LEAD_SECONDS * slope;
    double free = GAIN * error + integral;
    if ((free < 100 || error < 0) && (free > 0 || error > 0)) {
      integral += GAIN * error * DT / RESET_SECONDS;
      integral = Math.min(100, Math.max(0, integral));
    }
    output = Math.min(100, Math.max(0, GAIN * error + integral));
  }

  @Override
  public void measure(long tick, double[] readings) {
    readings[TEMPERATURE] = Math.rint(measured * 100) / 100;
    readings[SET_POINT] = setPoint;
    readings[OUTPUT] = Math.rint(output * 100) / 100;
    readings[JACKET] = Math.rint((jacket + 0.08 * Noise.gaussian(jacketKey, tick)) * 100) / 100;
    double shownPressure = pressure * (1 + 0.002 * Noise.gaussian(pressureKey, tick));
    readings[PRESSURE] = Math.rint(shownPressure * 1000) / 1000;
    double shownLevel = Math.max(0, level + 0.06 * Noise.gaussian(levelKey, tick));
    readings[LEVEL] = Math.rint(shownLevel * 100) / 100;
    double shownSpeed = speed < 0.2 ? 0 : speed + 0.05 * Noise.gaussian(speedKey, tick);
    readings[SPEED] = Math.rint(shownSpeed * 10) / 10;
    readings[TOTAL] = Math.rint(condensateKg * 10) / 10;
    double shownSteam = steam < 1 ? 0 : Math.max(0, steam + 0.6 * Noise.gaussian(steamKey, tick));
    readings[STEAM] = Math.rint(shownSteam * 10) / 10;
  }

  @Override
  public int valve() {
    return valve;
  }

  @Override
  public double steamFlow() {
    return steam;
  }
}

package io.tidemark.demo;

/**
 * A stirred tank with a jacket.
 *
 * <p>Two heat balances (contents, jacket) with first-order exchange, a pulse of reaction heat in
 * React, and a PID controller with split range: above 50 % it opens the jacket's steam, below 50 %
 * the cooling water, which flows only while XV106 is open. Integration is by Euler steps of 5 s,
 * far below the shortest time constant (90 s). The controller sees the instrument's noise, so its
 * output has the restlessness of a real one; it leads by the slope that the jacket will cause.
 *
 * <p>The heat of reaction is chosen so that a batch of P-100 without cooling (B-0041) climbs 9 degC
 * above its set point; with cooling it stays within half a degree.
 */
final class ReactorModel implements UnitModel {
  private static final double DT = DemoSchedule.TICK_SECONDS;
  private static final double START_TEMPERATURE = 25;
  private static final double STEAM_TEMPERATURE = 140;
  private static final double WATER_TEMPERATURE = 12;
  private static final double AMBIENT = 20;
  private static final double CONTENTS_SECONDS = 1500;
  private static final double EXCHANGE_SECONDS = 250;
  private static final double STEAM_SECONDS = 150;
  private static final double WATER_SECONDS = 90;
  private static final double LOSS_SECONDS = 60_000;
  private static final double REACTION_KELVIN = 11.2;
  private static final double REACTION_SECONDS = 1800;
  private static final double RINSE_SECONDS = 300;
  private static final double GAIN = 6;
  private static final double RESET_SECONDS = 900;
  private static final double LEAD_SECONDS = 260;
  private static final double STEAM_FLOW_MAX = 850;
  private static final double CHARGE_KG = 4200;

  private final DemoSchedule schedule;
  private final long temperatureKey;
  private final long jacketKey;
  private final long pressureKey;
  private final long levelKey;
  private final long speedKey;
  private final long steamKey;
  private final long batchKey;

  private UnitCycle cycle;
  private DemoPhase phase = DemoPhase.IDLE;
  private double contents;
  private double jacket;
  private double setPoint;
  private double measured;
  private double output;
  private double integral;
  private double speed;
  private double charged;
  private double level;
  private double gas;
  private double steam;
  private int valve;
  private int openingTicks;
  private double steamTemperature;
  private double reactionHeat;
  private double chargeKg;

  ReactorModel(DemoSchedule schedule, long seed, int unit) {
    this.schedule = schedule;
    temperatureKey = Noise.key(seed, unit * 16L + 1);
    jacketKey = Noise.key(seed, unit * 16L + 2);
    pressureKey = Noise.key(seed, unit * 16L + 3);
    levelKey = Noise.key(seed, unit * 16L + 4);
    speedKey = Noise.key(seed, unit * 16L + 5);
    steamKey = Noise.key(seed, unit * 16L + 6);
    batchKey = Noise.key(seed, unit * 16L + 7);
    cycle = schedule.reactorCycleAt(true, schedule.startTick);
  }

  @Override
  public void begin(UnitCycle next) {
    cycle = next;
    phase = next.phases().getFirst().phase();
    contents = START_TEMPERATURE;
    jacket = START_TEMPERATURE;
    setPoint = START_TEMPERATURE;
    measured = START_TEMPERATURE;
    output = 50;
    integral = 0;
    speed = 0;
    charged = 0;
    level = 3;
    gas = 0;
    steam = 0;
    valve = CLOSED;
    openingTicks = 0;
    int number = next.batchNumber();
    boolean isExact = number == DemoSchedule.HOT_BATCH;
    steamTemperature =
        STEAM_TEMPERATURE + (isExact ? 0 : 2 * Noise.symmetric(batchKey, number * 4L));
    reactionHeat =
        next.product().reactionHeat
            * (isExact ? 1 : 1 + 0.06 * Noise.symmetric(batchKey, number * 4L + 1));
    chargeKg = CHARGE_KG * (isExact ? 1 : 1 + 0.015 * Noise.symmetric(batchKey, number * 4L + 2));
  }

  @Override
  public void step(long tick, UnitCycle.Span span) {
    phase = span.phase();
    long age = tick - span.startTick();
    double progress = (double) age / (span.endTick() - span.startTick());
    setPoint = setPointAt(progress);
    moveValve(age, progress);

    double heating = Math.max(0, output - 50) / 50;
    double cooling = valve == OPEN ? Math.max(0, 50 - output) / 50 : 0;
    double jacketSlope =
        heating * (steamTemperature - jacket) / STEAM_SECONDS
            + cooling * (WATER_TEMPERATURE - jacket) / WATER_SECONDS
            + (contents - jacket) / EXCHANGE_SECONDS
            + (AMBIENT - jacket) / LOSS_SECONDS;
    double reaction = 0;
    if (phase == DemoPhase.REACT) {
      double x = age * DT / REACTION_SECONDS;
      reaction = reactionHeat * REACTION_KELVIN / REACTION_SECONDS * x * Math.exp(-x);
    }
    double contentsSlope = (jacket - contents) / CONTENTS_SECONDS + reaction;
    if (phase == DemoPhase.CLEAN && progress > 0.6) {
      /* Rinsed with tempered water: the next batch finds the vessel at its start temperature. */
      contentsSlope += (START_TEMPERATURE - contents) / RINSE_SECONDS;
      jacketSlope += (START_TEMPERATURE - jacket) / RINSE_SECONDS;
    }
    jacket += jacketSlope * DT;
    contents += contentsSlope * DT;
    steam = heating * STEAM_FLOW_MAX;

    moveContents(progress, span);
    gas += (reaction * 260 - gas) * DT / 120;
    speed += (phase.agitatorRpm - speed) * DT / 20;

    measured = contents + 0.04 * Noise.gaussian(temperatureKey, tick);
    control();
  }

  private double setPointAt(double progress) {
    double react = cycle.product().reactSetPoint;
    return switch (phase) {
      case HEAT -> progress < 0.33 ? 45 : progress < 0.62 ? 65 : react;
      case REACT -> react;
      case COOL -> progress < 0.3 ? 60 : 35;
      case DISCHARGE -> 35;
      case CLEAN -> progress < 0.4 ? 55 : START_TEMPERATURE;
      default -> START_TEMPERATURE;
    };
  }

  /** Open from five minutes into React to the end of Cool, and while the vessel cools in Clean. */
  private void moveValve(long age, double progress) {
    int number = cycle.batchNumber();
    boolean isWanted =
        switch (phase) {
          case REACT -> age >= 60 && number != DemoSchedule.HOT_BATCH;
          case COOL -> true;
          case CLEAN -> progress >= 0.4 && progress < 0.97;
          default -> false;
        };
    if (!isWanted) {
      valve = CLOSED;
      openingTicks = 0;
      return;
    }
    if (phase == DemoPhase.COOL && schedule.hasValveFault(number)) {
      if (age < DemoSchedule.valveFaultTicks()) {
        valve = FAULT;
        openingTicks = 0;
        return;
      }
    }
    valve = openingTicks < 3 ? OPENING : OPEN;
    openingTicks++;
  }

  private void moveContents(double progress, UnitCycle.Span span) {
    switch (phase) {
      case CHARGE -> {
        /* Pumps at a steady rate and tapers in the last tenth. */
        double rate = progress < 0.9 ? 1.05 : 0.55;
        charged += chargeKg * rate / (span.endTick() - span.startTick());
        level = 3 + 75 * charged / CHARGE_KG;
      }
      case HEAT, REACT, COOL -> level = 3 + 75 * charged / CHARGE_KG;
      case DISCHARGE ->
          level =
              Math.max(3, level - 80 * charged / CHARGE_KG / (span.endTick() - span.startTick()));
      case CLEAN ->
          level =
              progress < 0.2 ? 3 + 110 * progress : progress < 0.8 ? 25 : 3 + 110 * (1 - progress);
      default -> level = 3;
    }
  }

  private void control() {
    double slope = (jacket - contents) / CONTENTS_SECONDS;
    double error = setPoint - measured - LEAD_SECONDS * slope;
    double free = 50 + GAIN * error + integral;
    /* The integral rests while the output is at its stop and would be pushed further. */
    if ((free < 100 || error < 0) && (free > 0 || error > 0)) {
      integral += GAIN * error * DT / RESET_SECONDS;
      integral = Math.min(50, Math.max(-50, integral));
    }
    output = Math.min(100, Math.max(0, 50 + GAIN * error + integral));
  }

  @Override
  public void measure(long tick, double[] readings) {
    readings[TEMPERATURE] = Math.rint(measured * 100) / 100;
    readings[SET_POINT] = setPoint;
    readings[OUTPUT] = Math.rint(output * 100) / 100;
    readings[JACKET] = Math.rint((jacket + 0.08 * Noise.gaussian(jacketKey, tick)) * 100) / 100;
    double vapour = 0.12 * Math.exp((contents - 82) / 18);
    double pressure = 1.013 + vapour + gas + 0.0012 * Noise.gaussian(pressureKey, tick);
    readings[PRESSURE] = Math.rint(pressure * 1000) / 1000;
    double ripple = 0.04 + speed * 0.0006;
    double shownLevel = Math.max(0, level + ripple * Noise.gaussian(levelKey, tick));
    readings[LEVEL] = Math.rint(shownLevel * 100) / 100;
    double shownSpeed = speed < 0.5 ? 0 : speed + 0.25 * Noise.gaussian(speedKey, tick);
    readings[SPEED] = Math.rint(shownSpeed * 10) / 10;
    readings[TOTAL] = Math.rint(charged * 10) / 10;
    double shownSteam = steam < 1 ? 0 : Math.max(0, steam + 1.5 * Noise.gaussian(steamKey, tick));
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

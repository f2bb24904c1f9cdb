package io.tidemark.demo;

/** What a unit does. The first ones are phases of a recipe; Clean and Idle are not. */
enum DemoPhase {
  CHARGE("Charge", 35, 3, 60, 4_000),
  HEAT("Heat", 60, 4, 90, 8_000),
  REACT("React", 180, 6, 120, 15_000),
  COOL("Cool", 55, 4, 90, 8_000),
  DISCHARGE("Discharge", 25, 2, 40, 5_000),
  CLEAN("Clean", 0, 0, 75, 6_000),
  LOAD("Load", 10, 1, 12, 3_000),
  DRY("Dry", 70, 5, 30, 14_000),
  UNLOAD("Unload", 12, 1, 18, 4_000),
  IDLE("Idle", 0, 0, 0, 500);

  final String label;
  final int minutes;
  final int jitterMinutes;
  final double agitatorRpm;

  /** Electrical energy in 5 s, in mWh: whole numbers, so that a sum has one value. */
  final long energyPerTick;

  DemoPhase(String label, int minutes, int jitterMinutes, double agitatorRpm, long powerW) {
    this.label = label;
    this.minutes = minutes;
    this.jitterMinutes = jitterMinutes;
    this.agitatorRpm = agitatorRpm;
    this.energyPerTick = powerW * 1000 * DemoSchedule.TICK_SECONDS / 3600;
  }

  /** Whether it belongs to a recipe. */
  boolean isRecipe() {
    return this != CLEAN && this != IDLE;
  }
}

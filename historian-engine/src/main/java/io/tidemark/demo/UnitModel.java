package io.tidemark.demo;

/**
 * The physics and the instruments of one unit, stepped from the start of a cycle in ticks of 5 s.
 * Values depend on the cycle and the number of steps only, so a cycle can be entered anywhere by
 * stepping through it. One thread.
 */
interface UnitModel {
  /** Places of the readings in {@link #measure}, the same for every unit. */
  int TEMPERATURE = 0;

  int SET_POINT = 1;
  int OUTPUT = 2;
  int JACKET = 3;
  int PRESSURE = 4;
  int LEVEL = 5;
  int SPEED = 6;
  int TOTAL = 7;
  int STEAM = 8;
  int READINGS = 9;

  /** States of the unit's valve. */
  int CLOSED = 0;

  int OPENING = 1;
  int OPEN = 2;
  int FAULT = 3;

  /** Puts the unit into the state every cycle starts from; that is the cycle's first tick. */
  void begin(UnitCycle cycle);

  /** Goes to the tick, the one after the last, which lies in the span. */
  void step(long tick, UnitCycle.Span span);

  /** Fills in what the instruments show. */
  void measure(long tick, double[] readings);

  /** State of the valve. */
  int valve();

  /** Steam taken, kg/h. */
  double steamFlow();
}

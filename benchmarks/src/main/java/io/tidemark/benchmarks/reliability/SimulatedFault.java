package io.tidemark.benchmarks.reliability;

import io.tidemark.testing.CrashTrials;

/** Faults of a disk in memory that forgets, tears or refuses; a batch is one seed. */
final class SimulatedFault implements Fault {
  private interface Trials {
    CrashTrials.Tally of(long seed);
  }

  private final String name;
  private final String number;
  private final String injection;
  private final long wanted;
  private final Trials trials;

  private SimulatedFault(String name, String number, String injection, long wanted, Trials trials) {
    this.name = name;
    this.number = number;
    this.injection = injection;
    this.wanted = wanted;
    this.trials = trials;
  }

  static SimulatedFault powerCuts() {
    return new SimulatedFault(
        "simulated-power-cut",
        "F2 F4",
        "simulated disk: stop at each operation, each unforced sector and name kept or lost at"
            + " random, and once more after recovery",
        10_000,
        CrashTrials::powerCuts);
  }

  static SimulatedFault deaths() {
    return new SimulatedFault(
        "simulated-kill",
        "F2",
        "simulated disk: the process dies at each operation",
        1000,
        CrashTrials::deaths);
  }

  static SimulatedFault nested() {
    return new SimulatedFault(
        "simulated-nested-cut",
        "F3",
        "simulated disk: a loss of power, then five more within recovery and the work after it",
        200,
        CrashTrials::nestedCuts);
  }

  static SimulatedFault failedCalls(String suffix, String message) {
    return new SimulatedFault(
        "simulated-" + suffix,
        "F13",
        "simulated disk: each call in turn fails with \"" + message + "\", half done",
        1000,
        seed -> CrashTrials.failedCalls(seed, message));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String number() {
    return number;
  }

  @Override
  public String injection() {
    return injection;
  }

  @Override
  public long wanted() {
    return wanted;
  }

  @Override
  public Outcome run(Trial trial) {
    CrashTrials.Tally tally = trials.of(trial.seed());
    Outcome outcome = new Outcome();
    outcome.runs = tally.trials();
    outcome.acknowledged = tally.acknowledged();
    outcome.lost = tally.lost();
    outcome.doubled = tally.doubled();
    outcome.wrong = tally.wrong();
    tally.problems().forEach(outcome::problem);
    outcome.note("recoveries that name damage although nothing is lost", tally.alarms());
    trial.step().run();
    return outcome;
  }
}

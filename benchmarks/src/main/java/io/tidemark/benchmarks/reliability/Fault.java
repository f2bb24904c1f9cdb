package io.tidemark.benchmarks.reliability;

/** Something that is broken on purpose, and the number of times it has to be. */
interface Fault {
  /** Name on the command line and in the results; never reused for something else. */
  String name();

  /** Numbers of the catalogue that it covers, as {@code F13}. */
  String number();

  /** What is done, one sentence. */
  String injection();

  /** How often, by default. */
  long wanted();

  /** Whether that was done. */
  default boolean isDone(long runs, int recordedBatches) {
    return runs >= wanted();
  }

  /** What is missing to inject it here; empty if nothing is. */
  default String missing(Lab lab) {
    return "";
  }

  /**
   * Runs it once, or a batch of times. Everything random follows from {@link Trial#seed}.
   *
   * @throws Exception if the trial itself could not be carried out: nothing is recorded then
   */
  Outcome run(Trial trial) throws Exception;
}

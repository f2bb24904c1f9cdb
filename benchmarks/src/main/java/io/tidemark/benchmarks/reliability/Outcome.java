package io.tidemark.benchmarks.reliability;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What came of a batch of runs. Counts add up; one thread. */
final class Outcome {
  private static final int PROBLEMS_MAX = 20;

  long runs;
  long acknowledged;
  long lost;
  long doubled;
  long wrong;

  /** Ends of a process that the fault does not call for. */
  long crashes;

  /** Samples acknowledged after a force had failed. */
  long afterFailure;

  private final List<String> problems = new ArrayList<>();
  private final Map<String, Long> notes = new TreeMap<>();
  private final Map<String, List<Double>> measures = new LinkedHashMap<>();

  Outcome() {}

  /** Whether anything is there that must not be. */
  boolean isBad() {
    return lost > 0
        || doubled > 0
        || wrong > 0
        || crashes > 0
        || afterFailure > 0
        || !problems.isEmpty();
  }

  /** Says what went wrong and how to see it again; makes the outcome bad. */
  void problem(String text) {
    if (problems.size() < PROBLEMS_MAX) {
      problems.add(text);
    }
  }

  /** Counts something worth knowing that is not wrong. */
  void note(String text, long times) {
    if (times != 0) {
      notes.merge(text, times, Long::sum);
    }
  }

  /** Adds a measured value; the name ends in its unit. */
  void measure(String name, double value) {
    measures.computeIfAbsent(name, key -> new ArrayList<>()).add(value);
  }

  /** Adds what a check of a store found. */
  void add(StoreCheck check) {
    acknowledged += check.acknowledged();
    lost += check.lost();
    doubled += check.doubled();
    wrong += check.wrong();
    if (!check.problem().isEmpty()) {
      problem(check.problem());
    }
  }

  List<String> problems() {
    return List.copyOf(problems);
  }

  Map<String, Long> notes() {
    return notes;
  }

  Map<String, List<Double>> measures() {
    return measures;
  }
}

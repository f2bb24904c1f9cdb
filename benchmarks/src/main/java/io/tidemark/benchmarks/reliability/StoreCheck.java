package io.tidemark.benchmarks.reliability;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a full read after a fault found, compared with what was acknowledged before.
 *
 * @param acknowledged samples acknowledged
 * @param lost of them, not there
 * @param doubled there more than once
 * @param wrong there with another value or never sent; 1 as well if the store could not be read
 * @param problem what is wrong, in words; empty if nothing is
 */
record StoreCheck(long acknowledged, long lost, long doubled, long wrong, String problem) {
  private static final Pattern LINE =
      Pattern.compile(
          "checked: acknowledged=(\\d+), lost=(\\d+), doubled=(\\d+), wrong=(\\d+), problem=(.*)");

  /** One line that {@link #parse} reads. */
  String line() {
    return "checked: acknowledged="
        + acknowledged
        + ", lost="
        + lost
        + ", doubled="
        + doubled
        + ", wrong="
        + wrong
        + ", problem="
        + problem;
  }

  /** Finds the line in the output of another process; counts as wrong if it is not there. */
  static StoreCheck parse(String output) {
    Matcher matcher = LINE.matcher(output);
    if (!matcher.find()) {
      return new StoreCheck(0, 0, 0, 1, "the check did not end: " + output.strip());
    }
    return new StoreCheck(
        Long.parseLong(matcher.group(1)),
        Long.parseLong(matcher.group(2)),
        Long.parseLong(matcher.group(3)),
        Long.parseLong(matcher.group(4)),
        matcher.group(5));
  }

  boolean isFine() {
    return lost == 0 && doubled == 0 && wrong == 0 && problem.isEmpty();
  }
}

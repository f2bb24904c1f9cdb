package io.tidemark.model;

import java.util.Set;

/** Class of a 32-bit OPC UA StatusCode (Part 4, 7.39): its two top bits. */
public enum Quality {
  /** Usable. */
  GOOD,
  /** Usable with doubt; what a query does with it is its read rule. */
  UNCERTAIN,
  /** Not usable. */
  BAD;

  /** The class of a status code. The reserved pattern 11 counts as Bad. */
  public static Quality of(int status) {
    int severity = status >>> 30;
    return severity == 0 ? GOOD : severity == 1 ? UNCERTAIN : BAD;
  }

  /** The classes of samples that are usable. */
  public static Set<Quality> usable(boolean uncertainIsBad) {
    return uncertainIsBad ? Set.of(GOOD) : Set.of(GOOD, UNCERTAIN);
  }

  /** Whether the status is Good. */
  public static boolean isGood(int status) {
    return status >>> 30 == 0;
  }

  /** Whether the status is Bad (or the reserved class). */
  public static boolean isBad(int status) {
    return status < 0;
  }

  /** Whether the status is Uncertain. */
  public static boolean isUncertain(int status) {
    return status >>> 30 == 1;
  }

  /** {@code Good}, {@code Uncertain} or {@code Bad}: the spelling of every door. */
  public String label() {
    return this == GOOD ? "Good" : this == UNCERTAIN ? "Uncertain" : "Bad";
  }
}

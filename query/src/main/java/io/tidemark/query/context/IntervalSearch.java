package io.tidemark.query.context;

/**
 * How an interval {@code [s, e)} must lie to the window {@code [a, b)} of a search. What still runs
 * has no end: {@code e} is infinite.
 */
public enum IntervalSearch {
  /** Shares time with the window: {@code s < b, e > a}; without length {@code a <= s < b}. */
  OVERLAPPED("overlapped"),
  /** Lies inside: {@code s >= a, e <= b}. */
  INCLUSIVE("inclusive"),
  /** Begins inside: {@code a <= s <= b}. */
  START_INCLUSIVE("startInclusive"),
  /** Ends inside: {@code a <= e <= b}. */
  END_INCLUSIVE("endInclusive"),
  /** Runs, and began by its end: {@code e} infinite, {@code s <= b}. */
  IN_PROGRESS("inProgress");

  /** The end of an interval that runs. */
  static final long OPEN_END_NS = Long.MAX_VALUE;

  private final String label;

  IntervalSearch(String label) {
    this.label = label;
  }

  /** Name in requests. */
  public String label() {
    return label;
  }

  /** Whether an interval is found. */
  boolean finds(long startNs, long endNs, long windowStartNs, long windowEndNs) {
    boolean runs = endNs == OPEN_END_NS;
    return switch (this) {
      case OVERLAPPED ->
          startNs < windowEndNs
              && (endNs > windowStartNs || (endNs == startNs && startNs >= windowStartNs));
      case INCLUSIVE -> startNs >= windowStartNs && !runs && endNs <= windowEndNs;
      case START_INCLUSIVE -> startNs >= windowStartNs && startNs <= windowEndNs;
      case END_INCLUSIVE -> !runs && endNs >= windowStartNs && endNs <= windowEndNs;
      case IN_PROGRESS -> runs && startNs <= windowEndNs;
    };
  }

  /** Nothing that is found begins before. */
  long firstStartNs(long windowStartNs) {
    return switch (this) {
      case INCLUSIVE, START_INCLUSIVE -> windowStartNs;
      case OVERLAPPED, END_INCLUSIVE, IN_PROGRESS -> Long.MIN_VALUE;
    };
  }

  /** Nothing that is found ends before; an interval without length ends after its instant. */
  long firstEndNs(long windowStartNs) {
    return this == IN_PROGRESS ? OPEN_END_NS : windowStartNs;
  }
}

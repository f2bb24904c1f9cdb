package io.tidemark.query.condition;

/**
 * One comparison while it is evaluated. Between two samples its truth changes at most once, where a
 * line reaches what it is compared with. Who walks moves the sources on and then {@link #take}s
 * their pieces; in between, all is known here without another look at them.
 */
abstract non-sealed class Leaf extends Formula {
  private final Source left;
  private final Source right;

  /* The instant that truth() speaks of. */
  private long instantNs;

  /* Since when the following holds, and the truth up to there. */
  private long fromNs = Long.MIN_VALUE;
  private int endedAs = UNKNOWN;

  /* Truth at fromNs, after it, and after the crossing. */
  private int atStart = UNKNOWN;
  private int first = UNKNOWN;
  private int second = UNKNOWN;

  /* The crossing lies at crossingNs if it is exact, else less than a nanosecond after it. */
  private boolean crosses;
  private boolean isExact;
  private long crossingNs;
  private int atCrossing;

  /**
   * A comparison of what one or two sources say.
   *
   * @param right the left one if there is no other
   */
  Leaf(Source left, Source right) {
    this.left = left;
    this.right = right;
  }

  /** Reads the pieces of the sources and sets the truth. */
  abstract void read();

  /** Takes the pieces that begin at a time, or at the start of all those that it lies in. */
  final void take(long timeNs) {
    if (fromNs < timeNs) {
      endedAs = before(timeNs);
    }
    fromNs = Math.max(left.pieces().fromNs(), right.pieces().fromNs());
    crosses = false;
    read();
  }

  final boolean hasMoved() {
    return left.hasMoved() || right.hasMoved();
  }

  /** One truth throughout. */
  final void holds(int truth) {
    atStart = truth;
    first = truth;
    second = truth;
  }

  /** One truth at the start, another one after it. */
  final void turns(int start, int after) {
    atStart = start;
    first = after;
    second = after;
  }

  /** One truth before, one at and one after a crossing. */
  final void crosses(int before, int at, int after, long ns, boolean exact) {
    holds(before);
    atCrossing = at;
    second = after;
    crosses = before != after || (exact && at != before);
    isExact = exact;
    crossingNs = ns;
  }

  /** Sets what {@link #truth} speaks of: a time at or after the last {@link #take}. */
  final void moveTo(long timeNs) {
    instantNs = timeNs;
  }

  @Override
  final int truth(Side side) {
    return switch (side) {
      case BEFORE -> before(instantNs);
      case AT -> at(instantNs);
      case AFTER -> after(instantNs);
    };
  }

  private int before(long timeNs) {
    if (timeNs == fromNs) {
      return endedAs;
    }
    return crosses && timeNs > crossingNs ? second : first;
  }

  private int at(long timeNs) {
    if (timeNs == fromNs) {
      return atStart;
    }
    if (crosses && isExact && timeNs == crossingNs) {
      return atCrossing;
    }
    return crosses && timeNs > crossingNs ? second : first;
  }

  private int after(long timeNs) {
    boolean isPast = crosses && (isExact ? timeNs >= crossingNs : timeNs > crossingNs);
    return isPast ? second : first;
  }

  /** Whether the truth at a time differs from that just before or just after it, on a line. */
  final boolean isInstant(long timeNs) {
    return (timeNs == fromNs && atStart != first) || (crosses && isExact && timeNs == crossingNs);
  }

  /** The first time after one at which the truth may differ from that at it. */
  final long nextChangeNs(long timeNs) {
    if (timeNs == fromNs && atStart != first) {
      return timeNs + 1;
    }
    if (!crosses || timeNs > crossingNs) {
      return Long.MAX_VALUE;
    }
    return isExact && timeNs < crossingNs ? crossingNs : crossingNs + 1;
  }
}

package io.tidemark.testing;

/** How long tests with free running threads take: a moment, or longer with {@code -Plong}. */
public final class Rounds {
  private static final int SEEDS_DEFAULT = 20;

  private Rounds() {}

  /** That many in a usual run; more in the proportion in which more seeds are tried. */
  public static int of(int usual) {
    long seeds = Integer.getInteger("tidemark.seeds", SEEDS_DEFAULT);
    return (int) Math.max(1, usual * seeds / SEEDS_DEFAULT);
  }
}

package io.tidemark.testing;

import java.util.stream.LongStream;

/**
 * Seeds for property tests: {@code @MethodSource("io.tidemark.testing.Seeds#some")}. The same ones
 * in every run; {@code -Dseed=17} replays one, {@code -Dtidemark.seeds=200} takes more.
 */
public final class Seeds {
  private static final int COUNT_DEFAULT = 20;

  private Seeds() {}

  /** The seeds of this run. */
  public static LongStream some() {
    String one = System.getProperty("seed", "");
    if (!one.isBlank()) {
      return LongStream.of(Long.parseLong(one.strip()));
    }
    return LongStream.rangeClosed(1, Integer.getInteger("tidemark.seeds", COUNT_DEFAULT));
  }

  /** A quarter of the seeds of this run, at least one, for tests that take long. */
  public static LongStream few() {
    long[] all = some().toArray();
    return LongStream.of(all).limit(Math.max(1, all.length / 4));
  }
}

package io.tidemark.client;

import java.time.Duration;

/**
 * How long to wait before a request is sent again: a random part of a time that doubles with every
 * attempt, so that many clients do not come back at once, and at least what the server asks for.
 *
 * @param firstPause the longest wait after the first attempt
 * @param longestPause the longest wait at all, unless the server asks for more
 */
public record RetryRule(Duration firstPause, Duration longestPause) {
  private static final int DOUBLINGS_MAX = 30;

  /** Up to 100 ms at first, up to 10 s in the end. */
  public static final RetryRule DEFAULT =
      new RetryRule(Duration.ofMillis(100), Duration.ofSeconds(10));

  /** Checks the times. */
  public RetryRule {
    if (firstPause.isNegative() || firstPause.isZero() || longestPause.compareTo(firstPause) < 0) {
      throw new IllegalArgumentException(
          "pauses must grow from more than 0: firstPause="
              + firstPause
              + ", longestPause="
              + longestPause);
    }
  }

  /**
   * Nanoseconds to wait.
   *
   * @param attempt how often it was sent
   * @param random from 0 to less than 1
   * @param retryAfterNs what the server asked for, 0 if nothing
   */
  long pauseNs(int attempt, double random, long retryAfterNs) {
    long first = firstPause.toNanos();
    long longest = longestPause.toNanos();
    int doublings = Math.min(attempt - 1, DOUBLINGS_MAX);
    long limit = first > longest >> doublings ? longest : first << doublings;
    return retryAfterNs + (long) (random * limit);
  }
}

package io.tidemark.ingest;

/**
 * Limits of what comes in.
 *
 * @param futureMaxNs how far ahead of the server's clock a source time may be
 * @param tagsMax tags that the store may have
 * @param retentionAgeNs age of source times beyond which samples are refused; 0 for any age
 * @param offerWaitNs how long a request may wait for room in the ring before it is pushed back
 */
public record IngestConfig(long futureMaxNs, int tagsMax, long retentionAgeNs, long offerWaitNs) {
  /** Ten minutes, a million tags, any age, two seconds. */
  public static IngestConfig defaults() {
    return new IngestConfig(600_000_000_000L, 1_000_000, 0, 2_000_000_000L);
  }
}

package io.tidemark.ingest;

/**
 * Limits of what comes in.
 *
 * @param futureMaxNs how far ahead of the server's clock a source time may be
 * @param tagsMax tags that the store may have
 * @param newTagsPerHour tags that an account may make by writing to new names
 * @param retentionAgeNs age of source times beyond which samples are refused; 0 for any age
 * @param offerWaitNs how long a request may wait for room in the ring before it is pushed back
 * @param quarantineBytesMax of files that keep samples which a rule refused; 0 keeps none
 * @param sysTagsIntervalNs how often the server's metrics are stored as tags; 0 for never
 */
public record IngestConfig(
    long futureMaxNs,
    int tagsMax,
    int newTagsPerHour,
    long retentionAgeNs,
    long offerWaitNs,
    long quarantineBytesMax,
    long sysTagsIntervalNs) {
  /**
   * Ten minutes, a million tags, a hundred thousand new ones an hour, any age, two seconds, 64 MiB.
   */
  public static IngestConfig defaults() {
    return new IngestConfig(600_000_000_000L, 1_000_000, 100_000, 0, 2_000_000_000L, 64 << 20, 0);
  }
}

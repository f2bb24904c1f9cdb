package io.tidemark.storage;

/**
 * Sizes and delays of a store.
 *
 * @param hotBytesMax bytes of recent samples in memory; half of it fills before a seal begins
 * @param sealIntervalMicros age of the oldest unsealed sample after which a seal begins
 * @param journalFileBytesMax size of a journal file
 * @param freeBytesMin free space below which writes are refused
 * @param journal which journal new frames go to; old ones of either kind are read
 * @param strictRecovery whether to refuse to open when frames that were forced are gone
 */
public record StoreConfig(
    long hotBytesMax,
    long sealIntervalMicros,
    long journalFileBytesMax,
    long freeBytesMin,
    JournalKind journal,
    boolean strictRecovery) {

  /** Kinds of journals. */
  public enum JournalKind {
    /** Plain preallocated files. */
    FILE,
    /** Chronicle Queue. */
    CHRONICLE
  }

  /** With the default journal, which salvages what it can. */
  public StoreConfig(
      long hotBytesMax, long sealIntervalMicros, long journalFileBytesMax, long freeBytesMin) {
    this(
        hotBytesMax,
        sealIntervalMicros,
        journalFileBytesMax,
        freeBytesMin,
        JournalKind.FILE,
        false);
  }

  /** 256 MiB hot, a seal at least every hour, journal files of 64 MiB, 256 MiB kept free. */
  public static StoreConfig defaults() {
    return new StoreConfig(256L << 20, 3_600_000_000L, 64L << 20, 256L << 20);
  }
}

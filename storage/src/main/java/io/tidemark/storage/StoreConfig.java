package io.tidemark.storage;

import io.tidemark.storage.lifecycle.RetentionRule;

/**
 * Sizes and delays of a store.
 *
 * @param hotBytesMax bytes of recent samples in memory; half of it fills before a seal begins
 * @param sealIntervalMicros age of the oldest unsealed sample after which a seal begins once most
 *     samples fill several blocks; until then it waits, up to 24 times as long
 * @param journalFileBytesMax size of a journal file
 * @param disk what to do about the room on the disk
 * @param retention which samples are no longer kept
 * @param journal which journal new frames go to; old ones of either kind are read
 * @param strictRecovery whether to refuse to open when frames that were forced are gone
 */
public record StoreConfig(
    long hotBytesMax,
    long sealIntervalMicros,
    long journalFileBytesMax,
    DiskRule disk,
    RetentionRule retention,
    JournalKind journal,
    boolean strictRecovery) {

  /** Kinds of journals. */
  public enum JournalKind {
    /** Plain preallocated files. */
    FILE,
    /** Chronicle Queue. */
    CHRONICLE
  }

  /** Keeps everything, refuses writes below a limit of free space and makes no ballast. */
  public StoreConfig(
      long hotBytesMax,
      long sealIntervalMicros,
      long journalFileBytesMax,
      long freeBytesMin,
      JournalKind journal,
      boolean strictRecovery) {
    this(
        hotBytesMax,
        sealIntervalMicros,
        journalFileBytesMax,
        DiskRule.freeBytesMin(freeBytesMin),
        RetentionRule.KEEP_ALL,
        journal,
        strictRecovery);
  }

  /** As above with the default journal, which salvages what it can. */
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

  /**
   * 256 MiB hot, a seal every hour if that fills blocks, journal files of 64 MiB; keeps everything.
   */
  public static StoreConfig defaults() {
    return new StoreConfig(
        256L << 20,
        3_600_000_000L,
        64L << 20,
        DiskRule.defaults(),
        RetentionRule.KEEP_ALL,
        JournalKind.FILE,
        false);
  }

  /** This with another retention. */
  public StoreConfig withRetention(RetentionRule newRetention) {
    return new StoreConfig(
        hotBytesMax,
        sealIntervalMicros,
        journalFileBytesMax,
        disk,
        newRetention,
        journal,
        strictRecovery);
  }
}

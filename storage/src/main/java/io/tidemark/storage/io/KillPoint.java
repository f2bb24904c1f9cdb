package io.tidemark.storage.io;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Places between two steps that a crash may part. A test ends the process at one of them, as a
 * power cut would, with {@code -Dtidemark.killAt=NAME} or {@code NAME:n} for the n-th time it is
 * reached. Without that a place costs nothing.
 */
public enum KillPoint {
  /** A frame is in the journal, and not in the hot table. */
  JOURNAL_APPENDED,
  /** A journal file is full, the next one is taken, nothing is in it. */
  JOURNAL_ROLLED,
  /** A force is about to begin. */
  JOURNAL_BEFORE_FORCE,
  /** The journal is forced, nobody knows. */
  JOURNAL_FORCED,
  /** Journal files that are sealed are deleted in part. */
  JOURNAL_TRIMMING,
  /** A file is written under its temporary name and not forced. */
  FILE_WRITTEN,
  /** A file is forced under its temporary name. */
  FILE_FORCED,
  /** A file has its name, the folder is not forced. */
  FILE_RENAMED,
  /** A segment is whole, no manifest names it. */
  SEGMENT_SEALED,
  /** A ledger is whole, no manifest names it. */
  LEDGER_SEALED,
  /** The next manifest is the newest, the store does not show it yet. */
  MANIFEST_COMMITTED,
  /** Dropped segments are in no manifest and still on disk. */
  SEGMENTS_DROPPED,
  /** Merged segments are whole, no manifest names them. */
  SEGMENTS_MERGED,
  /** A merged ledger is whole, no manifest names it. */
  LEDGERS_MERGED,
  /** Recovery has read the sealed files. */
  RECOVERY_SEALED_READ,
  /** Recovery has read the journal and not forced it. */
  RECOVERY_JOURNAL_READ,
  /** Recovery has forced what it read; the new run has no frame. */
  RECOVERY_DONE;

  /** Exit code of a process that ended at its place. */
  public static final int EXIT = 86;

  private static final @Nullable KillPoint CHOSEN;
  private static final AtomicLong TIMES_LEFT;

  static {
    String text = System.getProperty("tidemark.killAt");
    int colon = text == null ? -1 : text.indexOf(':');
    CHOSEN = text == null ? null : KillPoint.valueOf(colon < 0 ? text : text.substring(0, colon));
    TIMES_LEFT =
        new AtomicLong(text == null || colon < 0 ? 1 : Long.parseLong(text.substring(colon + 1)));
  }

  /** Says that the place is reached; the last thing that a process does which is to end here. */
  public void reached() {
    if (this == CHOSEN && TIMES_LEFT.decrementAndGet() == 0) {
      Runtime.getRuntime().halt(EXIT);
    }
  }
}

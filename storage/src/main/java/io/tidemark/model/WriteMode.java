package io.tidemark.model;

/**
 * What a write does where a sample of the same tag and source time is there, and where there is
 * none (OPC UA Part 11, PerformUpdateType). Whether one is there is decided in the order of the
 * journal.
 */
public enum WriteMode {
  /** Stores anyway, by the tag's {@link DuplicateRule}: what every source does. */
  UPDATE("update"),
  /** Stores only where there is none: Good_EntryInserted, else Bad_EntryExists. */
  INSERT("insert"),
  /** Stores only in place of one: Good_EntryReplaced, else Bad_NoEntryExists. */
  REPLACE("replace");

  private static final WriteMode[] MODES = values(); // a frame is asked each time

  private final String label;

  WriteMode(String label) {
    this.label = label;
  }

  /** Its name in every door. */
  public String label() {
    return label;
  }

  /** Number in a frame on its way to the journal. */
  public byte code() {
    return (byte) ordinal();
  }

  /** The mode of a number in a frame. */
  public static WriteMode ofCode(int code) {
    if (code < 0 || code >= MODES.length) {
      throw new HistorianException(ErrorCode.CORRUPT, "no such write mode: code=" + code);
    }
    return MODES[code];
  }
}

package io.tidemark.model;

/**
 * Bits of a sample's flags byte. {@link #PRESENT} is apart from the status: a Bad sample may carry
 * a value.
 */
public final class SampleFlags {
  /** A value was sent with the sample, whatever its status. */
  public static final byte PRESENT = 0x01;

  /** Entered by hand in place of a measurement. */
  public static final byte SUBSTITUTED = 0x02;

  /** Marked as doubtful by a person. */
  public static final byte QUESTIONABLE = 0x04;

  /** Replaces an earlier version by intent. */
  public static final byte EDITED = 0x08;

  /** Recovered later from the source. */
  public static final byte BACKFILLED = 0x10;

  /** May still change: derived from data that is not final. */
  public static final byte PROVISIONAL = 0x20;

  private SampleFlags() {}
}

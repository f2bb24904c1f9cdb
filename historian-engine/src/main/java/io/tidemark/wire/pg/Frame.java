package io.tidemark.wire.pg;

/**
 * A message of a client, or a notice of the connection itself.
 *
 * @param type letter of the message; {@link #STARTUP} for the first, which has none
 * @param body the bytes behind the length
 */
record Frame(char type, byte[] body) {
  /** The first message. */
  static final char STARTUP = '\0';

  /** Something was stopped: portals that hold nothing useful any more can be closed. */
  static final Frame STOPPED = new Frame('\1', new byte[0]);
}

package io.tidemark.cli.shell;

import java.util.List;

/** Knows how a line can go on. Used by the thread that reads lines. */
public interface LineCompleter {
  /**
   * A way to go on.
   *
   * @param text what replaces the word before the cursor
   * @param description what it is, in a few words; may be empty
   */
  record Proposal(String text, String description) {}

  /** Where the word before the cursor begins. */
  int wordStart(String textToCursor);

  /** Ways to go on with that word. */
  List<Proposal> proposals(String textToCursor);

  /** Whether a text is whole, so that Enter hands it over; else it goes on in another line. */
  boolean isComplete(String text);
}

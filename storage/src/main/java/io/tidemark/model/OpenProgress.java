package io.tidemark.model;

import java.util.Locale;

/**
 * Hears how far the opening of a store is. Called on the thread that opens, some thousand times at
 * most; what it throws ends the opening.
 */
public interface OpenProgress {
  /** Listens to nothing. */
  OpenProgress NONE = (phase, done, total) -> {};

  /** The parts of an opening, in their order. */
  enum Phase {
    /** Sealed files are opened; counted in files. */
    SEGMENTS,
    /** Tags and context are read from ledgers; counted in files. */
    LEDGERS,
    /** The journal is read; counted in bytes. */
    JOURNAL,
    /** The SQL engine comes up; counted in steps. */
    QUERIES;

    /** The phase in a word for people and programs. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Hears that of {@code total} units {@code done} are done.
   *
   * @param total 0 if there is nothing to do
   */
  void at(Phase phase, long done, long total);
}

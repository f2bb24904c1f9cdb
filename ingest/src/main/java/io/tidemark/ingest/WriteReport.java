package io.tidemark.ingest;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.ItemError;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What became of the items of one write. Keeps the first {@link #ERRORS_MAX} errors and counts all.
 */
public final class WriteReport {
  /** Errors kept with their text. */
  public static final int ERRORS_MAX = 1000;

  private final List<ItemError> errors = new ArrayList<>();
  private long stored;
  private long errorCount;

  /** Notes a refused item. */
  public void refuse(String where, HistorianException error) {
    refuse(where, error.code(), error.messageText());
  }

  /** Notes a refused item. */
  public void refuse(String where, ErrorCode code, String message) {
    errorCount++;
    if (errors.size() < ERRORS_MAX) {
      errors.add(new ItemError(where, code, message));
    }
  }

  /** Notes a stored sample. */
  public void store() {
    stored++;
  }

  /** Notes stored samples. */
  public void store(long count) {
    stored += count;
  }

  /**
   * Notes samples that were counted as stored and then not taken.
   *
   * @param count how many
   * @param first why, the first of them
   */
  public void takeBack(long count, List<HistorianException> first) {
    stored -= count;
    errorCount += count;
    for (HistorianException error : first) {
      if (errors.size() < ERRORS_MAX) {
        errors.add(new ItemError("", error.code(), error.messageText()));
      }
    }
  }

  /** Samples stored. */
  public long stored() {
    return stored;
  }

  /** Items refused. */
  public long errorCount() {
    return errorCount;
  }

  /** The first errors, in the order of the items. */
  public List<ItemError> errors() {
    return Collections.unmodifiableList(errors);
  }
}

package io.tidemark.storage;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import java.util.UUID;

/** Text form of a store id and its shard's order: names a snapshot and resumes a feed. */
public final class DataVersion {
  private DataVersion() {}

  /** The text. */
  public static String text(UUID storeId, long order) {
    return storeId + "-0." + Long.toHexString(order);
  }

  /** The order that a text of this store names. */
  public static long order(UUID storeId, String text) {
    String prefix = storeId + "-0.";
    if (text.startsWith(prefix)) {
      try {
        return Long.parseUnsignedLong(text.substring(prefix.length()), 16);
      } catch (NumberFormatException e) {
        // Reported below with the whole text.
      }
    }
    throw new HistorianException(
        ErrorCode.OUT_OF_RANGE, "not a data version of this store: " + ErrorText.quote(text));
  }
}

package io.tidemark.wire.http;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.TimeRange;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Where a read of recorded values that reached its limit goes on: opaque text for the client. It
 * names a time and a data version and no place in a file, so it holds while the store seals and
 * merges, and what is written meanwhile does not come between.
 *
 * @param tagId the tag
 * @param range what is left
 * @param descending newest first
 * @param skip rows of the first time that were answered already
 * @param limit rows of an answer
 * @param dataVersion the snapshot that is read
 */
record RecordedCursor(
    int tagId, TimeRange range, boolean descending, int skip, int limit, String dataVersion) {
  private static final String KIND = "r1";
  private static final int CHARS_MAX = 400;
  private static final int PARTS = 8;

  /** The text. */
  String text() {
    String plain =
        String.join(
            "|",
            KIND,
            Integer.toString(tagId),
            Long.toString(range.startNs()),
            Long.toString(range.endNs()),
            descending ? "d" : "a",
            Integer.toString(skip),
            Integer.toString(limit),
            dataVersion);
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(plain.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Reads a text.
   *
   * @throws HistorianException {@link ErrorCode#OUT_OF_RANGE} if it is none
   */
  static RecordedCursor parse(String text) {
    try {
      if (text.length() <= CHARS_MAX) {
        String plain = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8);
        String[] parts = plain.split("\\|", PARTS);
        if (parts.length == PARTS && parts[0].equals(KIND)) {
          return new RecordedCursor(
              Integer.parseInt(parts[1]),
              new TimeRange(Long.parseLong(parts[2]), Long.parseLong(parts[3])),
              parts[4].equals("d"),
              Math.max(0, Integer.parseInt(parts[5])),
              Math.max(1, Integer.parseInt(parts[6])),
              parts[7]);
        }
      }
    } catch (IllegalArgumentException | HistorianException e) {
      throw refusal(text, e);
    }
    throw refusal(text, null);
  }

  private static HistorianException refusal(String text, @Nullable Throwable cause) {
    return Parameters.bad(
        "cursor", JsonText.shortened(text), "must be the cursor of an earlier answer", cause);
  }
}

package io.tidemark.csv;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.IsoInstant;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** From where the numbers of a time column count. */
public sealed interface TimeBase {
  /** How an option writes it. */
  String SYNTAX =
      "2024-02-01T00:00Z | 2024-02-01T00:00Z+6h*batch | column:NAME | FILE.csv:BATCH COLUMN:TIME"
          + " COLUMN";

  /** One instant for the whole file, nanoseconds since the epoch. */
  record At(long ns) implements TimeBase {}

  /**
   * An instant that moves on with the number of the batch: batch n starts at {@code ns + n x
   * stepNs}. The batch column must hold whole numbers.
   */
  record PerBatch(long ns, long stepNs) implements TimeBase {}

  /** A column of the same file, which holds the start on every row. */
  record InColumn(String column) implements TimeBase {}

  /** Another CSV file that names the start of every batch. */
  record InFile(Path file, String batchColumn, String timeColumn) implements TimeBase {}

  /** An instant and what a batch adds to it. */
  Pattern INSTANT =
      Pattern.compile("(\\d{4}-.+?)(?:\\+(\\d+(?:\\.\\d+)?)(ns|us|ms|s|m|h|d)\\*batch)?");

  /**
   * Reads an option's text, see {@link #SYNTAX}.
   *
   * @param folder what a relative file name starts from
   * @throws HistorianException {@link ErrorCode#BAD_TIME} naming the supported forms.
   */
  static TimeBase parse(String text, Path folder) {
    Matcher instant = INSTANT.matcher(text);
    if (instant.matches() && !text.toLowerCase(Locale.ROOT).contains(".csv:")) {
      long ns = IsoInstant.parse(instant.group(1));
      return instant.group(2) == null
          ? new At(ns)
          : new PerBatch(ns, CsvTimeUnit.ofLabel(instant.group(3)).toNs(instant.group(2)));
    }
    if (text.startsWith("column:") && text.length() > "column:".length()) {
      return new InColumn(text.substring("column:".length()));
    }
    int last = text.lastIndexOf(':');
    int middle = text.lastIndexOf(':', last - 1);
    if (middle > 0 && last > middle + 1 && last + 1 < text.length()) {
      return new InFile(
          folder.resolve(text.substring(0, middle)),
          text.substring(middle + 1, last),
          text.substring(last + 1));
    }
    throw new HistorianException(
        ErrorCode.BAD_TIME,
        "cannot read the time base: value=" + ErrorText.quote(text) + ", supported=" + SYNTAX);
  }
}

package io.tidemark.xlsx;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.io.IOException;
import java.io.OutputStream;
import java.time.LocalDateTime;
import org.dhatim.fastexcel.Workbook;
import org.dhatim.fastexcel.Worksheet;

/**
 * A workbook of one sheet, written row by row from left to right. Memory is flat: some rows at a
 * time. Foreign text stays text: what a spreadsheet could take for a formula gets an apostrophe in
 * front; numbers never do. One thread. Close it; {@link #finish} before makes it whole.
 */
public final class SheetWriter implements AutoCloseable {
  /** Most rows below the heading. */
  public static final int ROWS_MAX = (1 << 20) - 1;

  private static final int COLUMNS_MAX = 1 << 14;
  private static final int TEXT_CHARS_MAX = 32_767;
  private static final int ROWS_HELD = 256;

  /** The library turns earlier times into numbers that mean another day. */
  private static final int FIRST_YEAR = 1901;

  private static final String TIME_FORMAT = "yyyy-mm-dd hh:mm:ss.000";
  private static final String OTHER_FORMS = "format=csv, arrow or json; parquet by tidemark export";

  private final Workbook workbook;
  private final Worksheet sheet;
  private int row;
  private int column;

  /** Begins a workbook; the stream stays open. */
  public SheetWriter(OutputStream out) {
    workbook = new Workbook(out, "Tidemark", "1.0");
    sheet = workbook.newWorksheet("rows");
    sheet.freezePane(0, 1);
  }

  private int begin() {
    if (row > ROWS_MAX) {
      throw new HistorianException(
          ErrorCode.TOO_MANY,
          "workbook cannot hold so many rows: rowsMax=" + ROWS_MAX,
          "format",
          "choose fewer rows, or another form: " + OTHER_FORMS,
          null);
    }
    if (column >= COLUMNS_MAX) {
      throw new HistorianException(
          ErrorCode.TOO_MANY,
          "workbook cannot hold so many columns: columnsMax=" + COLUMNS_MAX,
          "format",
          "choose fewer columns, or another form: " + OTHER_FORMS,
          null);
    }
    return column++;
  }

  /**
   * A cell of text from anywhere.
   *
   * @throws HistorianException {@link ErrorCode#TOO_LONG} beyond what a cell holds
   */
  public void text(String text) {
    boolean isFormula = isFormula(text);
    if (text.length() > TEXT_CHARS_MAX - 1) {
      throw new HistorianException(
          ErrorCode.TOO_LONG,
          "workbook's cell cannot hold the text: chars="
              + text.length()
              + ", charsMax="
              + (TEXT_CHARS_MAX - 1)
              + ", row="
              + row,
          "format",
          "choose another form: " + OTHER_FORMS,
          null);
    }
    sheet.inlineString(row, begin(), printable(isFormula ? "'" + text : text));
  }

  private static boolean isFormula(String text) {
    if (text.isEmpty()) {
      return false;
    }
    return switch (text.charAt(0)) {
      case '=', '+', '-', '@', '\t', '\r', '\n', '\0', '＝', '＋', '－', '＠' -> true;
      default -> false;
    };
  }

  /** XML has no way to write control characters and half pairs. */
  private static String printable(String text) {
    StringBuilder out = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean isPair =
          Character.isHighSurrogate(c)
              ? i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))
              : Character.isLowSurrogate(c)
                  && i > 0
                  && Character.isHighSurrogate(text.charAt(i - 1));
      boolean isWritable =
          Character.isSurrogate(c)
              ? isPair
              : (c >= ' ' || c == '\t' || c == '\n' || c == '\r') && c < '\uFFFE';
      if (!isWritable && out == null) {
        out = new StringBuilder(text);
      }
      if (!isWritable && out != null) {
        out.setCharAt(i, '\uFFFD');
      }
    }
    return out == null ? text : out.toString();
  }

  /** A number; NaN and infinities as words. */
  public void number(double value) {
    if (Double.isFinite(value)) {
      sheet.value(row, begin(), value);
    } else {
      sheet.inlineString(row, begin(), Double.toString(value));
    }
  }

  /** A whole number; as text where a spreadsheet would round it. */
  public void whole(long value) {
    if (Math.abs(value) < 1_000_000_000_000_000L) {
      sheet.value(row, begin(), value);
    } else {
      sheet.inlineString(row, begin(), Long.toString(value));
    }
  }

  /** A truth value. */
  public void truth(boolean value) {
    sheet.value(row, begin(), value);
  }

  /** A date with time, to the millisecond. */
  public void time(LocalDateTime time) {
    if (time.getYear() < FIRST_YEAR) {
      sheet.inlineString(row, begin(), time.toString());
      return;
    }
    int at = begin();
    sheet.value(row, at, time);
    sheet.style(row, at).format(TIME_FORMAT).set();
    if (row == 1) {
      sheet.width(at, TIME_FORMAT.length() + 1.0);
    }
  }

  /** A cell without anything. */
  public void empty() {
    begin();
  }

  /** Ends the row. */
  public void endRow() throws IOException {
    row++;
    column = 0;
    if (row % ROWS_HELD == 0) {
      sheet.flush();
    }
  }

  /** Writes what is left. */
  public void finish() throws IOException {
    workbook.finish();
  }

  /** Gives the workbook up if it is not finished. */
  @Override
  public void close() {
    // The library holds memory only; what it has not written is not missed.
  }
}

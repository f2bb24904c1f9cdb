package io.tidemark.wire.http;

import io.tidemark.query.time.IsoTime;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * Writes rows of CSV as RFC 4180 has it, in UTF-8 with a byte order mark. Foreign text stays text:
 * a cell that a spreadsheet would run as a formula gets an apostrophe in front; numbers never do,
 * so that negative ones survive. One thread.
 */
final class CsvCells implements Cells {
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  private static final DateTimeFormatter LOCAL_TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS", Locale.ROOT);
  private static final long SECOND_NS = 1_000_000_000L;

  private final OutputStream out;
  private final StringBuilder row = new StringBuilder(256);
  private boolean hasCells;

  /** Begins with the byte order mark. */
  CsvCells(OutputStream out) throws IOException {
    this.out = out;
    out.write(BYTE_ORDER_MARK);
  }

  /** A cell of text from anywhere. */
  @Override
  public CsvCells text(String text) {
    begin();
    boolean guarded = isFormula(text);
    if (!guarded && !needsQuotes(text)) {
      row.append(text);
      return this;
    }
    row.append('"');
    if (guarded) {
      row.append('\'');
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"') {
        row.append('"');
      }
      row.append(c);
    }
    row.append('"');
    return this;
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

  private static boolean needsQuotes(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == ',' || c == '"' || c == '\n' || c == '\r' || c == ';') {
        return true;
      }
    }
    return !text.isEmpty() && (text.charAt(0) == ' ' || text.charAt(text.length() - 1) == ' ');
  }

  /** A cell that this server made: a number or a time. */
  @Override
  public CsvCells plain(CharSequence text) {
    begin();
    row.append(text);
    return this;
  }

  /** A number; NaN and infinities as words. */
  @Override
  public CsvCells number(double value) {
    begin();
    row.append(value);
    return this;
  }

  /** A float32, with the digits that tell it from its neighbours. */
  @Override
  public CsvCells number(float value) {
    begin();
    row.append(value);
    return this;
  }

  /** A whole number. */
  @Override
  public CsvCells number(long value) {
    begin();
    row.append(value);
    return this;
  }

  /**
   * Two cells of one instant: local date and time as spreadsheets read them, in milliseconds, and
   * ISO-8601 in UTC, exact, which tells the two hours apart that a clock change repeats.
   */
  @Override
  public CsvCells time(long ns, ZoneId zone) {
    Instant instant =
        Instant.ofEpochSecond(Math.floorDiv(ns, SECOND_NS), Math.floorMod(ns, SECOND_NS));
    plain(LOCAL_TIME.format(LocalDateTime.ofInstant(instant, zone)));
    return plain(IsoTime.format(ns, ZoneOffset.UTC));
  }

  /** The headers of {@link #time}. */
  @Override
  public CsvCells timeHeaders(String name, ZoneId zone) {
    return text(name + " (" + zone.getId() + ")").text(name + " (UTC)");
  }

  @Override
  public CsvCells instant(Instant instant, ZoneId zone) {
    return plain(JsonText.timeText(instant, zone));
  }

  @Override
  public CsvCells noInstant() {
    return empty();
  }

  @Override
  public CsvCells instantHeader(String name, ZoneId zone) {
    return text(name);
  }

  /** A cell without anything. */
  @Override
  public CsvCells empty() {
    begin();
    return this;
  }

  private void begin() {
    if (hasCells) {
      row.append(',');
    }
    hasCells = true;
  }

  /** Ends the row. */
  @Override
  public void endRow() throws IOException {
    row.append("\r\n");
    out.write(row.toString().getBytes(StandardCharsets.UTF_8));
    row.setLength(0);
    hasCells = false;
  }
}

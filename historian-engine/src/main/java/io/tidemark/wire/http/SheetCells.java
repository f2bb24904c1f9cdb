package io.tidemark.wire.http;

import io.tidemark.xlsx.SheetWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * Rows of a workbook, real dates in local time and in UTC. It is made in a file first, so that one
 * that does not come to its end is an error and not half a workbook. One thread.
 */
final class SheetCells implements Cells {
  private static final long SECOND_NS = 1_000_000_000L;
  private static final int EXACT_DIGITS = 15;

  /** Writes all rows of a workbook. */
  interface Rows {
    /** Writes them. */
    void writeTo(Cells cells) throws IOException;
  }

  private final SheetWriter sheet;

  private SheetCells(SheetWriter sheet) {
    this.sheet = sheet;
  }

  /**
   * Makes a workbook.
   *
   * @param target where it goes once it is whole
   */
  static void write(Rows rows, OutputStream target) throws IOException {
    Path file = Files.createTempFile("tidemark-", ".xlsx");
    try {
      try (OutputStream out = Files.newOutputStream(file);
          SheetWriter sheet = new SheetWriter(out)) {
        rows.writeTo(new SheetCells(sheet));
        sheet.finish();
      }
      Files.copy(file, target);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  @Override
  public Cells text(String text) {
    sheet.text(text);
    return this;
  }

  @Override
  public Cells plain(CharSequence text) {
    String made = text.toString();
    if (made.equals("true") || made.equals("false")) {
      sheet.truth(made.equals("true"));
      return this;
    }
    try {
      BigDecimal number = new BigDecimal(made);
      if (number.precision() <= EXACT_DIGITS) {
        sheet.number(number.doubleValue());
        return this;
      }
    } catch (NumberFormatException e) {
      // a text after all
    }
    sheet.text(made);
    return this;
  }

  @Override
  public Cells number(double value) {
    sheet.number(value);
    return this;
  }

  @Override
  public Cells number(float value) {
    sheet.number(Float.isFinite(value) ? Double.parseDouble(Float.toString(value)) : value);
    return this;
  }

  @Override
  public Cells number(long value) {
    sheet.whole(value);
    return this;
  }

  @Override
  public Cells time(long ns, ZoneId zone) {
    return instant(
        Instant.ofEpochSecond(Math.floorDiv(ns, SECOND_NS), Math.floorMod(ns, SECOND_NS)), zone);
  }

  @Override
  public Cells timeHeaders(String name, ZoneId zone) {
    return text(name + " (" + zone.getId() + ")").text(name + " (UTC)");
  }

  @Override
  public Cells instant(Instant instant, ZoneId zone) {
    sheet.time(LocalDateTime.ofInstant(instant, zone));
    sheet.time(LocalDateTime.ofInstant(instant, ZoneOffset.UTC));
    return this;
  }

  @Override
  public Cells noInstant() {
    return empty().empty();
  }

  @Override
  public Cells instantHeader(String name, ZoneId zone) {
    return timeHeaders(name, zone);
  }

  @Override
  public Cells empty() {
    sheet.empty();
    return this;
  }

  @Override
  public void endRow() throws IOException {
    sheet.endRow();
  }
}

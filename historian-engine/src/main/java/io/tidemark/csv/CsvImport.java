package io.tidemark.csv;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.SampleFrame;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatusCodes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a CSV file into samples, batches and phases.
 *
 * <p>A file is read twice, row by row: first to learn how its times and numbers are written and
 * which type each tag has, then to convert. So whatever makes a whole file doubtful is found before
 * the first sample leaves, and memory does not grow with the file. A single row or cell that cannot
 * be used is reported with its line and left out.
 *
 * <p>Errors of a whole file or its options are {@link HistorianException}; files that cannot be
 * read {@link IOException}.
 */
public final class CsvImport {
  private final CsvScan scan;
  private final List<CsvColumn> columns;

  private CsvImport(CsvScan scan, List<CsvColumn> columns) {
    this.scan = scan;
    this.columns = columns;
  }

  /**
   * Reads a file for the first time.
   *
   * @throws HistorianException if the whole file or an option is refused.
   */
  public static CsvImport open(Path file, CsvMapping mapping, CsvProgress progress)
      throws IOException {
    CsvScan scan = CsvScan.of(file, mapping, progress);
    return new CsvImport(scan, scan.columns());
  }

  /** The tags of the file. */
  public List<CsvColumn> columns() {
    return columns;
  }

  /**
   * The same import, but tags that exist already keep their type: a file of whole numbers can go to
   * a float64 tag. A type that an option names stays.
   */
  public CsvImport withTypes(Map<String, SampleType> existing) {
    List<CsvColumn> typed = new ArrayList<>();
    for (CsvColumn column : columns) {
      SampleType type = existing.get(column.tag());
      typed.add(type == null || scan.isTypeGiven(column) ? column : column.withType(type));
    }
    return new CsvImport(scan, List.copyOf(typed));
  }

  /** Which column has which part, and what was decided and could surprise; for people. */
  public List<String> mappingLines() {
    CsvLayout layout = scan.layout();
    CsvMapping mapping = scan.mapping();
    List<String> lines = new ArrayList<>();
    lines.add("times: column " + heading(layout.time()) + ", " + scan.timeLabel());
    if (layout.batch() >= 0) {
      lines.add(
          "batches: column "
              + heading(layout.batch())
              + (layout.phase() < 0 ? "" : ", phases: column " + heading(layout.phase()))
              + (mapping.unitId() == null ? "" : ", unit " + mapping.unitId()));
    }
    if (layout.longForm()) {
      lines.add(
          "long form: tags: column "
              + heading(layout.tag())
              + ", values: column "
              + heading(layout.value())
              + (layout.status() < 0 ? "" : ", statuses: column " + heading(layout.status())));
    }
    if (!layout.ignored().isEmpty()) {
      lines.add("left out: columns " + String.join(", ", layout.ignored()));
    }
    scan.notes().forEach(note -> lines.add("note: " + note));
    return lines;
  }

  private String heading(int column) {
    return scan.layout().headings().get(column);
  }

  /**
   * Converts the rows.
   *
   * @throws HistorianException whatever the sink throws.
   */
  public CsvResult run(CsvSink sink, CsvProgress progress) throws IOException {
    return new Conversion(scan, columns, sink).run(progress);
  }

  /** The second reading of a file. */
  private static final class Conversion {
    private final CsvScan scan;
    private final CsvLayout layout;
    private final CsvMapping mapping;
    private final CsvSink sink;
    private final RowTimes times;
    private final TimeTrack fileTrack = new TimeTrack();
    private final Map<String, TimeTrack> tagTracks = new HashMap<>();
    private final CsvContext.Watch context;
    private final Map<String, CsvColumn> columnsByTag = new HashMap<>();
    private final List<CsvColumn> columns;

    private long rows;
    private long samples;
    private long badRows;
    private long startNs = Long.MAX_VALUE;
    private long endNs = Long.MIN_VALUE;
    private String batchBefore = "";

    Conversion(CsvScan scan, List<CsvColumn> columns, CsvSink sink) {
      this.scan = scan;
      this.layout = scan.layout();
      this.mapping = scan.mapping();
      this.sink = sink;
      this.times = scan.times();
      this.context = new CsvContext.Watch(mapping);
      this.columns = columns;
      columns.forEach(column -> columnsByTag.put(column.tag(), column));
    }

    CsvResult run(CsvProgress progress) throws IOException {
      try (CsvTable table = scan.open(progress)) {
        while (table.next()) {
          rows++;
          row(table.cells(), table.line());
        }
      }
      return new CsvResult(rows, samples, badRows, startNs, endNs, context.context());
    }

    private void row(List<String> cells, long line) {
      String width = layout.widthRefusal(cells);
      if (!width.isEmpty()) {
        bad(line, "", width);
        return;
      }
      CsvColumn tagged = null;
      TimeTrack track = fileTrack;
      String batch = CsvLayout.cell(cells, layout.batch());
      if (layout.longForm()) {
        String tag = mapping.tagPrefix() + cells.get(layout.tag());
        tagged = columnsByTag.get(tag);
        if (tagged == null) {
          bad(line, heading(layout.tag()), CsvLayout.refusal(tag));
          return;
        }
        track = tagTracks.computeIfAbsent(tag, name -> new TimeTrack());
      } else if (!batch.equals(batchBefore)) {
        track.restart();
      }
      batchBefore = batch;
      long timeNs;
      try {
        timeNs =
            times.timeNs(
                cells.get(layout.time()), batch, CsvLayout.cell(cells, layout.base()), track);
      } catch (HistorianException e) {
        bad(line, heading(layout.time()), e.messageText());
        return;
      }
      if (!batch.isEmpty()) {
        context.row(batch, CsvLayout.cell(cells, layout.phase()), timeNs, line);
      }
      if (tagged != null) {
        longRow(tagged, cells, timeNs, line);
        return;
      }
      for (int i = 0; i < columns.size(); i++) {
        int column = layout.valueColumns().get(i);
        sample(columns.get(i), column, cells.get(column), timeNs, StatusCodes.GOOD, line);
      }
    }

    private void longRow(CsvColumn column, List<String> cells, long timeNs, long line) {
      int status = StatusCodes.GOOD;
      String given = CsvLayout.cell(cells, layout.status());
      if (!given.isEmpty()) {
        Integer code = given.length() > 100 ? null : StatusCodes.parse(given);
        if (code == null) {
          bad(line, heading(layout.status()), "not a status: value=" + ErrorText.quote(given));
          return;
        }
        status = code;
      }
      sample(column, layout.value(), cells.get(layout.value()), timeNs, status, line);
    }

    private void sample(
        CsvColumn column, int index, String cell, long timeNs, int status, long line) {
      Integer badStatus = mapping.badStatus(cell);
      if (badStatus != null) {
        if (!cell.isEmpty() || !mapping.skipBlank()) {
          sink.absent(column.tag(), timeNs, status == StatusCodes.GOOD ? badStatus : status, line);
          stored(timeNs);
        }
        return;
      }
      String refusal = value(column, cell, timeNs, status, line);
      if (refusal == null) {
        stored(timeNs);
      } else {
        bad(line, heading(index), refusal);
      }
    }

    /** Gives a value to the sink; the reason if it is none of its type, else null. */
    private @Nullable String value(
        CsvColumn column, String cell, long timeNs, int status, long line) {
      String tag = column.tag();
      SampleType type = column.type();
      switch (type) {
        case INT64, INT32 -> {
          if (CellText.kindOf(cell) != CellText.Kind.INTEGER || !TagEvidence.fitsLong(cell)) {
            return unlike(
                cell, "a whole number of " + (type == SampleType.INT32 ? "32 bits" : "64 bits"));
          }
          long whole = Long.parseLong(cell);
          if (type == SampleType.INT32 && whole != (int) whole) {
            return "number is beyond int32: value="
                + ErrorText.quote(cell)
                + ", limits="
                + Integer.MIN_VALUE
                + ".."
                + Integer.MAX_VALUE;
          }
          sink.integer(tag, timeNs, whole, status, line);
        }
        case FLOAT64, FLOAT32 -> {
          if (!CellText.isNumber(cell, scan.decimalComma())) {
            return unlike(cell, scan.decimalComma() ? "a number like 1,5" : "a number like 1.5");
          }
          String digits = scan.decimalComma() ? cell.replace(',', '.') : cell;
          double number =
              type == SampleType.FLOAT32 ? Float.parseFloat(digits) : Double.parseDouble(digits);
          if (Double.isInfinite(number)) {
            return "number is beyond "
                + type.label()
                + ": value="
                + ErrorText.quote(cell)
                + ", limit="
                + (type == SampleType.FLOAT32 ? (Number) Float.MAX_VALUE : Double.MAX_VALUE);
          }
          sink.decimal(tag, timeNs, number, status, line);
        }
        case BOOL -> {
          boolean isTrue = cell.equalsIgnoreCase("true") || cell.equals("1");
          if (!isTrue && !cell.equalsIgnoreCase("false") && !cell.equals("0")) {
            return unlike(cell, "true or false");
          }
          sink.bool(tag, timeNs, isTrue, status, line);
        }
        case STRING, DIGITAL -> {
          int bytes = cell.getBytes(StandardCharsets.UTF_8).length;
          if (bytes > SampleFrame.TEXT_BYTES_MAX) {
            return "text is longer than its limit: bytes="
                + bytes
                + ", bytesMax="
                + SampleFrame.TEXT_BYTES_MAX;
          }
          sink.text(tag, timeNs, cell, status, line);
        }
      }
      return null;
    }

    private static String unlike(String cell, String wanted) {
      return "not " + wanted + ": value=" + ErrorText.quote(cell);
    }

    private void stored(long timeNs) {
      samples++;
      startNs = Math.min(startNs, timeNs);
      endNs = Math.max(endNs, timeNs);
    }

    private void bad(long line, String column, String reason) {
      badRows++;
      sink.badRow(line, column, reason);
    }

    private String heading(int index) {
      return layout.headings().get(index);
    }
  }

  static HistorianException missing(String message, String hint) {
    return new HistorianException(ErrorCode.MISSING_FIELD, message, null, hint, null);
  }
}

package io.tidemark.csv;

import io.tidemark.csv.TimeText.Shape;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.IsoInstant;
import java.io.IOException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns written times of one format into nanoseconds since the epoch.
 *
 * <p>Times without an offset are local to a zone. In the hour that comes twice a year the earlier
 * instant is taken, unless only the later one goes on from the row before; in the hour that is left
 * out the row is refused.
 */
final class RowTimes {
  private static final int BASES_MAX = 1_000_000;

  private final TimeFormat format;
  private final ZoneId zone;
  private final @Nullable ZoneOffset fixedOffset;
  private final CsvTimeUnit unit;
  private final @Nullable TimeBase base;
  private final Map<String, Long> baseByBatch;
  private final boolean decimalComma;
  private final TimeText text = new TimeText();

  /**
   * Times of one format.
   *
   * @param unit of times that are numbers
   * @param baseByBatch starts from another file; empty if there is none
   */
  RowTimes(
      TimeFormat format,
      ZoneId zone,
      CsvTimeUnit unit,
      @Nullable TimeBase base,
      Map<String, Long> baseByBatch,
      boolean decimalComma) {
    this.format = format;
    this.zone = zone;
    this.fixedOffset =
        zone.getRules().isFixedOffset() ? zone.getRules().getOffset(Instant.EPOCH) : null;
    this.unit = unit;
    this.base = base;
    this.baseByBatch = baseByBatch;
    this.decimalComma = decimalComma;
  }

  /**
   * The instant of a row.
   *
   * @param batch cell of the batch column, empty if none
   * @param baseCell cell of the base column, empty if none
   * @throws HistorianException with the reason why the row is refused.
   */
  long timeNs(String cell, String batch, String baseCell, TimeTrack track) {
    long ns = read(cell, batch, baseCell, track);
    track.started = true;
    track.lastNs = ns;
    return ns;
  }

  private long read(String cell, String batch, String baseCell, TimeTrack track) {
    if (cell.isEmpty()) {
      throw new HistorianException(ErrorCode.MISSING_FIELD, "row has no time");
    }
    DateTimeFormatter pattern = format.pattern();
    if (pattern != null) {
      TimeFormat.Parsed parsed = TimeFormat.parse(pattern, cell);
      if (parsed == null) {
        throw unlike(cell);
      }
      Integer offset = parsed.offsetSeconds;
      return offset != null
          ? IsoInstant.toNs(parsed.localSecond - offset, parsed.nanos, cell)
          : ofLocal(parsed.localSecond, parsed.nanos, cell, track);
    }
    Shape shape = text.read(cell);
    if (shape == Shape.NONE && decimalComma && CellText.isNumber(cell, true)) {
      shape = Shape.NUMBER;
    }
    if (shape != format.shape()) {
      throw unlike(cell);
    }
    if (shape == Shape.NUMBER) {
      return ofNumber(decimalComma ? cell.replace(',', '.') : cell, batch, baseCell);
    }
    long local = text.localSecond(format.dayFirst());
    if (local == TimeText.NO_TIME) {
      throw new HistorianException(
          ErrorCode.BAD_TIME, "there is no such day or time of day: time=" + ErrorText.quote(cell));
    }
    if (shape == Shape.OFFSET) {
      return IsoInstant.toNs(local - text.offsetSeconds, text.nanos, cell);
    }
    return ofLocal(local, text.nanos, cell, track);
  }

  private HistorianException unlike(String cell) {
    return new HistorianException(
        ErrorCode.BAD_TIME,
        "time is not written like the others: time="
            + ErrorText.quote(cell)
            + ", format="
            + format.label());
  }

  private long ofLocal(long localSecond, int nanos, String cell, TimeTrack track) {
    if (fixedOffset != null) {
      return IsoInstant.toNs(localSecond - fixedOffset.getTotalSeconds(), nanos, cell);
    }
    LocalDateTime local = LocalDateTime.ofEpochSecond(localSecond, nanos, ZoneOffset.UTC);
    List<ZoneOffset> offsets = zone.getRules().getValidOffsets(local);
    if (offsets.isEmpty()) {
      throw new HistorianException(
          ErrorCode.BAD_TIME,
          "there is no such local time, clocks went forward: time="
              + ErrorText.quote(cell)
              + ", timeZone="
              + zone.getId());
    }
    long ns = IsoInstant.toNs(localSecond - offsets.getFirst().getTotalSeconds(), nanos, cell);
    if (offsets.size() > 1 && track.started && ns < track.lastNs) {
      long later = IsoInstant.toNs(localSecond - offsets.getLast().getTotalSeconds(), nanos, cell);
      if (later >= track.lastNs) {
        return later;
      }
    }
    return ns;
  }

  private long ofNumber(String cell, String batch, String baseCell) {
    long ns = unit.toNs(cell);
    if (base == null) {
      return ns;
    }
    long from =
        switch (base) {
          case TimeBase.At at -> at.ns();
          case TimeBase.PerBatch perBatch -> startOfNumber(perBatch, batch);
          case TimeBase.InColumn column -> startOfCell(column, baseCell);
          case TimeBase.InFile file -> startOfBatch(file, batch);
        };
    long sum = from + ns;
    if (((from ^ sum) & (ns ^ sum)) < 0) {
      throw new HistorianException(
          ErrorCode.TIME_OUT_OF_RANGE,
          "time is outside int64 nanoseconds: time="
              + ErrorText.quote(cell)
              + ", base="
              + ErrorText.time(from));
    }
    return sum;
  }

  private static long startOfNumber(TimeBase.PerBatch base, String batch) {
    try {
      return Math.addExact(base.ns(), Math.multiplyExact(Long.parseLong(batch), base.stepNs()));
    } catch (NumberFormatException e) {
      throw new HistorianException(
          ErrorCode.BAD_TIME,
          "the time base counts batches, but the batch is no number: batch="
              + ErrorText.quote(batch),
          e);
    } catch (ArithmeticException e) {
      throw new HistorianException(
          ErrorCode.TIME_OUT_OF_RANGE,
          "start of the batch is outside int64 nanoseconds: batch=" + ErrorText.quote(batch),
          e);
    }
  }

  private long startOfCell(TimeBase.InColumn column, String baseCell) {
    try {
      return instantNs(baseCell, zone);
    } catch (HistorianException e) {
      throw new HistorianException(
          e.code(), "time base: column=" + column.column() + ", " + e.messageText(), e);
    }
  }

  private long startOfBatch(TimeBase.InFile file, String batch) {
    Long start = baseByBatch.get(batch);
    if (start == null) {
      throw new HistorianException(
          ErrorCode.BAD_TIME,
          "batch has no time base: batch=" + ErrorText.quote(batch) + ", file=" + file.file());
    }
    return start;
  }

  /** An instant: with an offset, or year first in the zone. */
  static long instantNs(String cell, ZoneId zone) {
    TimeText text = new TimeText();
    return text.read(cell) == Shape.YEAR_FIRST
        ? of(TimeFormat.of(Shape.YEAR_FIRST, true), zone).timeNs(cell, "", "", new TimeTrack())
        : IsoInstant.parse(cell);
  }

  /** Times of one format that are no numbers. */
  static RowTimes of(TimeFormat format, ZoneId zone) {
    return new RowTimes(format, zone, CsvTimeUnit.S, null, Map.of(), false);
  }

  /**
   * The starts that another file names, by batch.
   *
   * @throws HistorianException if it names no, too many or contradicting ones.
   */
  static Map<String, Long> readBases(TimeBase.InFile base, ZoneId zone) throws IOException {
    Map<String, Long> starts = new HashMap<>();
    CsvMapping plain = CsvMapping.builder().build();
    try (CsvTable table = new CsvTable(base.file(), plain, CsvProgress.NONE)) {
      int batchAt = Headings.find(table.headings(), base.batchColumn(), "--time-base");
      int timeAt = Headings.find(table.headings(), base.timeColumn(), "--time-base");
      while (table.next()) {
        if (table.cells().size() <= Math.max(batchAt, timeAt)) {
          throw inFile(base, table.line(), "row is too short");
        }
        String batch = table.cells().get(batchAt);
        long start;
        try {
          start = instantNs(table.cells().get(timeAt), zone);
        } catch (HistorianException e) {
          throw inFile(base, table.line(), e.messageText());
        }
        Long before = starts.put(batch, start);
        if (before != null && before != start) {
          throw inFile(base, table.line(), "batch has two starts: batch=" + ErrorText.quote(batch));
        }
        if (starts.size() > BASES_MAX) {
          throw inFile(base, table.line(), "more batches than the limit: batchesMax=" + BASES_MAX);
        }
      }
    }
    return starts;
  }

  private static HistorianException inFile(TimeBase.InFile base, long line, String why) {
    return new HistorianException(
        ErrorCode.BAD_TIME, "time base: file=" + base.file() + ", line=" + line + ", " + why);
  }
}

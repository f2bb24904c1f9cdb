package io.tidemark.csv;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.NearestName;
import io.tidemark.model.SampleType;
import io.tidemark.model.TagDefinition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the first reading of a file found out: everything needed to convert its rows one by one. */
final class CsvScan {
  /** Most tags of a file in the long form. */
  private static final int TAGS_MAX = 100_000;

  private final Path file;
  private final CsvMapping mapping;
  private final List<String> notes = new ArrayList<>();
  private boolean hasRows;
  private final Map<String, TagEvidence> tags = new LinkedHashMap<>();
  private final List<TagEvidence> byColumn = new ArrayList<>();
  private final TimeEvidence timeEvidence = new TimeEvidence();
  private final TimeTrack fileTrack = new TimeTrack();

  private final char delimiter;
  private final CsvLayout layout;
  private final boolean decimalComma;
  private final TimeFormat timeFormat;
  private final CsvTimeUnit timeUnit;
  private final Map<String, Long> basesByBatch;
  private final List<CsvColumn> columns;

  // First number with a point and first with a comma: a file has only one of them.
  private @Nullable String firstPoint;
  private @Nullable String firstComma;

  private CsvScan(Path file, CsvMapping mapping, CsvProgress progress) throws IOException {
    this.file = file;
    this.mapping = mapping;
    TimeFormat given = givenFormat(mapping.timeFormat());
    try (CsvTable table = new CsvTable(file, mapping, progress)) {
      delimiter = table.delimiter();
      layout = CsvLayout.of(table.headings(), mapping);
      checkNames();
      addWideTags();
      while (table.next()) {
        row(table.cells(), table.line(), given == null);
      }
    }
    if (!hasRows) {
      throw new HistorianException(
          ErrorCode.MALFORMED,
          "file has no rows below its heading: file=" + ErrorText.quote(file.toString()));
    }
    decimalComma = decideComma();
    String timeHeading = layout.headings().get(layout.time());
    timeFormat =
        given != null ? given : timeEvidence.decide(timeHeading, mapping.timeFormat(), notes);
    timeUnit = decideUnit(timeHeading);
    basesByBatch =
        mapping.timeBase() instanceof TimeBase.InFile base
            ? RowTimes.readBases(base, mapping.zone())
            : Map.of();
    if (mapping.timeBase() != null && timeFormat.shape() != TimeText.Shape.NUMBER) {
      notes.add("the time base is not used: times are no numbers");
    }
    checkTagOptions();
    columns = makeColumns();
  }

  /**
   * Reads a file for the first time.
   *
   * @throws HistorianException if the file cannot be imported with these options.
   */
  static CsvScan of(Path file, CsvMapping mapping, CsvProgress progress) throws IOException {
    return new CsvScan(file, mapping, progress);
  }

  private static @Nullable TimeFormat givenFormat(@Nullable String option) {
    return option == null || TimeEvidence.isWord(option) ? null : TimeFormat.ofOption(option);
  }

  private void row(List<String> cells, long line, boolean lookAtTime) {
    hasRows = true;
    if (!layout.widthRefusal(cells).isEmpty()) {
      return;
    }
    TimeTrack track = fileTrack;
    if (layout.longForm()) {
      TagEvidence tag = longTag(cells.get(layout.tag()), line);
      if (tag == null) {
        return;
      }
      track = tag.track;
      value(tag, cells.get(layout.value()), line);
    } else {
      for (int i = 0; i < byColumn.size(); i++) {
        value(byColumn.get(i), cells.get(layout.valueColumns().get(i)), line);
      }
    }
    String time = cells.get(layout.time());
    if (lookAtTime && !time.isEmpty()) {
      if (delimiter != ',' && time.indexOf(',') >= 0 && CellText.isNumber(time, true)) {
        noteComma(time, line);
        time = time.replace(',', '.');
      }
      timeEvidence.see(time, line, track);
    }
  }

  private void value(TagEvidence tag, String cell, long line) {
    if (mapping.badStatus(cell) != null) {
      tag.seeBad();
      return;
    }
    CellText.Kind kind = tag.see(cell);
    if (kind == CellText.Kind.DECIMAL && firstPoint == null && cell.indexOf('.') >= 0) {
      firstPoint = "line " + line + " " + ErrorText.quote(cell);
    } else if (kind == CellText.Kind.DECIMAL_COMMA) {
      noteComma(cell, line);
    }
  }

  private void noteComma(String cell, long line) {
    if (firstComma == null) {
      firstComma = "line " + line + " " + ErrorText.quote(cell);
    }
  }

  private @Nullable TagEvidence longTag(String name, long line) {
    String tag = mapping.tagPrefix() + name;
    TagEvidence evidence = tags.get(tag);
    if (evidence == null && CsvLayout.refusal(tag).isEmpty()) {
      if (tags.size() == TAGS_MAX) {
        throw new HistorianException(
            ErrorCode.TOO_MANY,
            "file has more tags than the limit: line=" + line + ", tagsMax=" + TAGS_MAX);
      }
      SampleType type = mapping.types().get(name);
      evidence = new TagEvidence(name, tag, type != null ? type : mapping.types().get(tag));
      tags.put(tag, evidence);
    }
    return evidence;
  }

  private void addWideTags() {
    Map<Integer, SampleType> types = new HashMap<>();
    mapping
        .types()
        .forEach((name, type) -> types.put(indexOfOption(name, "--type", types.size()), type));
    for (int column : layout.valueColumns()) {
      String heading = layout.headings().get(column);
      String tag = mapping.tagPrefix() + Headings.name(heading);
      TagEvidence evidence = new TagEvidence(heading, tag, types.get(column));
      tags.put(tag, evidence);
      byColumn.add(evidence);
    }
  }

  /** Column that an option of the wide form names; anything unused in the long form. */
  private int indexOfOption(String name, String option, int unused) {
    return layout.longForm() ? -1 - unused : Headings.find(layout.headings(), name, option);
  }

  private void checkNames() {
    TimeBase base = mapping.timeBase();
    boolean needsBatch = base instanceof TimeBase.PerBatch || base instanceof TimeBase.InFile;
    if (needsBatch && layout.batch() < 0) {
      throw CsvImport.missing("the time base needs the batch of each row", "say --batch-column");
    }
    for (Map.Entry<String, String> uom : mapping.uoms().entrySet()) {
      if (uom.getValue().length() > TagDefinition.UOM_CHARS_MAX) {
        throw new HistorianException(
            ErrorCode.TOO_LONG,
            "unit of measure is longer than its limit: column="
                + ErrorText.quote(uom.getKey())
                + ", charactersMax="
                + TagDefinition.UOM_CHARS_MAX);
      }
    }
    if (!layout.longForm()) {
      mapping.uoms().keySet().forEach(name -> Headings.find(layout.headings(), name, "--uom"));
      mapping.steppedColumns().forEach(name -> Headings.find(layout.headings(), name, "--step"));
    }
  }

  /** In the long form an option names a tag, with or without the prefix. */
  private void checkTagOptions() {
    if (!layout.longForm()) {
      return;
    }
    List<String> named = new ArrayList<>(mapping.uoms().keySet());
    named.addAll(mapping.steppedColumns());
    named.addAll(mapping.types().keySet());
    for (String name : named) {
      if (!tags.containsKey(name) && !tags.containsKey(mapping.tagPrefix() + name)) {
        String nearest = NearestName.find(name, tags.keySet());
        throw new HistorianException(
            ErrorCode.UNKNOWN_FIELD,
            "an option names a tag that the file does not hold: tag="
                + ErrorText.quote(name)
                + (nearest == null ? "" : ", nearest=" + ErrorText.quote(nearest)));
      }
    }
  }

  private boolean decideComma() {
    Boolean given = mapping.decimalComma();
    if (given != null) {
      return given;
    }
    if (delimiter == ',' || firstComma == null) {
      return false;
    }
    if (firstPoint != null) {
      throw new HistorianException(
          ErrorCode.MALFORMED,
          "nothing was imported: numbers have both comma and point before their fraction: "
              + firstComma
              + ", "
              + firstPoint,
          null,
          "say --decimal comma or --decimal point",
          null);
    }
    notes.add("numbers are read with a comma before their fraction: " + firstComma);
    return true;
  }

  private CsvTimeUnit decideUnit(String heading) {
    CsvTimeUnit given = mapping.timeUnit();
    if (timeFormat.shape() != TimeText.Shape.NUMBER) {
      return CsvTimeUnit.S;
    }
    CsvTimeUnit unit = given != null ? given : CsvTimeUnit.ofHeading(Headings.uom(heading));
    if (unit == null) {
      throw CsvImport.missing(
          "times are numbers and their unit is not said: column=" + ErrorText.quote(heading),
          "say --time-unit ns|us|ms|s|m|h|d, and --time-base if they do not count since 1970");
    }
    boolean isCoarse = unit.ns() >= CsvTimeUnit.M.ns();
    if (mapping.timeBase() == null && (given == null || isCoarse)) {
      throw CsvImport.missing(
          "times are numbers of "
              + unit.label()
              + " and from where they count is not said: column="
              + ErrorText.quote(heading),
          "say --time-base "
              + TimeBase.SYNTAX
              + (isCoarse ? "" : ", or --time-unit " + unit.label() + " if since 1970"));
    }
    return unit;
  }

  private List<CsvColumn> makeColumns() {
    List<CsvColumn> made = new ArrayList<>();
    for (TagEvidence tag : tags.values()) {
      SampleType type = tag.type(decimalComma);
      String name = layout.longForm() ? tag.heading : Headings.name(tag.heading);
      String uom = option(mapping.uoms(), tag, name);
      if (uom == null) {
        uom = layout.longForm() ? "" : Headings.uom(tag.heading);
      }
      boolean stepped =
          !type.isContinuous()
              || mapping.steppedColumns().contains(tag.heading)
              || mapping.steppedColumns().contains(name)
              || mapping.steppedColumns().contains(tag.tag);
      List<String> states = tag.states();
      if (states.size() > TagDefinition.STATES_MAX) {
        throw new HistorianException(
            ErrorCode.TOO_MANY,
            "digital tag has more states than the limit: column="
                + ErrorText.quote(tag.heading)
                + ", statesMax="
                + TagDefinition.STATES_MAX);
      }
      made.add(
          new CsvColumn(
              tag.heading, tag.tag, type, uom, stepped, states, tag.values(), tag.badValues()));
    }
    return List.copyOf(made);
  }

  private static @Nullable String option(
      Map<String, String> options, TagEvidence tag, String name) {
    String value = options.get(tag.heading);
    value = value != null ? value : options.get(name);
    return value != null ? value : options.get(tag.tag);
  }

  /** Opens the file again. */
  CsvTable open(CsvProgress progress) throws IOException {
    return new CsvTable(file, mapping, progress);
  }

  CsvMapping mapping() {
    return mapping;
  }

  CsvLayout layout() {
    return layout;
  }

  boolean decimalComma() {
    return decimalComma;
  }

  /** Columns of the wide form in the order of the file; tags of the long form as they appear. */
  List<CsvColumn> columns() {
    return columns;
  }

  /** Whether an option names the column's type. */
  boolean isTypeGiven(CsvColumn column) {
    TagEvidence tag = tags.get(column.tag());
    return tag != null && tag.isGiven();
  }

  List<String> notes() {
    return List.copyOf(notes);
  }

  /** How times are written, for a person. */
  String timeLabel() {
    if (timeFormat.shape() != TimeText.Shape.NUMBER) {
      boolean isLocal = timeFormat.shape() != TimeText.Shape.OFFSET;
      return timeFormat.label() + (isLocal ? ", time zone " + mapping.zone().getId() : "");
    }
    TimeBase base = mapping.timeBase();
    return "number of "
        + timeUnit.label()
        + (base == null ? " since 1970-01-01T00:00Z" : " since the time base");
  }

  /** A converter of the file's times. */
  RowTimes times() {
    return new RowTimes(
        timeFormat, mapping.zone(), timeUnit, mapping.timeBase(), basesByBatch, decimalComma);
  }
}

package io.tidemark.csv;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.NearestName;
import io.tidemark.query.context.ContextColumn;
import io.tidemark.query.context.ContextKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads a CSV file of context objects: a row is an object, a column a field, named {@code
 * planned_start}, {@code plannedStart} or {@code Planned Start}. A blank cell leaves its field as
 * it is. Times have an offset, or are year first in the mapping's zone, or written in its format.
 */
public final class CsvObjects {
  /** Takes the objects of a file. */
  public interface Sink {
    /** An object for the bulk route. */
    void object(String json, long line);

    /** A row that is left out. */
    void badRow(long line, String column, String reason);
  }

  /**
   * A column that is a field.
   *
   * @param heading as in the file
   * @param field JSON name
   */
  public record Column(String heading, String field) {}

  private record Field(int index, String heading, String name, ContextColumn.Type type) {}

  private final Path file;
  private final CsvMapping mapping;
  private final @Nullable RowTimes times;
  private final List<Field> fields = new ArrayList<>();
  private String quantityUom = "";

  private CsvObjects(Path file, ContextKind kind, CsvMapping mapping) throws IOException {
    this.file = file;
    this.mapping = mapping;
    String format = mapping.timeFormat();
    times =
        format == null || format.equalsIgnoreCase("iso")
            ? null
            : RowTimes.of(TimeFormat.ofOption(format), mapping.zone());
    try (CsvTable table = new CsvTable(file, mapping, CsvProgress.NONE)) {
      findFields(kind, table.headings());
    }
  }

  /**
   * Reads the heading of a file.
   *
   * @throws HistorianException if a column is no field of the kind, or the id has no column.
   */
  public static CsvObjects open(Path file, ContextKind kind, CsvMapping mapping)
      throws IOException {
    return new CsvObjects(file, kind, mapping);
  }

  private void findFields(ContextKind kind, List<String> headings) {
    Set<Integer> ignored = new TreeSet<>();
    for (String heading : mapping.ignoredColumns()) {
      ignored.add(Headings.find(headings, heading, "--ignore"));
    }
    List<String> names = new ArrayList<>();
    for (int i = 0; i < headings.size(); i++) {
      String heading = headings.get(i);
      if (ignored.contains(i) || heading.isEmpty()) {
        continue;
      }
      ContextColumn column = column(kind, heading);
      if (column == null) {
        throw unknown(kind, heading);
      }
      String name = camelCase(column.name());
      if (names.contains(name)) {
        throw new HistorianException(
            ErrorCode.CONFLICT, "two columns are the same field: field=" + name);
      }
      names.add(name);
      fields.add(new Field(i, heading, name, column.type()));
      if (name.equals("quantity")) {
        quantityUom = Headings.uom(heading);
      }
    }
    String key = camelCase(kind.columns().getFirst().name());
    boolean isComposed = kind == ContextKind.STEPS || kind == ContextKind.ATTRIBUTES;
    if (!names.contains(key) && !isComposed) {
      throw new HistorianException(
          ErrorCode.MISSING_FIELD,
          "no column is the id: field="
              + kind.columns().getFirst().name()
              + ", kind="
              + kind.label()
              + ", columns="
              + ErrorText.quote(String.join(" | ", headings)));
    }
    if (names.contains("quantityUom")) {
      quantityUom = "";
    }
  }

  private static @Nullable ContextColumn column(ContextKind kind, String heading) {
    for (ContextColumn column : kind.columns()) {
      if (plain(column.name()).equals(plain(Headings.name(heading)))) {
        return column;
      }
    }
    return null;
  }

  private static String plain(String name) {
    return name.replaceAll("[_\\s-]", "").toLowerCase(Locale.ROOT);
  }

  private static HistorianException unknown(ContextKind kind, String heading) {
    List<String> known = kind.columns().stream().map(ContextColumn::name).toList();
    String nearest = NearestName.find(heading, known);
    return new HistorianException(
        ErrorCode.UNKNOWN_FIELD,
        "column is no field: column="
            + ErrorText.quote(heading)
            + ", kind="
            + kind.label()
            + (nearest == null ? "" : ", nearest=" + nearest)
            + ", fields="
            + String.join("|", known),
        null,
        "rename the column, or leave it out with --ignore",
        null);
  }

  private static String camelCase(String name) {
    StringBuilder out = new StringBuilder(name.length());
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      out.append(c == '_' ? Character.toUpperCase(name.charAt(++i)) : c);
    }
    return out.toString();
  }

  /** The columns that are fields, in the order of the file. */
  public List<Column> columns() {
    return fields.stream().map(field -> new Column(field.heading, field.name)).toList();
  }

  /** Reads the rows and says how many there were. */
  public long run(Sink sink, CsvProgress progress) throws IOException {
    long rows = 0;
    try (CsvTable table = new CsvTable(file, mapping, progress)) {
      int width = table.headings().size();
      while (table.next()) {
        rows++;
        List<String> cells = table.cells();
        if (cells.size() != width) {
          sink.badRow(
              table.line(),
              "",
              "row has another number of cells than the heading: cells="
                  + cells.size()
                  + ", columns="
                  + width);
        } else {
          row(cells, table.line(), sink);
        }
      }
    }
    return rows;
  }

  private void row(List<String> cells, long line, Sink sink) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    for (Field field : fields) {
      String cell = cells.get(field.index);
      if (cell.isEmpty()) {
        continue;
      }
      try {
        put(object, field, cell);
      } catch (HistorianException e) {
        sink.badRow(line, field.heading, e.messageText());
        return;
      }
    }
    if (object.isEmpty()) {
      sink.badRow(line, "", "row is blank");
      return;
    }
    sink.object(object.toString(), line);
  }

  private void put(ObjectNode object, Field field, String cell) {
    switch (field.type) {
      case TEXT -> object.put(field.name, cell);
      case TIME -> {
        long ns =
            times == null
                ? RowTimes.instantNs(cell, mapping.zone())
                : times.timeNs(cell, "", "", new TimeTrack());
        object.put(field.name, ErrorText.time(ns));
      }
      case DOUBLE -> {
        boolean comma = Boolean.TRUE.equals(mapping.decimalComma());
        if (!CellText.isNumber(cell, comma)) {
          throw new HistorianException(
              ErrorCode.WRONG_TYPE,
              "not a number like " + (comma ? "1,5" : "1.5") + ": value=" + ErrorText.quote(cell));
        }
        object.put(field.name, Double.parseDouble(cell.replace(',', '.')));
        if (!quantityUom.isEmpty() && field.name.equals("quantity")) {
          object.put("quantityUom", quantityUom);
        }
      }
      case BIGINT -> {
        if (CellText.kindOf(cell) != CellText.Kind.INTEGER || !TagEvidence.fitsLong(cell)) {
          throw new HistorianException(
              ErrorCode.WRONG_TYPE, "not a whole number: value=" + ErrorText.quote(cell));
        }
        object.put(field.name, Long.parseLong(cell));
      }
      case BOOLEAN -> object.put(field.name, Boolean.parseBoolean(cell));
    }
  }
}

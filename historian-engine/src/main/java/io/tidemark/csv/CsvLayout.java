package io.tidemark.csv;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.TagDefinition;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which column of a file has which part, decided from its heading and the options. Indexes are -1
 * where a file has no such column.
 */
record CsvLayout(
    List<String> headings,
    int time,
    int batch,
    int phase,
    int base,
    boolean longForm,
    int tag,
    int value,
    int status,
    List<Integer> valueColumns,
    List<String> ignored) {

  private static final List<String> USUAL_TIMES =
      List.of("time", "timestamp", "ts", "datetime", "date time", "date_time", "date");
  private static final List<String> USUAL_TAGS = List.of("tag", "tagname", "tag name", "tag_name");
  private static final List<String> USUAL_VALUES = List.of("value", "val");
  private static final List<String> USUAL_STATUSES = List.of("status", "statuscode", "quality");

  /**
   * The layout of a file.
   *
   * @throws HistorianException if an option names a column that is not there, or a column is
   *     missing.
   */
  static CsvLayout of(List<String> headings, CsvMapping mapping) {
    checkTwice(headings);
    int tag = find(headings, mapping.tagColumn(), "--tag-column");
    int value = find(headings, mapping.valueColumn(), "--value-column");
    int status = find(headings, mapping.statusColumn(), "--status-column");
    if (mapping.form() != CsvMapping.Form.WIDE) {
      tag = tag >= 0 ? tag : Headings.firstOf(headings, USUAL_TAGS);
      value = value >= 0 ? value : Headings.firstOf(headings, USUAL_VALUES);
    }
    boolean longForm =
        mapping.form() == CsvMapping.Form.LONG
            || mapping.tagColumn() != null
            || (mapping.form() == CsvMapping.Form.AUTO && tag >= 0 && value >= 0);
    if (longForm && (tag < 0 || value < 0)) {
      throw missing(
          tag < 0 ? "tag" : "value", tag < 0 ? "--tag-column" : "--value-column", headings);
    }
    if (longForm && status < 0) {
      status = Headings.firstOf(headings, USUAL_STATUSES);
    }
    int time = find(headings, mapping.timeColumn(), "--time-column");
    if (time < 0) {
      time = Headings.firstOf(headings, USUAL_TIMES);
    }
    if (time < 0) {
      throw missing("time", "--time-column", headings);
    }
    int batch = find(headings, mapping.batchColumn(), "--batch-column");
    int phase = find(headings, mapping.phaseColumn(), "--phase-column");
    if (phase >= 0 && batch < 0) {
      throw missing("batch", "--batch-column", headings);
    }
    int base =
        mapping.timeBase() instanceof TimeBase.InColumn column
            ? Headings.find(headings, column.column(), "--time-base")
            : -1;
    Set<Integer> taken = new HashSet<>(List.of(time, batch, phase, base));
    Set<Integer> ignored = new TreeSet<>();
    for (String heading : mapping.ignoredColumns()) {
      ignored.add(Headings.find(headings, heading, "--ignore"));
    }
    if (longForm) {
      taken.addAll(List.of(tag, value, status));
    }
    List<Integer> valueColumns = new ArrayList<>();
    for (int i = 0; i < headings.size(); i++) {
      if (!taken.contains(i) && (longForm || headings.get(i).isEmpty())) {
        ignored.add(i);
      } else if (!taken.contains(i) && !ignored.contains(i)) {
        valueColumns.add(i);
      }
    }
    if (!longForm) {
      checkTags(headings, valueColumns, mapping);
    }
    List<String> ignoredNames = ignored.stream().map(headings::get).toList();
    return new CsvLayout(
        headings,
        time,
        batch,
        phase,
        base,
        longForm,
        longForm ? tag : -1,
        longForm ? value : -1,
        longForm ? status : -1,
        List.copyOf(valueColumns),
        ignoredNames);
  }

  private static void checkTwice(List<String> headings) {
    Set<String> seen = new HashSet<>();
    for (String heading : headings) {
      if (!heading.isEmpty() && !seen.add(heading)) {
        throw new HistorianException(
            ErrorCode.CONFLICT, "heading comes twice: heading=" + ErrorText.quote(heading));
      }
    }
  }

  private static void checkTags(List<String> headings, List<Integer> columns, CsvMapping mapping) {
    if (columns.isEmpty()) {
      throw new HistorianException(
          ErrorCode.MISSING_FIELD,
          "file has no column that becomes a tag: columns="
              + ErrorText.quote(String.join(" | ", headings)));
    }
    Set<String> tags = new HashSet<>();
    for (int column : columns) {
      String tag = mapping.tagPrefix() + Headings.name(headings.get(column));
      String refusal = refusal(tag);
      if (!refusal.isEmpty()) {
        throw new HistorianException(
            ErrorCode.BAD_NAME, refusal, null, "leave it out with --ignore", null);
      }
      if (!tags.add(tag)) {
        throw new HistorianException(
            ErrorCode.CONFLICT, "two columns make the same tag: tag=" + ErrorText.quote(tag));
      }
    }
  }

  /** Why a text cannot name a tag; empty if it can. */
  static String refusal(String tag) {
    int bytes = tag.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > TagDefinition.NAME_BYTES_MAX) {
      return "tag name is longer than its limit: bytes="
          + bytes
          + ", bytesMax="
          + TagDefinition.NAME_BYTES_MAX;
    }
    return tag.isBlank() || tag.chars().anyMatch(Character::isISOControl)
        ? "tag name is blank or holds a control character: tag=" + ErrorText.quote(tag)
        : "";
  }

  private static int find(List<String> headings, @Nullable String wanted, String option) {
    return wanted == null ? -1 : Headings.find(headings, wanted, option);
  }

  private static HistorianException missing(String what, String option, List<String> headings) {
    return new HistorianException(
        ErrorCode.MISSING_FIELD,
        "which column is the "
            + what
            + " is not said: columns="
            + ErrorText.quote(String.join(" | ", headings)),
        null,
        "say " + option,
        null);
  }

  /** Why a row has another width than the heading; empty if it fits. */
  String widthRefusal(List<String> cells) {
    for (int i = headings.size(); i < cells.size(); i++) {
      if (!cells.get(i).isEmpty()) {
        return "row has more cells than the heading: cells="
            + cells.size()
            + ", columns="
            + headings.size();
      }
    }
    return cells.size() < headings.size()
        ? "row has fewer cells than the heading: cells="
            + cells.size()
            + ", columns="
            + headings.size()
        : "";
  }

  /** Cell of a column, empty if the file has no such column. */
  static String cell(List<String> cells, int column) {
    return column < 0 ? "" : cells.get(column);
  }
}

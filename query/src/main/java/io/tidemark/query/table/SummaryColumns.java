package io.tidemark.query.table;

import io.tidemark.model.Quality;
import io.tidemark.model.TagDefinition;
import io.tidemark.query.aggregate.SummaryField;
import io.tidemark.query.aggregate.TotalUnit;
import io.tidemark.query.retrieval.SummaryRow;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The columns in which tables show aggregates of an interval: the usual ones, then all others. */
final class SummaryColumns {
  /** Columns without a field, between the usual fields and the others. */
  private static final List<TableColumn> PLAIN =
      List.of(
          new TableColumn("status", TableColumn.Type.STATUS, "OPC UA StatusCode of the row"),
          TableColumn.text("quality", "Good, Uncertain or Bad"),
          TableColumn.text("basis", "what it was computed from"),
          TableColumn.text("uom", "unit of the values"),
          TableColumn.text("total_uom", "unit of total: kg for kg/h"));

  private static final List<SummaryField> FIELDS = fields();
  private static final int USUAL = SummaryField.USUAL.size();

  private SummaryColumns() {}

  private static List<SummaryField> fields() {
    List<SummaryField> fields = new ArrayList<>();
    for (SummaryField field : SummaryField.values()) {
      if (SummaryField.USUAL.contains(field)) {
        fields.add(field);
      }
    }
    for (SummaryField field : SummaryField.values()) {
      if (!SummaryField.USUAL.contains(field)) {
        fields.add(field);
      }
    }
    return List.copyOf(fields);
  }

  /** All of them, in order. */
  static List<TableColumn> columns() {
    List<TableColumn> columns = new ArrayList<>();
    for (int i = 0; i < FIELDS.size(); i++) {
      if (i == USUAL) {
        columns.addAll(PLAIN);
      }
      SummaryField field = FIELDS.get(i);
      columns.add(new TableColumn(field.column(), type(field), field.column().replace('_', ' ')));
    }
    return columns;
  }

  /** Type of the column of a field. */
  static TableColumn.Type type(SummaryField field) {
    return switch (field.kind()) {
      case NUMBER -> TableColumn.Type.DOUBLE;
      case TIME -> TableColumn.Type.TIME;
      case COUNT -> TableColumn.Type.BIGINT;
    };
  }

  /** Carrier of a field's value, or null if the row has none. */
  static @Nullable Object value(SummaryRow row, SummaryField field) {
    if (!row.has(field)) {
      return null;
    }
    return field.kind() == SummaryField.Kind.NUMBER
        ? (Object) row.number(field)
        : (Object) row.whole(field);
  }

  /** The fields of some columns. */
  static Set<SummaryField> fields(Set<String> wanted) {
    Set<SummaryField> fields = EnumSet.copyOf(SummaryField.ALWAYS);
    for (SummaryField field : FIELDS) {
      if (wanted.contains(field.column())) {
        fields.add(field);
      }
    }
    return fields;
  }

  /**
   * Fills the columns of a row.
   *
   * @param at index of the first of them
   */
  static void fill(@Nullable Object[] row, int at, SummaryRow summary, TagDefinition tag) {
    int column = at;
    for (int i = 0; i < FIELDS.size(); i++) {
      if (i == USUAL) {
        row[column++] = summary.status();
        row[column++] = Quality.of(summary.status()).label();
        row[column++] = summary.basis();
        row[column++] = tag.uom();
        row[column++] = tag.uom().isEmpty() ? "" : TotalUnit.of(tag.uom()).uom();
      }
      row[column++] = value(summary, FIELDS.get(i));
    }
  }

  /** Units of the columns where all tags share one. */
  static Map<String, String> uoms(List<TagDefinition> tags) {
    String uom = SampleTables.commonUom(tags);
    Map<String, String> uoms = new HashMap<>();
    for (SummaryField field : FIELDS) {
      uoms.put(field.column(), field.uom(uom));
    }
    return uoms;
  }
}

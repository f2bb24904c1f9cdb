package io.tidemark.query.sql;

import io.tidemark.query.context.ContextColumn;
import io.tidemark.query.context.ContextKind;
import io.tidemark.query.table.Parameter;
import io.tidemark.query.table.TableColumn;
import io.tidemark.query.table.TableFunction;
import io.tidemark.query.table.Tables;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What statements may name, for people and for tools that complete names.
 *
 * @param relations in the order of the documentation
 * @param functions in the order of the documentation
 */
public record SqlSchema(List<Relation> relations, List<Function> functions) {
  /** A column of a relation or function. */
  public record Column(String name, String type, String description) {}

  /** A relation. */
  public record Relation(String name, String description, List<Column> columns) {}

  /** An argument of a function. */
  public record Argument(String name, String type, @Nullable String absent, String description) {}

  /** A function in FROM. */
  public record Function(
      String name, String description, List<Argument> parameters, List<Column> columns) {}

  private static final List<Column> TAG_COLUMNS =
      List.of(
          new Column("tag", "VARCHAR", "name"),
          new Column("tag_id", "INTEGER", "number in this store"),
          new Column("type", "VARCHAR", "type of the values"),
          new Column("uom", "VARCHAR", "unit of measure"),
          new Column("description", "VARCHAR", ""),
          new Column("step", "BOOLEAN", "whether a value holds until the next one"),
          new Column("range_low", "DOUBLE", "lower end of the range"),
          new Column("range_high", "DOUBLE", "upper end of the range"),
          new Column("states", "VARCHAR[]", "texts of the states"),
          new Column("duplicates", "VARCHAR", "what a second sample of a time does"),
          new Column("forecast", "BOOLEAN", "whether its samples may lie in the future"));
  private static final List<Column> VERSION_COLUMNS =
      List.of(
          new Column("version", "INTEGER", "1 for the first"),
          new Column("changed_by", "VARCHAR", "who wrote this version"),
          new Column("changed_at", "TIMESTAMPTZ", "when"));

  static final SqlSchema CURRENT = new SqlSchema(relationsNow(), functionsNow());

  private static List<Relation> relationsNow() {
    List<Relation> relations = new ArrayList<>();
    relations.add(
        new Relation(Relations.SAMPLES, "every stored sample", columns(Tables.sampleColumns())));
    relations.add(
        new Relation(
            Relations.CURRENT,
            "the newest sample of each tag, not after now",
            columns(Tables.sampleColumns())));
    relations.add(new Relation(Relations.TAGS, "tags", withVersion(TAG_COLUMNS)));
    for (ContextKind kind : ContextKind.values()) {
      relations.add(
          new Relation(
              kind.relation(),
              kind.relation().replace('_', ' '),
              withVersion(contextColumns(kind))));
    }
    List<Column> phases = new ArrayList<>();
    for (Column column : contextColumns(ContextKind.STEPS)) {
      if (!column.name.equals("level")) {
        phases.add(column.name.equals("name") ? new Column("phase", "VARCHAR", "name") : column);
      }
    }
    phases.add(new Column("order_id", "VARCHAR", "of the batch"));
    phases.add(new Column("product_id", "VARCHAR", "of the batch"));
    relations.add(
        new Relation(
            Relations.PHASES, "steps of level Phase, with their batch", withVersion(phases)));
    for (TableFunction function : Tables.functions()) {
      if (!function.isFunctionOnly()) {
        relations.add(
            new Relation(
                function.name(),
                function.description() + "; arguments from WHERE",
                columns(Relations.relationColumns(function))));
      }
    }
    return List.copyOf(relations);
  }

  private static List<Function> functionsNow() {
    List<Function> functions = new ArrayList<>();
    for (TableFunction function : Tables.functions()) {
      List<Argument> parameters = new ArrayList<>();
      for (Parameter each : function.parameters()) {
        parameters.add(new Argument(each.name(), each.type(), each.absent(), each.description()));
      }
      functions.add(
          new Function(
              function.name(), function.description(), parameters, columns(function.columns())));
    }
    return List.copyOf(functions);
  }

  private static List<Column> columns(List<TableColumn> columns) {
    return columns.stream()
        .map(column -> new Column(column.name(), column.type().sql(), column.description()))
        .toList();
  }

  private static List<Column> contextColumns(ContextKind kind) {
    List<Column> columns = new ArrayList<>();
    for (ContextColumn column : kind.columns()) {
      String name = column.name();
      if (column.type() == ContextColumn.Type.TIME) {
        columns.add(new Column(name, "TIMESTAMPTZ", ""));
        columns.add(new Column(name + "_ns", "BIGINT", "the same, exact, in nanoseconds"));
      } else {
        String type =
            column.type() == ContextColumn.Type.TEXT
                ? "VARCHAR"
                : column.type().name().toUpperCase(Locale.ROOT);
        columns.add(new Column(name, type, ""));
      }
    }
    return columns;
  }

  private static List<Column> withVersion(List<Column> columns) {
    List<Column> all = new ArrayList<>(columns);
    all.addAll(VERSION_COLUMNS);
    return List.copyOf(all);
  }
}

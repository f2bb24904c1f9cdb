package io.tidemark.query.arrow;

import io.tidemark.query.arrow.ArrowPageWriter.Type;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * What is known of a result before its rows.
 *
 * @param columns left to right
 * @param dataVersion names the snapshot that is read
 * @param zone in which calendar words were read
 */
public record ResultHead(List<Column> columns, String dataVersion, ZoneId zone) {
  /**
   * A column.
   *
   * @param type SQL type name
   * @param metadata of its field: {@code uom}, {@code step} and the like
   */
  public record Column(String name, String type, Map<String, String> metadata) {}

  /** Copies the list. */
  public ResultHead {
    columns = List.copyOf(columns);
  }

  /**
   * As Arrow says it: TIMESTAMPTZ as {@code timestamp[ns, UTC]}, text and what has no plain Arrow
   * type as utf8, what is known of each column in its field's metadata.
   */
  public Schema schema() {
    return ArrowPage.schema(fields(), metadata());
  }

  Map<String, String> metadata() {
    return Map.of("dataVersion", dataVersion, "timeZone", zone.getId());
  }

  /** The schema of columns of which nothing else is known. */
  public static Schema schema(List<Column> columns) {
    return ArrowPage.schema(fields(columns), Map.of());
  }

  List<ArrowPageWriter.Column> fields() {
    return fields(columns);
  }

  private static List<ArrowPageWriter.Column> fields(List<Column> columns) {
    return columns.stream()
        .map(column -> new ArrowPageWriter.Column(column.name, type(column.type), column.metadata))
        .toList();
  }

  private static Type type(String sqlType) {
    return switch (sqlType) {
      case "BOOLEAN" -> Type.BOOL;
      case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT" -> Type.INT64;
      case "UINTEGER" -> Type.UINT32;
      case "FLOAT", "DOUBLE", "HUGEINT", "UBIGINT" -> Type.FLOAT64;
      case "TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ" -> Type.TIME;
      default -> sqlType.startsWith("DECIMAL") && !sqlType.endsWith("]") ? Type.FLOAT64 : Type.TEXT;
    };
  }
}

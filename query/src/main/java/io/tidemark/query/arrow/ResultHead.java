package io.tidemark.query.arrow;

import io.tidemark.query.arrow.ArrowPageWriter.Type;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
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
   * @param values all texts that it can hold, where they are known beforehand; else empty
   */
  public record Column(
      String name, String type, Map<String, String> metadata, List<String> values) {
    /** A column whose values are not known beforehand. */
    public Column(String name, String type, Map<String, String> metadata) {
      this(name, type, metadata, List.of());
    }

    /** Whether its texts can be numbers of a dictionary. */
    boolean isListed() {
      return !values.isEmpty() && values.size() <= VALUES_MAX;
    }
  }

  /** Values of a dictionary, whose numbers are of 16 bits. */
  private static final int VALUES_MAX = Short.MAX_VALUE;

  private static final ArrowType.Int NUMBER = new ArrowType.Int(16, true);

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

  /** The same with a dictionary for each column of texts whose values are known. */
  public Schema schemaWithDictionaries() {
    return dictionarySchema(false);
  }

  /**
   * The schema with dictionaries.
   *
   * @param ofVectors whether columns have the type of their numbers, as vectors have, or that of
   *     their texts, as messages have
   */
  Schema dictionarySchema(boolean ofVectors) {
    List<Field> fields = new ArrayList<>(schema().getFields());
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).isListed()) {
        Field plain = fields.get(i);
        ArrowType type = ofVectors ? NUMBER : plain.getType();
        fields.set(
            i,
            new Field(
                plain.getName(),
                new FieldType(
                    true, type, new DictionaryEncoding(i, false, NUMBER), plain.getMetadata()),
                List.of()));
      }
    }
    return new Schema(fields, metadata());
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

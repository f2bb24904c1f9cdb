package io.tidemark.query.sql;

import java.util.Map;

/**
 * A column of a result.
 *
 * @param name as the statement names it
 * @param type SQL name of the type, for example {@code DOUBLE}
 * @param uom unit of measure, empty if unknown
 * @param metadata what else is known of it: {@code step}, {@code mode}
 */
public record SqlColumn(String name, String type, String uom, Map<String, String> metadata) {
  /** A column of which nothing else is known. */
  public SqlColumn(String name, String type, String uom) {
    this(name, type, uom, Map.of());
  }
}

package io.tidemark.query.sql;

import io.tidemark.query.arrow.ResultHead;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A column of a result.
 *
 * @param name as the statement names it
 * @param type SQL name of the type, for example {@code DOUBLE}
 * @param uom unit of measure, empty if unknown
 * @param metadata what else is known of it: {@code step}, {@code mode}
 * @param values all texts that it can hold, where they are known beforehand; else empty
 */
public record SqlColumn(
    String name, String type, String uom, Map<String, String> metadata, List<String> values) {
  /** A column whose values are not known beforehand. */
  public SqlColumn(String name, String type, String uom, Map<String, String> metadata) {
    this(name, type, uom, metadata, List.of());
  }

  /** A column of which nothing else is known. */
  public SqlColumn(String name, String type, String uom) {
    this(name, type, uom, Map.of());
  }

  /** What is known of a result with these columns: what is known of each is in its field. */
  public static ResultHead head(List<SqlColumn> columns, String dataVersion, ZoneId zone) {
    List<ResultHead.Column> fields = new ArrayList<>();
    for (SqlColumn column : columns) {
      Map<String, String> metadata = new HashMap<>(column.metadata);
      if (!column.uom.isEmpty()) {
        metadata.put("uom", column.uom);
      }
      metadata.put("timeZone", zone.getId());
      metadata.put("dataVersion", dataVersion);
      fields.add(new ResultHead.Column(column.name, column.type, metadata, column.values));
    }
    return new ResultHead(fields, dataVersion, zone);
  }
}

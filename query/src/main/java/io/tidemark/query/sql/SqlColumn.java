package io.tidemark.query.sql;

/**
 * A column of a result.
 *
 * @param name as the statement names it
 * @param type SQL name of the type, for example {@code DOUBLE}
 * @param uom unit of measure, empty if unknown
 */
public record SqlColumn(String name, String type, String uom) {}

package io.tidemark.query.sql;

import java.util.List;

/**
 * What can be said of a statement without running it.
 *
 * @param columns of its result, left to right
 * @param parameterTypes SQL names of the types that its parameters are compared with or cast to,
 *     empty where the statement does not tell
 */
public record SqlShape(List<SqlColumn> columns, List<String> parameterTypes) {}

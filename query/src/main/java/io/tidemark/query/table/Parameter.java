package io.tidemark.query.table;

import org.jspecify.annotations.Nullable;

/**
 * A parameter of a table function, and, where the table is named without arguments, the column that
 * WHERE binds it by.
 *
 * @param name name of the argument
 * @param type for people
 * @param absent what it is without an argument, as a text; null if it must be given or means
 *     everything
 * @param column column of the relation that WHERE compares; null if only a function takes it
 * @param description one sentence for people
 */
public record Parameter(
    String name,
    String type,
    @Nullable String absent,
    @Nullable String column,
    String description) {}

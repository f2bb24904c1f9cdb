package io.tidemark.wire.pg;

import io.tidemark.query.sql.SqlColumn;
import io.tidemark.query.sql.SqlShape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A statement of a client that was parsed, and what the client was told of it. One thread. */
final class PreparedQuery {
  private final SqlCommand command;
  private final int[] declared;
  private @Nullable SqlShape shape;

  /**
   * A statement.
   *
   * @param declared type numbers of parameters as the client gave them, 0 for unknown
   */
  PreparedQuery(SqlCommand command, int[] declared) {
    this.command = command;
    this.declared = declared;
  }

  SqlCommand command() {
    return command;
  }

  /** What it was described with; null if it was not. */
  @Nullable SqlShape shape() {
    return shape;
  }

  void shape(SqlShape described) {
    shape = described;
  }

  /** The type of a parameter: as declared, else as described, else null. */
  @Nullable PgType parameterType(int index) {
    if (index < declared.length && declared[index] != 0) {
      return PgType.ofOid(declared[index]);
    }
    SqlShape described = shape;
    if (described == null || index >= described.parameterTypes().size()) {
      return null;
    }
    String type = described.parameterTypes().get(index);
    return type.isEmpty() ? null : PgType.ofSql(type, isCatalog());
  }

  /** The number that a client is told of the type of a parameter; text where nobody knows. */
  int parameterOid(int index) {
    if (index < declared.length && declared[index] != 0) {
      return declared[index];
    }
    PgType type = parameterType(index);
    return type == null ? PgType.TEXT.oid() : type.oid();
  }

  boolean isCatalog() {
    return command.answerer() == SqlCommand.Answerer.CATALOG;
  }

  /** Types of columns that go out: those that the client was told, else those of the result. */
  PgType[] types(List<SqlColumn> columns) {
    SqlShape described = shape;
    List<SqlColumn> told = described == null ? columns : described.columns();
    if (told.size() != columns.size()) {
      throw new PgException(
          SqlState.FEATURE_NOT_SUPPORTED, "cached plan must not change result type");
    }
    PgType[] types = new PgType[told.size()];
    for (int i = 0; i < types.length; i++) {
      types[i] = PgType.ofSql(told.get(i).type(), isCatalog());
    }
    return types;
  }
}

package io.tidemark.query.export;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Builds one statement: columns, of which some are left out, over a source. One thread. */
final class ExportStatement {
  private final Set<String> leftOut;
  private final List<String> columns = new ArrayList<>();
  private final List<@Nullable Object> columnParams = new ArrayList<>();
  private final List<String> sources = new ArrayList<>();
  private final List<@Nullable Object> sourceParams = new ArrayList<>();

  ExportStatement(Set<String> leftOut) {
    this.leftOut = leftOut;
  }

  /** A column that is an expression. */
  ExportStatement column(String name, String expression, @Nullable Object... params) {
    if (!leftOut.contains(name)) {
      boolean isSame = expression.equals(name) || expression.equals(quoted(name));
      columns.add(isSame ? expression : expression + " AS " + quoted(name));
      for (Object param : params) {
        columnParams.add(param);
      }
    }
    return this;
  }

  /** A column that is the same text in every row. */
  ExportStatement constant(String name, @Nullable String value) {
    return column(name, "?::VARCHAR", value);
  }

  /** A further source, whose rows come beside those of the others. */
  ExportStatement from(String select, List<@Nullable Object> params) {
    sources.add(select);
    sourceParams.addAll(params);
    return this;
  }

  /** The statement over the sources, in an order. */
  ExportPlan.Statement ordered(String order) {
    return statement("(" + String.join(" UNION ALL ", sources) + ") ORDER BY " + order);
  }

  /** The statement over its only source, a table function, in the order of that. */
  ExportPlan.Statement plain() {
    return statement(sources.getFirst());
  }

  private ExportPlan.Statement statement(String rest) {
    List<@Nullable Object> params = new ArrayList<>(columnParams);
    params.addAll(sourceParams);
    return new ExportPlan.Statement(
        "SELECT " + String.join(", ", columns) + " FROM " + rest, params);
  }

  static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}

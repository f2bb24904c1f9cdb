package io.tidemark.query.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which columns of a SELECT are those of one reference to samples.
 *
 * @param alias by which the statement names the reference, in lower case
 */
record OwnColumns(String alias) {
  /** Stands for the name of the samples alone, which means a whole row. */
  static final String WHOLE_ROW = "";

  static OwnColumns of(ObjectNode samples) {
    return new OwnColumns(ColumnUnits.alias(samples).toLowerCase(Locale.ROOT));
  }

  /**
   * The column of the samples that an expression is, or null. A name without qualifier that samples
   * have is theirs, or the statement is ambiguous and fails.
   */
  @Nullable String column(JsonNode node) {
    if (!node.path("class").asText().equals("COLUMN_REF")) {
      return null;
    }
    JsonNode names = node.path("column_names");
    String last = names.path(names.size() - 1).asText().toLowerCase(Locale.ROOT);
    if (names.size() == 1 && last.equals(alias)) {
      return WHOLE_ROW;
    }
    boolean isOwn =
        names.size() == 1
            ? Relations.SAMPLE_COLUMNS.contains(last)
            : names.path(0).asText().toLowerCase(Locale.ROOT).equals(alias);
    return isOwn ? last : null;
  }

  /** The columns of the samples in an expression. */
  Set<String> in(JsonNode node) {
    List<ObjectNode> references = new ArrayList<>();
    SyntaxTree.collect(node, "COLUMN_REF", references);
    Set<String> columns = new HashSet<>();
    for (ObjectNode reference : references) {
      String column = column(reference);
      if (column != null) {
        columns.add(column);
      }
    }
    return columns;
  }
}

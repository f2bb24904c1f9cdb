package io.tidemark.query.sql;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.query.duckdb.DuckDbSession;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the parser said of the statements that were asked last: programs describe a statement and
 * then run it, and ask the same again. Safe from any thread.
 */
final class ParsedStatements {
  private static final int ENTRIES_MAX = 256;
  private static final int CHARS_MAX = 8 << 10;

  private final Map<String, JsonNode> trees =
      new LinkedHashMap<>(ENTRIES_MAX, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, JsonNode> eldest) {
          return size() > ENTRIES_MAX;
        }
      };

  /** The tree of a statement's body, names of other systems replaced; the caller's own. */
  JsonNode of(DuckDbSession planner, String body) {
    JsonNode known;
    synchronized (trees) {
      known = trees.get(body);
    }
    if (known != null) {
      return known.deepCopy();
    }
    JsonNode parsed = ForeignNames.replaced(planner, SyntaxTree.parse(planner, body));
    if (body.length() <= CHARS_MAX) {
      synchronized (trees) {
        trees.put(body, parsed.deepCopy());
      }
    }
    return parsed;
  }
}

package io.tidemark.query.sql;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.model.QueryContext;
import io.tidemark.model.TagDefinition;
import io.tidemark.query.context.ContextKind;
import io.tidemark.query.duckdb.DuckDbInstances;
import io.tidemark.query.duckdb.DuckDbSession;
import io.tidemark.query.duckdb.ScanColumn;
import io.tidemark.query.duckdb.ScanHandle;
import io.tidemark.query.duckdb.ScanRows;
import io.tidemark.query.duckdb.ScanSource;
import io.tidemark.query.table.Tables;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Tags that a principal may read, in a session of the executor.
 *
 * <p>The executor's tables are shared by all. For whom some tags are hidden, the session gets
 * temporary tables of the same names without them; DuckDB looks there first. They are copies, not
 * views: a filter of the statement may move below any condition of a view, and an error it raises
 * names the value that it stumbled over.
 */
final class VisibleTags {
  private static final String ATTRIBUTES = "attributes";

  private VisibleTags() {}

  /**
   * Hides from a session what the statement could see of tags that its principal may not read.
   *
   * @return whether there is something to hide: then answers of the session are nobody else's
   */
  static boolean restrict(
      JsonNode tree, DuckDbSession executor, DuckDbInstances instances, QueryContext context) {
    if (!namesTags(tree)) {
      return false;
    }
    List<TagDefinition> all = context.view().tags().all();
    int[] visible =
        all.stream().mapToInt(TagDefinition::id).filter(context::mayRead).sorted().toArray();
    if (visible.length == all.size()) {
      return false;
    }
    executor.discardAfterUse();
    ScanHandle ids = instances.register(new Ids(visible));
    try {
      String tags = Relations.TAG_TABLE;
      executor.execute(
          "CREATE TEMP TABLE "
              + tags
              + " AS SELECT t.* FROM memory.main."
              + tags
              + " t SEMI JOIN tidemark_scan("
              + ids.number()
              + ") v ON v.tag_id = t.tag_id");
      executor.execute("CREATE TEMP VIEW tags AS SELECT * FROM temp.main." + tags);
      hide("attributes", executor);
      if (context.view().isAsOf()) {
        hide(Relations.history(ContextKind.ATTRIBUTES), executor);
      }
    } finally {
      instances.release(ids);
    }
    return true;
  }

  /** Puts a copy without hidden tags before a table; what names no tag at all is shown. */
  private static void hide(String table, DuckDbSession executor) {
    executor.execute(
        "CREATE TEMP TABLE "
            + table
            + " AS SELECT a.* FROM memory.main."
            + table
            + " a ANTI JOIN (SELECT t.tag FROM memory.main."
            + Relations.TAG_TABLE
            + " t ANTI JOIN temp.main."
            + Relations.TAG_TABLE
            + " v ON v.tag_id = t.tag_id) h ON h.tag = a.tag");
  }

  /** Whether a statement may read tags, their samples or what is bound to them. */
  private static boolean namesTags(JsonNode node) {
    if (node.isObject()) {
      String name =
          switch (node.path("type").asText()) {
            case "BASE_TABLE" -> SyntaxTree.name(node, "table_name");
            case "TABLE_FUNCTION" -> SyntaxTree.name(node.path("function"), "function_name");
            default -> "";
          };
      boolean is =
          switch (name) {
            case Relations.SAMPLES, Relations.CURRENT, Relations.TAGS, ATTRIBUTES -> true;
            default -> Tables.find(name) != null;
          };
      if (is) {
        return true;
      }
    }
    for (JsonNode child : node) {
      if (namesTags(child)) {
        return true;
      }
    }
    return false;
  }

  /** Ids as a scan. */
  private static final class Ids implements ScanSource {
    private static final int PIECE = 1024;

    private final int[] ids;

    Ids(int[] ids) {
      this.ids = ids;
    }

    @Override
    public List<ScanColumn> columns() {
      return List.of(new ScanColumn("tag_id", ScanColumn.Type.INTEGER));
    }

    @Override
    public long estimatedRows() {
      return ids.length;
    }

    @Override
    public Pass pass(int[] columns) {
      AtomicInteger next = new AtomicInteger();
      return Pass.of(rows -> fill(rows, next, columns.length));
    }

    private int fill(ScanRows rows, AtomicInteger next, int columnCount) {
      int count = Math.min(PIECE, rows.capacity());
      int from = Math.min(next.getAndAdd(count), ids.length);
      int[] piece = Arrays.copyOfRange(ids, from, Math.min(from + count, ids.length));
      for (int column = 0; column < columnCount; column++) {
        rows.setInts(column, 0, piece, 0, piece.length);
      }
      return piece.length;
    }
  }
}

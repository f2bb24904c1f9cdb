package io.tidemark.query.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.model.QueryContext;
import io.tidemark.model.TagDefinition;
import io.tidemark.query.duckdb.DuckDbException;
import io.tidemark.query.duckdb.DuckDbRows;
import io.tidemark.query.duckdb.DuckDbSession;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Finds the tags that a scan must read: those that conditions and joins leave. */
final class TagSelection {
  private final DuckDbSession planner;
  private final DuckDbSession executor;
  private final QueryContext context;

  TagSelection(DuckDbSession planner, DuckDbSession executor, QueryContext context) {
    this.planner = planner;
    this.executor = executor;
    this.context = context;
  }

  /** The visible tags that the conditions leave. */
  List<TagDefinition> select(PlanFilters.Need need, @Nullable Set<String> asked) {
    Set<String> names = null;
    JsonNode condition = need.tagCondition();
    if (condition != null) {
      Set<Object> constants = StubCondition.constants(need.conditions(), "tag");
      if (constants != null) {
        names = new LinkedHashSet<>();
        for (Object constant : constants) {
          names.add(constant.toString());
        }
      } else {
        names = namesByQuery(condition);
      }
    }
    if (names == null) {
      names = asked;
    } else if (asked != null) {
      names.retainAll(asked);
    }
    List<TagDefinition> wanted = new ArrayList<>();
    if (names == null) {
      wanted.addAll(context.view().tags().all());
    } else {
      for (String name : names) {
        TagDefinition tag = context.view().tags().find(name);
        if (tag != null) {
          wanted.add(tag);
        }
      }
    }
    wanted.removeIf(tag -> !context.mayRead(tag.id()));
    return wanted;
  }

  /** Lets DuckDB itself evaluate a condition on names, such as LIKE; null if it cannot. */
  private @Nullable Set<String> namesByQuery(JsonNode condition) {
    try {
      ObjectNode tree =
          SyntaxTree.template(
              planner,
              "SELECT tag FROM (SELECT tag, tag AS "
                  + Relations.RESERVED
                  + "tag FROM "
                  + Relations.TAG_TABLE
                  + ") t");
      SyntaxTree.selectNode(tree).set("where_clause", condition.deepCopy());
      Set<String> names = new LinkedHashSet<>();
      try (DuckDbRows rows = executor.query(SyntaxTree.sql(planner, tree), List.of())) {
        while (rows.next()) {
          names.add(String.valueOf(rows.value(0)));
        }
      }
      return names;
    } catch (DuckDbException e) {
      return null;
    }
  }

  /** The unit of the values, where all tags share one. */
  static Map<String, String> uoms(List<TagDefinition> tags) {
    Set<String> uoms = new TreeSet<>();
    tags.forEach(tag -> uoms.add(tag.uom()));
    String uom = uoms.size() == 1 ? uoms.iterator().next() : "";
    return Map.of("value", uom, "value_int", uom);
  }

  /** Their names, sorted. */
  static Set<String> names(List<TagDefinition> tags) {
    Set<String> names = new TreeSet<>();
    tags.forEach(tag -> names.add(tag.name()));
    return names;
  }
}

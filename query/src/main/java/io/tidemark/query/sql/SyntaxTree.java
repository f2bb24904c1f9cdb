package io.tidemark.query.sql;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.query.duckdb.DuckDbException;
import io.tidemark.query.duckdb.DuckDbSession;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * DuckDB's syntax tree of a SELECT as JSON ({@code json_serialize_sql}), and the few operations on
 * it that the gate and the rewriter share. Table references carry their name twice, functions too:
 * both places are read and written together.
 */
final class SyntaxTree {
  /** The library writes trees of up to 1000; what we put in needs some of it. */
  private static final int DEPTH_MAX = 900;

  private static final BigInteger NO_LOCATION = new BigInteger("18446744073709551615");
  private static final Set<String> VOLATILE =
      Set.of("random", "uuid", "uuidv4", "uuidv7", "gen_random_uuid", "error");
  private static final List<String> NOT_OF_ONE_ROW =
      List.of("SUBQUERY", "WINDOW", "STAR", "LAMBDA", "POSITIONAL_REFERENCE");

  static final ObjectMapper JSON = mapper();
  private static final int TEMPLATES_MAX = 512;
  private static final Map<String, ObjectNode> TEMPLATES = new ConcurrentHashMap<>();

  private SyntaxTree() {}

  private static ObjectMapper mapper() {
    ObjectMapper mapper = JsonMapper.builder().build();
    mapper
        .getFactory()
        .setStreamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(DEPTH_MAX)
                .maxStringLength(64 << 20)
                .build());
    return mapper;
  }

  /** What the parser says: {@code statements}, or {@code error} with its place. */
  static JsonNode parse(DuckDbSession planner, String sql) {
    String json = planner.text("SELECT json_serialize_sql(?)", List.of(sql));
    try {
      return JSON.readTree(json == null ? "{}" : json);
    } catch (StreamConstraintsException e) {
      throw new HistorianException(
          ErrorCode.SQL_REFUSED, "statement is nested too deeply: depthMax=" + DEPTH_MAX, e);
    } catch (JsonProcessingException e) {
      throw new HistorianException(ErrorCode.INTERNAL, "syntax tree cannot be read", e);
    }
  }

  /** The tree of a statement of ours that is asked for again and again; the caller's own. */
  static ObjectNode template(DuckDbSession planner, String sql) {
    ObjectNode known = TEMPLATES.get(sql);
    if (known == null) {
      known = tree(planner, sql);
      if (TEMPLATES.size() >= TEMPLATES_MAX) {
        TEMPLATES.clear();
      }
      TEMPLATES.put(sql, known);
    }
    return known.deepCopy();
  }

  /** The tree of a statement of ours. */
  static ObjectNode tree(DuckDbSession planner, String sql) {
    JsonNode tree = parse(planner, sql);
    if (tree.path("error").asBoolean() || !(tree instanceof ObjectNode object)) {
      throw new IllegalStateException("template does not parse: " + sql + ": " + tree);
    }
    return object;
  }

  /** A subquery as it stands in FROM, of a text of ours that comes again. */
  static ObjectNode derived(DuckDbSession planner, String select) {
    return (ObjectNode) selectNode(template(planner, over(select))).path("from_table");
  }

  /** A subquery as it stands in FROM, of a text of ours. */
  static ObjectNode derivedOnce(DuckDbSession planner, String select) {
    return (ObjectNode) selectNode(tree(planner, over(select))).path("from_table");
  }

  private static String over(String select) {
    return "SELECT * FROM (" + select + ") AS tidemark_alias";
  }

  /** The select node of a tree with one statement. */
  static ObjectNode selectNode(ObjectNode tree) {
    return (ObjectNode) tree.path("statements").get(0).path("node");
  }

  /** SQL text of a tree. */
  static String sql(DuckDbSession planner, ObjectNode tree) {
    String sql;
    try {
      sql = planner.text("SELECT json_deserialize_sql(CAST(? AS JSON))", List.of(tree.toString()));
    } catch (DuckDbException e) {
      throw new HistorianException(
          ErrorCode.SQL_REFUSED, "statement has a form that cannot be rewritten: " + e.text(), e);
    }
    if (sql == null) {
      throw new HistorianException(ErrorCode.INTERNAL, "syntax tree has no text");
    }
    return sql;
  }

  /**
   * Numbers the parameters that the tree still holds from 1 without gaps.
   *
   * @return for each new number, the parameter's place in the caller's list, from 0
   */
  static List<Integer> renumberParameters(ObjectNode tree) {
    List<ObjectNode> nodes = new ArrayList<>();
    collect(tree, "PARAMETER", nodes);
    Set<Integer> used = new TreeSet<>();
    for (ObjectNode node : nodes) {
      used.add(Integer.parseInt(node.path("identifier").asText()));
    }
    List<Integer> order = new ArrayList<>(used);
    for (ObjectNode node : nodes) {
      int old = Integer.parseInt(node.path("identifier").asText());
      node.put("identifier", Integer.toString(order.indexOf(old) + 1));
    }
    for (JsonNode statement : tree.path("statements")) {
      ArrayNode map = ((ObjectNode) statement).putArray("named_param_map");
      for (int i = 1; i <= order.size(); i++) {
        map.addObject().put("key", Integer.toString(i)).put("value", i);
      }
    }
    order.replaceAll(number -> number - 1);
    return order;
  }

  /** Puts another text in place of that of constants. */
  static void replaceConstant(JsonNode tree, String text, String by) {
    List<ObjectNode> constants = new ArrayList<>();
    collect(tree, "CONSTANT", constants);
    for (ObjectNode constant : constants) {
      if (constant.path("literal").path("text").asText().equals(text)) {
        ((ObjectNode) constant.path("literal")).put("text", by);
      }
    }
  }

  /** All objects below of an expression class. */
  static void collect(JsonNode node, String expressionClass, List<ObjectNode> out) {
    if (node instanceof ObjectNode object
        && object.path("class").asText().equals(expressionClass)) {
      out.add(object);
    }
    for (JsonNode child : node) {
      collect(child, expressionClass, out);
    }
  }

  /** Whether an object of that type stands in the tree. */
  static boolean holdsType(JsonNode node, String type) {
    if (node.isObject() && node.path("type").asText().equals(type)) {
      return true;
    }
    for (JsonNode child : node) {
      if (holdsType(child, type)) {
        return true;
      }
    }
    return false;
  }

  /** Whether the tree would answer otherwise another time: random functions, sampled tables. */
  static boolean isVolatile(JsonNode node) {
    if (node.path("class").asText().equals("FUNCTION")
        && VOLATILE.contains(name(node, "function_name"))) {
      return true;
    }
    if (node.path("sample").isObject()) {
      return true;
    }
    for (JsonNode child : node) {
      if (isVolatile(child)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether an expression is a function of the columns of one row: no subquery, window, star,
   * lambda or position in the select list, and the same whenever it is asked.
   */
  static boolean isOfOneRow(JsonNode node) {
    return NOT_OF_ONE_ROW.stream().noneMatch(type -> holdsClass(node, type)) && !isVolatile(node);
  }

  private static boolean holdsClass(JsonNode node, String expressionClass) {
    List<ObjectNode> found = new ArrayList<>();
    collect(node, expressionClass, found);
    return !found.isEmpty();
  }

  /** Lower-case name of a table reference or of a function. */
  static String name(JsonNode node, String field) {
    return node.path(field).asText().toLowerCase(Locale.ROOT);
  }

  /** A text constant. */
  static ObjectNode text(String value) {
    ObjectNode constant = expression("CONSTANT", "VALUE_CONSTANT");
    constant.putObject("literal").put("kind", "STRING").put("text", value);
    return constant;
  }

  /** {@code CAST(child AS type)}. */
  static ObjectNode cast(JsonNode child, String type) {
    ObjectNode cast = expression("CAST", "OPERATOR_CAST");
    cast.set("child", child);
    cast.put("try_cast", false);
    ObjectNode typeNode = expression("TYPE", "TYPE");
    typeNode.put("catalog", "").put("schema", "").put("type_name", type);
    typeNode.putArray("children");
    typeNode.putObject("qualified_name").putArray("path").add(type);
    cast.set("type_expr", typeNode);
    return cast;
  }

  /** A call of a function, or of an operator by its sign. */
  static ObjectNode call(String function, JsonNode... arguments) {
    ObjectNode call = expression("FUNCTION", "FUNCTION");
    call.put("function_name", function).put("schema", "").putNull("filter");
    call.putObject("order_bys").put("type", "ORDER_MODIFIER").putArray("orders");
    call.put("distinct", false).put("is_operator", !Character.isLetter(function.charAt(0)));
    call.put("export_state", false).put("catalog", "");
    ArrayNode list = call.putArray("arguments");
    for (JsonNode argument : arguments) {
      list.addObject().put("name", "").set("expression", argument);
    }
    call.putObject("qualified_name").putArray("path").add(function);
    return call;
  }

  /** The first of some expressions that is not NULL. */
  static ObjectNode coalesce(JsonNode... expressions) {
    ObjectNode node = expression("OPERATOR", "OPERATOR_COALESCE");
    ArrayNode children = node.putArray("children");
    for (JsonNode each : expressions) {
      children.add(each);
    }
    return node;
  }

  /** SQL text of an expression without parameters. */
  static String text(DuckDbSession planner, ObjectNode one, JsonNode expression) {
    ObjectNode tree = one.deepCopy();
    ArrayNode list = selectNode(tree).putArray("select_list");
    ObjectNode plain = expression.deepCopy();
    list.add(plain.put("alias", ""));
    return sql(planner, tree).substring("SELECT ".length());
  }

  /** A reference to a column. */
  static ObjectNode column(String name) {
    ObjectNode column = expression("COLUMN_REF", "COLUMN_REF");
    column.putArray("column_names").add(name);
    return column;
  }

  /** {@code a AND b AND …}; null for none. */
  static @Nullable JsonNode conjunction(List<? extends JsonNode> terms, boolean and) {
    if (terms.size() <= 1) {
      return terms.isEmpty() ? null : terms.getFirst();
    }
    ObjectNode node = expression("CONJUNCTION", and ? "CONJUNCTION_AND" : "CONJUNCTION_OR");
    node.putArray("children").addAll(List.copyOf(terms));
    return node;
  }

  private static ObjectNode expression(String expressionClass, String type) {
    ObjectNode node = JSON.createObjectNode();
    node.put("class", expressionClass).put("type", type).put("alias", "");
    node.put("query_location", NO_LOCATION).put("query_location_length", 0);
    return node;
  }

  /** The terms that a condition joins by AND. */
  static void terms(JsonNode condition, List<JsonNode> out) {
    if (condition.path("type").asText().equals("CONJUNCTION_AND")) {
      for (JsonNode child : condition.path("children")) {
        terms(child, out);
      }
    } else if (!condition.isNull() && !condition.isMissingNode()) {
      out.add(condition);
    }
  }
}

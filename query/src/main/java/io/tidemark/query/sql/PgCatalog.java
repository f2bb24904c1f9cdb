package io.tidemark.query.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.QueryContext;
import io.tidemark.query.duckdb.DuckDbConfig;
import io.tidemark.query.duckdb.DuckDbException;
import io.tidemark.query.duckdb.DuckDbInstances;
import io.tidemark.query.duckdb.DuckDbRows;
import io.tidemark.query.duckdb.DuckDbSession;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Answers what tools ask of PostgreSQL's catalog: {@code pg_catalog}, {@code information_schema},
 * and functions of the session. The statements run in a small DuckDB of their own, which holds
 * nothing but catalog tables of the historian's relations and types; no names of tags. Their syntax
 * tree is checked as that of other statements is, against the names of the catalog. Safe from any
 * thread.
 *
 * <p>What DuckDB reads otherwise than PostgreSQL is replaced in the tree: names of schemas, types
 * such as {@code regclass}, {@code COLLATE "default"}, and functions whose value the session knows.
 */
public final class PgCatalog implements AutoCloseable {
  private static final String CATALOG = "pg_catalog";
  private static final String INFORMATION = "information_schema";
  private static final String INFORMATION_PREFIX = "info_";
  private static final String FORMAT = "tidemark_format";
  private static final String ONE_VALUE = "one_value";
  private static final long MEMORY_BYTES = 64L << 20;
  private static final int SESSIONS_MAX = 256;

  /** Words that only a session knows the value of, with or without brackets. */
  private static final Set<String> SESSION_WORDS =
      Set.of(
          "current_user",
          "session_user",
          "current_role",
          "current_catalog",
          "current_schema",
          "user");

  private static final Set<String> SESSION_FUNCTIONS =
      Set.of(
          "version",
          "current_database",
          "current_schema",
          "current_user",
          "session_user",
          "current_setting",
          "set_config",
          "pg_backend_pid");

  /** Functions that are asked for without a table, and are none of DuckDB's. */
  private static final Set<String> CALLS =
      Set.of(
          "current_schemas",
          "format_type",
          "obj_description",
          "col_description",
          "shobj_description",
          "has_table_privilege",
          "has_schema_privilege",
          "has_database_privilege",
          "has_any_column_privilege",
          "inet_server_addr",
          "inet_server_port",
          "inet_client_addr",
          "txid_current",
          "quote_ident",
          "to_regclass",
          "to_regtype");

  private static final Map<String, String> TYPES =
      Map.ofEntries(
          Map.entry("name", "VARCHAR"),
          Map.entry("char", "VARCHAR"),
          Map.entry("bpchar", "VARCHAR"),
          Map.entry("oid", "UINTEGER"),
          Map.entry("xid", "UINTEGER"),
          Map.entry("cid", "UINTEGER"),
          Map.entry("aclitem", "VARCHAR"),
          Map.entry("cstring", "VARCHAR"),
          Map.entry("unknown", "VARCHAR"),
          Map.entry("int2vector", "VARCHAR"),
          Map.entry("oidvector", "VARCHAR"),
          Map.entry("pg_node_tree", "VARCHAR"),
          Map.entry("sql_identifier", "VARCHAR"),
          Map.entry("character_data", "VARCHAR"),
          Map.entry("yes_or_no", "VARCHAR"),
          Map.entry("cardinal_number", "INTEGER"));

  /** Types that are a number and a name at once. */
  private static final Map<String, String> NAMED =
      Map.of(
          "regclass", "tidemark_regclass",
          "regtype", "tidemark_regtype",
          "regproc", "tidemark_regproc",
          "regprocedure", "tidemark_regproc",
          "regnamespace", "tidemark_regnamespace",
          "regrole", "tidemark_regrole");

  /** Functions whose value is a text, so that a cast of it looks a name up. */
  private static final Set<String> TEXTS =
      Set.of(FORMAT, "quote_ident", "concat", "concat_ws", "replace", "lower", "upper", "||");

  /** Functions with one value that PostgreSQL takes in FROM too. */
  private static final Set<String> SCALARS_IN_FROM =
      Set.of("string_to_array", "regexp_split_to_array", "current_schemas", "parse_ident");

  /** Functions with rows that are views here. */
  private static final Map<String, String> VIEWS_IN_FROM =
      Map.of("pg_get_keywords", "pg_keywords", "pg_timezone_names", "pg_timezone_names");

  /** What only the session knows. */
  public interface Session {
    /**
     * Value of a function.
     *
     * @param name for example {@code current_user} or {@code current_setting}
     * @param arguments as far as they are constant texts
     */
    @Nullable String value(String name, List<String> arguments);
  }

  private final SqlGate.Names names;
  private final DuckDbInstances instances;

  /**
   * A catalog; opens nothing yet.
   *
   * @param settings names and values for {@code pg_settings}
   */
  public PgCatalog(SqlSchema schema, Map<String, String> settings) {
    Set<String> functions = new TreeSet<>(PgCatalogTables.functions());
    functions.removeIf(name -> name.startsWith(Relations.RESERVED));
    this.names = SqlGate.Names.ofCatalog(PgCatalogTables.relations(), functions);
    this.instances =
        new DuckDbInstances(
            new DuckDbConfig(MEMORY_BYTES, 1, Path.of(""), 0, SESSIONS_MAX),
            PgCatalogTables.statements(schema, settings),
            List.of());
  }

  /**
   * Whether a word of a statement says that it asks the catalog.
   *
   * @param name in lower case
   * @param isCall whether a bracket follows
   * @param isField whether a dot stands before it
   */
  public static boolean isName(String name, boolean isCall, boolean isField) {
    if (isField) {
      return false;
    }
    return name.startsWith("pg_")
        || name.equals(INFORMATION)
        || (SESSION_WORDS.contains(name) && !name.equals("user"))
        || (isCall && (SESSION_FUNCTIONS.contains(name) || CALLS.contains(name)))
        || NAMED.containsKey(name);
  }

  /**
   * Runs a statement; close the result.
   *
   * @param context for its zone, and to stop it
   * @throws HistorianException SQL_ERROR, SQL_REFUSED or READ_ONLY
   */
  public SqlResult execute(
      String sql,
      List<? extends @Nullable Object> parameters,
      QueryContext context,
      Session facts) {
    StatementText text = StatementText.of(sql);
    DuckDbSession session = instances.executor(context.zone());
    QueryContext.Stop stop = context.onStop(session::cancel);
    try {
      ObjectNode tree = tree(session, text, sql, parameters.size(), facts);
      DuckDbRows rows = session.query(SyntaxTree.sql(session, tree), parameters);
      List<SqlColumn> columns = new ArrayList<>();
      for (int i = 0; i < rows.names().size(); i++) {
        columns.add(new SqlColumn(rows.names().get(i), rows.types().get(i), ""));
      }
      return new StreamedResult(
          session,
          rows,
          List.of(),
          instances,
          context,
          stop,
          List.copyOf(columns),
          new RowLimit(0));
    } catch (DuckDbException e) {
      stop.close();
      session.close();
      throw SqlEngine.translate(e, List.of(), context);
    } catch (RuntimeException | Error e) {
      stop.close();
      session.close();
      throw e;
    }
  }

  /** Says what a statement returns and takes, without running it. */
  public SqlShape describe(String sql, int parameterCount, QueryContext context, Session facts) {
    StatementText text = StatementText.of(sql);
    try (DuckDbSession session = instances.executor(context.zone())) {
      return StatementShape.shape(
          session, tree(session, text, sql, parameterCount, facts), parameterCount);
    } catch (DuckDbException e) {
      throw SqlEngine.translate(e, List.of(), context);
    }
  }

  private ObjectNode tree(
      DuckDbSession session, StatementText text, String sql, int parameterCount, Session facts) {
    JsonNode parsed = SyntaxTree.parse(session, text.body());
    if (text.explain()) {
      throw new HistorianException(ErrorCode.SQL_REFUSED, "statements of the catalog have no plan");
    }
    CteScope.walk(parsed, CteScope.EMPTY, (node, scope) -> functionInFrom(session, node));
    CteScope.walk(parsed, CteScope.EMPTY, (node, scope) -> known(node, facts));
    ObjectNode tree =
        SqlGate.check(
            parsed, text, position -> text.placeOfByte(sql, position), parameterCount, names);
    // Only now: what stands for these is no name that a statement may use.
    CteScope.walk(tree, CteScope.EMPTY, (node, scope) -> named(node));
    return tree;
  }

  // Before the check.

  /**
   * A function in FROM as DuckDB has it: a name behind it is that of its column too, one with a
   * single value becomes a subquery, and some are views.
   */
  private static JsonNode functionInFrom(DuckDbSession session, ObjectNode node) {
    if (!node.path("type").asText().equals("TABLE_FUNCTION")
        || !(node.path("function") instanceof ObjectNode function)) {
      return node;
    }
    String name = SyntaxTree.name(function, "function_name");
    String alias = node.path("alias").asText().isEmpty() ? name : node.path("alias").asText();
    String view = VIEWS_IN_FROM.get(name);
    if (view != null && function.path("arguments").isEmpty()) {
      return SyntaxTree.derived(session, "SELECT * FROM " + view).put("alias", alias);
    }
    if (SCALARS_IN_FROM.contains(name)) {
      ObjectNode subquery = SyntaxTree.derived(session, "SELECT NULL AS " + ONE_VALUE);
      ArrayNode list = (ArrayNode) subquery.findValue("select_list");
      list.set(0, function.put("alias", alias));
      return subquery.put("alias", alias);
    }
    if (node.path("column_name_alias") instanceof ArrayNode columns
        && columns.isEmpty()
        && !node.path("alias").asText().isEmpty()) {
      columns.add(alias);
    }
    return node;
  }

  private static JsonNode known(ObjectNode node, Session facts) {
    if (node.path("select_list") instanceof ArrayNode list) {
      list.forEach(PgCatalog::giveName);
    }
    return switch (node.path("class").asText()) {
      case "COLUMN_REF" -> column(node, facts);
      case "FUNCTION" -> function(node, facts);
      case "COLLATE" -> withAlias(inner(node.path("child"), facts), node);
      case "CAST" -> cast(node);
      case "TYPE" -> type(node);
      default -> node.path("type").asText().equals("BASE_TABLE") ? table(node) : node;
    };
  }

  private static JsonNode inner(JsonNode child, Session facts) {
    return CteScope.walk(child, CteScope.EMPTY, (node, scope) -> known(node, facts));
  }

  /** PostgreSQL's name of an expression without one, where it is not DuckDB's. */
  private static void giveName(JsonNode expression) {
    if (!(expression instanceof ObjectNode node) || !node.path("alias").asText().isEmpty()) {
      return;
    }
    String name = name(node);
    if (name != null) {
      node.put("alias", name);
    }
  }

  private static @Nullable String name(JsonNode node) {
    return switch (node.path("class").asText()) {
      case "FUNCTION" ->
          node.path("is_operator").asBoolean()
              ? "?column?"
              : SyntaxTree.name(node, "function_name");
      case "CAST", "COLLATE" -> {
        JsonNode child = node.path("child");
        JsonNode columns = child.path("column_names");
        yield columns.isEmpty() ? name(child) : columns.get(columns.size() - 1).asText();
      }
      case "CASE" -> "case";
      case "CONSTANT", "COMPARISON", "CONJUNCTION", "OPERATOR" -> "?column?";
      default -> null;
    };
  }

  private static JsonNode column(ObjectNode node, Session facts) {
    ArrayNode columns = (ArrayNode) node.path("column_names");
    String first = columns.path(0).asText().toLowerCase(Locale.ROOT);
    if (columns.size() == 1 && SESSION_WORDS.contains(first)) {
      return constant(facts.value(first, List.of()), node, first);
    }
    if (columns.size() > 1 && first.equals(CATALOG)) {
      columns.remove(0);
    }
    return node;
  }

  private static JsonNode function(ObjectNode node, Session facts) {
    String name = SyntaxTree.name(node, "function_name");
    String schema = node.path("schema").asText().toLowerCase(Locale.ROOT);
    if (schema.equals(CATALOG) || schema.equals(INFORMATION)) {
      node.put("schema", "").put("catalog", "");
      node.putObject("qualified_name").putArray("path").add(node.path("function_name").asText());
    }
    if (!SESSION_FUNCTIONS.contains(name)) {
      return node;
    }
    List<String> arguments = new ArrayList<>();
    for (JsonNode argument : node.path("arguments")) {
      arguments.add(argument.path("expression").path("literal").path("text").asText());
    }
    JsonNode value = constant(facts.value(name, arguments), node, name);
    return name.equals("pg_backend_pid")
        ? withAlias(SyntaxTree.cast(withAlias(value, null), "INTEGER"), (ObjectNode) value, name)
        : value;
  }

  private static JsonNode constant(@Nullable String value, ObjectNode node, String name) {
    ObjectNode constant =
        value == null
            ? SyntaxTree.call("nullif", SyntaxTree.text(""), SyntaxTree.text(""))
            : SyntaxTree.text(value);
    return withAlias(constant, node, name);
  }

  private static JsonNode withAlias(JsonNode to, @Nullable ObjectNode from) {
    return to instanceof ObjectNode object
        ? object.put("alias", from == null ? "" : from.path("alias").asText())
        : to;
  }

  private static JsonNode withAlias(ObjectNode to, ObjectNode from, String absent) {
    String alias = from.path("alias").asText();
    return to.put("alias", alias.isEmpty() ? absent : alias);
  }

  private static JsonNode table(ObjectNode node) {
    JsonNode path = node.path("qualified_name").path("path");
    String schema =
        path.size() > 1 ? path.get(path.size() - 2).asText().toLowerCase(Locale.ROOT) : "";
    String name = SyntaxTree.name(node, "table_name");
    if (schema.equals(INFORMATION)) {
      if (node.path("alias").asText().isEmpty()) {
        node.put("alias", name);
      }
      name = INFORMATION_PREFIX + name;
    } else if (!schema.equals(CATALOG) && (!schema.isEmpty() || !name.startsWith("pg_"))) {
      return node;
    }
    node.put("schema_name", "").put("catalog_name", "").put("table_name", name);
    node.putObject("qualified_name").putArray("path").add(name);
    return node;
  }

  private static JsonNode type(ObjectNode node) {
    String name = SyntaxTree.name(node, "type_name");
    String mapped = TYPES.get(name);
    String schema = node.path("schema").asText().toLowerCase(Locale.ROOT);
    if (mapped == null && !schema.equals(CATALOG) && !schema.equals(INFORMATION)) {
      return node;
    }
    String type = mapped == null ? name : mapped;
    node.put("catalog", "").put("schema", "").put("type_name", type);
    node.putObject("qualified_name").putArray("path").add(type);
    return node;
  }

  /** A list as PostgreSQL writes it, in DuckDB's notation. */
  private static JsonNode cast(ObjectNode node) {
    JsonNode literal = node.path("child").path("literal");
    String text = literal.path("text").asText();
    boolean isList = !node.path("type_expr").path("children").isEmpty();
    if (literal instanceof ObjectNode object
        && isList
        && text.startsWith("{")
        && text.endsWith("}")) {
      object.put("text", "[" + text.substring(1, text.length() - 1) + "]");
    }
    return node;
  }

  // After the check.

  /**
   * Casts to types that are a number and a name: texts become numbers, numbers names. And the
   * function {@code format}, which is another one in DuckDB.
   */
  private static JsonNode named(ObjectNode node) {
    if (node.path("class").asText().equals("FUNCTION")
        && SyntaxTree.name(node, "function_name").equals("format")) {
      node.put("function_name", FORMAT);
      node.putObject("qualified_name").putArray("path").add(FORMAT);
      return node;
    }
    if (!node.path("class").asText().equals("CAST")) {
      return node;
    }
    String function = NAMED.get(SyntaxTree.name(node.path("type_expr"), "type_name"));
    if (function == null) {
      return node;
    }
    JsonNode child =
        CteScope.walk(node.path("child"), CteScope.EMPTY, (below, scope) -> named(below));
    String childClass = child.path("class").asText();
    String nameOf = SyntaxTree.name(child, "function_name");
    boolean isText =
        childClass.equals("PARAMETER")
            || child.path("literal").path("kind").asText().equals("STRING")
            || (childClass.equals("FUNCTION") && TEXTS.contains(nameOf))
            || (childClass.equals("CAST")
                && SyntaxTree.name(child.path("type_expr"), "type_name").matches("varchar|text"));
    JsonNode argument = childClass.equals("PARAMETER") ? SyntaxTree.cast(child, "VARCHAR") : child;
    return withAlias(SyntaxTree.call(function + (isText ? "" : "_text"), argument), node);
  }

  @Override
  public void close() {
    instances.close();
  }
}

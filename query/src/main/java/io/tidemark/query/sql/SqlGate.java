package io.tidemark.query.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.query.table.Tables;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Lets through what only reads. The syntax tree decides, not the text: exactly one SELECT; node
 * kinds, functions and relations on allow lists; nothing qualified by a schema or catalog.
 *
 * <p>The list of scalar and aggregate functions is the resource {@code allowed-functions.txt}: pure
 * functions of their arguments, and random numbers. Functions of session, catalog, files, settings,
 * sequences and locks are not on it. A few on the list can make a value of any size out of a small
 * number; their sizes must be small constants.
 */
final class SqlGate {
  /** Table functions besides ours. */
  private static final Set<String> TABLE_FUNCTIONS =
      Set.of("range", "generate_series", "unnest", "json_each", "json_tree");

  /** Ours; the rewriter checks their arguments. */
  static final Set<String> HISTORIAN_FUNCTIONS = Tables.names();

  private static final Set<String> STRUCTURE =
      Set.of(
          "SELECT_NODE",
          "SET_OPERATION_NODE",
          "RECURSIVE_CTE_NODE",
          "CTE_NODE",
          "BASE_TABLE",
          "SUBQUERY",
          "JOIN",
          "TABLE_FUNCTION",
          "EMPTY",
          "EXPRESSION_LIST",
          "PIVOT",
          "ORDER_MODIFIER",
          "LIMIT_MODIFIER",
          "LIMIT_PERCENT_MODIFIER",
          "DISTINCT_MODIFIER",
          "ORDER_DEFAULT",
          "ASCENDING",
          "DESCENDING");

  private static final Set<String> EXPRESSIONS =
      Set.of(
          "COLUMN_REF",
          "CONSTANT",
          "FUNCTION",
          "COMPARISON",
          "CONJUNCTION",
          "CAST",
          "OPERATOR",
          "CASE",
          "SUBQUERY",
          "STAR",
          "PARAMETER",
          "WINDOW",
          "LAMBDA",
          "LAMBDA_REF",
          "BETWEEN",
          "COLLATE",
          "POSITIONAL_REFERENCE",
          "TYPE");

  private static final Set<String> WRITES =
      Set.of(
          "INSERT",
          "UPDATE",
          "DELETE",
          "MERGE",
          "TRUNCATE",
          "CREATE",
          "DROP",
          "ALTER",
          "COMMENT",
          "COPY",
          "VACUUM",
          "ANALYZE",
          "REPLACE");

  private static final String WRITE_HINT =
      "SQL only reads; samples are written with POST /api/v1/write";

  private static final long SIZE_MAX = 10_000;

  /**
   * Product of the sizes in a statement: texts of a row are not in DuckDB's memory limit, and what
   * is made long once can be made as much longer again.
   */
  private static final long GROWTH_MAX = 100_000;

  /** Sizes to which a text is padded that are no more than a column's width. */
  private static final long WIDTH_MAX = 100;

  /** Parts of {@code a.b.c}; DuckDB's binder takes minutes over thousands. */
  private static final int NAME_PARTS_MAX = 32;

  private static final Pattern LONG_NUMBER = Pattern.compile("[0-9]{4}|\\*|\\{[^}]*\\{");
  private static final Set<String> RELATIONS = Relations.names();
  private static final Set<String> FUNCTIONS = functions();

  /**
   * What statements may name.
   *
   * @param relations in FROM
   * @param functions in expressions
   * @param tableFunctions in FROM
   */
  record Names(Set<String> relations, Set<String> functions, Set<String> tableFunctions) {
    private static final Names HISTORIAN = historian();

    private static Names historian() {
      Set<String> inFrom = new HashSet<>(TABLE_FUNCTIONS);
      inFrom.addAll(HISTORIAN_FUNCTIONS);
      return new Names(RELATIONS, FUNCTIONS, Set.copyOf(inFrom));
    }

    /** Those of a catalog, and the functions of its own beside the usual ones. */
    static Names ofCatalog(Set<String> relations, Set<String> functions) {
      Set<String> all = new HashSet<>(FUNCTIONS);
      all.addAll(functions);
      return new Names(Set.copyOf(relations), Set.copyOf(all), TABLE_FUNCTIONS);
    }
  }

  private SqlGate() {}

  private static Set<String> functions() {
    try (InputStream in = SqlGate.class.getResourceAsStream("allowed-functions.txt")) {
      if (in == null) {
        throw new IllegalStateException("allowed-functions.txt is missing");
      }
      return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))
          .lines()
          .filter(line -> !line.isBlank())
          .collect(Collectors.toUnmodifiableSet());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Checks what the parser made of a statement.
   *
   * @param placeOfByte line and column of a byte of the statement
   * @param parameterCount values that came with it
   * @throws HistorianException READ_ONLY, SQL_REFUSED or SQL_ERROR
   */
  static ObjectNode check(
      JsonNode parsed,
      StatementText text,
      IntFunction<@Nullable String> placeOfByte,
      int parameterCount) {
    return check(parsed, text, placeOfByte, parameterCount, Names.HISTORIAN);
  }

  /** The same with other names. */
  static ObjectNode check(
      JsonNode parsed,
      StatementText text,
      IntFunction<@Nullable String> placeOfByte,
      int parameterCount,
      Names names) {
    if (parsed.path("error").asBoolean()) {
      throw notSerialized(parsed, text, placeOfByte);
    }
    JsonNode statements = parsed.path("statements");
    if (statements.isEmpty()) {
      throw new HistorianException(ErrorCode.SQL_ERROR, "statement is empty");
    }
    if (statements.size() != 1) {
      throw new HistorianException(
          ErrorCode.SQL_REFUSED,
          "one statement at a time: statements=" + statements.size(),
          Check.place(statements.get(1), placeOfByte),
          "send them one by one",
          null);
    }
    Check check = new Check(placeOfByte, parameterCount, names);
    CteScope.walk(parsed.path("statements"), CteScope.EMPTY, check);
    checkGrowth(parsed, placeOfByte);
    checkEveryValueIsUsed(parsed, parameterCount);
    return (ObjectNode) parsed;
  }

  private static void checkGrowth(JsonNode parsed, IntFunction<@Nullable String> placeOfByte) {
    List<ObjectNode> functions = new ArrayList<>();
    SyntaxTree.collect(parsed, "FUNCTION", functions);
    long growth = 1;
    for (ObjectNode function : functions) {
      long size = size(function.path("arguments").path(1).path("expression"));
      long factor =
          switch (SyntaxTree.name(function, "function_name")) {
            case "repeat" -> size;
            case "lpad", "rpad" -> size > WIDTH_MAX ? size : 1;
            default -> 1;
          };
      growth *= Math.max(1, factor);
      if (growth > GROWTH_MAX) {
        throw new HistorianException(
            ErrorCode.SQL_REFUSED,
            "sizes of repeat, lpad and rpad multiply to more than a statement may have: limit="
                + GROWTH_MAX,
            Check.place(function, placeOfByte),
            null,
            null);
      }
    }
  }

  /** A small constant, else -1. */
  private static long size(JsonNode expression) {
    JsonNode literal = expression.path("literal");
    String text = literal.path("text").asText();
    return literal.path("kind").asText().equals("INTEGER") && text.length() <= 5
        ? Long.parseLong(text)
        : -1;
  }

  /** How many values a statement takes, whatever else is wrong with it. */
  static int parameterCount(JsonNode parsed) {
    List<ObjectNode> parameters = new ArrayList<>();
    SyntaxTree.collect(parsed, "PARAMETER", parameters);
    return (int)
        parameters.stream().map(node -> node.path("identifier").asText()).distinct().count();
  }

  private static void checkEveryValueIsUsed(JsonNode parsed, int parameterCount) {
    int used = parameterCount(parsed);
    if (used != parameterCount) {
      throw new HistorianException(
          ErrorCode.SQL_ERROR,
          "values without a parameter: parameters=" + used + ", values=" + parameterCount);
    }
  }

  private static HistorianException notSerialized(
      JsonNode parsed, StatementText text, IntFunction<@Nullable String> placeOfByte) {
    String message = parsed.path("error_message").asText();
    if (!message.startsWith("Only SELECT")) {
      int position = parsed.path("position").asInt(-1);
      return new HistorianException(
          ErrorCode.SQL_ERROR, message, placeOfByte.apply(position), null, null);
    }
    String word = text.firstWord();
    if (WRITES.contains(word)) {
      return new HistorianException(
          ErrorCode.READ_ONLY, word + " is not a read", "1:1", WRITE_HINT, null);
    }
    String hint =
        word.equals("PIVOT") || word.equals("UNPIVOT")
            ? "use SELECT … FROM t PIVOT (… FOR column IN (…))"
            : "only SELECT statements run";
    return new HistorianException(
        ErrorCode.SQL_REFUSED,
        "statement is not a SELECT: statement=" + ErrorText.quote(word),
        "1:1",
        hint,
        null);
  }

  private record Check(IntFunction<@Nullable String> placeOfByte, int parameterCount, Names names)
      implements CteScope.Visitor {
    @Override
    public JsonNode visit(ObjectNode node, CteScope scope) {
      if (node.path("class").isTextual()) {
        expression(node);
      } else if (node.path("type").isTextual()) {
        structure(node, scope);
      }
      reserved(node);
      return node;
    }

    private void structure(ObjectNode node, CteScope scope) {
      String type = node.path("type").asText();
      if (type.endsWith("_QUERY_NODE")) {
        throw new HistorianException(
            ErrorCode.READ_ONLY,
            type.substring(0, type.length() - "_QUERY_NODE".length()) + " is not a read",
            place(node),
            WRITE_HINT,
            null);
      }
      if (type.equals("SHOW_REF")) {
        throw refused(
            node,
            "DESCRIBE, SHOW and SUMMARIZE are not supported",
            "relations: " + String.join(", ", names.relations()));
      }
      if (!STRUCTURE.contains(type)) {
        throw refused(node, "statement has a part that is not supported: part=" + type, null);
      }
      if (type.equals("BASE_TABLE")) {
        table(node, scope);
      } else if (type.equals("TABLE_FUNCTION")) {
        tableFunction(node);
      }
    }

    private void table(ObjectNode node, CteScope scope) {
      String name = SyntaxTree.name(node, "table_name");
      JsonNode path = node.path("qualified_name").path("path");
      boolean plain =
          node.path("schema_name").asText().isEmpty()
              && node.path("catalog_name").asText().isEmpty()
              && node.path("at_clause").isNull()
              && path.size() == 1
              && path.get(0).asText().equalsIgnoreCase(name);
      if (plain && (scope.holds(name) || names.relations().contains(name))) {
        return;
      }
      throw refused(
          node,
          "no such relation: relation=" + ErrorText.quote(path.isEmpty() ? name : join(path)),
          GateHints.relation(name, names.relations(), scope.names()));
    }

    private void tableFunction(ObjectNode node) {
      JsonNode function = node.path("function");
      if (!function.path("class").asText().equals("FUNCTION")) {
        throw refused(node, "FROM takes relations and table functions", null);
      }
      String name = functionName((ObjectNode) function);
      if (!names.tableFunctions().contains(name)) {
        throw refused(
            node,
            "no such table function: function=" + ErrorText.quote(name),
            GateHints.tableFunction(name, names.relations(), HISTORIAN_FUNCTIONS));
      }
      // The name is checked; what stands as a function below it would be refused as an expression.
      ((ObjectNode) function).put("tidemark_checked", true);
    }

    private void expression(ObjectNode node) {
      String expressionClass = node.path("class").asText();
      if (!EXPRESSIONS.contains(expressionClass)) {
        throw refused(
            node,
            "statement has an expression that is not supported: expression=" + expressionClass,
            null);
      }
      switch (expressionClass) {
        case "FUNCTION" -> {
          if (node.remove("tidemark_checked") == null) {
            function(node);
          }
        }
        case "COLUMN_REF" -> column(node);
        case "WINDOW" -> function(node);
        case "PARAMETER" -> parameter(node);
        default -> {
          // Its children are checked by themselves.
        }
      }
    }

    private void column(ObjectNode node) {
      int parts = node.path("column_names").size();
      if (parts > NAME_PARTS_MAX) {
        throw refused(
            node,
            "column name has too many parts: parts=" + parts + ", partsMax=" + NAME_PARTS_MAX,
            null);
      }
    }

    private void function(ObjectNode node) {
      String name = functionName(node);
      if (StatementTimes.isFunction(name)
          || name.equals(StatementTimes.TIME_EXPRESSION)
          || LookupCalls.isFunction(name)) {
        return;
      }
      // DuckDB names ARRAY[…] and the like in upper case or mixed case in few places only.
      if (!names.functions().contains(name)
          && !names.functions().contains(node.path("function_name").asText())) {
        boolean table = names.tableFunctions().contains(name);
        if (name.equals("unnest")) {
          return;
        }
        throw refused(
            node,
            "function is not available: function=" + ErrorText.quote(name),
            table ? "use it in FROM" : GateHints.function(name, names.functions()));
      }
      JsonNode arguments = node.path("arguments");
      switch (name) {
        case "repeat", "lpad", "rpad", "bitstring" ->
            smallConstant(node, arguments.path(1).path("expression"));
        case "format", "printf" -> plainFormat(node, arguments.path(0).path("expression"));
        case "age" -> {
          if (arguments.size() < 2) {
            throw refused(node, "age needs two times", "age(now(), ts)");
          }
        }
        default -> {
          // Nothing to say about its arguments.
        }
      }
    }

    private void smallConstant(ObjectNode node, JsonNode expression) {
      long size = size(expression);
      if (size < 0 || size > SIZE_MAX) {
        throw refused(
            node,
            "size must be a constant: function=" + functionName(node) + ", sizeMax=" + SIZE_MAX,
            null);
      }
    }

    private void plainFormat(ObjectNode node, JsonNode format) {
      JsonNode literal = format.path("literal");
      if (!literal.path("kind").asText().equals("STRING")
          || LONG_NUMBER.matcher(literal.path("text").asText()).find()) {
        throw refused(
            node, "format must be a constant with widths below 1000: " + functionName(node), null);
      }
    }

    private void parameter(ObjectNode node) {
      String identifier = node.path("identifier").asText();
      int number;
      try {
        number = Integer.parseInt(identifier);
      } catch (NumberFormatException e) {
        throw new HistorianException(
            ErrorCode.SQL_ERROR,
            "parameters have no names: parameter=" + ErrorText.quote(identifier),
            place(node),
            "write ? or $1",
            e);
      }
      if (number < 1 || number > parameterCount) {
        throw new HistorianException(
            ErrorCode.SQL_ERROR,
            "parameter has no value: parameter=" + number + ", values=" + parameterCount,
            place(node),
            null,
            null);
      }
    }

    private String functionName(ObjectNode node) {
      String name = SyntaxTree.name(node, "function_name");
      JsonNode path = node.path("qualified_name").path("path");
      if (!node.path("schema").asText().isEmpty()
          || !node.path("catalog").asText().isEmpty()
          || (path.size() != 1 || !path.get(0).asText().equalsIgnoreCase(name))) {
        throw refused(
            node, "functions have no schema: function=" + ErrorText.quote(join(path)), null);
      }
      return name;
    }

    /** Names of ours may not be given to anything. */
    private void reserved(ObjectNode node) {
      for (var field : node.properties()) {
        String key = field.getKey();
        boolean names =
            key.equals("alias")
                || key.equals("column_name_alias")
                || key.equals("aliases")
                || key.equals("column_names")
                || key.equals("key")
                || key.equals("unpivot_names");
        if (names && holdsReserved(field.getValue())) {
          throw reservedName(node);
        }
      }
      for (JsonNode entry : node.path("cte_map").path("map")) {
        if (holdsReserved(entry.path("key"))) {
          throw reservedName(node);
        }
      }
    }

    private HistorianException reservedName(ObjectNode node) {
      return refused(node, "names that start with tidemark_ are reserved", null);
    }

    private static boolean holdsReserved(JsonNode value) {
      if (value.isTextual()) {
        return value.asText().toLowerCase(Locale.ROOT).startsWith(Relations.RESERVED);
      }
      for (JsonNode element : value) {
        if (holdsReserved(element)) {
          return true;
        }
      }
      return false;
    }

    private static String join(JsonNode path) {
      StringBuilder name = new StringBuilder();
      for (JsonNode part : path) {
        name.append(name.isEmpty() ? "" : ".").append(part.asText());
      }
      return name.toString();
    }

    private HistorianException refused(JsonNode node, String message, @Nullable String hint) {
      return new HistorianException(ErrorCode.SQL_REFUSED, message, place(node), hint, null);
    }

    private @Nullable String place(JsonNode node) {
      return place(node, placeOfByte);
    }

    static @Nullable String place(JsonNode node, IntFunction<@Nullable String> placeOfByte) {
      JsonNode located = located(node);
      return located == null ? null : placeOfByte.apply(located.path("query_location").asInt());
    }

    /** The node, or the first one below it whose place the parser knows. */
    private static @Nullable JsonNode located(JsonNode node) {
      if (node.path("query_location").canConvertToInt()) {
        return node;
      }
      JsonNode first = null;
      for (JsonNode child : node) {
        JsonNode found = located(child);
        if (found != null
            && (first == null
                || found.path("query_location").asInt() < first.path("query_location").asInt())) {
          first = found;
        }
      }
      return first;
    }
  }
}

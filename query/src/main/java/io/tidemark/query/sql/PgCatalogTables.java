package io.tidemark.query.sql;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The statements that make the catalog: tables and macros of the resource {@code pg-catalog.sql},
 * types, and the historian's relations as {@link SqlSchema} tells of them.
 */
final class PgCatalogTables {
  private static final int FIRST_RELATION = 16_400;
  private static final int FIRST_FUNCTION = 30_000;
  private static final Pattern DEFINED =
      Pattern.compile("(?m)^CREATE (TABLE|VIEW|MACRO) ([a-z_]+)");
  private static final String SCRIPT = script();

  /**
   * A type.
   *
   * @param label as {@code format_type} names it
   * @param length in bytes, -1 if it varies
   * @param array the type of its lists, 0 for none
   */
  private record Type(int oid, String name, String label, int length, String category, int array) {}

  private static final List<Type> TYPES =
      List.of(
          new Type(16, "bool", "boolean", 1, "B", 1000),
          new Type(17, "bytea", "bytea", -1, "U", 1001),
          new Type(18, "char", "\"char\"", 1, "S", 1002),
          new Type(19, "name", "name", 64, "S", 1003),
          new Type(20, "int8", "bigint", 8, "N", 1016),
          new Type(21, "int2", "smallint", 2, "N", 1005),
          new Type(23, "int4", "integer", 4, "N", 1007),
          new Type(25, "text", "text", -1, "S", 1009),
          new Type(26, "oid", "oid", 4, "N", 1028),
          new Type(114, "json", "json", -1, "U", 199),
          new Type(700, "float4", "real", 4, "N", 1021),
          new Type(701, "float8", "double precision", 8, "N", 1022),
          new Type(705, "unknown", "unknown", -2, "X", 0),
          new Type(1042, "bpchar", "character", -1, "S", 1014),
          new Type(1043, "varchar", "character varying", -1, "S", 1015),
          new Type(1082, "date", "date", 4, "D", 1182),
          new Type(1083, "time", "time without time zone", 8, "D", 1183),
          new Type(1114, "timestamp", "timestamp without time zone", 8, "D", 1115),
          new Type(1184, "timestamptz", "timestamp with time zone", 8, "D", 1185),
          new Type(1186, "interval", "interval", 16, "T", 1187),
          new Type(1700, "numeric", "numeric", -1, "N", 1231),
          new Type(2205, "regclass", "regclass", 4, "N", 2210),
          new Type(2206, "regtype", "regtype", 4, "N", 2211),
          new Type(2278, "void", "void", 4, "P", 0),
          new Type(2950, "uuid", "uuid", 16, "U", 2951));

  private static final Map<String, Integer> COLUMN_TYPES =
      Map.ofEntries(
          Map.entry("BOOLEAN", 16),
          Map.entry("BIGINT", 20),
          Map.entry("UINTEGER", 20),
          Map.entry("UTINYINT", 21),
          Map.entry("SMALLINT", 21),
          Map.entry("INTEGER", 23),
          Map.entry("VARCHAR", 25),
          Map.entry("DOUBLE", 701),
          Map.entry("FLOAT", 700),
          Map.entry("DATE", 1082),
          Map.entry("TIMESTAMPTZ", 1184),
          Map.entry("TIMESTAMP WITH TIME ZONE", 1184),
          Map.entry("INTERVAL", 1186),
          Map.entry("VARCHAR[]", 1009),
          Map.entry("BIGINT[]", 1016),
          Map.entry("DOUBLE[]", 1022));

  private PgCatalogTables() {}

  private static String script() {
    try (InputStream in = PgCatalogTables.class.getResourceAsStream("pg-catalog.sql")) {
      if (in == null) {
        throw new IllegalStateException("pg-catalog.sql is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Names of tables and views. */
  static Set<String> relations() {
    return defined("TABLE", "VIEW");
  }

  /** Names of functions. */
  static Set<String> functions() {
    return defined("MACRO", "MACRO");
  }

  private static Set<String> defined(String kind, String orKind) {
    Set<String> names = new TreeSet<>();
    Matcher matcher = DEFINED.matcher(SCRIPT);
    while (matcher.find()) {
      if (matcher.group(1).equals(kind) || matcher.group(1).equals(orKind)) {
        names.add(matcher.group(2));
      }
    }
    return names;
  }

  /** Rows by the table and columns that take them: many at a time are made quickly. */
  private static final class Rows {
    private final Map<String, List<String>> rows = new LinkedHashMap<>();

    void add(String table, String... values) {
      rows.computeIfAbsent(table, name -> new ArrayList<>())
          .add("(" + String.join(", ", values) + ")");
    }

    String values(String table) {
      return String.join(", ", rows.getOrDefault(table, List.of()));
    }

    List<String> statements() {
      return rows.keySet().stream()
          .map(table -> "INSERT INTO " + table + " VALUES " + values(table))
          .toList();
    }
  }

  private static final String LABELS = "tidemark_type_labels";
  private static final String PROCEDURES =
      "pg_proc(oid, proname, pronamespace, proowner, prolang, prokind, prosecdef, proretset,"
          + " provolatile, pronargs, proisagg, proiswindow)";
  private static final String SETTINGS =
      "pg_settings(name, setting, context, vartype, source, boot_val, reset_val, pending_restart)";

  /** All statements, in order. */
  static List<String> statements(SqlSchema schema, Map<String, String> settings) {
    List<String> sql = new ArrayList<>();
    sql.add("CREATE TABLE tidemark_type_labels(oid UINTEGER, tidemark_type_label VARCHAR)");
    for (String statement : SCRIPT.split(";\n")) {
      String plain =
          statement
              .lines()
              .filter(line -> !line.startsWith("--"))
              .collect(Collectors.joining("\n"));
      if (!plain.isBlank()) {
        sql.add(plain);
      }
    }
    Rows rows = new Rows();
    Rows attributes = new Rows();
    types(rows);
    int oid = FIRST_RELATION;
    for (SqlSchema.Relation relation : schema.relations()) {
      relation(relation, oid++, rows, attributes);
    }
    settings.forEach(
        (name, value) ->
            rows.add(
                SETTINGS,
                text(name),
                text(value),
                "'user', 'string', 'default'",
                text(value),
                text(value),
                "false"));
    sql.addAll(rows.statements());
    sql.add(
        "INSERT INTO pg_attribute SELECT v.relation, v.name, t.oid, -1, t.typlen, v.number,"
            + " CASE WHEN t.typelem <> 0 THEN 1 ELSE 0 END, -1, -1, t.typbyval, t.typstorage,"
            + " t.typalign, '', false, false, false, '', '', false, true, 0, t.typcollation,"
            + " NULL, NULL, NULL FROM (VALUES "
            + attributes.values("")
            + ") v(relation, name, number, type) JOIN pg_type t ON t.oid = v.type");
    return sql;
  }

  private static void types(Rows rows) {
    int arrayFunction = FIRST_FUNCTION;
    functions("array_", arrayFunction, rows);
    int function = FIRST_FUNCTION + 4;
    for (Type type : TYPES) {
      functions(type.name(), function, rows);
      type(type, type.oid(), type.name(), 0, function, rows);
      rows.add(LABELS, String.valueOf(type.oid()), text(type.label()));
      function += 4;
      if (type.array() != 0) {
        type(type, type.array(), "_" + type.name(), type.oid(), arrayFunction, rows);
        rows.add(LABELS, String.valueOf(type.array()), text(type.label() + "[]"));
      }
    }
  }

  private static void functions(String type, int oid, Rows rows) {
    List<String> kinds = List.of("in", "out", "recv", "send");
    for (int i = 0; i < kinds.size(); i++) {
      rows.add(
          PROCEDURES,
          String.valueOf(oid + i),
          text(type + kinds.get(i)),
          "11, 10, 12, 'f', false, false, 'i', 1, false, false");
    }
  }

  /**
   * A row of a type or of its lists.
   *
   * @param element type of the elements of a list, 0 if it is none
   * @param function the first of its four functions
   */
  private static void type(Type type, int oid, String name, int element, int function, Rows rows) {
    boolean isList = element != 0;
    int length = isList ? -1 : type.length();
    boolean isPseudo = type.category().equals("P") || type.category().equals("X");
    rows.add(
        "pg_type",
        String.valueOf(oid),
        text(name),
        "11, 10",
        String.valueOf(length),
        String.valueOf(length > 0 && length <= 8),
        isPseudo ? "'p'" : "'b'",
        text(isList ? "A" : type.category()),
        "false, true, ',', 0, 0",
        String.valueOf(element),
        String.valueOf(isList ? 0 : type.array()),
        String.valueOf(function),
        String.valueOf(function + 1),
        String.valueOf(function + 2),
        String.valueOf(function + 3),
        "0, 0, 0, 'i', 'p', false, 0, -1, 0",
        !isList && type.category().equals("S") ? "100" : "0",
        "NULL, NULL, NULL");
  }

  private static void relation(SqlSchema.Relation relation, int oid, Rows rows, Rows attributes) {
    boolean isView = relation.description().endsWith("arguments from WHERE");
    rows.add(
        "pg_class",
        String.valueOf(oid),
        text(relation.name()),
        "2200, 0, 0, 10",
        isView ? "0" : "2",
        "0, 0, 0, -1, 0, 0, false, false, 'p'",
        isView ? "'v'" : "'r'",
        String.valueOf(relation.columns().size()),
        "0, false, false, false, false, false, true, 'n', false, 0, 0, 0, NULL, NULL, NULL",
        "false, 1");
    describe(oid, 0, relation.description(), rows);
    int number = 1;
    for (SqlSchema.Column column : relation.columns()) {
      attributes.add(
          "",
          String.valueOf(oid),
          text(column.name()),
          String.valueOf(number),
          String.valueOf(COLUMN_TYPES.getOrDefault(column.type(), 25)));
      describe(oid, number, column.description(), rows);
      number++;
    }
  }

  private static void describe(int oid, int column, String description, Rows rows) {
    if (!description.isEmpty()) {
      rows.add(
          "pg_description", String.valueOf(oid), "1259", String.valueOf(column), text(description));
    }
  }

  private static String text(String value) {
    return "'" + value.replace("'", "''") + "'";
  }
}

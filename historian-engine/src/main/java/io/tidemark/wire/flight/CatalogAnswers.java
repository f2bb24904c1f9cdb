package io.tidemark.wire.flight;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.query.arrow.ResultHead;
import io.tidemark.query.sql.SqlEngine;
import io.tidemark.query.sql.SqlSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.arrow.flight.FlightProducer.ServerStreamListener;
import org.apache.arrow.flight.sql.FlightSqlColumnMetadata;
import org.apache.arrow.flight.sql.FlightSqlProducer.Schemas;
import org.apache.arrow.flight.sql.SqlInfoBuilder;
import org.apache.arrow.flight.sql.impl.FlightSql;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetCatalogs;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetCrossReference;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetDbSchemas;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetExportedKeys;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetImportedKeys;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetPrimaryKeys;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetSqlInfo;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetTableTypes;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetTables;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetXdbcTypeInfo;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.UInt1Vector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.arrow.vector.util.Text;
import org.jspecify.annotations.Nullable;

/**
 * Answers to the metadata commands of Flight SQL, all of them small. There is no catalog and no
 * schema: statements name relations plainly, and so do these answers. Safe from any thread.
 *
 * <p>Long because Flight SQL has ten of these commands; what each says is a few lines of a table.
 */
final class CatalogAnswers {
  /** Of a statement whose columns depend on values it has not got. */
  static final Schema UNKNOWN_SCHEMA =
      new Schema(List.of(Field.nullable("unknown", new ArrowType.Utf8())));

  private static final String TABLE = "TABLE";
  private static final String VIEW = "VIEW";

  /** Relations that are no stored table: seen through others, or made of arguments in WHERE. */
  private static final Set<String> TABLES =
      Set.of(
          "samples",
          "tags",
          "equipment",
          "attributes",
          "products",
          "orders",
          "lots",
          "batches",
          "batch_steps",
          "events",
          "derivations");

  private static final Map<String, String> PRIMARY_KEYS =
      new TreeMap<>(
          Map.of(
              "tags", "tag",
              "equipment", "equipment_id",
              "attributes", "attribute_id",
              "products", "product_id",
              "orders", "order_id",
              "lots", "lot_id",
              "batches", "batch_id",
              "batch_steps", "step_id",
              "events", "event_id",
              "derivations", "derivation_id"));

  private record Reference(String table, String column, String primaryTable) {
    String primaryColumn() {
      return String.valueOf(PRIMARY_KEYS.get(primaryTable));
    }
  }

  /** What refers to what: by name, so that rows may come in any order. */
  private static final List<Reference> REFERENCES =
      List.of(
          new Reference("attributes", "equipment_id", "equipment"),
          new Reference("attributes", "tag", "tags"),
          new Reference("batch_steps", "batch_id", "batches"),
          new Reference("batch_steps", "parent_id", "batch_steps"),
          new Reference("batch_steps", "unit_id", "equipment"),
          new Reference("batches", "order_id", "orders"),
          new Reference("batches", "product_id", "products"),
          new Reference("batches", "unit_id", "equipment"),
          new Reference("derivations", "unit_id", "equipment"),
          new Reference("equipment", "parent_id", "equipment"),
          new Reference("events", "batch_id", "batches"),
          new Reference("events", "unit_id", "equipment"),
          new Reference("lots", "batch_id", "batches"),
          new Reference("lots", "product_id", "products"),
          new Reference("orders", "product_id", "products"),
          new Reference("samples", "tag", "tags"));

  /** java.sql.DatabaseMetaData: importedKeyNoAction. */
  private static final int NO_ACTION = 3;

  /** A type for GetXdbcTypeInfo; number as in java.sql.Types and ODBC. */
  private record TypeRow(
      String name, int number, int size, @Nullable String quote, boolean isUnsigned, int radix) {}

  private static final List<TypeRow> TYPES =
      List.of(
          new TypeRow("BOOLEAN", -7, 1, null, false, 0),
          new TypeRow("BIGINT", -5, 19, null, false, 10),
          new TypeRow("UINTEGER", 4, 10, null, true, 10),
          new TypeRow("DOUBLE", 8, 53, null, false, 2),
          new TypeRow("VARCHAR", 12, Integer.MAX_VALUE, "'", false, 0),
          new TypeRow("TIMESTAMPTZ", 93, 35, "'", false, 0));

  private static final int SEARCHABLE = 3;
  private static final int NULLABLE = 1;

  private final BufferAllocator allocator;
  private final Map<Integer, Consumer<SqlInfoBuilder>> infos = new TreeMap<>();

  CatalogAnswers(BufferAllocator allocator, String version) {
    this.allocator = allocator;
    info(FlightSql.SqlInfo.FLIGHT_SQL_SERVER_NAME, b -> b.withFlightSqlServerName("Tidemark"));
    info(FlightSql.SqlInfo.FLIGHT_SQL_SERVER_VERSION, b -> b.withFlightSqlServerVersion(version));
    info(
        FlightSql.SqlInfo.FLIGHT_SQL_SERVER_ARROW_VERSION,
        b -> b.withFlightSqlServerArrowVersion("19.0.0"));
    info(FlightSql.SqlInfo.FLIGHT_SQL_SERVER_READ_ONLY, b -> b.withFlightSqlServerReadOnly(true));
    info(FlightSql.SqlInfo.FLIGHT_SQL_SERVER_SQL, b -> b.withFlightSqlServerSql(true));
    info(FlightSql.SqlInfo.FLIGHT_SQL_SERVER_SUBSTRAIT, b -> b.withFlightSqlServerSubstrait(false));
    info(
        FlightSql.SqlInfo.FLIGHT_SQL_SERVER_TRANSACTION,
        b ->
            b.withFlightSqlServerTransaction(
                FlightSql.SqlSupportedTransaction.SQL_SUPPORTED_TRANSACTION_NONE));
    info(FlightSql.SqlInfo.FLIGHT_SQL_SERVER_CANCEL, b -> b.withFlightSqlServerCancel(true));
    info(
        FlightSql.SqlInfo.FLIGHT_SQL_SERVER_BULK_INGESTION,
        b -> b.withFlightSqlServerBulkIngestion(true));
    info(FlightSql.SqlInfo.SQL_DDL_CATALOG, b -> b.withSqlDdlCatalog(false));
    info(FlightSql.SqlInfo.SQL_DDL_SCHEMA, b -> b.withSqlDdlSchema(false));
    info(FlightSql.SqlInfo.SQL_DDL_TABLE, b -> b.withSqlDdlTable(false));
    info(
        FlightSql.SqlInfo.SQL_IDENTIFIER_CASE,
        b ->
            b.withSqlIdentifierCase(
                FlightSql.SqlSupportedCaseSensitivity.SQL_CASE_SENSITIVITY_CASE_INSENSITIVE));
    info(FlightSql.SqlInfo.SQL_IDENTIFIER_QUOTE_CHAR, b -> b.withSqlIdentifierQuoteChar("\""));
    info(
        FlightSql.SqlInfo.SQL_QUOTED_IDENTIFIER_CASE,
        b ->
            b.withSqlQuotedIdentifierCase(
                FlightSql.SqlSupportedCaseSensitivity.SQL_CASE_SENSITIVITY_CASE_INSENSITIVE));
    info(
        FlightSql.SqlInfo.SQL_ALL_TABLES_ARE_SELECTABLE,
        b -> b.withSqlAllTablesAreSelectable(true));
    info(
        FlightSql.SqlInfo.SQL_NULL_ORDERING,
        b -> b.withSqlNullOrdering(FlightSql.SqlNullOrdering.SQL_NULLS_SORTED_AT_END));
    info(FlightSql.SqlInfo.SQL_TRANSACTIONS_SUPPORTED, b -> b.withSqlTransactionsSupported(false));
    info(FlightSql.SqlInfo.SQL_SAVEPOINTS_SUPPORTED, b -> b.withSqlSavepointsSupported(false));
    info(FlightSql.SqlInfo.SQL_BATCH_UPDATES_SUPPORTED, b -> b.withSqlBatchUpdatesSupported(false));
    info(FlightSql.SqlInfo.SQL_MAX_STATEMENT_LENGTH, b -> b.withSqlMaxStatementLength(64 << 10));
    info(
        FlightSql.SqlInfo.SQL_SUPPORTED_GRAMMAR,
        b -> b.withSqlSupportedGrammar(FlightSql.SupportedSqlGrammar.SQL_CORE_GRAMMAR));
  }

  private void info(FlightSql.SqlInfo number, Consumer<SqlInfoBuilder> setter) {
    infos.put(number.getNumber(), setter);
  }

  private static <M extends Message> M unpack(Any any, Class<M> type) {
    try {
      return any.unpack(type);
    } catch (InvalidProtocolBufferException e) {
      throw FlightErrors.malformed("message cannot be read: wanted=" + type.getSimpleName(), e);
    }
  }

  private static String name(Any command) {
    return command.getTypeUrl().substring(command.getTypeUrl().lastIndexOf('.') + 1);
  }

  /** The schema of an answer. */
  Schema schema(Any command) {
    return switch (name(command)) {
      case "CommandGetCatalogs" -> Schemas.GET_CATALOGS_SCHEMA;
      case "CommandGetDbSchemas" -> Schemas.GET_SCHEMAS_SCHEMA;
      case "CommandGetTables" ->
          unpack(command, CommandGetTables.class).getIncludeSchema()
              ? Schemas.GET_TABLES_SCHEMA
              : Schemas.GET_TABLES_SCHEMA_NO_SCHEMA;
      case "CommandGetTableTypes" -> Schemas.GET_TABLE_TYPES_SCHEMA;
      case "CommandGetPrimaryKeys" -> Schemas.GET_PRIMARY_KEYS_SCHEMA;
      case "CommandGetExportedKeys" -> Schemas.GET_EXPORTED_KEYS_SCHEMA;
      case "CommandGetImportedKeys" -> Schemas.GET_IMPORTED_KEYS_SCHEMA;
      case "CommandGetCrossReference" -> Schemas.GET_CROSS_REFERENCE_SCHEMA;
      case "CommandGetSqlInfo" -> Schemas.GET_SQL_INFO_SCHEMA;
      case "CommandGetXdbcTypeInfo" -> Schemas.GET_TYPE_INFO_SCHEMA;
      case "CommandStatementUpdate", "CommandStatementIngest", "CommandPreparedStatementUpdate" ->
          throw new HistorianException(
              ErrorCode.READ_ONLY,
              name(command) + " is not a read",
              null,
              "SQL only reads; samples are written with POST /api/v1/write of the HTTP door",
              null);
      default ->
          throw new HistorianException(
              ErrorCode.METHOD_NOT_ALLOWED,
              "command is not served: command=" + ErrorText.quote(name(command)),
              null,
              "send SQL with CommandStatementQuery",
              null);
    };
  }

  /** Sends an answer and ends it. */
  void send(Any command, ServerStreamListener listener) {
    Schema schema = schema(command);
    try (VectorSchemaRoot root = VectorSchemaRoot.create(schema, allocator)) {
      Rows rows = new Rows(root);
      switch (name(command)) {
        case "CommandGetCatalogs" -> unpack(command, CommandGetCatalogs.class);
        case "CommandGetDbSchemas" -> unpack(command, CommandGetDbSchemas.class);
        case "CommandGetTables" -> tables(unpack(command, CommandGetTables.class), rows);
        case "CommandGetTableTypes" -> {
          unpack(command, CommandGetTableTypes.class);
          rows.add(TABLE);
          rows.add(VIEW);
        }
        case "CommandGetPrimaryKeys" ->
            primaryKeys(unpack(command, CommandGetPrimaryKeys.class).getTable(), rows);
        case "CommandGetExportedKeys" ->
            references(unpack(command, CommandGetExportedKeys.class).getTable(), null, rows);
        case "CommandGetImportedKeys" ->
            references(null, unpack(command, CommandGetImportedKeys.class).getTable(), rows);
        case "CommandGetCrossReference" -> {
          CommandGetCrossReference cross = unpack(command, CommandGetCrossReference.class);
          references(cross.getPkTable(), cross.getFkTable(), rows);
        }
        case "CommandGetSqlInfo" -> {
          infos(unpack(command, CommandGetSqlInfo.class), listener);
          return;
        }
        default -> types(unpack(command, CommandGetXdbcTypeInfo.class), rows);
      }
      root.setRowCount(rows.count);
      listener.start(root);
      listener.putNext();
    }
    listener.completed();
  }

  private void infos(CommandGetSqlInfo command, ServerStreamListener listener) {
    SqlInfoBuilder builder = new SqlInfoBuilder();
    List<Integer> wanted = new ArrayList<>();
    for (Map.Entry<Integer, Consumer<SqlInfoBuilder>> info : infos.entrySet()) {
      if (command.getInfoCount() == 0 || command.getInfoList().contains(info.getKey())) {
        info.getValue().accept(builder);
        wanted.add(info.getKey());
      }
    }
    if (wanted.isEmpty()) {
      // The builder takes no wish for all wishes.
      try (VectorSchemaRoot root =
          VectorSchemaRoot.create(Schemas.GET_SQL_INFO_SCHEMA, allocator)) {
        listener.start(root);
      }
      listener.completed();
      return;
    }
    builder.send(wanted, listener);
  }

  private static void tables(CommandGetTables command, Rows rows) {
    boolean isOther = command.hasCatalog() && !command.getCatalog().isEmpty();
    if (isOther
        || (command.hasDbSchemaFilterPattern()
            && !isLike("", command.getDbSchemaFilterPattern()))) {
      return;
    }
    List<SqlSchema.Relation> relations = new ArrayList<>(SqlEngine.schema().relations());
    relations.sort(
        (a, b) -> {
          int byType = tableType(a).compareTo(tableType(b));
          return byType != 0 ? byType : a.name().compareTo(b.name());
        });
    for (SqlSchema.Relation relation : relations) {
      String type = tableType(relation);
      boolean isWanted =
          (command.getTableTypesCount() == 0 || command.getTableTypesList().contains(type))
              && (!command.hasTableNameFilterPattern()
                  || isLike(relation.name(), command.getTableNameFilterPattern()));
      if (isWanted && command.getIncludeSchema()) {
        rows.add(
            null,
            null,
            relation.name(),
            type,
            FlightCommands.serialized(columns(relation)).toByteArray());
      } else if (isWanted) {
        rows.add(null, null, relation.name(), type);
      }
    }
  }

  private static String tableType(SqlSchema.Relation relation) {
    return TABLES.contains(relation.name()) ? TABLE : VIEW;
  }

  private static Schema columns(SqlSchema.Relation relation) {
    List<ResultHead.Column> columns = new ArrayList<>();
    for (SqlSchema.Column column : relation.columns()) {
      Map<String, String> metadata =
          new FlightSqlColumnMetadata.Builder()
              .tableName(relation.name())
              .typeName(column.type())
              .isReadOnly(true)
              .isSearchable(true)
              .build()
              .getMetadataMap();
      columns.add(new ResultHead.Column(column.name(), column.type(), metadata));
    }
    return ResultHead.schema(columns);
  }

  /**
   * The schema of parameters of SQL types. Times are announced in milliseconds: the JDBC driver
   * (18.3.0) sends those whatever it was told. Any other unit is read as well.
   */
  static Schema parameters(List<String> types) {
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < types.size(); i++) {
      String name = "$" + (i + 1);
      if (types.get(i).equals("TIMESTAMP WITH TIME ZONE")) {
        fields.add(Field.nullable(name, new ArrowType.Timestamp(TimeUnit.MILLISECOND, "UTC")));
      } else {
        ResultHead.Column column = new ResultHead.Column(name, types.get(i), Map.of());
        fields.addAll(ResultHead.schema(List.of(column)).getFields());
      }
    }
    return new Schema(fields);
  }

  private static void primaryKeys(String table, Rows rows) {
    PRIMARY_KEYS.forEach(
        (name, column) -> {
          if (name.equals(table)) {
            rows.add(null, null, name, column, 1, null);
          }
        });
  }

  private static void references(
      @Nullable String primaryTable, @Nullable String foreignTable, Rows rows) {
    for (Reference reference : REFERENCES) {
      if ((primaryTable == null || primaryTable.equals(reference.primaryTable()))
          && (foreignTable == null || foreignTable.equals(reference.table()))) {
        rows.add(
            null,
            null,
            reference.primaryTable(),
            reference.primaryColumn(),
            null,
            null,
            reference.table(),
            reference.column(),
            1,
            null,
            null,
            NO_ACTION,
            NO_ACTION);
      }
    }
  }

  private static void types(CommandGetXdbcTypeInfo command, Rows rows) {
    for (TypeRow type : TYPES) {
      if (command.hasDataType() && command.getDataType() != type.number()) {
        continue;
      }
      boolean isNumber = type.radix() > 0;
      rows.add(
          type.name(),
          type.number(),
          type.size(),
          type.quote(),
          type.quote(),
          null,
          NULLABLE,
          type.name().equals("VARCHAR"),
          SEARCHABLE,
          isNumber ? (Object) type.isUnsigned() : null,
          false,
          isNumber ? (Object) false : null,
          type.name(),
          isNumber ? (Object) 0 : null,
          isNumber ? (Object) 0 : null,
          type.number(),
          null,
          isNumber ? (Object) type.radix() : null,
          null);
    }
  }

  /** Whether a text fits a pattern of SQL: {@code %} for anything, {@code _} for one character. */
  static boolean isLike(String text, String pattern) {
    int at = 0;
    int p = 0;
    int anything = -1;
    int retry = 0;
    while (at < text.length()) {
      boolean isEscaped = p + 1 < pattern.length() && pattern.charAt(p) == '\\';
      char c = p < pattern.length() ? pattern.charAt(isEscaped ? p + 1 : p) : '\0';
      if (p < pattern.length() && c == '%' && !isEscaped) {
        anything = ++p;
        retry = at;
      } else if (p < pattern.length() && (c == text.charAt(at) || (c == '_' && !isEscaped))) {
        p += isEscaped ? 2 : 1;
        at++;
      } else if (anything >= 0) {
        p = anything;
        at = ++retry;
      } else {
        return false;
      }
    }
    while (p < pattern.length() && pattern.charAt(p) == '%') {
      p++;
    }
    return p == pattern.length();
  }

  /** Rows of a small answer, cell by cell. */
  private static final class Rows {
    private final List<FieldVector> vectors;
    private int count;

    Rows(VectorSchemaRoot root) {
      vectors = root.getFieldVectors();
    }

    void add(@Nullable Object... cells) {
      for (int i = 0; i < cells.length; i++) {
        set(vectors.get(i), cells[i]);
      }
      count++;
    }

    private void set(FieldVector vector, @Nullable Object cell) {
      switch (vector) {
        case VarCharVector texts when cell != null ->
            texts.setSafe(count, new Text(cell.toString()));
        case VarBinaryVector bytes when cell != null -> bytes.setSafe(count, (byte[]) cell);
        case IntVector numbers when cell != null -> numbers.setSafe(count, (Integer) cell);
        case UInt1Vector numbers when cell != null -> numbers.setSafe(count, (Integer) cell);
        case BitVector truths when cell != null -> truths.setSafe(count, ((Boolean) cell) ? 1 : 0);
        default -> vector.setNull(count);
      }
    }
  }
}

package io.tidemark.wire.flight;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.proof.TestServer;
import io.tidemark.query.sql.SqlEngine;
import io.tidemark.wire.flight.FlightClientOfTest.Table;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.SchemaResult;
import org.apache.arrow.flight.sql.FlightSqlProducer.Schemas;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo;
import org.apache.arrow.flight.sql.util.TableRef;
import org.apache.arrow.vector.ipc.ReadChannel;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every metadata command of Flight SQL, and that its stream has the schema it says. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FlightCatalogTest {
  private TestServer server;
  private FlightDoor door;
  private FlightClientOfTest client;

  @BeforeAll
  void start(@TempDir Path folder) throws IOException {
    server = TestServer.start(folder, Map.of());
    door =
        new FlightDoor(
            FlightConfig.defaults().withPort(0), server.engine(), server.engine().access(), null);
    door.start();
    client = new FlightClientOfTest(door.port());
  }

  @AfterAll
  void stop() throws Exception {
    client.close();
    door.close();
    assertThat(door.vectorBytes()).isZero();
    server.close();
  }

  private Table read(FlightInfo info, SchemaResult schema, Schema expected) throws Exception {
    Table table = client.read(info);
    assertThat(table.schema()).isEqualTo(expected);
    assertThat(info.getSchemaOptional()).contains(expected);
    assertThat(schema.getSchema()).isEqualTo(expected);
    return table;
  }

  @Test
  void thereAreNoCatalogsAndNoSchemas() throws Exception {
    assertThat(
            read(
                    client.sql.getCatalogs(),
                    client.sql.getCatalogsSchema(),
                    Schemas.GET_CATALOGS_SCHEMA)
                .rows())
        .isEmpty();
    assertThat(
            read(
                    client.sql.getSchemas(null, null),
                    client.sql.getSchemasSchema(),
                    Schemas.GET_SCHEMAS_SCHEMA)
                .rows())
        .isEmpty();
  }

  @Test
  void tablesAndTheirColumns() throws Exception {
    Table all =
        read(
            client.sql.getTables(null, null, null, null, false),
            client.sql.getTablesSchema(false),
            Schemas.GET_TABLES_SCHEMA_NO_SCHEMA);
    assertThat(all.rows()).hasSameSizeAs(SqlEngine.schema().relations());
    assertThat(all.column("db_schema_name")).containsOnlyNulls();
    Table some =
        read(
            client.sql.getTables(null, "%", "samp%", List.of("TABLE"), true),
            client.sql.getTablesSchema(true),
            Schemas.GET_TABLES_SCHEMA);
    assertThat(some.column("table_name")).containsExactly("samples");
    byte[] bytes = (byte[]) some.column("table_schema").getFirst();
    Schema columns =
        MessageSerializer.deserializeSchema(
            new ReadChannel(Channels.newChannel(new ByteArrayInputStream(bytes))));
    Table rows = client.query("SELECT * FROM samples LIMIT 0");
    assertThat(columns.getFields().stream().map(Field::getName))
        .containsExactlyElementsOf(rows.schema().getFields().stream().map(Field::getName).toList());
    assertThat(columns.getFields().stream().map(Field::getType))
        .containsExactlyElementsOf(rows.schema().getFields().stream().map(Field::getType).toList());
    assertThat(client.read(client.sql.getTables("none", null, null, null, false)).rows()).isEmpty();
    assertThat(client.read(client.sql.getTables(null, "x", null, null, false)).rows()).isEmpty();
  }

  /** What a client reads of a relation is what the catalog says of it. */
  @Test
  void theCatalogSaysOfEveryRelationWhatAStatementYields() throws Exception {
    Table all = client.read(client.sql.getTables(null, null, null, List.of("TABLE"), true));
    for (Map<String, ?> row : all.rows()) {
      Schema said =
          MessageSerializer.deserializeSchema(
              new ReadChannel(
                  Channels.newChannel(new ByteArrayInputStream((byte[]) row.get("table_schema")))));
      Schema found = client.query("SELECT * FROM " + row.get("table_name") + " LIMIT 0").schema();
      assertThat(said.getFields().stream().map(f -> f.getName() + " " + f.getType()).toList())
          .as(String.valueOf(row.get("table_name")))
          .isEqualTo(found.getFields().stream().map(f -> f.getName() + " " + f.getType()).toList());
    }
  }

  @Test
  void keysAndTypes() throws Exception {
    assertThat(
            read(
                    client.sql.getTableTypes(),
                    client.sql.getTableTypesSchema(),
                    Schemas.GET_TABLE_TYPES_SCHEMA)
                .column("table_type"))
        .containsExactly("TABLE", "VIEW");
    TableRef batches = TableRef.of(null, null, "batches");
    assertThat(
            read(
                    client.sql.getPrimaryKeys(batches),
                    client.sql.getPrimaryKeysSchema(),
                    Schemas.GET_PRIMARY_KEYS_SCHEMA)
                .column("column_name"))
        .containsExactly("batch_id");
    assertThat(
            read(
                    client.sql.getExportedKeys(batches),
                    client.sql.getExportedKeysSchema(),
                    Schemas.GET_EXPORTED_KEYS_SCHEMA)
                .column("fk_table_name"))
        .containsExactly("batch_steps", "events", "lots");
    assertThat(
            read(
                    client.sql.getImportedKeys(batches),
                    client.sql.getImportedKeysSchema(),
                    Schemas.GET_IMPORTED_KEYS_SCHEMA)
                .column("pk_table_name"))
        .containsExactly("orders", "products", "equipment");
    assertThat(
            read(
                    client.sql.getCrossReference(TableRef.of(null, null, "orders"), batches),
                    client.sql.getCrossReferenceSchema(),
                    Schemas.GET_CROSS_REFERENCE_SCHEMA)
                .column("fk_column_name"))
        .containsExactly("order_id");
    assertThat(
            read(
                    client.sql.getXdbcTypeInfo(),
                    client.sql.getXdbcTypeInfoSchema(),
                    Schemas.GET_TYPE_INFO_SCHEMA)
                .column("type_name"))
        .contains("DOUBLE", "TIMESTAMPTZ");
    assertThat(client.read(client.sql.getXdbcTypeInfo(8)).column("type_name"))
        .containsExactly("DOUBLE");
  }

  @Test
  void whatTheServerIs() throws Exception {
    Table all =
        read(
            client.sql.getSqlInfo(new int[0]),
            client.sql.getSqlInfoSchema(),
            Schemas.GET_SQL_INFO_SCHEMA);
    assertThat(all.rows()).hasSizeGreaterThan(15);
    Table two =
        client.read(
            client.sql.getSqlInfo(
                SqlInfo.FLIGHT_SQL_SERVER_NAME, SqlInfo.FLIGHT_SQL_SERVER_READ_ONLY));
    assertThat(two.rows()).hasSize(2);
    assertThat(two.column("value")).map(String::valueOf).contains("Tidemark", "true");
    assertThat(client.read(client.sql.getSqlInfo(new int[] {99_999})).rows()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "samples,samp%,true",
    "samples,%,true",
    "samples,s_mples,true",
    "samples,samples,true",
    "samples,sample,false",
    "samples,%x%,false",
    "batch_steps,batch\\_steps,true",
    "batchXsteps,batch\\_steps,false",
    "a%b,a\\%b,true",
    "aaaaaaaaaaaaaaaaaaaaaaaa,%a%a%a%a%a%a%a%a%a%a%ab,false"
  })
  void patternsAreThoseOfSql(String text, String pattern, boolean fits) {
    assertThat(CatalogAnswers.isLike(text, pattern)).isEqualTo(fits);
  }
}

package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.demo.DemoPlant;
import io.tidemark.demo.EngineTarget;
import io.tidemark.model.TimeRange;
import io.tidemark.wire.flight.FlightConfig;
import io.tidemark.wire.flight.FlightDoor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The analyst's lines over Flight, and those of the documentation. Runs where {@code python3} (or
 * the one that {@code TIDEMARK_TEST_PYTHON} names) has pyarrow.flight.
 */
class FlightPythonTest {
  private static final String SNIPPET =
      """
      import pyarrow as pa
      import pyarrow.flight as fl
      c = fl.connect("grpc://127.0.0.1:PORT"); i = c.get_flight_info(fl.FlightDescriptor.for_command(b"SELECT tag, ts, value FROM samples WHERE tag LIKE 'R1.%'"))
      assert sum(x.data.num_rows for x in c.do_get(i.endpoints[0].ticket)) > 100_000
      assert i.schema.field("ts").type == pa.timestamp("ns", "UTC") and i.schema.field("tag").type == pa.string()
      t = c.do_get(fl.Ticket("SELECT ts, value FROM samples WHERE tag = 'R1.TIC101.PV'".encode())).read_all()
      assert t.schema.field("value").metadata[b"uom"] == b"degC", t.schema
      assert t.column("value").null_count < t.num_rows
      try:
          c.get_flight_info(fl.FlightDescriptor.for_command(b"SELECT nothing FROM samples"))
          raise SystemExit("no error")
      except pa.ArrowInvalid as e:
          assert "SQL_ERROR" in str(e), e
      r = c.do_get(i.endpoints[0].ticket)
      r.read_chunk()
      r.cancel()
      print("rows", t.num_rows)
      """;

  /** The lines of a section of the documentation. */
  private static String documented(String section, int port) throws IOException {
    String whole = Files.readString(Path.of(System.getProperty("tidemark.root"), "docs/flight.md"));
    String page = whole.substring(whole.indexOf("## " + section));
    int begin = page.indexOf("```python\n") + "```python\n".length();
    return page.substring(begin, page.indexOf("```", begin))
        .replace("7301", Integer.toString(port));
  }

  @Test
  void theAnalystsLinesRun(@TempDir Path folder) throws Exception {
    Python.require(folder, "pyarrow.flight");
    try (TestServer server = TestServer.start(folder.resolve("data"), Map.of());
        FlightDoor door =
            new FlightDoor(
                FlightConfig.defaults().withPort(0),
                server.engine(),
                server.engine().access(),
                null)) {
      door.start();
      DemoPlant plant = new DemoPlant(42, Instant.now(), 1);
      EngineTarget target = new EngineTarget(server.engine());
      target.defineTags(plant.tags());
      target.write(plant, new TimeRange(plant.startNs(), plant.anchorNs()));
      String port = Integer.toString(door.port());
      assertThat(Python.run(folder, SNIPPET.replace("PORT", port), Map.of())).startsWith("rows ");
      String shown = documented("Connect", door.port()) + "\nassert t.num_rows == 1\nprint('read')";
      assertThat(Python.run(folder, shown, Map.of())).isEqualTo("read\n");
      assertThat(Python.run(folder, documented("Uploads", door.port()), Map.of()))
          .isEqualTo("b'{\"batch\":0,\"stored\":2,\"errors\":[]}'\n");
      assertThat(server.api().json("/api/v1/values/current?tag=DOC.F2").toString()).contains("2.5");
      for (int i = 0; i < 200 && server.engine().openViews() > 0; i++) {
        Thread.sleep(10);
      }
      assertThat(server.engine().openViews()).isZero();
    }
  }
}

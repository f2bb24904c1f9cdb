package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.demo.DemoPlant;
import io.tidemark.demo.EngineTarget;
import io.tidemark.model.TimeRange;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The analyst's first lines of Python against the demo plant. Runs where {@code python3} (or the
 * one that {@code TIDEMARK_TEST_PYTHON} names) has pyarrow.
 */
class PythonSnippetTest {
  private static final String SNIPPET =
      """
      import json, urllib.request as u, pyarrow as pa
      def sql(q, *p):
          body = json.dumps({"sql": q, "params": p}).encode()
          headers = {"Content-Type": "application/json", "Accept": "application/vnd.apache.arrow.stream"}
          return pa.ipc.open_stream(u.urlopen(u.Request("ADDRESS/api/v1/sql", body, headers))).read_all()
      t = sql("SELECT tag, ts, value, status FROM samples WHERE tag = ? AND ts >= now() - INTERVAL '1 day'", "R1.TIC101.PV")
      assert t.schema.field("ts").type == pa.timestamp("ns", "UTC") and abs(t.num_rows - 17280) <= 2 and t.schema.field("tag").type == pa.string()
      assert t.schema.field("value").metadata[b"uom"] == b"degC"
      w = pa.ipc.open_stream(u.urlopen("ADDRESS/api/v1/values/interpolated?tag=R1.TIC101.PV&tag=R1.TI102.PV&startTime=*-1d&interval=1m&layout=wide&format=arrow")).read_all()
      assert w.num_rows in (1440, 1441) and w.column_names == ["ts", "R1.TIC101.PV", "R1.TI102.PV"], w.schema
      print("rows", t.num_rows, w.num_rows)
      """;

  @Test
  void readsADayOfATagAsArrow(@TempDir Path folder) throws Exception {
    Python.require(folder, "pyarrow");
    try (TestServer server = TestServer.start(folder, Map.of())) {
      DemoPlant plant = new DemoPlant(42, Instant.now(), 1);
      EngineTarget target = new EngineTarget(server.engine());
      target.defineTags(plant.tags());
      target.write(plant, new TimeRange(plant.startNs(), plant.anchorNs()));
      String output = Python.run(folder, SNIPPET.replace("ADDRESS", server.address()), Map.of());
      assertThat(output).startsWith("rows ");
    }
  }
}

package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Between two exports everything they are made of is corrected: samples, times of a batch, its
 * phase, its product, the tag of an attribute. As of the first one's data version nothing has
 * changed, a new one has all of it.
 */
class ExportCorrectionsTest {
  private static final String JSON = "application/json";
  private static final long START_S = 1_772_697_600L; // 2026-03-05T08:00:00Z

  @TempDir Path folder;

  private static void context(Api api, String body) {
    JsonNode answer =
        Api.expect(api.send("POST", "/api/v1/context", JSON, body.replace('\'', '"')));
    assertThat(answer.path("errors")).as(answer.toString()).isEmpty();
  }

  private static JsonNode export(TestServer server, Path out, String... more) throws IOException {
    String[] words = {
      "export",
      "--server",
      server.address(),
      "--batch",
      "B-1",
      "--attribute",
      "Temperature",
      "--format",
      "csv",
      "--partition-by",
      "product_id",
      "--out",
      out.toString()
    };
    String[] all = Arrays.copyOf(words, words.length + more.length);
    System.arraycopy(more, 0, all, words.length, more.length);
    CommandLine run = CommandLine.run(all);
    assertThat(run.code()).as(run.err()).isZero();
    return DataSets.description(out);
  }

  @Test
  void correctionsAreOfTheNextDataVersion(@TempDir Path data) throws Exception {
    try (TestServer server = TestServer.start(data, Map.of())) {
      Api api = server.api();
      StringBuilder lines = new StringBuilder();
      for (int i = 0; i < 600; i++) {
        lines.append("m,tag=R1.T value=" + i + " ").append(START_S + i).append("000000000\n");
        lines.append("m,tag=R1.X value=" + -i + " ").append(START_S + i).append("000000000\n");
      }
      api.writeLines(lines.toString());
      context(
          api,
          """
          {'equipment':[{'equipmentId':'R1','level':'Unit'}],
           'products':[{'productId':'P-1'},{'productId':'P-2'}],
           'attributes':[
            {'equipmentId':'R1','name':'Temperature','tag':'R1.T'}],
           'batches':[{'batchId':'B-1','productId':'P-1','unitId':'R1',
             'startTime':'2026-03-05T08:00:00Z','endTime':'2026-03-05T08:05:00Z'}],
           'steps':[{'stepId':'S1','batchId':'B-1','unitId':'R1','level':'Phase','name':'Heat',
             'startTime':'2026-03-05T08:00:00Z','endTime':'2026-03-05T08:05:00Z'}]}
          """);
      Path first = folder.resolve("first");
      JsonNode before = export(server, first);
      assertThat(before.path("rows").asInt()).isEqualTo(300);
      assertThat(before.path("files").get(0).path("path").asText())
          .isEqualTo("product_id=P-1/part-0.csv");

      api.writeLines("m,tag=R1.T value=1000 " + (START_S + 60) + "000000000\n");
      context(
          api,
          """
          {'attributes':[
            {'equipmentId':'R1','name':'Temperature','tag':'R1.X'}],
           'batches':[{'batchId':'B-1','productId':'P-2','unitId':'R1',
             'startTime':'2026-03-05T08:00:10Z','endTime':'2026-03-05T08:06:00Z'}],
           'steps':[{'stepId':'S1','batchId':'B-1','unitId':'R1','level':'Phase','name':'Boil',
             'startTime':'2026-03-05T08:00:00Z','endTime':'2026-03-05T08:05:00Z'}]}
          """);

      String asOf = before.path("dataVersion").asText();
      Path again = folder.resolve("again");
      export(server, again, "--as-of", asOf);
      assertThat(DataSets.hashes(again)).isEqualTo(DataSets.hashes(first));

      Path corrected = folder.resolve("corrected");
      JsonNode after = export(server, corrected);
      assertThat(after.path("dataVersion").asText()).isNotEqualTo(asOf);
      assertThat(after.path("rows").asInt()).isEqualTo(350);
      assertThat(after.path("tags").get(0).path("tag").asText()).isEqualTo("R1.X");
      assertThat(corrected.resolve("product_id=P-2/part-0.csv"))
          .content()
          .contains("Boil", "R1.X")
          .doesNotContain("Heat", "R1.T");

      JsonNode sample = export(server, folder.resolve("samples"), "--tag", "R1.T");
      assertThat(sample.path("rows").asInt()).isEqualTo(2 * 350);
      assertThat(folder.resolve("samples/product_id=P-2/part-0.csv"))
          .content()
          .contains(",1000.0,");
    }
  }
}

package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code verify} and {@code dump} as an administrator types them, beside a server and without. */
class VerifyCommandTest {
  @TempDir Path data;

  private TestServer serverWithSamples() throws IOException {
    TestServer server = TestServer.start(data, Map.of());
    server
        .api()
        .send(
            "PUT",
            "/api/v1/tags",
            "application/json",
            "{\"tags\":[{\"name\":\"R1.TIC101.PV\",\"uom\":\"degC\"}]}");
    server
        .api()
        .send("PUT", "/api/v1/context/products/P-1", "application/json", "{\"name\":\"Tide\"}");
    write(server, 0);
    server.engine().sealNow();
    write(server, 500);
    return server;
  }

  private static void write(TestServer server, int from) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = from; i < from + 500; i++) {
      lines.append("p,tag=R1.TIC101.PV value=").append(i / 10.0).append(' ');
      lines.append(1_700_000_000L + i).append('\n');
    }
    server.api().send("POST", "/api/v1/write?precision=s", "text/plain", lines.toString());
  }

  private CommandLine verify(String... more) {
    return CommandLine.run(
        Stream.concat(Stream.of("verify", "--data", data.toString()), Stream.of(more))
            .toArray(String[]::new));
  }

  private Path file(String folder, String suffix) throws IOException {
    try (Stream<Path> files = Files.walk(data.resolve(folder))) {
      return files
          .filter(file -> file.toString().endsWith(suffix))
          .sorted()
          .findFirst()
          .orElseThrow();
    }
  }

  private static void flip(Path file, int offset) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[offset] ^= 1;
    Files.write(file, bytes);
  }

  @Test
  void aStoreIsCheckedBesideItsServerAndAfterwards() throws IOException {
    try (TestServer server = serverWithSamples()) {
      for (String mode : List.of("quick", "full", "deep")) {
        CommandLine beside = verify("--mode", mode);
        assertThat(beside.code()).as(beside.out() + beside.err()).isZero();
      }
      assertThat(server.address()).isNotEmpty();
    }
    CommandLine after = verify("--mode", "deep");
    assertThat(after.code()).as(after.out()).isZero();
    assertThat(after.out())
        .contains("mode deep")
        .contains(" 1000 samples")
        .contains("found: damage 0, warnings 0, information 0");
    assertThat(after.err()).isEmpty();
  }

  @Test
  void damageIsNamedWithTagTimesAndLossAndHasItsExitCode() throws IOException {
    serverWithSamples().close();
    flip(file("segments", ".tseg"), 70);
    CommandLine text = verify();
    assertThat(text.code()).isEqualTo(1);
    assertThat(text.out())
        .contains("DAMAGE: segments/000000000001.tseg, offset 64, block 0: checksum of a block")
        .contains("tag:      R1.TIC101.PV (id 0)")
        .contains("times:    2023-11-14T22:13:20Z to 2023-11-14T22:21:39Z")
        .contains("lost:     500 samples of the tag in this time");
    assertThat(verify("--mode", "quick").code()).isZero();
    JsonNode json = new ObjectMapper().readTree(verify("--format", "json").out());
    assertThat(json.path("found").path("damage").asInt()).isEqualTo(2);
    JsonNode block = json.path("findings").get(1);
    assertThat(block.path("tag").asText()).isEqualTo("R1.TIC101.PV");
    assertThat(block.path("offset").asInt()).isEqualTo(64);
    assertThat(block.path("startTime").asText()).isEqualTo("2023-11-14T22:13:20Z");
  }

  @Test
  void warningsAloneHaveAnExitCodeOfTheirOwn() throws IOException {
    serverWithSamples().close();
    flip(file("journal", ".tjnl"), 3000);
    CommandLine warned = verify();
    assertThat(warned.code()).as(warned.out()).isEqualTo(4);
    assertThat(warned.out()).contains("WARNING: journal/").contains("reserved bytes");
  }

  @Test
  void whatIsNoStoreAndWrongUsageAreTold() {
    CommandLine empty = verify();
    assertThat(empty.code()).isEqualTo(3);
    assertThat(empty.err()).contains("folder is no store");
    assertThat(CommandLine.run("verify", "--data", data.resolve("gone").toString()).code())
        .isEqualTo(3);
    assertThat(verify("--mode", "thorough").code()).isEqualTo(2);
    CommandLine help = CommandLine.run("verify", "--help");
    assertThat(help.out()).contains("Exit codes").contains("4").contains("only warnings");
  }

  @Test
  void filesArePrinted() throws IOException {
    serverWithSamples().close();
    Path segment = file("segments", ".tseg");
    CommandLine rows =
        CommandLine.run("dump", segment.toString(), "--tag", "R1.TIC101.PV", "--limit", "0");
    assertThat(rows.code()).as(rows.err()).isZero();
    assertThat(rows.out().lines().filter(line -> line.startsWith("    row: "))).hasSize(500);
    for (String[] each :
        new String[][] {
          {"manifest", ".tman", "ledger: id="},
          {"ledger", ".tled", "kind=TAG"},
          {"journal", ".tjnl", "kind=SAMPLES"}
        }) {
      CommandLine dump = CommandLine.run("dump", lastOf(each[0], each[1]).toString());
      assertThat(dump.code()).as(dump.out() + dump.err()).isZero();
      assertThat(dump.out()).contains(each[2]);
    }
    assertThat(CommandLine.run("dump", data.resolve("lock").toString()).out()).contains("pid=");
    flip(segment, 70);
    CommandLine damaged = CommandLine.run("dump", segment.toString());
    assertThat(damaged.code()).isEqualTo(1);
    assertThat(damaged.out()).contains("!! DAMAGE: checksum of a block differs");
    assertThat(CommandLine.run("dump", segment.toString(), "--tag", "NOBODY").code()).isEqualTo(2);
    assertThat(CommandLine.run("dump", data.resolve("gone.tseg").toString()).code()).isEqualTo(3);
    Files.writeString(data.resolve("demo.json"), "{}");
    CommandLine demo = CommandLine.run("dump", data.resolve("demo.json").toString());
    assertThat(demo.code()).isEqualTo(3);
    assertThat(demo.err()).contains("plain JSON");
  }

  private Path lastOf(String folder, String suffix) throws IOException {
    try (Stream<Path> files = Files.walk(data.resolve(folder))) {
      return files
          .filter(file -> file.toString().endsWith(suffix))
          .sorted()
          .reduce((a, b) -> b)
          .orElseThrow();
    }
  }
}

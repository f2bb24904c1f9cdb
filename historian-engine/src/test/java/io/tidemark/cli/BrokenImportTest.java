package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An import whose server fails on the way says how far it came and what to do. */
class BrokenImportTest {
  @TempDir Path folder;

  private final StringWriter err = new StringWriter();
  private ScriptedServer server;

  @BeforeEach
  void start() throws IOException {
    server = new ScriptedServer();
    server.then(200, "{}"); // is it there?
    server.then(200, "{\"total\":0,\"tags\":[]}"); // known tags
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private int importRows(int rows) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("rows.csv"), "Time,A\n" + "2024-03-05T00:00:00Z,1.5\n".repeat(rows));
    return Main.run(
        new PrintWriter(new StringWriter()),
        new PrintWriter(err, true),
        "import",
        file.toString(),
        "--server",
        server.address());
  }

  @Test
  void aServerThatGoesAwayLeavesWhatItTook() throws IOException {
    server.then(200, "{}"); // new tags
    server.then(204, "").then(0, "");
    assertThat(importRows(1500)).isEqualTo(1);
    assertThat(err.toString())
        .contains("stopped: 1000 samples of")
        .contains("UNAVAILABLE: server broke the connection")
        .contains("hint: ");
  }

  @Test
  void tagsThatAreRefusedEndItBeforeTheFirstSample() throws IOException {
    server.then(
        207,
        "{\"stored\":0,\"errors\":[{\"path\":\"tags[0].uom\",\"code\":\"TOO_LONG\","
            + "\"message\":\"unit is too long\"}]}");
    assertThat(importRows(3)).isEqualTo(1);
    assertThat(err.toString())
        .contains("nothing was imported, tags were refused: refused=1")
        .contains("tags[0].uom: unit is too long");
    assertThat(server.bodies()).hasSize(3);
  }

  @Test
  void aRequestThatIsRefusedAsAWholeIsNoPartialSuccess() throws IOException {
    server.then(200, "{}");
    server.then(207, "{\"stored\":0,\"errors\":[{\"path\":\"body\",\"message\":\"no UTF-8\"}]}");
    assertThat(importRows(3)).isEqualTo(1);
    assertThat(err.toString()).contains("server refused a request as a whole: reason=no UTF-8");
  }
}

package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes of an export end by SIGKILL while half of a file is on its way: first that of the
 * command, then the server's. What comes of it in the end is byte for byte what an export makes
 * that nobody disturbs.
 */
class KilledExportTest {
  /** The plan, and two of the four files. */
  private static final int WHOLE = 3;

  private static final long START_S = 1_772_697_600L; // 2026-03-05T08:00:00Z

  @TempDir Path folder;

  private String[] export(String address, Path out, String... more) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "export",
                "--server",
                address,
                "--tag",
                "E*",
                "--start",
                "2026-03-05T08:00:00Z",
                "--end",
                "2026-03-05T10:00:00Z",
                "--partition-by",
                "tag",
                "--out",
                out.toString()));
    words.addAll(List.of(more));
    return words.toArray(String[]::new);
  }

  private static void write(Api api) {
    StringBuilder lines = new StringBuilder();
    for (int tag = 0; tag < 4; tag++) {
      for (int i = 0; i < 2_000; i++) {
        lines.append("m,tag=E" + tag + " value=" + (tag + i % 97 / 8.0) + " ");
        lines.append(START_S + i).append("000000000\n");
      }
    }
    api.writeLines(lines.toString());
  }

  /** The files and their description; what an export that goes on has kept for itself is gone. */
  private static void assertSame(Path out, Map<String, String> undisturbed) throws IOException {
    assertThat(DataSets.hashes(out)).isEqualTo(undisturbed).hasSize(1 + 4);
  }

  @Test
  void whatIsKilledGoesOnAndIsTheSame() throws Exception {
    Path data = folder.resolve("data");
    ServerProcess server = ServerProcess.start(data);
    try {
      write(server.api());
      Path whole = folder.resolve("whole");
      assertThat(CommandLine.run(export(server.address(), whole)).code()).isZero();
      Map<String, String> undisturbed = DataSets.hashes(whole);
      String asOf = DataSets.description(whole).path("dataVersion").asText();
      server.api().writeLines("m,tag=E3 value=999 " + (START_S + 7) + "000000001\n");

      killTheCommand(server, asOf, undisturbed);
      server = killTheServer(server, data, asOf, undisturbed);
    } finally {
      server.close();
    }
  }

  private void killTheCommand(ServerProcess server, String asOf, Map<String, String> undisturbed)
      throws Exception {
    Path out = folder.resolve("command");
    CountDownLatch half = new CountDownLatch(1);
    CountDownLatch killed = new CountDownLatch(1);
    try (CutProxy proxy =
        new CutProxy(
            server.address(),
            WHOLE,
            () -> {
              half.countDown();
              await(killed);
            })) {
      List<String> command = ServerProcess.java();
      command.addAll(List.of(export(proxy.address(), out, "--as-of", asOf)));
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("command.txt").toFile())
              .start();
      try {
        await(half);
        assertThat(process.isAlive()).isTrue();
      } finally {
        process.destroyForcibly();
        process.onExit().join();
        killed.countDown();
      }
    }
    assertThat(out.resolve("_export.json")).exists();
    assertThat(out.resolve("_dataset.json")).doesNotExist();
    assertThat(out.resolve("tag=E1/part-0.parquet")).exists();
    assertThat(out.resolve("tag=E2/part-0.parquet")).doesNotExist();
    try (Stream<Path> left = Files.list(out.resolve("tag=E2"))) {
      assertThat(left).as("what it was writing").hasSize(1);
    }
    CommandLine resumed = CommandLine.run(export(server.address(), out));
    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertSame(out, undisturbed);
  }

  private ServerProcess killTheServer(
      ServerProcess server, Path data, String asOf, Map<String, String> undisturbed)
      throws Exception {
    Path out = folder.resolve("server");
    int port = server.port();
    try (CutProxy proxy = new CutProxy(server.address(), WHOLE, server::kill)) {
      CommandLine broken =
          CommandLine.run(export(proxy.address(), out, "--as-of", asOf, "--retries", "0"));
      assertThat(server.isAlive()).isFalse();
      assertThat(broken.code()).isEqualTo(1);
      assertThat(broken.err()).contains("UNAVAILABLE", "repeat the command");
      assertThat(DataSets.hashes(out)).hasSize(1 + 2).doesNotContainKey("_dataset.json");
      CommandLine gone = CommandLine.run(export("http://127.0.0.1:" + port, out, "--retries", "1"));
      assertThat(gone.code()).isEqualTo(1);
      assertThat(gone.err()).contains("trying again in 1 s (1 of 1)", "tries=2");
    }
    ServerProcess again = ServerProcess.run("serve", data, port);
    CommandLine resumed = CommandLine.run(export(again.address(), out));
    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertSame(out, undisturbed);
    return again;
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(2, TimeUnit.MINUTES)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

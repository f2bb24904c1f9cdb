package io.tidemark.benchmarks.scenario;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Does memory grow with the rows of an export? {@link WorkloadM} is written, sealed and merged; a
 * server with a small heap serves it, and {@code tidemark export} fetches a small part and then all
 * of it, both as processes of their own that are watched.
 */
final class ExportMemory {
  private static final int HEAP_MEGABYTES = 256;
  private static final Pattern ROWS = Pattern.compile("(\\d+) rows");
  private static final int WIDE_TAGS = 50;

  private final Bench bench;
  private final String address;
  private final ProcessMemory server;
  private final Path folder;

  private ExportMemory(Bench bench, String address, ProcessMemory server, Path folder) {
    this.bench = bench;
    this.address = address;
    this.server = server;
    this.folder = folder;
  }

  static void answer(Bench bench) throws Exception {
    WorkloadM workload = WorkloadM.mixed(bench.seed(), bench.tags());
    Path data = BenchStore.settled(bench, workload);
    bench.heading(
        "Memory of exports",
        bench.tags()
            + " tags, "
            + Bench.grouped((long) bench.tags() * bench.scans())
            + " samples; server and client with heaps of "
            + HEAP_MEGABYTES
            + " MiB, the server's all touched; peaks of what is resident, MiB");
    Path out = Files.createTempDirectory(bench.folder(), "tidemark-export");
    try (BenchStore.Kept kept = new BenchStore.Kept(data);
        BenchStore.Kept written = new BenchStore.Kept(out);
        ServerProcess server = ServerProcess.start(kept.folder(), HEAP_MEGABYTES)) {
      new ExportMemory(
              bench, "http://127.0.0.1:" + server.port(), server.memory(), written.folder())
          .exports(workload);
    }
  }

  private void exports(WorkloadM workload) throws Exception {
    bench.row("export", "rows", "files, MB", "s", "server: resident", "client: resident");
    bench.rule(6);
    String start = Instant.ofEpochSecond(0, WorkloadM.START_NS).toString();
    String end =
        Instant.ofEpochSecond(0, WorkloadM.START_NS + (bench.scans() + 1L) * 1_000_000_000L)
            .toString();
    String soon =
        Instant.ofEpochSecond(0, WorkloadM.START_NS + bench.scans() / 100 * 1_000_000_000L)
            .toString();
    List<String> some = new ArrayList<>();
    for (int tag = 0; tag < Math.min(WIDE_TAGS, bench.tags()); tag++) {
      some.addAll(List.of("--tag", workload.definition(tag).name()));
    }
    List<String> wide = new ArrayList<>(some);
    wide.addAll(List.of("--layout", "wide"));
    export("warm-up", List.of("--tag", "*"), start, soon);
    export("raw, a hundredth of the time", List.of("--tag", "*"), start, soon);
    export("raw, all", List.of("--tag", "*"), start, end);
    export("raw, wide, 50 tags, a hundredth", wide, start, soon);
    export("raw, wide, 50 tags", wide, start, end);
  }

  private void export(String name, List<String> chosen, String start, String end) throws Exception {
    Path out = Files.createTempDirectory(folder, "ds");
    List<String> command =
        ServerProcess.command(
            List.of("-Xmx" + HEAP_MEGABYTES + "m"),
            List.of(
                "export",
                "--server",
                address,
                "--start",
                start,
                "--end",
                end,
                "--quiet",
                "--out",
                out.toString()));
    command.addAll(chosen);
    server.restart();
    long began = System.nanoTime();
    Path said = folder.resolve("said.txt");
    Process client =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile()).start();
    ProcessMemory memory = new ProcessMemory(client.pid());
    long clientMiB = 0;
    while (!client.waitFor(500, TimeUnit.MILLISECONDS)) {
      clientMiB = Math.max(clientMiB, memory.peakMiB());
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    Matcher rows = ROWS.matcher(Files.readString(said));
    if (client.exitValue() != 0 || !rows.find()) {
      throw new IllegalStateException("export failed: " + Files.readString(said));
    }
    long serverMiB = server.peakMiB();
    bench.row(
        name,
        Bench.grouped(Long.parseLong(rows.group(1))),
        Bench.number(bytes(out) / 1e6, 1),
        Bench.number(seconds, 1),
        Long.toString(serverMiB),
        Long.toString(clientMiB));
    new BenchStore.Kept(out).close();
  }

  private static long bytes(Path folder) throws IOException {
    long bytes = 0;
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        bytes += Files.size(file);
      }
    }
    return bytes;
  }
}

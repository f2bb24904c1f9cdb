package io.tidemark.benchmarks.torture;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * Kills {@link StoreProcess} again and again, or makes its forces fail, and looks after each time
 * whether everything acknowledged is there, once. Resumable: it goes on in the folder it is given.
 *
 * <p>Arguments: {@code kill RUNS FOLDER [journal]}: SIGKILL at a random moment, the same store all
 * the time; {@code eio RUNS FOLDER SHIM}: forces fail from a random moment on (SHIM is the built
 * fault shim), a store a run; the process must end without another acknowledgement.
 */
public final class Torture {
  private static final int RUNS_PER_STORE = 100;

  private Torture() {}

  /** See the class. */
  public static void main(String[] args) throws Exception {
    if (args.length < 3) {
      System.err.println("usage: kill RUNS FOLDER [file|chronicle] | eio RUNS FOLDER SHIM");
      System.exit(2);
    }
    int runs = Integer.parseInt(args[1]);
    Path folder = Path.of(args[2]);
    Files.createDirectories(folder);
    int bad =
        args[0].equals("kill")
            ? kill(runs, folder, args.length > 3 ? args[3] : "file")
            : eio(runs, folder, Path.of(args[3]));
    System.exit(bad == 0 ? 0 : 1);
  }

  private static int kill(int runs, Path folder, String journal) throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    int bad = 0;
    long acknowledged = -1;
    long total = 0;
    long began = System.nanoTime();
    for (int run = 1; run <= runs; run++) {
      Path store = folder.resolve("store");
      try (Running writer = Running.start(store, journal, Map.of())) {
        writer.awaitReady();
        Thread.sleep(random.nextInt(300));
        writer.kill();
        acknowledged = Math.max(acknowledged, writer.acknowledged());
      }
      String problem = StoreProcess.verify(store, acknowledged);
      if (!problem.isEmpty()) {
        bad++;
        System.out.println("run " + run + ": " + problem);
      }
      if (run % RUNS_PER_STORE == 0 || run == runs) {
        total += acknowledged + 1;
        System.out.printf(
            "kill (%s): runs=%d, bad=%d, samplesAcknowledged=%d, seed=%d, seconds=%d%n",
            journal, run, bad, total, seed, (System.nanoTime() - began) / 1_000_000_000L);
        delete(store);
        acknowledged = -1;
      }
    }
    return bad;
  }

  private static int eio(int runs, Path folder, Path shim) throws Exception {
    Random random = new Random();
    int bad = 0;
    for (int run = 1; run <= runs; run++) {
      Path store = folder.resolve("store");
      Path faults = Files.createDirectories(folder.resolve("faults"));
      Files.writeString(faults.resolve("eio"), "0");
      Map<String, String> environment =
          Map.of(
              "LD_PRELOAD", shim.toAbsolutePath().toString(),
              "FAULTSHIM_DIR", faults.toAbsolutePath().toString());
      try (Running writer = Running.start(store, "file", environment)) {
        writer.awaitReady();
        Thread.sleep(50 + random.nextInt(200));
        Files.writeString(faults.resolve("eio"), "1");
        boolean ended = writer.process.waitFor(10, TimeUnit.SECONDS);
        long last = writer.acknowledged();
        int status = ended ? writer.process.exitValue() : -1;
        // What the failed force did not cover must not have been acknowledged: only what is safe.
        String problem = StoreProcess.verify(store, last);
        if (!problem.isEmpty() || status == 0 || !ended) {
          bad++;
          System.out.println("run " + run + ": exit=" + status + " " + problem);
        }
      }
      delete(store);
    }
    System.out.printf("failed force: runs=%d, bad=%d%n", runs, bad);
    return bad;
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** A writing process and the last number it printed. */
  private static final class Running implements AutoCloseable {
    private final Process process;
    private final AtomicLong acknowledged = new AtomicLong(-1);
    private final Thread reader;
    private volatile boolean ready;

    private Running(Process process) {
      this.process = process;
      this.reader = Thread.ofPlatform().start(this::read);
    }

    static Running start(Path store, String journal, Map<String, String> environment)
        throws IOException {
      List<String> command = new ArrayList<>();
      command.add(ProcessHandle.current().info().command().orElse("java"));
      for (String flag : System.getProperty("tidemark.flags", "").split("\\s+")) {
        if (!flag.isEmpty()) {
          command.add(flag);
        }
      }
      command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-Xshare:auto"));
      command.addAll(List.of("-cp", System.getProperty("java.class.path")));
      command.addAll(List.of(StoreProcess.class.getName(), "write", store.toString(), journal));
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.environment().putAll(environment);
      builder.redirectError(ProcessBuilder.Redirect.DISCARD);
      return new Running(builder.start());
    }

    private void read() {
      try (BufferedReader lines = process.inputReader(StandardCharsets.US_ASCII)) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          if (line.startsWith("ready")) {
            ready = true;
          } else {
            acknowledged.accumulateAndGet(Long.parseLong(line), Math::max);
          }
        }
      } catch (IOException | NumberFormatException e) {
        // the process is gone; a half line was never acknowledged in full
        ready = true;
      }
    }

    void awaitReady() throws InterruptedException {
      while (!ready && process.isAlive()) {
        Thread.sleep(5);
      }
    }

    void kill() throws InterruptedException {
      process.destroyForcibly();
      process.waitFor();
      reader.join();
    }

    long acknowledged() throws InterruptedException {
      reader.join(1000);
      return acknowledged.get();
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }
}

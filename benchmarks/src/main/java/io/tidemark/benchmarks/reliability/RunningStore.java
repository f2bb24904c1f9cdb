package io.tidemark.benchmarks.reliability;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A writing {@link StoreProcess} and the last number it printed. */
final class RunningStore implements AutoCloseable {
  private static final int READY_SECONDS = 60;

  private final Process process;
  private final AtomicLong acknowledged = new AtomicLong(-1);
  private final Thread reader;
  private volatile boolean ready;

  private RunningStore(Process process) {
    this.process = process;
    this.reader = Thread.ofPlatform().start(this::read);
  }

  /** Starts one; {@code before} are words in front of the command, for example of a tracer. */
  static RunningStore start(
      Trial trial, List<String> before, Map<String, String> environment, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(before);
    command.addAll(trial.lab().java("256m", true, StoreProcess.class, arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    builder.redirectError(
        ProcessBuilder.Redirect.appendTo(trial.folder().resolve("stderr.txt").toFile()));
    return new RunningStore(builder.start());
  }

  /** Starts one that writes into a folder. */
  static RunningStore start(Trial trial, Path store) throws IOException {
    return start(trial, List.of(), Map.of(), "write", store.toString());
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

  Process process() {
    return process;
  }

  /** Waits until it writes; false if it ended instead. */
  boolean awaitReady() throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_SECONDS);
    while (!ready && process.isAlive() && System.nanoTime() - deadline < 0) {
      Thread.sleep(5);
    }
    return ready && process.isAlive();
  }

  /** SIGKILL; false if it was dead already. */
  boolean kill() throws InterruptedException {
    boolean alive = process.isAlive();
    process.descendants().forEach(ProcessHandle::destroyForcibly); // of a tracer
    process.destroyForcibly();
    process.waitFor();
    reader.join();
    return alive;
  }

  /** The last number read so far. */
  long acknowledgedSoFar() {
    return acknowledged.get();
  }

  /** The last number of all, once the process has ended. */
  long acknowledged() throws InterruptedException {
    process.waitFor();
    reader.join();
    return acknowledged.get();
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}

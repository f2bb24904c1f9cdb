package io.tidemark.benchmarks.reliability;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code tidemark serve} as a process of its own; what it prints goes into a file of the trial. */
final class ServerUnderTest implements AutoCloseable {
  private static final Pattern ADDRESS = Pattern.compile("http://127\\.0\\.0\\.1:(\\d+)");

  private final Process process;
  private final String address;
  private final double secondsToReady;

  private ServerUnderTest(Process process, String address, double secondsToReady) {
    this.process = process;
    this.address = address;
    this.secondsToReady = secondsToReady;
  }

  /** The server did not come up; the message is all it said. */
  static final class NotStarted extends Exception {
    private static final long serialVersionUID = 1L;
    private final int status;
    private final String output;

    NotStarted(int status, String output) {
      super(output.strip());
      this.status = status;
      this.output = output.strip();
    }

    /** All it said. */
    String output() {
      return output;
    }

    /** Exit status. */
    int status() {
      return status;
    }
  }

  /** Starts one on a free port and waits until it serves. */
  static ServerUnderTest start(Trial trial, Path data, String... settings)
      throws IOException, InterruptedException, NotStarted {
    return start(trial, Map.of(), data, settings);
  }

  /** The same with an environment. */
  static ServerUnderTest start(
      Trial trial, Map<String, String> environment, Path data, String... settings)
      throws IOException, InterruptedException, NotStarted {
    List<String> arguments =
        new ArrayList<>(List.of("serve", "--data", data.toString(), "--port", "0"));
    for (String setting : settings) {
      arguments.addAll(List.of("--set", setting));
    }
    ProcessBuilder builder =
        new ProcessBuilder(
                trial
                    .lab()
                    .java("512m", true, "io.tidemark.cli.Main", arguments.toArray(String[]::new)))
            .redirectErrorStream(true);
    builder.environment().putAll(environment);
    long start = System.nanoTime();
    Process process = builder.start();
    BufferedReader reader =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    Path log = trial.folder().resolve("server.txt");
    StringBuilder output = new StringBuilder();
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      output.append(line).append('\n');
      Matcher matcher = ADDRESS.matcher(line);
      if (matcher.find()) {
        double seconds = (System.nanoTime() - start) / 1e9;
        Thread.ofVirtual().start(() -> drain(reader, log, output.toString()));
        return new ServerUnderTest(process, "http://127.0.0.1:" + matcher.group(1), seconds);
      }
    }
    process.waitFor();
    throw new NotStarted(process.exitValue(), output.toString());
  }

  private static void drain(BufferedReader reader, Path log, String before) {
    try (Writer out =
        Files.newBufferedWriter(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      out.write(before);
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        out.write(line + "\n");
      }
    } catch (IOException e) {
      // the process is gone
    }
  }

  Process process() {
    return process;
  }

  String address() {
    return address;
  }

  /** From the start of the process until it said that it serves. */
  double secondsToReady() {
    return secondsToReady;
  }

  /** SIGKILL; false if it was dead already. */
  boolean kill() throws InterruptedException {
    boolean alive = process.isAlive();
    process.destroyForcibly().waitFor();
    return alive;
  }

  /** SIGTERM; the exit status, or -1 if it did not end in that time and was killed. */
  int terminate(int seconds) throws InterruptedException {
    process.destroy();
    if (process.waitFor(seconds, TimeUnit.SECONDS)) {
      return process.exitValue();
    }
    process.destroyForcibly().waitFor();
    return -1;
  }

  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
  }
}

package io.tidemark.benchmarks.scenario;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code tidemark serve} in a process of its own, all doors on free ports of loopback. */
final class ServerProcess implements AutoCloseable {
  private static final Pattern FLIGHT = Pattern.compile("^Flight SQL at grpc://.*:(\\d+)$");
  private static final Pattern PG = Pattern.compile("^PostgreSQL at .*:(\\d+)$");
  private static final Pattern SERVES = Pattern.compile("^tidemark serves .* at http://.*:(\\d+)$");

  private static final String PRE_TOUCH = "-XX:+AlwaysPreTouch";
  private static final List<String> AS_LAUNCHED = List.of("-Xmx2g", "-XX:G1HeapRegionSize=4m");

  private final Process process;
  private final int port;
  private final int flightPort;
  private final int pgPort;

  private ServerProcess(Process process, int port, int flightPort, int pgPort) {
    this.process = process;
    this.port = port;
    this.flightPort = flightPort;
    this.pgPort = pgPort;
  }

  /**
   * Starts one and waits until it serves.
   *
   * @param heapMegabytes of its heap, all of it touched at once so that it does not grow later
   * @throws IOException if it ends instead; the message holds what it said
   */
  static ServerProcess start(Path data, int heapMegabytes) throws IOException {
    return start(
        data, List.of("-Xms" + heapMegabytes + "m", "-Xmx" + heapMegabytes + "m", PRE_TOUCH));
  }

  /** The same with the memory that {@code ./tidemark serve} gives it. */
  static ServerProcess startAsLaunched(Path data) throws IOException {
    return start(data, AS_LAUNCHED);
  }

  private static ServerProcess start(Path data, List<String> options) throws IOException {
    List<String> command =
        command(options, List.of("serve", "--data", data.toString(), "--port", "0"));
    command.addAll(List.of("--set", "flight.port=0", "--set", "pg.port=0"));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    BufferedReader reader =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    StringBuilder said = new StringBuilder();
    int flightPort = 0;
    int pgPort = 0;
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      said.append(line).append('\n');
      flightPort = Math.max(flightPort, port(FLIGHT, line));
      pgPort = Math.max(pgPort, port(PG, line));
      int port = port(SERVES, line);
      if (port > 0) {
        Thread.ofVirtual().start(() -> drain(reader));
        return new ServerProcess(process, port, flightPort, pgPort);
      }
    }
    throw new IOException("server did not start: " + said);
  }

  /** A command of {@code tidemark} as a process of this JVM. */
  static List<String> command(List<String> options, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.add("@" + Path.of(System.getProperty("tidemark.root", "."), "jvm.args"));
    command.add("--add-modules=jdk.incubator.vector");
    command.add("-XX:+ExitOnOutOfMemoryError");
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.tidemark.cli.Main"));
    command.addAll(arguments);
    return command;
  }

  private static int port(Pattern pattern, String line) {
    Matcher matcher = pattern.matcher(line);
    return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
  }

  private static void drain(BufferedReader reader) {
    try (reader) {
      while (reader.readLine() != null) {
        // it must not stand still because nobody reads
      }
    } catch (IOException e) {
      // the process is gone
    }
  }

  /** Port of HTTP. */
  int port() {
    return port;
  }

  /** Port of Flight SQL. */
  int flightPort() {
    return flightPort;
  }

  /** Port of the PostgreSQL wire. */
  int pgPort() {
    return pgPort;
  }

  /** Processor time that it took so far. */
  long cpuNanos() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
  }

  /** What it holds of memory. */
  ProcessMemory memory() {
    return new ProcessMemory(process.pid());
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
  }
}

package io.tidemark.proof;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server as a process of its own. */
final class ServerProcess implements AutoCloseable {
  private static final Pattern ADDRESS = Pattern.compile("http://127\\.0\\.0\\.1:(\\d+)");

  private final Process process;
  private final String address;

  private ServerProcess(Process process, String address) {
    this.process = process;
    this.address = address;
  }

  /** {@code tidemark serve} on a free port. */
  static ServerProcess start(Path folder, String... options) throws IOException {
    return run("serve", folder, 0, options);
  }

  /** {@code tidemark COMMAND} on a port. */
  static ServerProcess run(String name, Path folder, int port, String... options)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.add("@" + Path.of(System.getProperty("tidemark.root", ".."), "jvm.args"));
    command.add("-Xmx512m");
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add("io.tidemark.cli.Main");
    command.addAll(List.of(name, "--data", folder.toString(), "--port", Integer.toString(port)));
    command.addAll(List.of(options));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    StringBuilder output = new StringBuilder();
    BufferedReader reader =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      output.append(line).append('\n');
      Matcher matcher = ADDRESS.matcher(line);
      if (matcher.find()) {
        Thread.ofVirtual().start(() -> drain(reader));
        return new ServerProcess(process, "http://127.0.0.1:" + matcher.group(1));
      }
    }
    throw new AssertionError("the server did not start:\n" + output);
  }

  private static void drain(BufferedReader reader) {
    try {
      while (reader.readLine() != null) {
        // keeps the pipe empty
      }
    } catch (IOException e) {
      // the process is gone
    }
  }

  String address() {
    return address;
  }

  int port() {
    return URI.create(address).getPort();
  }

  Api api() {
    return new Api(address);
  }

  /** SIGKILL. */
  void kill() {
    process.destroyForcibly();
    process.onExit().join();
  }

  @Override
  public void close() {
    kill();
  }
}

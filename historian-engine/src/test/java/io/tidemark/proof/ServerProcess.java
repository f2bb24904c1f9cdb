package io.tidemark.proof;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A server as a process of its own. */
final class ServerProcess implements AutoCloseable {
  private static final Pattern ADDRESS = Pattern.compile("http://127\\.0\\.0\\.1:(\\d+)");

  /** No figure of anything: only a test that hangs waits so long. */
  private static final int HANG_SECONDS = 120;

  private final Process process;
  private final StringBuilder output = new StringBuilder();
  private final Thread reader;
  private volatile @Nullable String address;

  private ServerProcess(Process process) {
    this.process = process;
    this.reader = Thread.ofVirtual().start(this::read);
  }

  /** {@code tidemark serve} on a free port. */
  static ServerProcess start(Path folder, String... options) throws IOException {
    return run("serve", folder, 0, options);
  }

  /** {@code tidemark COMMAND} on a port. */
  static ServerProcess run(String name, Path folder, int port, String... options)
      throws IOException {
    ServerProcess server = launch(List.of(), name, folder, port, options);
    server.awaitAddress();
    return server;
  }

  /**
   * {@code tidemark COMMAND}, without waiting for it to come up.
   *
   * @param wrapper program that is to start it, such as {@code setpriv}; may be empty
   */
  static ServerProcess launch(
      List<String> wrapper, String name, Path folder, int port, String... options)
      throws IOException {
    List<String> all = new ArrayList<>(List.of("--port", Integer.toString(port)));
    all.addAll(List.of("--set", "flight.port=0", "--set", "pg.port=0"));
    all.addAll(List.of(options));
    return asInstalled(wrapper, name, folder, all.toArray(String[]::new));
  }

  /**
   * The same with all ports as they are by default, which only one server of a machine can have.
   */
  static ServerProcess asInstalled(
      List<String> wrapper, String name, Path folder, String... options) throws IOException {
    List<String> command = new ArrayList<>(wrapper);
    command.addAll(java());
    command.addAll(List.of(name, "--data", folder.toString()));
    command.addAll(List.of(options));
    return new ServerProcess(new ProcessBuilder(command).redirectErrorStream(true).start());
  }

  /** How {@code tidemark} is started here. */
  static List<String> java() {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.add("@" + Path.of(System.getProperty("tidemark.root", ".."), "jvm.args"));
    command.add("-Xmx512m");
    command.add("-XX:+ExitOnOutOfMemoryError");
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-Dlogback.configurationFile=logback.xml"); // the log as users have it
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add("io.tidemark.cli.Main");
    return command;
  }

  private void read() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        synchronized (output) {
          output.append(line).append('\n');
          Matcher matcher = ADDRESS.matcher(line);
          if (address == null && matcher.find()) {
            address = matcher.group();
          }
          output.notifyAll();
        }
      }
    } catch (IOException e) {
      // the process is gone
    }
    synchronized (output) {
      output.notifyAll();
    }
  }

  /** Waits until the server has come up. */
  void awaitAddress() {
    await(() -> address != null, "the server did not start");
  }

  /** Waits until the process has printed a text. */
  void awaitOutput(String text) {
    await(() -> output.indexOf(text) >= 0, "the server did not print: " + text);
  }

  private interface Condition {
    boolean holds();
  }

  private void await(Condition condition, String otherwise) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(HANG_SECONDS);
    synchronized (output) {
      while (!condition.holds()) {
        if (System.nanoTime() - end > 0 || !reader.isAlive()) {
          throw new AssertionError(otherwise + "\n" + output);
        }
        try {
          output.wait(1_000);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new IllegalStateException(e);
        }
      }
    }
  }

  /** Everything printed so far. */
  String output() {
    synchronized (output) {
      return output.toString();
    }
  }

  String address() {
    String found = address;
    if (found == null) {
      throw new IllegalStateException("the server has not said its address");
    }
    return found;
  }

  int port() {
    return URI.create(address()).getPort();
  }

  Api api() {
    return new Api(address());
  }

  /** Sends a signal by its name, such as TERM. */
  void signal(String name) throws IOException {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
    kill.onExit().join();
  }

  /** Waits for the end of the process and of its output and returns the exit code. */
  int awaitExit() throws InterruptedException {
    if (!process.waitFor(HANG_SECONDS, TimeUnit.SECONDS)) {
      kill();
      throw new AssertionError("the server did not end:\n" + output());
    }
    reader.join();
    return process.exitValue();
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Begins a write of which half the body comes, and no more. */
  HalfRequest beginWrite() throws IOException {
    return new HalfRequest(port());
  }

  /** A request that does not end by itself. */
  static final class HalfRequest implements AutoCloseable {
    private final Socket socket;

    HalfRequest(int port) throws IOException {
      socket = new Socket(InetAddress.getLoopbackAddress(), port);
      String half =
          "POST /api/v1/write HTTP/1.1\r\nHost: 127.0.0.1:"
              + port
              + "\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\nm,tag=HALF val";
      socket.getOutputStream().write(half.getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().flush();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  /** SIGKILL. */
  void kill() {
    process.destroyForcibly();
    process.onExit().join();
    try {
      reader.join();
      process.getInputStream().close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    kill();
  }
}

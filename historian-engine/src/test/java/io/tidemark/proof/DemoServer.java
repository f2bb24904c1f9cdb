package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.demo.DemoRunner;
import io.tidemark.demo.EngineTarget;
import io.tidemark.wire.flight.FlightConfig;
import io.tidemark.wire.flight.FlightDoor;
import io.tidemark.wire.pg.PgConfig;
import io.tidemark.wire.pg.PgServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * {@code tidemark demo} in the test's process, with all doors on free ports and the plant going on,
 * and a folder in which users type: {@code ./tidemark} is there, and addresses of a default
 * installation are replaced in what they type.
 */
final class DemoServer implements AutoCloseable {
  /** No figure of anything: only a program that hangs takes so long. */
  private static final int HANG_SECONDS = 120;

  private final Path home;
  private final TestServer server;
  private final PgServer pg;
  private final FlightDoor flight;
  private final DemoRunner runner;
  private final Thread plant;
  private volatile boolean isStopped;

  private DemoServer(Path home, TestServer server, DemoRunner runner) throws IOException {
    this.home = home;
    this.server = server;
    this.runner = runner;
    pg =
        new PgServer(
            PgConfig.defaults().withPort(0), server.engine(), server.engine().access(), null);
    flight =
        new FlightDoor(
            FlightConfig.defaults().withPort(0), server.engine(), server.engine().access(), null);
    plant =
        new Thread(
            () -> {
              while (!isStopped) {
                if (runner.doWork() == 0) {
                  LockSupport.parkNanos(100_000_000);
                }
              }
            },
            "demo plant");
  }

  /** Starts it; comes back when the plant has all its days. */
  static DemoServer start(Path home, int days) throws IOException {
    Path data = home.resolve("data");
    TestServer server = TestServer.start(data, Map.of());
    DemoRunner runner =
        DemoRunner.open(
            data,
            null,
            days,
            new EngineTarget(server.engine()),
            (what, done, total) -> {},
            server.engine()::nowNs);
    runner.prepare();
    while (!runner.isFilled()) {
      runner.doWork();
    }
    DemoServer demo = new DemoServer(home, server, runner);
    demo.pg.start();
    demo.flight.start();
    demo.plant.start();
    Files.writeString(
        home.resolve("tidemark"),
        "#!/bin/sh\nexec '%s' '@%s' -Xmx256m -XX:TieredStopAtLevel=1 -cp '%s' %s \"$@\"\n"
            .formatted(
                ProcessHandle.current().info().command().orElse("java"),
                Path.of(System.getProperty("tidemark.root", "..")).resolve("jvm.args"),
                System.getProperty("java.class.path"),
                "io.tidemark.cli.Main"));
    assertThat(home.resolve("tidemark").toFile().setExecutable(true)).isTrue();
    // What curl and psql say is to be the whole of what they print.
    Files.writeString(
        home.resolve(".curlrc"), "silent\nshow-error\nwrite-out = \"\\n%{http_code}\"\n");
    return demo;
  }

  TestServer server() {
    return server;
  }

  int pgPort() {
    return pg.port();
  }

  int flightPort() {
    return flight.port();
  }

  /** What a user types, for the ports of this server. */
  String here(String typed) {
    return typed
        .replace("127.0.0.1:7300", server.address().substring("http://".length()))
        .replace("127.0.0.1:7301", "127.0.0.1:" + flight.port())
        .replace("port=7302", "port=" + pg.port());
  }

  /**
   * A program that ended.
   *
   * @param output what it printed, errors too
   */
  record Ended(int code, String output) {
    /** The output of a program that must have gone well. */
    String good() {
      assertThat(code).as(output).isZero();
      return output.strip();
    }
  }

  /**
   * Types a line into a shell.
   *
   * @param variables of the shell, name and value in turn
   */
  Ended type(String line, String... variables) {
    Map<String, String> environment = new HashMap<>();
    for (int i = 0; i < variables.length; i += 2) {
      environment.put(variables[i], here(variables[i + 1]));
    }
    return run(environment, "bash", "-c", here(line));
  }

  /** Runs a program of Python; for the addresses of this server. */
  Ended python(String program) {
    try {
      Path script = Files.writeString(home.resolve("program.py"), here(program));
      return run(Map.of(), Python.command(), script.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether a program can be run. */
  boolean has(String program) {
    return type("command -v " + program).code() == 0;
  }

  private Ended run(Map<String, String> variables, String... command) {
    try {
      Path output = Files.createTempFile(home, "output", ".txt");
      ProcessBuilder builder =
          new ProcessBuilder(new ArrayList<>(List.of(command)))
              .directory(home.toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile());
      builder.environment().put("HOME", home.toString());
      builder.environment().put("TIDEMARK_SERVER", server.address());
      builder.environment().remove("TIDEMARK_TOKEN");
      builder.environment().putAll(variables);
      Process process = builder.start();
      process.getOutputStream().close();
      if (!process.waitFor(HANG_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("hangs: " + List.of(command));
      }
      return new Ended(process.exitValue(), Files.readString(output));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws IOException {
    isStopped = true;
    LockSupport.unpark(plant);
    try {
      plant.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    runner.close();
    flight.close();
    pg.close();
    server.close();
  }
}

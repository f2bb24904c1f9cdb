package io.tidemark.proof;

import io.tidemark.engine.HistorianConfig;
import io.tidemark.engine.HistorianEngine;
import io.tidemark.wire.http.HttpConfig;
import io.tidemark.wire.http.HttpServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;

/** A whole server in the test's process, on a free port of the loopback. */
public final class TestServer implements AutoCloseable {
  private final HistorianEngine engine;
  private final HttpServer http;

  private TestServer(HistorianEngine engine, HttpServer http) {
    this.engine = engine;
    this.http = http;
  }

  /** Starts a server over a data folder; settings by key override small test defaults. */
  public static TestServer start(Path folder, Map<String, String> settings) throws IOException {
    return start(folder, settings, HttpConfig.defaults());
  }

  /** Starts a server that takes the time from that clock. */
  public static TestServer start(Path folder, Map<String, String> settings, Clock clock)
      throws IOException {
    return start(folder, settings, HttpConfig.defaults(), clock);
  }

  /** Starts a server with limits of its own at the HTTP door; the port is free all the same. */
  public static TestServer start(Path folder, Map<String, String> settings, HttpConfig limits)
      throws IOException {
    return start(folder, settings, limits, Clock.systemUTC());
  }

  private static TestServer start(
      Path folder, Map<String, String> settings, HttpConfig limits, Clock clock)
      throws IOException {
    Map<String, String> flags = new HashMap<>();
    flags.put("dataDir", folder.toString());
    flags.put("store.hotBytesMax", "32MiB");
    flags.put("store.freeBytesMin", "1MiB");
    flags.putAll(settings);
    HistorianEngine engine =
        HistorianEngine.start(
            HistorianConfig.load(null, Map.of(), flags),
            clock,
            failure -> {
              throw new AssertionError("server failed", failure);
            });
    HttpServer http = new HttpServer(limits.withPort(0), engine);
    http.start();
    return new TestServer(engine, http);
  }

  /** The engine behind the doors. */
  public HistorianEngine engine() {
    return engine;
  }

  /** The HTTP door itself. */
  public HttpServer http() {
    return http;
  }

  /** Address of the HTTP door. */
  public String address() {
    return "http://127.0.0.1:" + http.port();
  }

  /** A client of it. */
  public Api api() {
    return new Api(address());
  }

  @Override
  public void close() throws IOException {
    http.close();
    engine.close();
  }
}

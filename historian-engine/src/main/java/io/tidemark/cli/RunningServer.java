package io.tidemark.cli;

import io.tidemark.engine.Handles;
import io.tidemark.engine.HistorianConfig;
import io.tidemark.engine.HistorianEngine;
import io.tidemark.engine.HistorianHost;
import io.tidemark.engine.security.ServerTls;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.storage.SampleStore;
import io.tidemark.wire.flight.FlightConfig;
import io.tidemark.wire.flight.FlightDoor;
import io.tidemark.wire.http.HttpConfig;
import io.tidemark.wire.http.HttpServer;
import io.tidemark.wire.pg.PgConfig;
import io.tidemark.wire.pg.PgServer;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine and its doors in this process, until it is asked to stop. The door opens first and
 * says how far the start is; then the store recovers.
 */
final class RunningServer implements AutoCloseable {
  /** Threads beyond those of statements that run or wait: they tell the others that it is full. */
  private static final int SPARE_SQL_THREADS = 16;

  private static final Logger LOG = LoggerFactory.getLogger(RunningServer.class);

  private final HistorianHost host;
  private final HttpServer http;
  private final @Nullable FlightDoor flight;
  private final @Nullable PgServer pg;
  private final boolean isSecure;
  private final StopSignals signals;
  private final HistorianEngine engine;

  private RunningServer(
      HistorianHost host,
      HttpServer http,
      @Nullable FlightDoor flight,
      @Nullable PgServer pg,
      boolean isSecure,
      StopSignals signals,
      HistorianEngine engine) {
    this.host = host;
    this.http = http;
    this.flight = flight;
    this.pg = pg;
    this.isSecure = isSecure;
    this.signals = signals;
    this.engine = engine;
  }

  /**
   * Opens the door, then the store.
   *
   * @param err takes the progress of a start that takes long
   */
  static RunningServer start(HistorianConfig config, PrintWriter err) throws IOException {
    SampleStore.check(config.dataDir()); // a folder in use is the better reason than its port
    HistorianHost host =
        new HistorianHost(
            config,
            Clock.systemUTC(),
            failure -> {
              LOG.error("stopping: what was acknowledged is safe, restart to recover");
              Runtime.getRuntime().halt(ExitCodes.FATAL);
            });
    ServerTls tls = Certificates.tls(config, err);
    HttpServer http = new HttpServer(httpConfig(config), host, tls);
    FlightDoor flight = flight(config, host, tls);
    PgServer pg = pg(config, host, tls);
    try {
      http.start();
      if (flight != null) {
        flight.start();
      }
      if (pg != null) {
        pg.start();
      }
    } catch (RuntimeException e) {
      closeDoors(http, flight, pg);
      throw withRemedy(e);
    }
    LOG.info(
        "doors are open, the store is not yet: port={}, flightPort={}, pgPort={}, pid={}",
        http.port(),
        flight == null ? "off" : flight.port(),
        pg == null ? "off" : pg.port(),
        pid());
    StopSignals signals = StopSignals.install();
    signals.onFirst(RunningServer::stopWhileStarting);
    Console console = System.console();
    StartProgress progress =
        new StartProgress(err, console != null && console.isTerminal(), System::nanoTime);
    HistorianEngine engine;
    try {
      engine = host.start(progress);
    } catch (Throwable e) {
      progress.end();
      closeDoors(http, flight, pg);
      throw e;
    }
    progress.end();
    count(engine, flight, pg);
    return new RunningServer(host, http, flight, pg, tls != null, signals, engine);
  }

  private static @Nullable FlightDoor flight(
      HistorianConfig config, HistorianHost host, @Nullable ServerTls tls) {
    HistorianConfig.Door door = config.flight();
    return door.isWanted()
        ? new FlightDoor(
            FlightConfig.defaults().withAddress(door.address()).withPort(door.port()),
            host,
            host.access(),
            tls == null ? null : tls.keys())
        : null;
  }

  private static @Nullable PgServer pg(
      HistorianConfig config, HistorianHost host, @Nullable ServerTls tls) {
    HistorianConfig.Door door = config.pg();
    return door.isWanted()
        ? new PgServer(
            PgConfig.defaults().withAddress(door.address()).withPort(door.port()),
            host,
            host.access(),
            tls == null ? null : tls.keys())
        : null;
  }

  private static void count(
      HistorianEngine engine, @Nullable FlightDoor flight, @Nullable PgServer pg) {
    if (pg != null) {
      engine.gauge("tidemark.pg.connections", "Open connections.", pg::connections);
      engine.counter("tidemark.pg.connections.refused", "Connections refused.", pg::refusedTotal);
      engine.counter(
          "tidemark.pg.logins.timed.out",
          "Connections that did not log in within the time they had.",
          pg::loginTimeoutsTotal);
      engine.counter(
          "tidemark.pg.stalled",
          "Connections closed since the client did not read, or not send a message's end.",
          pg::stalledTotal);
      engine.counter(
          "tidemark.pg.protocol.errors",
          "Connections closed for what is no message.",
          pg::protocolErrorsTotal);
      engine.counter("tidemark.pg.logins", "Logins that succeeded.", pg::loginsTotal);
      engine.counter("tidemark.pg.statements", "Statements.", pg::statementsTotal);
      engine.counter("tidemark.pg.errors", "Errors answered.", pg::errorsTotal);
    }
    if (flight != null) {
      engine.gauge("tidemark.flight.connections", "Open connections.", flight::connections);
      engine.counter(
          "tidemark.flight.connections.refused",
          "Connections closed as too many.",
          flight::connectionsRefused);
      engine.counter("tidemark.flight.calls", "Calls, refused ones too.", flight::calls);
      engine.counter(
          "tidemark.flight.calls.refused",
          "Calls refused for their credentials or for the state of the server.",
          flight::callsRefused);
      engine.counter(
          "tidemark.flight.calls.given.up",
          "Calls given up since the client did not say what it wants.",
          flight::callsGivenUp);
      engine.counter(
          "tidemark.flight.streams.stalled",
          "Results given up since the client did not read.",
          flight::streamsStalled);
      engine.counter(
          "tidemark.flight.upload.batches",
          "Batches of samples that were acknowledged.",
          flight::batchesTaken);
      engine.counter("tidemark.flight.upload.samples", "Samples of these.", flight::samplesTaken);
      engine.gauge(
          "tidemark.flight.streams", "Results under way or waiting.", flight::streamsUnderWay);
    }
  }

  private static void closeDoors(
      HttpServer http, @Nullable FlightDoor flight, @Nullable PgServer pg) {
    http.close();
    if (flight != null) {
      flight.close();
    }
    if (pg != null) {
      pg.close();
    }
  }

  /**
   * Nobody knows the server's address yet, so there is nothing to finish: the next start recovers.
   */
  private static void stopWhileStarting() {
    LOG.info("stopped while it was starting");
    Runtime.getRuntime().halt(0);
  }

  private static long pid() {
    return ProcessHandle.current().pid();
  }

  private static HttpConfig httpConfig(HistorianConfig config) {
    HttpConfig defaults = HttpConfig.defaults();
    return new HttpConfig(
        config.http().address(),
        config.http().port(),
        config.http().hostNames(),
        (int) Math.min(config.http().bodyBytesMax(), 1 << 30),
        connectionsMax(defaults.connectionsMax()),
        defaults.requestTimeout(),
        defaults.stallTimeout(),
        defaults.readThreads(),
        config.query().sql().concurrentMax() + config.query().sql().queuedMax() + SPARE_SQL_THREADS,
        defaults.writeThreads(),
        defaults.liveStreamsMax(),
        defaults.tagsMax(),
        defaults.timesMax(),
        Duration.ofNanos(config.http().stopTimeoutNs()),
        Duration.ofNanos(config.security().sessionIdleNs()));
  }

  /** What the system's limit of file descriptors leaves for connections. */
  private static int connectionsMax(int wanted) {
    Handles handles = Handles.now();
    if (handles == null) {
      return wanted;
    }
    int most = handles.connectionsMax(wanted);
    if (most < wanted) {
      LOG.warn(
          "few file descriptors: limit={}, wanted={}, connectionsMax={}; raise LimitNOFILE of the"
              + " service, or ulimit -n",
          handles.limit(),
          Handles.WANTED,
          most);
    }
    return most;
  }

  /** A port that cannot be opened is nearly always taken; the options of the command help. */
  private static RuntimeException withRemedy(RuntimeException failure) {
    return failure instanceof HistorianException e && e.code() == ErrorCode.UNAVAILABLE
        ? new HistorianException(
            e.code(),
            e.messageText(),
            null,
            "stop the program that uses the port (another tidemark?), or choose another one with"
                + " --port; --port 0 takes any free one",
            e)
        : failure;
  }

  HistorianEngine engine() {
    return engine;
  }

  /** Address of the web page and the API, as programs of this machine reach it. */
  String address() {
    return (isSecure ? "https" : "http") + "://127.0.0.1:" + http.port();
  }

  /** Address of the Flight SQL door, or null if it is shut. */
  @Nullable String flightAddress() {
    return flight == null
        ? null
        : (isSecure ? "grpc+tls" : "grpc") + "://127.0.0.1:" + flight.port();
  }

  /** Port for PostgreSQL clients, or -1 if that door is shut. */
  int pgPort() {
    return pg == null ? -1 : pg.port();
  }

  /** Waits for SIGTERM or Ctrl-C, then runs the action and stops in order. */
  void awaitStop(Runnable before) throws InterruptedException, IOException {
    signals.onFirst(null);
    String signal = signals.await();
    LOG.info("stopping: signal={}; a second signal ends the process at once", signal);
    try {
      host.drain();
      before.run();
      close();
    } finally {
      signals.stopped();
    }
  }

  /** Refuses new requests, finishes those under way, forces the journal, lets go of the folder. */
  @Override
  public void close() throws IOException {
    long start = System.nanoTime();
    host.drain();
    HttpServer.Drained drained = http.drain();
    if (flight != null) {
      flight.drain();
    }
    if (pg != null) {
      pg.drain();
    }
    LOG.info(
        "requests are finished: waitedFor={}, cut={}, elapsedMs={}",
        drained.waitedFor(),
        drained.cut(),
        millisSince(start));
    closeDoors(http, flight, pg);
    long closing = System.nanoTime();
    host.close();
    LOG.info(
        "stopped, the journal is forced and the folder free: elapsedMs={}, inAllMs={}",
        millisSince(closing),
        millisSince(start));
  }

  private static long millisSince(long nanos) {
    return (System.nanoTime() - nanos) / 1_000_000;
  }
}

package io.tidemark.cli;

import io.tidemark.engine.Handles;
import io.tidemark.engine.HistorianConfig;
import io.tidemark.engine.HistorianEngine;
import io.tidemark.engine.HistorianHost;
import io.tidemark.engine.security.ServerTls;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.storage.SampleStore;
import io.tidemark.wire.http.HttpConfig;
import io.tidemark.wire.http.HttpServer;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
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
  private final StopSignals signals;
  private final HistorianEngine engine;

  private RunningServer(
      HistorianHost host, HttpServer http, StopSignals signals, HistorianEngine engine) {
    this.host = host;
    this.http = http;
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
    try {
      http.start();
    } catch (RuntimeException e) {
      throw withRemedy(e);
    }
    LOG.info("door is open, the store is not yet: port={}, pid={}", http.port(), pid());
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
      http.close();
      throw e;
    }
    progress.end();
    return new RunningServer(host, http, signals, engine);
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

  String address() {
    return "http://127.0.0.1:" + http.port();
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
    LOG.info(
        "requests are finished: waitedFor={}, cut={}, elapsedMs={}",
        drained.waitedFor(),
        drained.cut(),
        millisSince(start));
    http.close();
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

package io.tidemark.cli;

import io.tidemark.engine.HistorianConfig;
import io.tidemark.engine.HistorianEngine;
import io.tidemark.engine.security.LoopbackAccess;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.wire.http.HttpConfig;
import io.tidemark.wire.http.HttpServer;
import java.io.IOException;
import java.time.Clock;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The engine and its doors in this process, until it is asked to stop. */
final class RunningServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunningServer.class);
  private static final int EXIT_FATAL = 70;

  private final HistorianEngine engine;
  private final HttpServer http;

  private RunningServer(HistorianEngine engine, HttpServer http) {
    this.engine = engine;
    this.http = http;
  }

  static RunningServer start(HistorianConfig config) throws IOException {
    HistorianEngine engine =
        HistorianEngine.start(
            config,
            Clock.systemUTC(),
            failure -> {
              LOG.error("stopping: what was acknowledged is safe, restart to recover");
              Runtime.getRuntime().halt(EXIT_FATAL);
            });
    HttpConfig defaults = HttpConfig.defaults();
    HttpServer http =
        new HttpServer(
            new HttpConfig(
                config.http().address(),
                config.http().port(),
                config.http().hostNames(),
                (int) Math.min(config.http().bodyBytesMax(), 1 << 30),
                defaults.connectionsMax(),
                defaults.requestTimeout(),
                defaults.stallTimeout(),
                defaults.readThreads(),
                defaults.writeThreads(),
                defaults.liveStreamsMax(),
                defaults.tagsMax(),
                defaults.timesMax(),
                defaults.stopTimeout()),
            engine,
            new LoopbackAccess());
    try {
      http.start();
    } catch (RuntimeException e) {
      engine.close();
      throw withRemedy(e);
    }
    return new RunningServer(engine, http);
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
  void awaitStop(Runnable before) throws InterruptedException {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .unstarted(
                    () -> {
                      asked.countDown();
                      try {
                        stopped.await();
                      } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                      }
                    }));
    asked.await();
    try {
      before.run();
      close();
    } catch (IOException e) {
      LOG.error("stop failed", e);
    } finally {
      stopped.countDown();
    }
  }

  @Override
  public void close() throws IOException {
    http.close();
    engine.close();
  }
}

package io.tidemark.benchmarks.reliability;

import java.nio.file.Path;

/** The server is stopped for ten seconds and goes on; meanwhile a second one wants the folder. */
final class FrozenServer implements Fault {
  private static final int FROZEN_MILLIS = 10_000;
  private static final int SECONDS = 60;

  @Override
  public String name() {
    return "frozen-server";
  }

  @Override
  public String number() {
    return "F5 F6";
  }

  @Override
  public String injection() {
    return "the server under HTTP writes is stopped for 10 s (SIGSTOP, SIGCONT); a second server is"
        + " started on its folder before, during and after";
  }

  @Override
  public long wanted() {
    return 5;
  }

  @Override
  public Outcome run(Trial trial) throws Exception {
    Outcome outcome = new Outcome();
    Path data = trial.folder().resolve("data");
    try (HttpLoad load = new HttpLoad(trial.folder());
        ServerUnderTest server = ServerUnderTest.start(trial, data, "store.hotBytesMax=8MiB")) {
      load.start(server.address());
      load.awaitAcknowledgement(SECONDS);
      Thread.sleep(500);
      second(trial, data, outcome);
      Lab.signal(server.process(), "STOP");
      long stopped = System.nanoTime();
      second(trial, data, outcome);
      Thread.sleep(Math.max(0, FROZEN_MILLIS - (System.nanoTime() - stopped) / 1_000_000));
      Lab.signal(server.process(), "CONT");
      double seconds = load.awaitAcknowledgement(SECONDS);
      if (seconds < 0) {
        outcome.problem("nothing is acknowledged after the stop");
      } else {
        outcome.measure("seconds to the first acknowledgement afterwards", seconds);
      }
      Thread.sleep(500);
      second(trial, data, outcome);
      load.stop();
      load.refusals()
          .forEach((status, count) -> outcome.note("requests refused: " + status, count));
      StoreCheck check = load.check(server.address());
      if (!server.kill()) {
        outcome.crashes++;
      }
      if (check.isFine()) {
        try (ServerUnderTest again = ServerUnderTest.start(trial, data)) {
          check = load.check(again.address());
        }
      }
      outcome.add(check);
    } catch (ServerUnderTest.NotStarted e) {
      outcome.crashes++;
      outcome.problem("does not start: status=" + e.status() + ": " + e.output());
    }
    outcome.runs++;
    trial.step().run();
    return outcome;
  }

  private static void second(Trial trial, Path data, Outcome outcome) throws Exception {
    long start = System.nanoTime();
    try (ServerUnderTest second = ServerUnderTest.start(trial, data)) {
      outcome.wrong++;
      outcome.problem("a second server serves the folder: " + second.address());
    } catch (ServerUnderTest.NotStarted e) {
      if (!e.output().contains("STORE_LOCKED") || e.status() <= 0) {
        outcome.problem("second server: status=" + e.status() + ": " + e.output());
      }
      outcome.note("second server refused with status " + e.status(), 1);
      outcome.measure("seconds to the refusal", (System.nanoTime() - start) / 1e9);
    }
  }
}

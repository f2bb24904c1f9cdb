package io.tidemark.benchmarks.reliability;

import java.nio.file.Path;
import java.util.Random;

/** The end of a server under load, by SIGKILL or SIGTERM, again and again on the same folder. */
final class ServerEnd implements Fault {
  private static final int RUNS_PER_STORE = 5;
  private static final int STOP_SECONDS = 60;
  private static final int ENDED_BY_SIGTERM = 143;

  private final boolean kill;

  ServerEnd(boolean kill) {
    this.kill = kill;
  }

  @Override
  public String name() {
    return kill ? "server-kill" : "server-stop";
  }

  @Override
  public String number() {
    return kill ? "F1" : "F10";
  }

  @Override
  public String injection() {
    return (kill ? "SIGKILL" : "SIGTERM")
        + " of the server under HTTP writes of four clients (line protocol, JSON, new tags,"
        + " orders), read back through REST and SQL";
  }

  @Override
  public long wanted() {
    return kill ? 50 : 10;
  }

  @Override
  public Outcome run(Trial trial) throws Exception {
    Outcome outcome = new Outcome();
    Random random = trial.random();
    Path data = trial.folder().resolve("data");
    StoreCheck check = new StoreCheck(0, 0, 0, 0, "");
    long runs = Math.min(RUNS_PER_STORE, trial.runs());
    try (HttpLoad load = new HttpLoad(trial.folder())) {
      for (int run = 0; run <= runs && check.isFine(); run++) {
        try (ServerUnderTest server =
            ServerUnderTest.start(trial, data, "store.hotBytesMax=8MiB")) {
          if (run > 0) {
            outcome.measure("seconds to ready", server.secondsToReady());
            check = load.check(server.address());
            outcome.runs++;
            trial.step().run();
          }
          if (run == runs || !check.isFine()) {
            break;
          }
          load.start(server.address());
          if (load.awaitAcknowledgement(STOP_SECONDS) < 0) {
            outcome.problem("nothing is acknowledged");
          }
          Thread.sleep(random.nextInt(1500));
          if (kill) {
            if (!server.kill()) {
              outcome.crashes++;
            }
          } else {
            stop(server, outcome);
          }
          load.stop();
        } catch (ServerUnderTest.NotStarted e) {
          outcome.crashes++;
          outcome.problem("does not start: status=" + e.status() + ": " + e.output());
          break;
        }
      }
    }
    outcome.add(check);
    return outcome;
  }

  private static void stop(ServerUnderTest server, Outcome outcome) throws InterruptedException {
    long start = System.nanoTime();
    int status = server.terminate(STOP_SECONDS);
    outcome.measure("seconds to the end", (System.nanoTime() - start) / 1e9);
    outcome.note("exit status " + status, 1);
    if (status != 0 && status != ENDED_BY_SIGTERM) {
      outcome.crashes++;
      outcome.problem("exit status " + status + " after SIGTERM");
    }
  }
}

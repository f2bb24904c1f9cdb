package io.tidemark.benchmarks.reliability;

import java.nio.file.Path;
import java.util.Random;

/** SIGKILL of storage and append path, again and again on the same store. */
final class StoreKill implements Fault {
  private static final int RUNS_PER_STORE = 50;

  @Override
  public String name() {
    return "store-kill";
  }

  @Override
  public String number() {
    return "F1";
  }

  @Override
  public String injection() {
    return "SIGKILL of the process of storage and ingest under load, at a random moment";
  }

  @Override
  public long wanted() {
    return 1000;
  }

  @Override
  public Outcome run(Trial trial) throws Exception {
    Outcome outcome = new Outcome();
    Random random = trial.random();
    Path store = trial.folder().resolve("store");
    long acknowledged = -1;
    StoreCheck check = new StoreCheck(0, 0, 0, 0, "");
    long runs = Math.min(RUNS_PER_STORE, trial.runs());
    for (int run = 0; run < runs && check.isFine(); run++) {
      try (RunningStore writer = RunningStore.start(trial, store)) {
        boolean ready = writer.awaitReady();
        Thread.sleep(random.nextInt(300));
        if (!writer.kill() || !ready) {
          outcome.crashes++;
        }
        acknowledged = Math.max(acknowledged, writer.acknowledged());
      }
      check = StoreProcess.check(store, acknowledged);
      outcome.runs++;
      trial.step().run();
    }
    outcome.add(check); // the last one speaks for all: the store is the same
    return outcome;
  }
}

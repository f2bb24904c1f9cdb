package io.tidemark.benchmarks.reliability;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Every force fails from a random moment on. The process is stopped while the fault is switched on,
 * so that what was acknowledged before can be told from what came after.
 */
final class FailedForce implements Fault {
  private static final int ROWS = 20;

  @Override
  public String name() {
    return "failed-force";
  }

  @Override
  public String number() {
    return "F13";
  }

  @Override
  public String injection() {
    return "fsync, fdatasync and msync fail with EIO from a random moment on (preloaded shim)";
  }

  @Override
  public long wanted() {
    return 20;
  }

  @Override
  public String missing(Lab lab) {
    return lab.withoutShim();
  }

  @Override
  public Outcome run(Trial trial) throws Exception {
    Outcome outcome = new Outcome();
    Random random = trial.random();
    Path store = trial.folder().resolve("store");
    Path settings = trial.subfolder("settings");
    Files.writeString(settings.resolve("eio"), "0");
    try (RunningStore writer =
        RunningStore.start(
            trial, List.of(), trial.lab().shimmed(settings), "write", store.toString())) {
      if (!writer.awaitReady()) {
        outcome.crashes++;
      }
      Thread.sleep(50 + random.nextInt(250));
      Lab.signal(writer.process(), "STOP");
      Thread.sleep(20); // what it printed is read
      long before = writer.acknowledgedSoFar();
      Files.writeString(settings.resolve("eio"), "1");
      Lab.signal(writer.process(), "CONT");
      boolean ended = writer.process().waitFor(20, TimeUnit.SECONDS);
      writer.kill();
      long last = writer.acknowledged();
      // A force that was under way may still succeed: one frame, since the writer waits for each.
      outcome.afterFailure = Math.max(0, last - before - ROWS);
      if (!ended) {
        outcome.problem("the process goes on after a failed force");
      } else if (writer.process().exitValue() == 0) {
        outcome.problem("exit status 0 after a failed force");
      } else {
        outcome.note("exit status " + writer.process().exitValue(), 1);
      }
      outcome.add(StoreProcess.check(store, last));
    }
    outcome.runs++;
    trial.step().run();
    return outcome;
  }
}

package io.tidemark.benchmarks.reliability;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * The power of a file system in a file is cut while a process writes to it: in turn during small
 * frames, during large ones that make it seal all the time, and while it is killed and recovers.
 */
final class PowerCut implements Fault {
  private final boolean synced;

  /** Cuts while a process writes that waits for the disk, or for the journal only. */
  PowerCut(boolean synced) {
    this.synced = synced;
  }

  private static final int TIMEOUT_SECONDS = 180;
  private static final int NO_FILE_SYSTEM = 9;

  @Override
  public String name() {
    return synced ? "power-cut" : "power-cut-journaled";
  }

  @Override
  public String number() {
    return "F4";
  }

  @Override
  public String injection() {
    return synced
        ? "power cut of an ext4 file system in a file (only what the kernel wrote back is left), in"
            + " turn during steady writing, constant sealing, and kills with recovery"
        : "the same while the samples are acknowledged as journaled only: they may be lost, and"
            + " some must be, or these cuts would prove nothing";
  }

  @Override
  public long wanted() {
    return synced ? 50 : 9;
  }

  @Override
  public String missing(Lab lab) {
    return lab.powerCut() == null
        ? "no script for power cuts was given (--powercut)"
        : Lab.withoutMounts();
  }

  @Override
  public Outcome run(Trial trial) throws Exception {
    Outcome outcome = new Outcome();
    Random random = trial.random();
    int kind = trial.index() % 3;
    String rows = kind == 1 ? "rows=4000" : "rows=20";
    String write =
        Lab.quoted(
            trial
                .lab()
                .java(
                    "256m",
                    true,
                    StoreProcess.class,
                    "write",
                    "{dir}",
                    rows,
                    synced ? "ack=synced" : "ack=journaled"));
    if (kind == 2) {
      // In the foreground, so that the script freezes the writer too.
      String killed =
          "timeout --foreground -s KILL " + (1500 + random.nextInt(1500)) / 1000.0 + " ";
      write = "while true; do " + killed + write + "; done";
    }
    String check =
        Lab.quoted(trial.lab().java("256m", true, StoreProcess.class, "check", "{dir}", "{acked}"));
    double seconds = (kind == 2 ? 4 : 1.5) + random.nextInt(4000) / 1000.0;
    Path script = trial.lab().powerCut();
    Lab.Finished finished =
        Lab.run(
            trial.folder(),
            TIMEOUT_SECONDS,
            Map.of("TMPDIR", trial.folder().toString()),
            List.of("bash", String.valueOf(script), "" + seconds, write, check, "512M"));
    if (finished.status() == NO_FILE_SYSTEM) {
      throw new java.io.IOException("the script could not mount: " + finished.output());
    }
    StoreCheck found = StoreCheck.parse(finished.output());
    if (!synced && found.wrong() == 0 && found.doubled() == 0) {
      outcome.note("samples acknowledged as journaled", found.acknowledged());
      outcome.note("of them lost", found.lost());
    } else {
      outcome.add(found);
    }
    outcome.runs++;
    outcome.note(List.of("steady writing", "constant sealing", "kills and recovery").get(kind), 1);
    if (found.acknowledged() == 0) {
      outcome.note("cut before the first acknowledgement", 1);
    }
    trial.step().run();
    return outcome;
  }
}

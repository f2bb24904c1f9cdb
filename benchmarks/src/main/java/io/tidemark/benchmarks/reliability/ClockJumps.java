package io.tidemark.benchmarks.reliability;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The wall clock jumps under a writing process, and is wrong while it starts again. */
final class ClockJumps implements Fault {
  private static final int JUMP_MILLIS = 2500;

  /** Sources whose samples are older than any of the clocks: 1960. */
  private static final String BASE = "base=-315619200000000000";

  @Override
  public String name() {
    return "clock-jumps";
  }

  @Override
  public String number() {
    return "F22";
  }

  @Override
  public String injection() {
    return "the wall clock of the process of storage and ingest jumps by -2 h, +2 h, -1 day, +10"
        + " years and to 1970 (preloaded shim); it is killed and started again under each clock";
  }

  @Override
  public long wanted() {
    return 25;
  }

  @Override
  public String missing(Lab lab) {
    return lab.withoutShim();
  }

  @Override
  public Outcome run(Trial trial) throws Exception {
    Outcome outcome = new Outcome();
    Map<String, Long> jumps = new LinkedHashMap<>();
    jumps.put("-2 h", -7200L);
    jumps.put("+2 h", 7200L);
    jumps.put("-1 day", -86_400L);
    jumps.put("+10 years", 315_576_000L);
    jumps.put("1970", -System.currentTimeMillis() / 1000 + 60);
    List<String> names = new ArrayList<>(jumps.keySet());
    Collections.shuffle(names, trial.random());
    Path store = trial.folder().resolve("store");
    Path settings = trial.subfolder("settings");
    StoreCheck check = new StoreCheck(0, 0, 0, 0, "");
    String clock = "0";
    for (String name : names) {
      Files.writeString(settings.resolve("clock"), clock); // still the one before
      try (RunningStore writer =
          RunningStore.start(
              trial, List.of(), trial.lab().shimmed(settings), "write", store.toString(), BASE)) {
        if (!writer.awaitReady()) {
          outcome.crashes++;
          outcome.problem("does not start: clock=" + clock + " s, before " + name);
        }
        Thread.sleep(300);
        clock = String.valueOf(jumps.get(name));
        long before = writer.acknowledgedSoFar();
        Files.writeString(settings.resolve("clock"), clock);
        Thread.sleep(JUMP_MILLIS); // the shim looks once a second
        long middle = writer.acknowledgedSoFar();
        Thread.sleep(300);
        if (!writer.kill()) {
          outcome.crashes++;
          outcome.problem("ended: status=" + writer.process().exitValue() + ", jump=" + name);
        }
        long last = writer.acknowledged();
        if (middle <= before || last <= middle) {
          outcome.problem("nothing is acknowledged after the jump: jump=" + name);
        }
        check = StoreProcess.check(store, last, BASE);
      }
      outcome.note("jump " + name, 1);
      outcome.runs++;
      trial.step().run();
      if (!check.isFine()) {
        break;
      }
    }
    outcome.add(check);
    return outcome;
  }
}

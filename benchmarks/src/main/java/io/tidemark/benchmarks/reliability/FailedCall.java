package io.tidemark.benchmarks.reliability;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * One system call of the writing process fails, injected by a tracer, which also sees what was
 * acknowledged after it: nothing, if it was a call of the journal.
 */
final class FailedCall implements Fault {
  private record Call(String name, String error, int nthMax) {}

  private static final List<Call> CALLS =
      List.of(
          new Call("pwrite64", "EIO", 80),
          new Call("pwrite64", "ENOSPC", 80),
          new Call("fsync", "EIO", 40),
          new Call("fsync", "ENOSPC", 40),
          new Call("rename", "EIO", 3),
          new Call("rename", "ENOSPC", 3),
          new Call("fallocate", "ENOSPC", 4),
          new Call("fallocate", "EIO", 4));
  private static final Pattern ACKNOWLEDGED = Pattern.compile("write\\(1<.*\"\\d+");
  private static final Pattern PART = Pattern.compile("/(journal|segments|manifest|ledger)\\b");
  private static final int SECONDS = 30;
  private static final int SIGABRT = 134;
  private static final int SIGSEGV = 139;
  private static final int SIGBUS = 135;

  @Override
  public String name() {
    return "failed-call";
  }

  @Override
  public String number() {
    return "F13";
  }

  @Override
  public String injection() {
    return "the n-th pwrite, fsync, rename or fallocate of a thread fails once with EIO or ENOSPC"
        + " in the process of storage and ingest (strace), n at random";
  }

  @Override
  public long wanted() {
    return 40;
  }

  @Override
  public String missing(Lab lab) {
    return Lab.has("strace") ? "" : "strace is not installed";
  }

  @Override
  public Outcome run(Trial trial) throws Exception {
    Outcome outcome = new Outcome();
    Random random = trial.random();
    Call call = CALLS.get(trial.index() % CALLS.size());
    int nth = 1 + random.nextInt(call.nthMax());
    Path store = trial.folder().resolve("store");
    Path trace = trial.folder().resolve("trace.txt");
    List<String> tracer =
        List.of(
            "strace",
            "-f",
            "-qq",
            "-y",
            "-s",
            "20",
            "-o",
            trace.toString(),
            "--seccomp-bpf",
            "-e",
            "trace=write," + call.name(),
            "-e",
            "inject=" + call.name() + ":error=" + call.error() + ":when=" + nth);
    long last;
    try (RunningStore writer =
        RunningStore.start(trial, tracer, Map.of(), "write", store.toString(), "rows=4000")) {
      boolean ended = writer.process().waitFor(SECONDS, TimeUnit.SECONDS);
      writer.kill();
      last = writer.acknowledged();
      int status = writer.process().exitValue();
      String injected = judge(trace, outcome);
      if (injected.isEmpty()) {
        outcome.note("the call was not reached", 1);
      } else if (!ended) {
        outcome.note(injected + ": the process goes on", 1);
      } else {
        outcome.note(injected + ": exit status " + status, 1);
      }
      if (ended && (status == 0 || status == SIGABRT || status == SIGSEGV || status == SIGBUS)) {
        outcome.crashes++;
        outcome.problem("exit status " + status);
      }
    }
    outcome.add(StoreProcess.check(store, last));
    outcome.runs++;
    trial.step().run();
    return outcome;
  }

  /** What was made to fail, and what was acknowledged after that, by the tracer's own order. */
  private static String judge(Path trace, Outcome outcome) throws IOException {
    String failed = "";
    boolean mustStop = false;
    String unfinished = "";
    for (String line : Files.readAllLines(trace, StandardCharsets.ISO_8859_1)) {
      if (failed.isEmpty() && line.endsWith("(INJECTED)")) {
        String whole = line.contains("resumed>") ? unfinished : line;
        boolean ofJournal = whole.contains("/journal/");
        // Space for a journal file is reserved ahead: that may fail and be tried again.
        mustStop = ofJournal && !whole.contains("fallocate");
        failed =
            line.replaceAll(".*= -1 (\\w+) .*", "$1")
                + " of "
                + line.replaceAll("^\\d+ +(<\\.\\.\\. )?(\\w+).*", "$2")
                + " ("
                + PART.matcher(whole)
                    .results()
                    .map(part -> part.group(1))
                    .findFirst()
                    .orElse("store")
                + ")";
      } else if (!failed.isEmpty() && mustStop && ACKNOWLEDGED.matcher(line).find()) {
        outcome.afterFailure++;
      }
      if (line.endsWith("<unfinished ...>")) {
        unfinished = line; // of the injected call: nothing else of that name runs in between
      }
    }
    return failed;
  }
}

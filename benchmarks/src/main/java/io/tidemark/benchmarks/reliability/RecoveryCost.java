package io.tidemark.benchmarks.reliability;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A journal of some size that was never sealed is recovered: how long, and with how much memory.
 */
final class RecoveryCost implements Fault {
  private static final List<Integer> MIBS = List.of(64, 256, 1024);
  private static final long NORMAL_HOT = 256L << 20;
  private static final String HEAP = "2g";
  private static final int SECONDS = 900;

  @Override
  public String name() {
    return "recovery";
  }

  @Override
  public String number() {
    return "F1";
  }

  @Override
  public String injection() {
    return "a process ends dead with 64 MiB, 256 MiB, 1 GiB of journal that was never sealed"
        + " (store.hotBytesMax is 256 MiB, heap 2 GiB); another one opens the store. Memory is the"
        + " greatest resident size, compared with that of a process that writes as much and seals";
  }

  @Override
  public long wanted() {
    return MIBS.size() * 3L;
  }

  @Override
  public Outcome run(Trial trial) throws Exception {
    Outcome outcome = new Outcome();
    int mib = MIBS.get(trial.index() % MIBS.size());
    String bytes = "bytes=" + ((long) mib << 20);
    String file = "file=" + (64 << 20);
    Path steady = trial.folder().resolve("steady");
    Path store = trial.folder().resolve("store");
    // A hot budget without end: nothing is sealed.
    Lab.Finished filled =
        java(trial, "8g", "fill", store, bytes, "rows=4000", file, "hot=" + (1L << 40));
    double last = number(filled, "last");
    double gigabytes = number(filled, "journalBytes") / 1e9;
    double steadyMiB =
        number(
                java(
                    trial,
                    HEAP,
                    "fill",
                    steady,
                    "samples=" + (long) last,
                    "rows=4000",
                    file,
                    "hot=" + NORMAL_HOT),
                "peakKiB")
            / 1024;
    Lab.delete(steady);
    Lab.Finished opened = java(trial, HEAP, "open", store, "hot=" + NORMAL_HOT);
    if (opened.status() != 0) {
      outcome.crashes++;
      outcome.problem(
          "the store does not open with a heap of "
              + HEAP
              + ": journalMiB="
              + mib
              + ", status="
              + opened.status());
    } else {
      double seconds = number(opened, "seconds");
      String size = mib + " MiB of journal: ";
      outcome.measure(size + "seconds", seconds);
      outcome.measure(size + "seconds/GB", seconds / gigabytes);
      outcome.measure(size + "M samples/s", number(opened, "samples") / 1e6 / seconds);
      outcome.measure(size + "memory MiB", number(opened, "peakKiB") / 1024);
      outcome.measure(size + "memory MiB of writing and sealing as much", steadyMiB);
    }
    outcome.add(StoreProcess.check(store, (long) last, "hot=" + NORMAL_HOT));
    outcome.runs++;
    trial.step().run();
    return outcome;
  }

  private static Lab.Finished java(
      Trial trial, String heap, String command, Path store, String... options) throws Exception {
    List<String> arguments = new java.util.ArrayList<>(List.of(command, store.toString()));
    arguments.addAll(List.of(options));
    return Lab.run(
        trial.folder(),
        SECONDS,
        Map.of(),
        trial.lab().java(heap, false, StoreProcess.class, arguments.toArray(String[]::new)));
  }

  private static double number(Lab.Finished finished, String name) {
    Matcher matcher =
        Pattern.compile(Pattern.quote(name) + "=([0-9.Ee+-]+)").matcher(finished.output());
    if (!matcher.find()) {
      throw new IllegalStateException(
          "no " + name + ": status=" + finished.status() + ": " + finished.output());
    }
    return Double.parseDouble(matcher.group(1));
  }
}

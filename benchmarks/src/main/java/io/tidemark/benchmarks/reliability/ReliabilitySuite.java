package io.tidemark.benchmarks.reliability;

import io.tidemark.benchmarks.Setting;
import java.io.Console;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Breaks things, again and again, and writes down what happened. Goes on where an earlier call on
 * the same folder stopped, until each fault had its number of runs.
 *
 * <p>Arguments: see {@link #USAGE}. Exit status 0 if nothing bad happened in this call, 1 if
 * something did: then the folder of that trial is kept, and its seed is in {@code results.jsonl}; 2
 * for wrong usage.
 */
public final class ReliabilitySuite {
  private static final String USAGE =
      """
      usage: bench reliability FOLDER [options]
        FOLDER                 results.jsonl, and where trials work; on the disk to be tested
        --only NAME,...        these faults only
        --runs NAME=N,...      other numbers of runs
        --minutes M            start no batch after M minutes
        --seed N               base seed (default 1)
        --shim FILE            fault shim, as C source or built        (or TIDEMARK_FAULT_SHIM)
        --powercut FILE        script that cuts the power of a loop device (or TIDEMARK_POWERCUT)
        --report               run nothing, write the page from results.jsonl
        --no-page              do not write the page
        --list                 say what there is
      """;

  private static final int MIX = 1_000_003;

  private final List<Fault> faults = catalogue();
  private final Map<String, Long> wanted = new HashMap<>();
  private final Set<String> only = new HashSet<>();
  private @Nullable Path folder;
  private @Nullable String shim = System.getenv("TIDEMARK_FAULT_SHIM");
  private @Nullable String powerCut = System.getenv("TIDEMARK_POWERCUT");
  private double minutes = Double.MAX_VALUE;
  private long baseSeed = 1;
  private boolean reportOnly;
  private boolean writePage = true;
  private boolean list;

  /* Set when somebody stops the suite. */
  private static volatile boolean stopping;

  private ReliabilitySuite() {}

  /** All faults, in the order of the page. */
  static List<Fault> catalogue() {
    return List.of(
        new StoreKill(),
        new ServerEnd(true),
        new ServerEnd(false),
        new PowerCut(true),
        new PowerCut(false),
        new FailedForce(),
        new FailedCall(),
        new FullDisk(FullDisk.Way.BELOW_THE_LIMIT),
        new FullDisk(FullDisk.Way.TO_THE_LAST_BYTE),
        new FullDisk(FullDisk.Way.OUT_OF_INODES),
        new ClockJumps(),
        new FrozenServer(),
        new RecoveryCost(),
        SimulatedFault.powerCuts(),
        SimulatedFault.deaths(),
        SimulatedFault.nested(),
        SimulatedFault.failedCalls("failed-calls", "Input/output error"),
        SimulatedFault.failedCalls("full-disk", "No space left on device"),
        DamagedFiles.flips(),
        DamagedFiles.meaninglessFlips(),
        DamagedFiles.zeroedSectors(),
        DamagedFiles.truncations(),
        DamagedFiles.misplaced(),
        DamagedFiles.missingManifests());
  }

  /** See the class. */
  public static void main(String[] args) throws Exception {
    // Trials damage stores in this process: their reports are counted, not logged.
    System.setProperty(
        "logback.configurationFile", "io/tidemark/benchmarks/reliability/logback-quiet.xml");
    // Whoever stops the suite wants what it broke to stop too.
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  stopping = true; // before anything is cut off, which is then no outcome
                  ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
                }));
    ReliabilitySuite suite = new ReliabilitySuite();
    try {
      suite.parse(args);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.err.print(USAGE);
      System.exit(2);
    }
    System.exit(suite.run() ? 0 : 1);
  }

  private void parse(String[] args) {
    for (int i = 0; i < args.length; i++) {
      switch (args[i]) {
        case "--only" -> {
          for (String name : value(args, ++i).split(",")) {
            only.add(known(name));
          }
        }
        case "--runs" -> {
          for (String pair : value(args, ++i).split(",")) {
            int equals = pair.indexOf('=');
            if (equals < 0) {
              throw new IllegalArgumentException("--runs takes NAME=N: given=" + pair);
            }
            wanted.put(
                known(pair.substring(0, equals)), Long.parseLong(pair.substring(equals + 1)));
          }
        }
        case "--minutes" -> minutes = Double.parseDouble(value(args, ++i));
        case "--seed" -> baseSeed = Long.parseLong(value(args, ++i));
        case "--shim" -> shim = value(args, ++i);
        case "--powercut" -> powerCut = value(args, ++i);
        case "--report" -> reportOnly = true;
        case "--no-page" -> writePage = false;
        case "--list" -> list = true;
        default -> {
          if (args[i].startsWith("-") || folder != null) {
            throw new IllegalArgumentException("unknown argument: " + args[i]);
          }
          folder = Path.of(args[i]);
        }
      }
    }
    if (folder == null && !list) {
      throw new IllegalArgumentException("a folder is missing");
    }
  }

  private static String value(String[] args, int i) {
    if (i >= args.length) {
      throw new IllegalArgumentException("value is missing: option=" + args[i - 1]);
    }
    return args[i];
  }

  private String known(String name) {
    if (faults.stream().noneMatch(fault -> fault.name().equals(name))) {
      throw new IllegalArgumentException(
          "no such fault: name="
              + name
              + ", known="
              + String.join(" ", faults.stream().map(Fault::name).toList()));
    }
    return name;
  }

  private boolean run() throws Exception {
    Path where = folder;
    if (list || where == null) {
      for (Fault fault : faults) {
        System.out.printf("%-22s %-6s %s%n", fault.name(), fault.number(), fault.injection());
      }
      return true;
    }
    Path root = Path.of(System.getProperty("tidemark.root", ".")).toAbsolutePath().normalize();
    Lab lab = Lab.open(root, where, shim, powerCut);
    Results results = Results.open(where);
    Map<String, String> missing = new HashMap<>();
    boolean good = true;
    long start = System.nanoTime();
    // The page that this suite writes does not count.
    Setting setting =
        Setting.here(lab.root(), List.of(ReliabilityPage.PAGE, ReliabilityPage.SUMMARY));
    for (Fault fault : faults) {
      String lacking = fault.missing(lab);
      if (!lacking.isEmpty()) {
        missing.put(fault.name(), lacking);
      }
      if (reportOnly || (!only.isEmpty() && !only.contains(fault.name()))) {
        continue;
      }
      if (!lacking.isEmpty()) {
        System.out.println(fault.name() + ": skipped: " + lacking);
        continue;
      }
      good &= runAll(fault, lab, results, setting, start);
    }
    if (writePage) {
      ReliabilityPage.write(root, ReliabilityPage.summarize(faults, results, missing));
      System.out.println("written: " + ReliabilityPage.PAGE);
    }
    return good;
  }

  private boolean runAll(Fault fault, Lab lab, Results results, Setting setting, long start)
      throws Exception {
    boolean good = true;
    Progress progress = new Progress(fault.name());
    while ((System.nanoTime() - start) / 60e9 < minutes) {
      long runs = results.runs(fault.name());
      int batches = results.batches(fault.name());
      Long asked = wanted.get(fault.name());
      if (asked == null ? fault.isDone(runs, batches) : runs >= asked) {
        break;
      }
      long goal = asked == null ? fault.wanted() : asked;
      // Every fault and batch draws from a seed of its own.
      long seed = baseSeed * MIX + batches;
      Path work = lab.folder().resolve(fault.name() + "-" + seed);
      lab.unmountBelow(work); // of a call that was stopped
      Lab.delete(work);
      Files.createDirectories(work);
      progress.begin(runs, goal);
      long began = System.nanoTime();
      Outcome outcome = fault.run(new Trial(lab, work, seed, batches, goal - runs, progress::step));
      double seconds = (System.nanoTime() - began) / 1e9;
      if (stopping) {
        return good; // the trial was cut off: it says nothing
      }
      results.append(fault, baseSeed, seed, setting, seconds, outcome);
      if (outcome.isBad()) {
        good = false;
        progress.line("BAD: seed=" + seed + ", kept=" + work);
        outcome.problems().forEach(progress::line);
      } else {
        Lab.delete(work);
      }
    }
    progress.end(results.runs(fault.name()));
    return good;
  }

  /** A bar on a terminal, lines elsewhere. */
  private static final class Progress {
    private static final int WIDTH = 30;
    private static final long LINE_NANOS = 20_000_000_000L;

    private final String name;
    private final boolean terminal;
    private final long started = System.nanoTime();
    private long before;
    private long done;
    private long goal;
    private long lastLine = System.nanoTime();

    Progress(String name) {
      this.name = name;
      Console console = System.console();
      terminal = console != null && console.isTerminal();
    }

    void begin(long runs, long wantedRuns) {
      done = runs;
      before = runs;
      goal = wantedRuns;
    }

    void step() {
      done++;
      show(false);
    }

    private void show(boolean last) {
      String goalText = goal == Long.MAX_VALUE ? "" : " of " + goal;
      if (terminal) {
        int filled =
            goal == Long.MAX_VALUE ? 0 : (int) Math.min(WIDTH, done * WIDTH / Math.max(1, goal));
        System.out.printf(
            "\r%-22s [%s%s] %d%s ",
            name, "#".repeat(filled), " ".repeat(WIDTH - filled), done, goalText);
        System.out.flush();
      } else if (last || System.nanoTime() - lastLine > LINE_NANOS) {
        lastLine = System.nanoTime();
        System.out.printf(
            Locale.ROOT,
            "%s: %d%s runs, %d s%n",
            name,
            done,
            goalText,
            (System.nanoTime() - started) / 1_000_000_000L);
      }
    }

    void line(String text) {
      if (terminal) {
        System.out.println();
      }
      System.out.println(name + ": " + text);
    }

    void end(long runs) {
      if (goal == 0 && before == 0) {
        System.out.println(name + ": nothing to do, " + runs + " runs recorded");
        return;
      }
      done = runs;
      show(true);
      if (terminal) {
        System.out.println();
      }
    }
  }
}

package io.tidemark.benchmarks.scenario;

import io.tidemark.benchmarks.Setting;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What stored samples take and what reading them costs: asks one question after the other and
 * prints a table for each. Arguments: see {@link #usage}. Exit status 0 if all were answered, 2 for
 * wrong usage.
 */
public final class SizeSuite {
  private interface Answer {
    void to(Bench bench) throws Exception;
  }

  private record Question(String name, String text, Answer answer) {}

  private static final List<Question> QUESTIONS =
      List.of(
          new Question("floor", "is the workload the published one?", CodecFloor::answer),
          new Question("workload", "bytes a sample, all and by shape", SegmentSizes::answer),
          new Question("real", "real data beside Parquet", RealDataSizes::answer),
          new Question("alp", "bits a value of ALP's columns", AlpColumns::answer),
          new Question("year", "averages of a year of one tag", YearAverage::answer),
          new Question("windows", "range aggregates by windows and samples", WindowLatency::answer),
          new Question("late", "what late samples cost", LateSamples::answer),
          new Question("queries", "what questions take over HTTP", QuerySpeed::answer),
          new Question("sql", "what statements take", SqlSpeed::answer),
          new Question("doors", "what Flight and PostgreSQL clients get", DoorSpeed::answer),
          new Question("ingest", "what writers get, also too many of them", IngestSpeed::answer),
          new Question("uploads", "what a writer of Arrow batches gets", FlightPut::answer),
          new Question("export", "does memory grow with an export?", ExportMemory::answer));

  private final List<String> only = new ArrayList<>();
  private long seed = 42;
  private int tags = WorkloadM.TAGS;
  private int scans = WorkloadM.SCANS;
  private int days;
  private Path folder = Path.of(System.getProperty("java.io.tmpdir"));
  private Path data;

  private SizeSuite(Path root) {
    String elsewhere =
        System.getProperty("TIDEMARK_TEST_DATA", System.getenv("TIDEMARK_TEST_DATA"));
    data = elsewhere == null ? root.resolve("../shared/data") : Path.of(elsewhere);
  }

  private static String usage() {
    StringBuilder usage =
        new StringBuilder(
            """
            Usage: tidemark bench sizes [options]
            Measures what stored samples take and what reading them costs; prints tables.
                  --only NAME,...  These questions only:
            """);
    for (Question question : QUESTIONS) {
      usage.append(String.format("                     %-10s%s%n", question.name, question.text));
    }
    return usage
        .append(
            """
                  --floor          The same as --only floor.
                  --scans N        Scans of the workload; default 50000.
                  --tags N         Tags of the workload; default 1000.
                  --days N         Length of histories; default: what each question takes.
                  --seed N         Default 42.
                  --folder DIR     Where stores are made and deleted; on the disk to be measured.
                  --data DIR       Public data; default ../shared/data, or TIDEMARK_TEST_DATA.
              -h, --help           Show this help message and exit.
            """)
        .toString();
  }

  /** See the class. */
  public static void main(String[] args) throws Exception {
    Path root = Path.of(System.getProperty("tidemark.root", ".")).toAbsolutePath().normalize();
    SizeSuite suite = new SizeSuite(root);
    try {
      if (!suite.parse(args)) {
        System.out.print(usage());
        System.exit(0);
      }
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.err.print(usage());
      System.exit(2);
    }
    suite.run(root, String.join(" ", args));
  }

  /** False if only help was asked for. */
  private boolean parse(String[] args) {
    for (int i = 0; i < args.length; i++) {
      switch (args[i]) {
        case "--only" -> {
          for (String name : value(args, ++i).split(",")) {
            only.add(known(name));
          }
        }
        case "--floor" -> only.add("floor");
        case "--scans" -> scans = count(args, ++i);
        case "--tags" -> tags = count(args, ++i);
        case "--days" -> days = count(args, ++i);
        case "--seed" -> seed = Long.parseLong(value(args, ++i));
        case "--folder" -> folder = Path.of(value(args, ++i));
        case "--data" -> data = Path.of(value(args, ++i));
        case "-h", "--help" -> {
          return false;
        }
        default -> throw new IllegalArgumentException("unknown argument: " + args[i]);
      }
    }
    return true;
  }

  private static String value(String[] args, int i) {
    if (i >= args.length) {
      throw new IllegalArgumentException("value is missing: option=" + args[i - 1]);
    }
    return args[i];
  }

  private static int count(String[] args, int i) {
    int count = Integer.parseInt(value(args, i));
    if (count < 1) {
      throw new IllegalArgumentException("must be above 0: " + args[i - 1] + "=" + count);
    }
    return count;
  }

  private static String known(String name) {
    List<String> names = QUESTIONS.stream().map(Question::name).toList();
    if (!names.contains(name)) {
      throw new IllegalArgumentException(
          "no such question: name=" + name + ", known=" + String.join(" ", names));
    }
    return name;
  }

  private void run(Path root, String arguments) throws Exception {
    Files.createDirectories(folder);
    Bench bench = new Bench(seed, tags, scans, days, folder, data, System.out, System.err);
    bench.out().println(setting(root, arguments));
    for (Question question : QUESTIONS) {
      if (only.isEmpty() || only.contains(question.name)) {
        long start = System.nanoTime();
        question.answer.to(bench);
        System.err.printf(
            "%s: %d s%n", question.name, (System.nanoTime() - start) / 1_000_000_000L);
      }
    }
  }

  private String setting(Path root, String arguments) throws IOException, InterruptedException {
    Setting setting = Setting.here(root, List.of("docs/performance.md"));
    return String.format(
        Locale.ROOT,
        "Command `./tidemark bench sizes%s`, commit %s, %d cores, %d GiB, %s, Java %s, seed %d, %s,"
            + " load average %.1f.",
        arguments.isEmpty() ? "" : " " + arguments,
        setting.commit(),
        setting.cores(),
        Math.round(setting.memoryMiB() / 1024.0),
        setting.kernel(),
        setting.java(),
        seed,
        setting.date(),
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
  }
}

package io.tidemark.benchmarks.reliability;

import io.tidemark.ingest.AckLevel;
import io.tidemark.ingest.IngestConfig;
import io.tidemark.ingest.Ingress;
import io.tidemark.ingest.RefusedSamples;
import io.tidemark.ingest.WriteSession;
import io.tidemark.ingest.append.AppendPath;
import io.tidemark.model.Agent;
import io.tidemark.model.Direction;
import io.tidemark.model.MemoryAccount;
import io.tidemark.model.Principal;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadView;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleCursor;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.model.VersionMode;
import io.tidemark.storage.SampleStore;
import io.tidemark.storage.StoreConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Storage and append path in a process of their own, which starts in well under a second, to be
 * killed. Sample n of its one tag has time {@code base} + n ms and value n.
 *
 * <ul>
 *   <li>{@code write DIR}: goes on where the store ends. Prints {@code ready N} and then the last
 *       acknowledged number, a line each.
 *   <li>{@code check DIR FILE}: FILE holds such lines. Prints a line of {@link StoreCheck}; exit
 *       status 0 if every number up to the last of them is there once with its value and nothing
 *       else is, 1 if not.
 *   <li>{@code fill DIR}: writes until there are {@code samples} of them and {@code bytes} of
 *       journal, forces and stops dead. Prints {@code peakKiB=}, its greatest resident size, {@code
 *       journalBytes=}, and {@code last=}, the last number.
 *   <li>{@code open DIR}: opens the store and prints {@code seconds=}, {@code samples=} and {@code
 *       peakKiB=}.
 * </ul>
 *
 * <p>Further arguments: {@code rows=} of a frame, {@code hot=} bytes of memory, {@code journal=}
 * kind, {@code file=} bytes of a journal file, {@code base=} nanoseconds, {@code ack=} level,
 * {@code bytes=}, {@code samples=}.
 */
public final class StoreProcess {
  /** Time of the first sample, if nothing else is said. */
  static final long BASE_NS = 1_700_000_000_000_000_000L;

  private static final String TAG = "T";
  private static final int ACK_SECONDS = 60;

  private final Path folder;
  private final int rows;
  private final long hotBytes;
  private final long fileBytes;
  private final String journal;
  private final long baseNs;
  private final long bytes;
  private final long samples;
  private final AckLevel level;

  private StoreProcess(Path folder, List<String> options) {
    this.folder = folder;
    rows = Integer.parseInt(option(options, "rows", "20"));
    // Small, so that seals and new journal files come often.
    hotBytes = Long.parseLong(option(options, "hot", "4194304"));
    fileBytes = Long.parseLong(option(options, "file", "4194304"));
    journal = option(options, "journal", "file");
    baseNs = Long.parseLong(option(options, "base", Long.toString(BASE_NS)));
    bytes = Long.parseLong(option(options, "bytes", "0"));
    samples = Long.parseLong(option(options, "samples", "0"));
    level = AckLevel.valueOf(option(options, "ack", "synced").toUpperCase(Locale.ROOT));
  }

  private static String option(List<String> options, String name, String otherwise) {
    return options.stream()
        .filter(each -> each.startsWith(name + "="))
        .map(each -> each.substring(name.length() + 1))
        .findFirst()
        .orElse(otherwise);
  }

  /** See the class. */
  public static void main(String[] args) throws Exception {
    List<String> arguments = List.of(args);
    List<String> words = arguments.stream().filter(each -> each.indexOf('=') < 0).toList();
    String command = words.isEmpty() ? "" : words.getFirst();
    if (words.size() != (command.equals("check") ? 3 : 2)) {
      System.err.println("usage: write DIR | check DIR FILE | fill DIR | open DIR, key=value …");
      System.exit(2);
    }
    StoreProcess process = new StoreProcess(Path.of(words.get(1)), arguments);
    switch (command) {
      case "write" -> process.write();
      case "fill" -> process.fill();
      case "open" -> process.open();
      case "check" -> {
        StoreCheck check = process.check(lastNumber(Path.of(words.get(2))));
        System.out.println(check.line());
        System.exit(check.isFine() ? 0 : 1);
      }
      default -> System.exit(2);
    }
  }

  private static long lastNumber(Path file) throws IOException {
    long last = -1;
    for (String line : Files.readAllLines(file)) {
      if (line.matches("\\d+")) {
        last = Math.max(last, Long.parseLong(line));
      }
    }
    return last;
  }

  /** Opens the store, which recovers it, reads all of it and compares. */
  static StoreCheck check(Path folder, long acknowledged, String... options) {
    return new StoreProcess(folder, List.of(options)).check(acknowledged);
  }

  private SampleStore openStore() throws IOException {
    return SampleStore.open(
        folder,
        new StoreConfig(
            hotBytes,
            3_600_000_000L,
            fileBytes,
            1 << 20,
            StoreConfig.JournalKind.valueOf(journal.toUpperCase(Locale.ROOT)),
            false),
        () -> System.currentTimeMillis() * 1000,
        (kind, payload, principal, time, sequence) -> {});
  }

  /** An open store with its agents running. */
  private final class Writer {
    final SampleStore store = openStore();
    final Ingress ingress;
    long next;

    Writer() throws IOException {
      next = store.tags().find(TAG) == null ? 0 : new Reading(store).found.length();
      AppendPath path = new AppendPath(store.writer(), 8 << 20, 64, System::nanoTime);
      ingress =
          new Ingress(
              path,
              store.tags(),
              store.producers(),
              IngestConfig.defaults(),
              () -> System.currentTimeMillis() * 1_000_000L,
              System::nanoTime,
              () -> {},
              RefusedSamples.NOWHERE,
              (level, nanos) -> {});
      for (Agent agent : List.of(path.appendAgent(), path.syncAgent(), store.manifestAgent())) {
        Thread.ofPlatform().daemon().start(() -> drive(agent));
      }
    }

    void writeFrame(AckLevel ack) {
      try (WriteSession session = ingress.openSession(Principal.SYSTEM, ack)) {
        for (int i = 0; i < rows; i++, next++) {
          session.decimal(TAG, baseNs + next * 1_000_000L, (double) next, 0);
        }
        session.finish().await(ACK_SECONDS, TimeUnit.SECONDS);
      }
    }
  }

  private void write() throws IOException {
    Writer writer = new Writer();
    System.out.println("ready " + writer.next);
    System.out.flush();
    while (true) {
      writer.writeFrame(level);
      System.out.println(writer.next - 1);
      System.out.flush();
    }
  }

  private void fill() throws IOException {
    Writer writer = new Writer();
    while (writer.next < samples || writer.store.sizes().journalBytes() < bytes) {
      writer.writeFrame(AckLevel.JOURNALED);
    }
    writer.writeFrame(AckLevel.SYNCED);
    System.out.println("journalBytes=" + writer.store.sizes().journalBytes());
    System.out.println("peakKiB=" + peakKiB());
    System.out.println("last=" + (writer.next - 1));
    System.out.flush();
    Runtime.getRuntime().halt(0); // as a kill: nothing is closed, nothing is sealed
  }

  private void open() throws IOException {
    long start = System.nanoTime();
    try (SampleStore store = openStore()) {
      System.out.println("seconds=" + (System.nanoTime() - start) / 1e9);
      System.out.println("samples=" + store.recovery().replayedSamples());
      System.out.println("peakKiB=" + peakKiB());
    }
  }

  /** Greatest resident size of this process so far. */
  private static long peakKiB() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmHWM:")) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    return -1;
  }

  private static void drive(Agent agent) {
    try {
      while (true) {
        if (agent.doWork() == 0) {
          LockSupport.parkNanos(50_000);
        }
      }
    } catch (Throwable failure) {
      System.err.println("agent failed: " + agent.roleName() + ": " + failure);
      Runtime.getRuntime().halt(70); // as the server does: no further acknowledgement
    }
  }

  private StoreCheck check(long acknowledged) {
    long count = acknowledged + 1;
    try (SampleStore store = openStore()) {
      Reading reading = new Reading(store);
      long lost = 0;
      for (long n = reading.found.nextClearBit(0);
          n < count;
          n = reading.found.nextClearBit((int) n + 1)) {
        lost++;
      }
      List<String> problems = new ArrayList<>(reading.problems);
      if (lost > 0) {
        problems.add("lost: firstMissing=" + reading.found.nextClearBit(0));
      }
      if (!store.recovery().missing().isEmpty()) {
        problems.add("frames are missing: " + store.recovery().missing());
      }
      return new StoreCheck(
          count, lost, reading.doubled, reading.wrong, String.join("; ", problems));
    } catch (IOException | RuntimeException e) {
      return new StoreCheck(count, 0, 0, 1, "cannot be read: " + e);
    }
  }

  /** All samples of the tag. */
  private final class Reading {
    private static final int PROBLEMS_MAX = 3;

    final BitSet found = new BitSet();
    final List<String> problems = new ArrayList<>();
    long doubled;
    long wrong;

    Reading(SampleStore store) {
      TagDefinition tag = store.tags().find(TAG);
      if (tag != null) {
        try (ReadView view = store.openReadView()) {
          read(view, tag.id());
        }
      }
    }

    private void read(ReadView view, int tagId) {
      QueryContext context =
          new QueryContext(
              Principal.SYSTEM,
              id -> true,
              view,
              Long.MAX_VALUE,
              ZoneOffset.UTC,
              VersionMode.ALL,
              new MemoryAccount(1L << 30),
              Runnable::run,
              () -> 0L,
              Long.MAX_VALUE);
      SampleBlock block = new SampleBlock();
      try (SampleCursor cursor = view.scan(context, tagId, TimeRange.ALL, Direction.FORWARD)) {
        for (int count; (count = cursor.next(block)) > 0; ) {
          for (int row = 0; row < count; row++) {
            accept(block.sourceTimesNs()[row], block.doubles()[row], block.statuses()[row]);
          }
        }
      }
    }

    private void accept(long timeNs, double value, int status) {
      long number = (timeNs - baseNs) / 1_000_000L;
      if (number < 0 || number > Integer.MAX_VALUE || value != number || status != 0) {
        wrong++;
        problem("wrong: number=" + number + ", value=" + value + ", status=" + status);
      } else if (found.get((int) number)) {
        doubled++;
        problem("twice: number=" + number);
      } else {
        found.set((int) number);
      }
    }

    private void problem(String text) {
      if (problems.size() < PROBLEMS_MAX) {
        problems.add(text);
      }
    }
  }
}

package io.tidemark.benchmarks.torture;

import io.tidemark.ingest.AckLevel;
import io.tidemark.ingest.IngestConfig;
import io.tidemark.ingest.Ingress;
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
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Storage and append path in a process of their own, which starts in well under a second, to be
 * killed.
 *
 * <ul>
 *   <li>{@code write DIR [journal]}: goes on where the store ends; sample n has time n ms and value
 *       n. Prints {@code ready N} and then the last acknowledged number (SYNCED), a line each.
 *   <li>{@code verify DIR FILE}: FILE holds such lines; exit status 0 if every number up to the
 *       last of them is there once with its value and nothing else is, 1 if not.
 * </ul>
 */
public final class StoreProcess {
  private static final String TAG = "T";
  private static final long START_NS = 1_700_000_000_000_000_000L;
  private static final int ROWS = 20;

  /** Small, so that seals and new journal files come often. */
  private static StoreConfig config(String journal) {
    return new StoreConfig(
        4 << 20,
        3_600_000_000L,
        4 << 20,
        1 << 20,
        StoreConfig.JournalKind.valueOf(journal.toUpperCase(java.util.Locale.ROOT)),
        false);
  }

  private StoreProcess() {}

  /** See the class. */
  public static void main(String[] args) throws Exception {
    if (args.length >= 2 && args[0].equals("write")) {
      write(Path.of(args[1]), args.length > 2 ? args[2] : "file");
    } else if (args.length == 3 && args[0].equals("verify")) {
      List<String> lines = Files.readAllLines(Path.of(args[2]));
      long acked = -1;
      for (String line : lines) {
        if (line.matches("\\d+")) {
          acked = Math.max(acked, Long.parseLong(line));
        }
      }
      String problem = verify(Path.of(args[1]), acked);
      System.out.println(problem.isEmpty() ? "ok: acknowledged=" + acked : problem);
      System.exit(problem.isEmpty() ? 0 : 1);
    } else {
      System.err.println("usage: write DIR [file|chronicle] | verify DIR FILE");
      System.exit(2);
    }
  }

  private static SampleStore open(Path folder, String journal) throws IOException {
    return SampleStore.open(
        folder,
        config(journal),
        () -> System.currentTimeMillis() * 1000,
        (kind, payload, principal, time, sequence) -> {});
  }

  private static void write(Path folder, String journal) throws Exception {
    SampleStore store = open(folder, journal);
    long next = store.tags().find(TAG) == null ? 0 : read(store).length();
    AppendPath path = new AppendPath(store.writer(), 8 << 20, 64, System::nanoTime);
    Ingress ingress =
        new Ingress(
            path,
            store.tags(),
            store.producers(),
            IngestConfig.defaults(),
            () -> System.currentTimeMillis() * 1_000_000L,
            System::nanoTime,
            () -> {});
    for (Agent agent : List.of(path.appendAgent(), path.syncAgent(), store.manifestAgent())) {
      Thread.ofPlatform().daemon().start(() -> drive(agent));
    }
    System.out.println("ready " + next);
    System.out.flush();
    while (true) {
      try (WriteSession session = ingress.openSession(Principal.SYSTEM, AckLevel.SYNCED)) {
        for (int i = 0; i < ROWS; i++, next++) {
          session.decimal(TAG, START_NS + next * 1_000_000L, (double) next, 0);
        }
        session.finish().await(60, TimeUnit.SECONDS);
      }
      System.out.println(next - 1);
      System.out.flush();
    }
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

  /** Opens the store, which recovers it, and says what is wrong; empty if nothing is. */
  static String verify(Path folder, long acknowledged) throws IOException {
    try (SampleStore store = open(folder, "file")) {
      if (!store.recovery().missing().isEmpty()) {
        return "WRONG: frames are missing: " + store.recovery().missing();
      }
      BitSet found;
      try {
        found = read(store);
      } catch (IllegalStateException e) {
        return "WRONG: " + e.getMessage();
      }
      int hole = found.nextClearBit(0);
      return hole <= acknowledged
          ? "LOST: acknowledged=" + acknowledged + ", firstMissing=" + hole
          : "";
    }
  }

  private static BitSet read(SampleStore store) {
    BitSet found = new BitSet();
    TagDefinition tag = store.tags().find(TAG);
    if (tag == null) {
      return found;
    }
    try (ReadView view = store.openReadView()) {
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
      try (SampleCursor cursor = view.scan(context, tag.id(), TimeRange.ALL, Direction.FORWARD)) {
        for (int count; (count = cursor.next(block)) > 0; ) {
          for (int row = 0; row < count; row++) {
            int number = (int) ((block.sourceTimesNs()[row] - START_NS) / 1_000_000L);
            if (number < 0 || block.doubles()[row] != number || block.statuses()[row] != 0) {
              throw new IllegalStateException("number=" + number + " has another value");
            }
            if (found.get(number)) {
              throw new IllegalStateException("number=" + number + " is there twice");
            }
            found.set(number);
          }
        }
      }
    }
    return found;
  }
}

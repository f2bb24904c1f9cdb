package io.tidemark.testing;

import io.tidemark.catalog.CatalogRecord;
import io.tidemark.model.Direction;
import io.tidemark.model.HistorianException;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadView;
import io.tidemark.model.RecordKind;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleCursor;
import io.tidemark.model.SampleFrameBuilder;
import io.tidemark.model.SampleType;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.model.VersionMode;
import io.tidemark.storage.SampleStore;
import io.tidemark.storage.StoreConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A workload with groups, seals, file changes and restarts on a {@link FaultDisk} that stops, or
 * fails, at any of its operations. Afterwards the store opens again: what was acknowledged is
 * there, once, as it was written, and nothing is there that was never offered. All of it follows
 * from the seed.
 */
public final class CrashTrials {
  private static final Path FOLDER = Path.of("/store");
  private static final long START = 1_700_000_000_000_000_000L;
  private static final int TAGS = 3;
  private static final int FRAMES = 60;

  /** Journal files of 2 MiB hold about 20 of the frames that carry a large text. */
  private static final StoreConfig CONFIG =
      new StoreConfig(8 << 20, 3_600_000_000L, 1, 0, StoreConfig.JournalKind.FILE, true);

  /** What was offered and what was acknowledged, by time; each time belongs to one sample. */
  private static final class Ledger {
    final Map<Long, Long> offered = new TreeMap<>();
    final Map<Long, Long> appended = new HashMap<>();
    final Map<Long, Long> synced = new HashMap<>();
  }

  private static final class Workload {
    private final OracleStore definitions = new OracleStore();
    private final SampleFrameBuilder builder = new SampleFrameBuilder();
    private final TagDefinition[] tags = new TagDefinition[TAGS];
    private final TagDefinition text;
    private final Random random;
    private long clock = 1_000_000;
    private @Nullable SampleStore store;

    Workload(long seed) {
      random = new Random(seed);
      for (int i = 0; i < TAGS; i++) {
        tags[i] = definitions.defineAnalog("T" + i);
      }
      text = definitions.define("S", SampleType.STRING, true, "");
    }

    /** Runs to the end, or until the disk stops it; acknowledges only what a force covered. */
    void run(FaultDisk disk, Ledger ledger) throws IOException {
      store = open(disk);
      for (TagDefinition tag : tags) {
        define(tag);
      }
      define(text);
      for (int frame = 0; frame < FRAMES; frame++) {
        append(ledger);
        if (random.nextInt(3) == 0) {
          force(ledger);
        }
        if (random.nextInt(15) == 0) {
          seal();
        }
        if (random.nextInt(25) == 0) {
          close(ledger);
          store = open(disk);
        }
      }
      force(ledger);
      close(ledger);
    }

    private SampleStore open(FaultDisk disk) throws IOException {
      return SampleStore.open(
          disk, FOLDER, CONFIG, () -> clock++, (kind, payload, principal, time, sequence) -> {});
    }

    private SampleStore opened() {
      SampleStore opened = store;
      if (opened == null) {
        throw new IllegalStateException("not open");
      }
      return opened;
    }

    private void define(TagDefinition tag) throws IOException {
      if (opened().tags().find(tag.name()) != null) {
        return;
      }
      append(SampleFrameBuilder.encodeRecord(RecordKind.TAG, 0, CatalogRecord.encodeTag(tag)));
      opened().tags().apply(tag);
    }

    private void append(ByteBuffer frame) throws IOException {
      opened().writer().append(frame, 0, frame.remaining());
    }

    private void append(Ledger ledger) throws IOException {
      Map<Long, Long> samples = new HashMap<>();
      int rows = 1 + random.nextInt(5);
      for (int row = 0; row < rows; row++) {
        long number = ledger.offered.size() + samples.size();
        long time = START + number * 1_000_000L;
        builder.add(
            tags[(int) (number % TAGS)].id(),
            SampleType.FLOAT64,
            time,
            Double.doubleToRawLongBits((double) number),
            (byte) 1,
            0);
        samples.put(time, number);
      }
      if (random.nextInt(3) == 0) {
        byte[] large = new byte[1 + random.nextInt(60_000)];
        java.util.Arrays.fill(large, (byte) 'x');
        for (int i = 0; i < 3; i++) {
          builder.addText(text.id(), START + random.nextInt(1000), large, (byte) 1, 0);
        }
      }
      ledger.offered.putAll(samples);
      append(builder.encode(0));
      ledger.appended.putAll(samples);
    }

    private void force(Ledger ledger) throws IOException {
      Map<Long, Long> covered = new HashMap<>(ledger.appended);
      opened().writer().force();
      ledger.synced.putAll(covered);
      ledger.appended.clear();
    }

    private void seal() {
      opened().writer().requestSeal();
      opened().writer().rotateIfDue();
      opened().manifestAgent().doWork();
    }

    private void close(Ledger ledger) throws IOException {
      Map<Long, Long> covered = new HashMap<>(ledger.appended);
      opened().close();
      ledger.synced.putAll(covered);
      ledger.appended.clear();
    }
  }

  /** What is found after a fault, by time; a time that comes twice is counted. */
  private static final class Found {
    final Map<Long, Long> values = new TreeMap<>();
    long doubled;
    long missingFrames;
    boolean damageNamed;
  }

  /** How many trials were made and how they went. */
  public static final class Tally {
    private long trials;
    private long acknowledged;
    private long lost;
    private long doubled;
    private long wrong;
    private long alarms;
    private final List<String> problems = new ArrayList<>();

    Tally() {}

    /** Faults injected, each followed by a recovery and a full read. */
    public long trials() {
      return trials;
    }

    /** Samples acknowledged before a fault, of all trials. */
    public long acknowledged() {
      return acknowledged;
    }

    /** Samples acknowledged and not there afterwards, or there with another value. */
    public long lost() {
      return lost;
    }

    /** Samples there twice. */
    public long doubled() {
      return doubled;
    }

    /** Samples there that were never offered, and stores that could not be read at all. */
    public long wrong() {
      return wrong;
    }

    /** Recoveries that named damage, although a crash is none: a torn mark looks like one. */
    public long alarms() {
      return alarms;
    }

    /** What went wrong, with what is needed to do it again; empty if nothing did. */
    public List<String> problems() {
      return List.copyOf(problems);
    }

    /** Opens what a fault left and compares; null if that failed. */
    private @Nullable Found judge(FaultDisk disk, Ledger ledger, String where) {
      trials++;
      acknowledged += ledger.synced.size();
      Found found;
      try {
        found = readAll(disk);
      } catch (IOException | RuntimeException | FaultDisk.Crash e) {
        wrong++;
        problems.add(where + ": cannot be read: " + e);
        return null;
      }
      int before = problems.size();
      alarms += found.damageNamed ? 1 : 0;
      doubled += found.doubled;
      lost += found.missingFrames;
      ledger.synced.forEach(
          (time, value) -> {
            if (!value.equals(found.values.get(time))) {
              lost++;
              problems.add(where + ": lost: time=" + time + ", found=" + found.values.get(time));
            }
          });
      found.values.forEach(
          (time, value) -> {
            if (!value.equals(ledger.offered.get(time))) {
              wrong++;
              problems.add(where + ": never offered: time=" + time + ", value=" + value);
            }
          });
      if (found.doubled > 0 || found.missingFrames > 0) {
        problems.add(
            where + ": doubled=" + found.doubled + ", missingFrames=" + found.missingFrames);
      }
      return problems.size() == before ? found : null;
    }
  }

  private CrashTrials() {}

  /** All samples of the analog tags, by time. */
  private static Found readAll(FaultDisk disk) throws IOException {
    Found found = new Found();
    try (SampleStore store =
        SampleStore.open(
            disk, FOLDER, CONFIG, () -> 1L, (kind, payload, principal, time, sequence) -> {})) {
      found.missingFrames = store.recovery().missing().size();
      found.damageNamed = store.damage().total() > 0;
      try (ReadView view = store.openReadView()) {
        QueryContext context =
            QueryContexts.permissive(view, START, ZoneOffset.UTC, VersionMode.ALL);
        SampleBlock block = new SampleBlock();
        for (TagDefinition tag : store.tags().all()) {
          if (tag.type() != SampleType.FLOAT64) {
            continue;
          }
          try (SampleCursor cursor =
              view.scan(context, tag.id(), TimeRange.ALL, Direction.FORWARD)) {
            for (int count; (count = cursor.next(block)) > 0; ) {
              for (int row = 0; row < count; row++) {
                if (found.values.put(block.sourceTimesNs()[row], (long) block.doubles()[row])
                    != null) {
                  found.doubled++;
                }
              }
            }
          }
        }
      }
    }
    return found;
  }

  /** Whether the disk stopped the workload. */
  private static boolean stopped(Workload workload, FaultDisk disk, Ledger ledger) {
    try {
      workload.run(disk, ledger);
      return false;
    } catch (FaultDisk.Crash | IOException | UncheckedIOException | HistorianException e) {
      return true;
    }
  }

  /**
   * The machine stops at each operation of the workload in turn, and power is lost: three times
   * each, with other sectors surviving. What recovery showed must survive a second loss of power.
   */
  public static Tally powerCuts(long seed) {
    Tally tally = new Tally();
    for (int operation = 0; ; operation++) {
      FaultDisk disk = new FaultDisk().crashAt(operation);
      Ledger ledger = new Ledger();
      boolean stopped = stopped(new Workload(seed), disk, ledger);
      for (int cut = 0; cut < 3; cut++) {
        String where = "seed=" + seed + ", operation=" + operation + ", cut=" + cut;
        FaultDisk after = disk.afterPowerCut(seed * 1_000_003 + operation * 31L + cut);
        Found found = tally.judge(after, ledger, where);
        if (found != null) {
          Ledger shown = new Ledger();
          shown.offered.putAll(ledger.offered);
          shown.synced.putAll(found.values);
          tally.judge(after.afterPowerCut(seed + operation + cut), shown, where + ", again");
        }
      }
      if (!stopped) {
        return tally;
      }
    }
  }

  /** The process dies at each operation of the workload in turn: nothing appended may be gone. */
  public static Tally deaths(long seed) {
    Tally tally = new Tally();
    for (int operation = 0; ; operation++) {
      FaultDisk disk = new FaultDisk().crashAt(operation);
      Ledger ledger = new Ledger();
      boolean stopped = stopped(new Workload(seed), disk, ledger);
      ledger.synced.putAll(ledger.appended);
      tally.judge(disk.afterKill(), ledger, "seed=" + seed + ", operation=" + operation);
      if (!stopped) {
        return tally;
      }
    }
  }

  /** A loss of power, then five more within the recoveries and the work after them. */
  public static Tally nestedCuts(long seed) {
    Tally tally = new Tally();
    Random random = new Random(seed);
    FaultDisk disk = new FaultDisk().crashAt(40 + random.nextInt(160));
    Ledger ledger = new Ledger();
    stopped(new Workload(seed), disk, ledger);
    for (int nested = 0; nested < 5; nested++) {
      ledger.appended.clear(); // gone with the crash: no later force speaks for them
      disk = disk.afterPowerCut(random.nextLong()).crashAt(random.nextInt(25));
      stopped(new Workload(random.nextLong()), disk, ledger);
    }
    tally.judge(disk.afterPowerCut(random.nextLong()), ledger, "seed=" + seed);
    return tally;
  }

  /**
   * Each call of the disk fails in turn: nothing is acknowledged after a failed force or append.
   *
   * @param failure the message of the failure, as the system words it
   */
  public static Tally failedCalls(long seed, String failure) {
    Tally tally = new Tally();
    for (int operation = 0; ; operation++) {
      FaultDisk disk = new FaultDisk().failAt(operation, failure);
      Ledger ledger = new Ledger();
      boolean stopped = stopped(new Workload(seed), disk, ledger);
      tally.judge(
          disk.afterPowerCut(operation),
          ledger,
          "seed=" + seed + ", " + failure + " at operation " + operation);
      if (!stopped && disk.failures() == 0) {
        return tally;
      }
    }
  }
}

package io.tidemark.storage;

import static org.assertj.core.api.Assertions.assertThat;

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
import io.tidemark.testing.FaultDisk;
import io.tidemark.testing.OracleStore;
import io.tidemark.testing.QueryContexts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The machine stops at every operation of a workload with groups, seals, file changes and restarts;
 * power is lost, and the store opens again: what was acknowledged is there, once, as it was
 * written, and nothing is there that was never offered.
 */
class SimulatedCrashTest {
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
    boolean failed;
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

  /** All samples of the analog tags, each once, by time. */
  private static Map<Long, Long> readAll(FaultDisk disk) throws IOException {
    Map<Long, Long> found = new TreeMap<>();
    try (SampleStore store =
        SampleStore.open(
            disk, FOLDER, CONFIG, () -> 1L, (kind, payload, principal, time, sequence) -> {})) {
      assertThat(store.recovery().missing()).as("missing frames").isEmpty();
      assertThat(store.damage().entries()).as("what a crash leaves is no damage").isEmpty();
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
                Long twice = found.put(block.sourceTimesNs()[row], (long) block.doubles()[row]);
                assertThat(twice).as("time=%s twice", block.sourceTimesNs()[row]).isNull();
              }
            }
          }
        }
      }
    }
    return found;
  }

  private static void assertKept(Ledger ledger, Map<Long, Long> found, String where) {
    ledger.synced.forEach(
        (time, value) ->
            assertThat(found.get(time)).as("%s: time=%s", where, time).isEqualTo(value));
    found.forEach(
        (time, value) ->
            assertThat(ledger.offered.get(time)).as("%s: time=%s", where, time).isEqualTo(value));
  }

  private static boolean stopped(Workload workload, FaultDisk disk, Ledger ledger) {
    try {
      workload.run(disk, ledger);
      return false;
    } catch (FaultDisk.Crash | IOException | UncheckedIOException | HistorianException e) {
      ledger.failed = true;
      return true;
    }
  }

  @Test
  void whatWasForcedSurvivesALossOfPowerAtEveryOperation() throws IOException {
    int runs = 0;
    for (long seed = 1; seed <= Integer.getInteger("tidemark.crashSeeds", 3); seed++) {
      for (int operation = 0; ; operation++) {
        FaultDisk disk = new FaultDisk().crashAt(operation);
        Ledger ledger = new Ledger();
        boolean stopped = stopped(new Workload(seed), disk, ledger);
        for (int cut = 0; cut < 3; cut++) {
          String where = "seed=" + seed + ", operation=" + operation + ", cut=" + cut;
          FaultDisk after = disk.afterPowerCut(seed * 1_000_003 + operation * 31L + cut);
          Map<Long, Long> found = readAll(after);
          assertKept(ledger, found, where);
          // What recovery showed, it forced: a second loss of power takes nothing of it.
          Map<Long, Long> again = readAll(after.afterPowerCut(seed + operation + cut));
          assertThat(again).as(where + ", again").isEqualTo(found);
          runs++;
        }
        if (!stopped) {
          break;
        }
      }
    }
    System.out.println("simulated losses of power: " + runs);
    assertThat(runs).isGreaterThan(1000);
  }

  @Test
  void theDeathOfTheProcessTakesNothingThatWasAppended() throws IOException {
    for (int operation = 0; ; operation++) {
      FaultDisk disk = new FaultDisk().crashAt(operation);
      Ledger ledger = new Ledger();
      boolean stopped = stopped(new Workload(7), disk, ledger);
      ledger.synced.putAll(ledger.appended);
      assertKept(ledger, readAll(disk.afterKill()), "operation=" + operation);
      if (!stopped) {
        return;
      }
    }
  }

  @Test
  void aCrashWithinRecoveryAndAnotherOneLoseNothing() throws IOException {
    for (long seed = 1; seed <= 40; seed++) {
      Random random = new Random(seed);
      FaultDisk disk = new FaultDisk().crashAt(40 + random.nextInt(160));
      Ledger ledger = new Ledger();
      stopped(new Workload(seed), disk, ledger);
      ledger.appended.clear(); // gone with the crash: no later force speaks for them
      for (int nested = 0; nested < 5; nested++) {
        ledger.appended.clear(); // nobody was told of these
        disk = disk.afterPowerCut(random.nextLong()).crashAt(random.nextInt(25));
        stopped(new Workload(random.nextLong()), disk, ledger);
      }
      assertKept(ledger, readAll(disk.afterPowerCut(random.nextLong())), "seed=" + seed);
    }
  }

  /** The n-th call fails, for every n: nothing is acknowledged after a failed force or append. */
  @Test
  void everyFailedCallLosesNothingThatWasAcknowledged() throws IOException {
    for (String failure : new String[] {"Input/output error", "No space left on device"}) {
      for (int operation = 0; ; operation++) {
        FaultDisk disk = new FaultDisk().failAt(operation, failure);
        Ledger ledger = new Ledger();
        boolean stopped = stopped(new Workload(11), disk, ledger);
        String where = failure + " at operation " + operation;
        assertKept(ledger, readAll(disk.afterPowerCut(operation)), where);
        if (!stopped && disk.failures() == 0) {
          break;
        }
      }
    }
  }
}

package io.tidemark.demo;

import io.tidemark.model.Agent;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.TimeRange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Brings the demo plant into a historian: {@link #prepare} defines tags and context and fills the
 * last 24 h; then each {@link #doWork} writes the live scan that is due, or else fills one hour of
 * older history, newest day first and each day in time order. What was done is remembered in {@code
 * demo.json} in the data folder, so that a later start fills only what is missing: the rest of an
 * interrupted fill and the time the server was down, all from the same plant.
 *
 * <p>One thread at a time. {@code doWork} blocks on the target, for an hour of samples at most.
 */
public final class DemoRunner implements Agent, AutoCloseable {
  /** Seed of a demo that names none. */
  public static final long DEFAULT_SEED = 42;

  /** Days of history of a demo that names none. */
  public static final int DEFAULT_DAYS = 30;

  private static final String STATE_FILE = "demo.json";
  private static final String LOCK_FILE = "lock";
  private static final long HOUR_NS = 3600L * 1_000_000_000;
  private static final long DAY_NS = 24 * HOUR_NS;
  private static final long SAVE_EVERY_NS = HOUR_NS / 60;
  private static final long RETRY_NS = 1_000_000_000;

  private final DemoState state;
  private final DemoPlant plant;
  private final DemoTarget target;
  private final FillProgress progress;
  private final LongSupplier nowNs;
  private long liveEndNs;
  private long savedAtNs;
  private long retryAtNs = Long.MIN_VALUE;
  private boolean isFilled;

  private DemoRunner(
      DemoState state, DemoTarget target, FillProgress progress, LongSupplier nowNs) {
    this.state = state;
    this.target = target;
    this.progress = progress;
    this.nowNs = nowNs;
    plant = new DemoPlant(state.seed, state.anchor, state.days);
    liveEndNs = plant.anchorNs();
  }

  /**
   * The plant of a data folder: the one that is there, or a new one anchored at the present.
   *
   * @param dataDir data folder, made if it is missing
   * @param seed seed asked for, or null for whatever is there, else {@link #DEFAULT_SEED}
   * @param days days asked for, or null for whatever is there, else {@link #DEFAULT_DAYS}
   * @param nowNs wall clock, nanoseconds since the epoch
   * @throws HistorianException {@link ErrorCode#CONFLICT} if the folder holds another plant, {@link
   *     ErrorCode#OUT_OF_RANGE} for days out of range.
   */
  public static DemoRunner open(
      Path dataDir,
      @Nullable Long seed,
      @Nullable Integer days,
      DemoTarget target,
      FillProgress progress,
      LongSupplier nowNs) {
    Path file = dataDir.resolve(STATE_FILE);
    DemoState state;
    if (Files.exists(file)) {
      state = DemoState.read(file);
      if ((seed != null && seed != state.seed) || (days != null && days != state.days)) {
        throw new HistorianException(
            ErrorCode.CONFLICT,
            "the data folder holds another demo plant: data="
                + dataDir
                + ", seed="
                + state.seed
                + ", days="
                + state.days,
            null,
            "start without --seed and --days to go on with it, with --fresh to replace it, or with"
                + " another --data",
            null);
      }
    } else {
      try {
        Files.createDirectories(dataDir);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot make the data folder: data=" + dataDir, e);
      }
      state =
          new DemoState(
              file,
              seed == null ? DEFAULT_SEED : seed,
              days == null ? DEFAULT_DAYS : days,
              instant(nowNs.getAsLong()));
    }
    return new DemoRunner(state, target, progress, nowNs);
  }

  private static Instant instant(long ns) {
    return Instant.ofEpochSecond(Math.floorDiv(ns, 1_000_000_000L));
  }

  /**
   * Deletes all that is in a demo's data folder; nothing if it is missing or empty.
   *
   * @throws HistorianException {@link ErrorCode#CONFLICT} if the folder holds files but no demo,
   *     {@link ErrorCode#STORE_LOCKED} if a server runs on it.
   */
  public static void clear(Path dataDir) {
    if (!Files.exists(dataDir)) {
      return;
    }
    try {
      if (!Files.exists(dataDir.resolve(STATE_FILE))) {
        try (Stream<Path> files = Files.list(dataDir)) {
          if (files.findAny().isEmpty()) {
            return;
          }
        }
        throw new HistorianException(
            ErrorCode.CONFLICT,
            "the data folder holds no demo, so it is not deleted: data=" + dataDir,
            null,
            "delete it yourself, or choose another one with --data",
            null);
      }
      checkNoServerRuns(dataDir);
      Files.walkFileTree(
          dataDir,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              if (!file.equals(dataDir.resolve(STATE_FILE))) {
                Files.delete(file);
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException failure)
                throws IOException {
              if (failure != null) {
                throw failure;
              }
              if (dir.equals(dataDir)) {
                /* Last, so that a clearing that was interrupted can be repeated. */
                Files.delete(dir.resolve(STATE_FILE));
              } else {
                Files.delete(dir);
              }
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete the data folder: data=" + dataDir, e);
    }
  }

  /** The store's lock is asked before, not after, the files of a running server are gone. */
  private static void checkNoServerRuns(Path dataDir) throws IOException {
    Path lockFile = dataDir.resolve(LOCK_FILE);
    if (!Files.exists(lockFile)) {
      return;
    }
    boolean isFree;
    try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      isFree = lock != null;
    } catch (OverlappingFileLockException e) {
      isFree = false;
    }
    if (!isFree) {
      throw new HistorianException(
          ErrorCode.STORE_LOCKED,
          "a server runs on the data folder, so it is not deleted: data="
              + dataDir
              + ", pid="
              + Files.readString(lockFile).lines().findFirst().orElse("unknown"),
          null,
          "stop that process, or choose another folder with --data",
          null);
    }
  }

  /** The plant. */
  public DemoPlant plant() {
    return plant;
  }

  /** Whether all history up to the present is in. */
  public boolean isFilled() {
    return isFilled;
  }

  /**
   * Brings in what is needed before anybody looks: tags, context up to the present, and what is
   * missing of the last 24 h. Then live work can begin.
   */
  public void prepare() {
    /* At once, so that a folder that was begun is known as a demo. */
    state.save();
    if (!state.areTagsDefined()) {
      target.defineTags(plant.tags());
      plant.staticContextJson().forEach(target::context);
      state.defineTags();
    }
    long endNs = nextScanNs();
    bringContextUpTo(endNs);
    state.save();
    long startNs = Math.max(plant.startNs(), endNs - DAY_NS);
    List<TimeRange> missing = state.missing(startNs, endNs);
    long total = missing.stream().mapToLong(range -> hours(range.startNs(), range.endNs())).sum();
    long done = 0;
    for (TimeRange range : missing) {
      for (long at = range.startNs(); at < range.endNs(); ) {
        TimeRange hour = new TimeRange(at, Math.min(range.endNs(), hourAfter(at)));
        write(hour);
        at = hour.endNs();
        progress.report("last 24 h", Math.min(++done, total), total);
      }
    }
    liveEndNs = endNs;
    isFilled = state.missing(plant.startNs(), endNs).isEmpty();
    save();
  }

  private static long hours(long startNs, long endNs) {
    return Math.floorDiv(endNs - 1, HOUR_NS) - Math.floorDiv(startNs, HOUR_NS) + 1;
  }

  private static long hourAfter(long ns) {
    return (Math.floorDiv(ns, HOUR_NS) + 1) * HOUR_NS;
  }

  /** The first scan after the present. */
  private long nextScanNs() {
    long now = Math.max(nowNs.getAsLong(), plant.anchorNs());
    return (Math.floorDiv(now, DemoSchedule.TICK_NS) + 1) * DemoSchedule.TICK_NS;
  }

  @Override
  public int doWork() {
    long now = nowNs.getAsLong();
    if (now < retryAtNs) {
      return 0;
    }
    try {
      if (now >= liveEndNs) {
        live();
        return 1;
      }
      return isFilled ? 0 : fillOlder();
    } catch (HistorianException e) {
      if (e.code().kind() != ErrorCode.Kind.RESOURCES) {
        throw e;
      }
      /* Nothing was noted as done, so the next call tries it again. */
      retryAtNs = now + RETRY_NS;
      return 0;
    }
  }

  private void live() {
    long endNs = Math.min(nextScanNs(), hourAfter(liveEndNs));
    write(new TimeRange(liveEndNs, endNs));
    liveEndNs = endNs;
    boolean isChanged = bringContextUpTo(endNs);
    if (isChanged || endNs - savedAtNs >= SAVE_EVERY_NS) {
      save();
    }
  }

  private int fillOlder() {
    List<TimeRange> missing = state.missing(plant.startNs(), liveEndNs);
    if (missing.isEmpty()) {
      isFilled = true;
      save();
      return 0;
    }
    long dayNs = Math.floorDiv(missing.getLast().endNs() - 1, DAY_NS) * DAY_NS;
    TimeRange range = state.missing(Math.max(dayNs, plant.startNs()), liveEndNs).getFirst();
    write(new TimeRange(range.startNs(), Math.min(range.endNs(), hourAfter(range.startNs()))));
    save();
    long left = 0;
    for (TimeRange open : state.missing(plant.startNs(), liveEndNs)) {
      left += hours(open.startNs(), open.endNs());
    }
    long total = hours(plant.startNs(), liveEndNs);
    progress.report("history", total - Math.min(left, total), total);
    return 1;
  }

  private void write(TimeRange range) {
    target.write(plant, range);
    state.fill(range);
  }

  /** Sends what the MES has learnt; says whether that was anything. */
  private boolean bringContextUpTo(long endNs) {
    long fromNs = Math.max(plant.startNs(), state.contextUntilNs());
    if (fromNs >= endNs) {
      return false;
    }
    List<String> bodies = plant.contextChangesBetween(fromNs, endNs);
    bodies.forEach(target::context);
    state.contextUntil(endNs);
    return !bodies.isEmpty();
  }

  private void save() {
    state.save();
    savedAtNs = liveEndNs;
  }

  @Override
  public String roleName() {
    return "demo-plant";
  }

  /** Saves how far it came. */
  @Override
  public void close() {
    state.save();
  }
}

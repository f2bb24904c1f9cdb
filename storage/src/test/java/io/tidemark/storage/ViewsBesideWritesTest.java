package io.tidemark.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.Direction;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadView;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleCursor;
import io.tidemark.model.SampleFrameBuilder;
import io.tidemark.model.TimeRange;
import io.tidemark.model.VersionMode;
import io.tidemark.model.WriteOrder;
import io.tidemark.storage.feed.ChangeFeed;
import io.tidemark.storage.io.StoreDirectory;
import io.tidemark.storage.manifest.Manifest;
import io.tidemark.storage.manifest.ManifestStore;
import io.tidemark.testing.FaultDisk;
import io.tidemark.testing.LockedDisk;
import io.tidemark.testing.QueryContexts;
import io.tidemark.testing.Rounds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * One thread appends and rotates, one forces, one seals, three read: a view shows all rows up to
 * its order and none above it, wherever they are by then; a follower gets each row once, in order.
 *
 * <p>Frame n holds one row of one tag, of time and value n, so that a view of order n shows 1 to n.
 */
@Timeout(120)
class ViewsBesideWritesTest {
  private static final int TAG = 5;
  private static final Path FOLDER = Path.of("/store");

  /** Small tables, so that there are many rotations. */
  private static final int FRAMES_BETWEEN_SEALS = 20;

  private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean done = new AtomicBoolean();

  private interface Step {
    void run() throws IOException;
  }

  private Thread loop(Step step) {
    return Thread.ofPlatform()
        .start(
            () -> {
              try {
                while (!done.get()) {
                  step.run();
                }
                step.run();
              } catch (Throwable e) {
                failures.add(e);
                done.set(true);
              }
            });
  }

  private static QueryContext context(ReadView view) {
    return QueryContexts.permissive(view, 0, ZoneOffset.UTC, VersionMode.ALL);
  }

  /** The view's rows are 1, 2, … up to its order. */
  private static void assertShowsAllUpToItsOrder(SampleStore store, SampleBlock block) {
    long before = store.writer().appendedSequence();
    try (ReadView view = store.openReadView();
        SampleCursor cursor = view.scan(context(view), TAG, TimeRange.ALL, Direction.FORWARD)) {
      long expected = WriteOrder.journalSequence(view.upToOrder());
      assertThat(expected).isGreaterThanOrEqualTo(before);
      long next = 1;
      for (int count; (count = cursor.next(block)) > 0; ) {
        for (int row = 0; row < count; row++, next++) {
          if (block.sourceTimesNs()[row] != next || block.doubles()[row] != next) {
            throw new AssertionError(
                "row " + next + " is " + block.sourceTimesNs()[row] + " in a view of " + expected);
          }
        }
      }
      assertThat(next - 1).isEqualTo(expected);
    }
  }

  /**
   * Opens views in a loop so tight that a thread which loses its core mostly loses it there, and
   * looks into those between which many frames came: they are the ones that were interrupted.
   */
  private static void assertInterruptedViewsAreWhole(SampleStore store, SampleBlock block) {
    for (int i = 0; i < 1_000; i++) {
      long before = store.writer().appendedSequence();
      try (ReadView view = store.openReadView()) {
        long newest = WriteOrder.journalSequence(view.upToOrder());
        if (newest > before + 2) {
          int rows = view.current(context(view), TAG, Long.MAX_VALUE, block);
          assertThat(rows == 0 ? 0 : block.sourceTimesNs()[0]).isEqualTo(newest);
        }
      }
    }
  }

  /** What the newest manifest says it covers is what its segments hold: one frame a row. */
  private static void assertCoversWhatIsSealed(LockedDisk disk) throws IOException {
    Manifest manifest =
        ManifestStore.open(StoreDirectory.open(disk, FOLDER.resolve("manifest")), new UUID(0, 0))
            .current();
    assertThat(manifest.coveredSequence())
        .isEqualTo(
            WriteOrder.journalSequence(
                manifest.segments().isEmpty() ? 0 : manifest.segments().getLast().lastOrder()));
  }

  @Test
  void aViewIsWholeAndAFollowerMissesNothing() throws Exception {
    int seals = Rounds.of(100);
    StoreConfig config = new StoreConfig(1 << 20, 3_600_000_000L, 4 << 20, 0);
    LockedDisk disk = new LockedDisk(new FaultDisk()); // in memory: seals are quick
    List<Long> followed = new ArrayList<>();
    try (SampleStore store =
        SampleStore.open(
            disk, FOLDER, config, () -> 1L, (kind, payload, who, time, sequence) -> {})) {
      ChangeFeed.Follower follower = store.feed().follow(new int[] {TAG}, 0);
      SampleBlock block = new SampleBlock();
      SampleBlock interrupted = new SampleBlock();
      List<Thread> threads =
          List.of(
              loop(
                  () -> {
                    store.writer().force();
                    Thread.yield();
                  }),
              loop(
                  () -> {
                    if (store.manifestAgent().doWork() == 0) {
                      Thread.yield();
                    } else {
                      assertCoversWhatIsSealed(disk);
                    }
                  }),
              loop(() -> assertInterruptedViewsAreWhole(store, interrupted)),
              loop(() -> assertShowsAllUpToItsOrder(store, block)),
              loop(
                  () -> {
                    // Forced first: what is polled now is at least that far.
                    long synced = store.writer().syncedSequence();
                    follower.poll(
                        ViewsBesideWritesTest::context,
                        (tagId, rows) -> {
                          for (int row = 0; row < rows.count(); row++) {
                            followed.add(rows.sourceTimesNs()[row]);
                          }
                        });
                    long reached = WriteOrder.journalSequence(follower.order());
                    if (reached < synced || reached > store.writer().syncedSequence()) {
                      throw new AssertionError("poll went to " + reached + ", not " + synced);
                    }
                  }));
      SampleFrameBuilder builder = new SampleFrameBuilder();
      int frames = 0;
      while (store.sizes().segments() < seals && !done.get()) {
        if (store.isSealing() && store.activeTable().rows() > 10 * FRAMES_BETWEEN_SEALS) {
          Thread.yield(); // else the readers have ever more to read
          continue;
        }
        frames++;
        builder.addDouble(TAG, frames, frames, 0);
        ByteBuffer frame = builder.encode(0);
        store.writer().append(frame, 0, frame.remaining());
        if (frames % FRAMES_BETWEEN_SEALS == 0) {
          store.writer().requestSeal();
        }
      }
      store.writer().force();
      done.set(true);
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(failures).isEmpty();
      assertThat(followed).hasSize(frames);
      for (int i = 0; i < frames; i++) {
        assertThat(followed.get(i)).isEqualTo(i + 1);
      }
    }
  }

  /** The feed's end moves behind a force, not before it. */
  @Test
  void aForceThatFailsCommitsNothing() throws IOException {
    FaultDisk disk = new FaultDisk();
    StoreConfig config = new StoreConfig(1 << 20, 3_600_000_000L, 4 << 20, 0);
    SampleStore store =
        SampleStore.open(
            disk, FOLDER, config, () -> 1L, (kind, payload, who, time, sequence) -> {});
    SampleFrameBuilder builder = new SampleFrameBuilder();
    builder.addDouble(TAG, 1, 1, 0);
    ByteBuffer frame = builder.encode(0);
    store.writer().append(frame, 0, frame.remaining());
    disk.failAt(0, "Input/output error");
    assertThatThrownBy(() -> store.writer().force()).isInstanceOf(IOException.class);
    assertThat(store.writer().syncedSequence()).isZero();
    assertThat(WriteOrder.journalSequence(store.feed().committedOrder())).isZero();
  }
}

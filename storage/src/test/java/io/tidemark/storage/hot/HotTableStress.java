package io.tidemark.storage.hot;

import io.tidemark.model.Direction;
import io.tidemark.model.SampleFrame;
import io.tidemark.model.SampleFrameBuilder;
import io.tidemark.model.TimeRange;
import io.tidemark.model.WriteOrder;
import io.tidemark.storage.scan.SampleRun;
import io.tidemark.storage.scan.ScanFilter;
import java.nio.ByteBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** One writer adds frames to a table while readers scan it. */
public final class HotTableStress {
  /** Beyond the first array of series, so that the table grows. */
  private static final int FAR_TAG = 70;

  private static final int NEAR_TAG = 3;

  private HotTableStress() {}

  private static SampleFrame frame(long sequence, int... tagIds) {
    SampleFrameBuilder builder = new SampleFrameBuilder();
    for (int tagId : tagIds) {
      builder.addDouble(tagId, 1000 * sequence, sequence, 0);
    }
    ByteBuffer bytes = builder.encode(0);
    SampleFrame frame = new SampleFrame().wrap(bytes, 0, bytes.remaining());
    frame.seal(1, sequence, sequence);
    frame.openRows();
    return frame;
  }

  private static SampleRun run(HotTable table, int tagId, long upToOrder) {
    return table.run(
        tagId, new ScanFilter(TimeRange.ALL, Direction.FORWARD, Long.MIN_VALUE, upToOrder));
  }

  /** Rows of the tag; -1 if one is not what was written. */
  private static int rows(HotTable table, int tagId, long upToOrder) {
    SampleRun run = run(table, tagId, upToOrder);
    if (run == null || !run.ensureLoaded()) {
      return 0;
    }
    int count = run.block().count();
    for (int row = 0; row < count; row++) {
      long sequence = run.block().sourceTimesNs()[row] / 1000;
      if (sequence == 0
          || run.block().doubles()[row] != sequence
          || WriteOrder.journalSequence(run.block().orders()[row]) != sequence) {
        return -1;
      }
    }
    return count;
  }

  /**
   * A tag's first row is there whole or not at all; the reader never trips over a half-made series.
   */
  @JCStressTest
  @Outcome(id = "[01], [01]", expect = Expect.ACCEPTABLE, desc = "not yet, or whole")
  @Outcome(expect = Expect.FORBIDDEN, desc = "half made")
  @State
  public static class NewTagAppearsWhole {
    private static final SampleFrame FRAME = frame(1, NEAR_TAG, FAR_TAG);
    private final HotTable table = new HotTable();

    /** Adds two tags, one in the array that is there, one that makes it grow. */
    @Actor
    public void writer() {
      table.append(FRAME);
    }

    /** Scans both. */
    @Actor
    public void reader(II_Result r) {
      r.r1 = rows(table, NEAR_TAG, Long.MAX_VALUE);
      r.r2 = rows(table, FAR_TAG, Long.MAX_VALUE);
    }
  }

  /**
   * What a view rests on: whoever read a sequence that was published after its frame finds all rows
   * up to it, and none above it.
   */
  @JCStressTest
  @Outcome(id = "0, 0, 0", expect = Expect.ACCEPTABLE, desc = "nothing published")
  @Outcome(id = "1, 1, 1", expect = Expect.ACCEPTABLE, desc = "the first frame")
  @Outcome(id = "2, 2, 1", expect = Expect.ACCEPTABLE, desc = "both frames")
  @Outcome(expect = Expect.FORBIDDEN, desc = "published and not there, or there too early")
  @State
  public static class PublishedRowsAreThere {
    private static final SampleFrame FIRST = frame(1, NEAR_TAG, FAR_TAG);
    private static final SampleFrame SECOND = frame(2, NEAR_TAG);
    private final HotTable table = new HotTable();
    private volatile long published;

    /** As the store's writer does. */
    @Actor
    public void writer() {
      table.append(FIRST);
      published = 1;
      table.append(SECOND);
      published = 2;
    }

    /** As a view does: the order first. */
    @Actor
    public void reader(III_Result r) {
      long sequence = published;
      r.r1 = (int) sequence;
      r.r2 = rows(table, NEAR_TAG, WriteOrder.lastOf(sequence));
      r.r3 = rows(table, FAR_TAG, WriteOrder.lastOf(sequence));
    }
  }

  /** Freezing: whoever sees the next table sees the whole of the one before. */
  @JCStressTest
  @Outcome(id = "-1", expect = Expect.ACCEPTABLE, desc = "not frozen yet")
  @Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "frozen, with all tags, frames and bytes")
  @Outcome(expect = Expect.FORBIDDEN, desc = "frozen and not whole")
  @State
  public static class FrozenTableIsWhole {
    private static final SampleFrame FRAME = frame(1, NEAR_TAG, FAR_TAG);
    private final HotTable table = new HotTable();
    private volatile HotTable frozen;

    /** Adds a frame and freezes. */
    @Actor
    public void writer() {
      table.append(FRAME);
      frozen = table;
    }

    /** As the sealer does. */
    @Actor
    public void reader(I_Result r) {
      HotTable seen = frozen;
      if (seen == null) {
        r.r1 = -1;
        return;
      }
      boolean whole =
          seen.rows() == 2 && seen.bytes() > 0 && seen.frames().count() == 1 && !seen.isEmpty();
      r.r1 = whole ? seen.tagIds().length : -2;
    }
  }

  /** What a reader holds keeps its rows, though the table after it fills the memory again. */
  @JCStressTest
  @Outcome(id = "-2", expect = Expect.ACCEPTABLE, desc = "gone before it could be held")
  @Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "held, with its row")
  @Outcome(expect = Expect.FORBIDDEN, desc = "held, and its row is another's")
  @State
  public static class HeldRowsStay {
    private static final SampleFrame FIRST = frame(1, NEAR_TAG);
    private static final SampleFrame SECOND = frame(2, NEAR_TAG, NEAR_TAG);
    private final HotTable table = new HotTable();

    /** A table with a row. */
    public HeldRowsStay() {
      table.append(FIRST);
    }

    /** As the store does when the table is sealed. */
    @Actor
    public void writer() {
      HotTable next = table.successor();
      table.release();
      next.append(SECOND);
    }

    /** As a view does. */
    @Actor
    public void reader(I_Result r) {
      if (!table.retain()) {
        r.r1 = -2;
        return;
      }
      r.r1 = rows(table, NEAR_TAG, Long.MAX_VALUE);
      table.release();
    }
  }
}

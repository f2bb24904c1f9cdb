package io.tidemark.storage.hot;

import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleType;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.IZ_Result;

/** One writer adds rows and chunks to a series while a reader takes its chunks. */
public final class HotSeriesStress {
  private HotSeriesStress() {}

  private static HotSeries rows(int count) {
    HotSeries series = new HotSeries();
    for (int i = 0; i < count; i++) {
      append(series, 100 + i, i);
    }
    return series;
  }

  private static void append(HotSeries series, long time, long order) {
    series.append(new HotRows(), SampleType.INT64, time, order, null, 0, (byte) 0, order);
  }

  /** A late row that is counted is known to be late: it is never taken for one in time order. */
  @JCStressTest
  @Outcome(id = "1, true", expect = Expect.ACCEPTABLE, desc = "before the late row")
  @Outcome(id = "1, false", expect = Expect.ACCEPTABLE, desc = "told before the row is there")
  @Outcome(id = "2, false", expect = Expect.ACCEPTABLE, desc = "the late row")
  @Outcome(expect = Expect.FORBIDDEN, desc = "a late row that nobody would sort")
  @State
  public static class LateRowIsTold {
    private final HotSeries series = rows(1);

    /** Appends a late row. */
    @Actor
    public void writer() {
      append(series, 50, 1);
    }

    /** As a scan does: the counts, then whether they ascend. */
    @Actor
    public void reader(IZ_Result r) {
      int total = 0;
      for (HotChunk chunk : series.chunks()) {
        total += chunk.count();
      }
      r.r1 = total;
      r.r2 = series.timesAscend();
    }
  }

  /** The chunks hold a first part of the rows, also where a new chunk begins. */
  @JCStressTest
  @Outcome(id = "15, 15", expect = Expect.ACCEPTABLE, desc = "the rows before")
  @Outcome(id = "16, 16", expect = Expect.ACCEPTABLE, desc = "a full chunk, maybe an empty one")
  @Outcome(id = "17, 17", expect = Expect.ACCEPTABLE, desc = "one row in the next chunk")
  @Outcome(id = "18, 18", expect = Expect.ACCEPTABLE, desc = "all")
  @Outcome(expect = Expect.FORBIDDEN, desc = "a row is missing between others")
  @State
  public static class RowsAreAFirstPart {
    private final HotSeries series = rows(15);

    /** Fills a chunk and begins the next. */
    @Actor
    public void writer() {
      append(series, 115, 15);
      append(series, 116, 16);
      append(series, 117, 17);
    }

    /** Counts the rows, and how far their numbers go without a gap. */
    @Actor
    public void reader(II_Result r) {
      int total = 0;
      long next = 0;
      for (HotChunk chunk : series.chunks()) {
        int count = chunk.count();
        total += count;
        SampleBlock block = new SampleBlock();
        block.reset(chunk.type);
        chunk.copyRows(0, count, block);
        for (int row = 0; row < count && block.longs()[row] == next; row++) {
          next++;
        }
      }
      r.r1 = total;
      r.r2 = (int) next;
    }
  }
}

package io.tidemark.storage.hot;

import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleType;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** One writer appends to a chunk while a reader counts its rows. */
public final class HotChunkStress {
  private HotChunkStress() {}

  /** A row that is counted is whole. */
  @JCStressTest
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "before the row")
  @Outcome(id = "1, 63", expect = Expect.ACCEPTABLE, desc = "the row, all six fields")
  @Outcome(expect = Expect.FORBIDDEN, desc = "a row in parts")
  @State
  public static class CountedRowIsWhole {
    private final HotChunk chunk = new HotChunk(SampleType.STRING, 16);

    /** Appends. */
    @Actor
    public void writer() {
      chunk.append(11, 12, "text", 13, (byte) 14, 15);
    }

    /** Counts, then looks. */
    @Actor
    public void reader(II_Result r) {
      int count = chunk.count();
      r.r1 = count;
      r.r2 = count == 0 ? 0 : fields(chunk);
    }

    private static int fields(HotChunk chunk) {
      SampleBlock block = new SampleBlock(1);
      block.reset(chunk.type);
      chunk.copyRow(0, block);
      return (block.sourceTimesNs()[0] == 11 ? 1 : 0)
          | (chunk.order(0) == 15 ? 2 : 0)
          | ("text".equals(block.texts()[0]) ? 4 : 0)
          | (block.statuses()[0] == 13 ? 8 : 0)
          | (block.flags()[0] == 14 ? 16 : 0)
          | (block.orders()[0] == 15 ? 32 : 0);
    }
  }

  /** What a view may show is found by order, whatever is appended behind it. */
  @JCStressTest
  @Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "before both rows")
  @Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "the row below the order")
  @Outcome(expect = Expect.FORBIDDEN, desc = "a row above the order, or one that is not there yet")
  @State
  public static class VisibleRowsEndAtTheOrder {
    private final HotChunk chunk = new HotChunk(SampleType.INT64, 16);

    /** Appends one row below the order and two above it. */
    @Actor
    public void writer() {
      chunk.append(1, 1, null, 0, (byte) 0, 10);
      chunk.append(2, 2, null, 0, (byte) 0, 20);
      chunk.append(3, 3, null, 0, (byte) 0, 30);
    }

    /** Counts up to an order. */
    @Actor
    public void reader(I_Result r) {
      r.r1 = chunk.visibleCount(15);
    }
  }
}

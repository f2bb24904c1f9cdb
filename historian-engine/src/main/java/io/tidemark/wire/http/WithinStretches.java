package io.tidemark.wire.http;

import io.tidemark.model.SampleBlock;
import io.tidemark.query.retrieval.BlockSink;
import java.util.Arrays;

/** Lets the samples through that lie in some stretches of time. One thread. */
final class WithinStretches implements BlockSink {
  private final long[] stretches;
  private final BlockSink out;
  private final SampleBlock kept = new SampleBlock();

  /**
   * A sieve.
   *
   * @param stretchesNs start, end, start, end, ...; ascending, each {@code [start, end)}
   */
  WithinStretches(long[] stretchesNs, BlockSink out) {
    this.stretches = stretchesNs;
    this.out = out;
  }

  @Override
  public void accept(SampleBlock block) {
    kept.reset(block.type());
    for (int row = 0; row < block.count(); row++) {
      if (holds(block.sourceTimesNs()[row])) {
        kept.appendFrom(block, row);
      }
    }
    if (kept.count() > 0) {
      out.accept(kept);
    }
  }

  private boolean holds(long timeNs) {
    int found = Arrays.binarySearch(stretches, timeNs);
    // At an edge: a start holds, an end does not; between edges: an odd place lies inside.
    return found >= 0 ? (found & 1) == 0 || isStart(found, timeNs) : ((-found - 1) & 1) == 1;
  }

  /** Whether the end that was found is the start of the next stretch too. */
  private boolean isStart(int end, long timeNs) {
    return end + 1 < stretches.length && stretches[end + 1] == timeNs;
  }
}

package io.tidemark.storage.scan;

import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleCursor;

/**
 * Leaves out a row that repeats the one before it (same time and content), for tags that keep all:
 * a client that sends again what it was not sure of must not be counted twice, whether the rows are
 * sealed already or not.
 */
public final class DistinctCursor implements SampleCursor {
  private final SampleCursor rows;
  private final SampleBlock in = new SampleBlock();

  /* The last row handed out, alone in a block. */
  private final SampleBlock last = new SampleBlock();

  /** A cursor over merged rows of all versions; it owns them. */
  public DistinctCursor(SampleCursor rows) {
    this.rows = rows;
  }

  @Override
  public int next(SampleBlock out) {
    do {
      int count = rows.next(in);
      out.reset(in.type());
      if (count == 0) {
        return 0;
      }
      for (int row = 0; row < count; row++) {
        if (!repeats(row)) {
          out.appendFrom(in, row);
        }
        last.reset(in.type());
        last.appendFrom(in, row);
      }
    } while (out.count() == 0);
    return out.count();
  }

  /** Whether the row is the same as the last one, which is appended behind it to compare. */
  private boolean repeats(int row) {
    if (last.count() == 0
        || last.type() != in.type()
        || last.sourceTimesNs()[0] != in.sourceTimesNs()[row]) {
      return false;
    }
    last.appendFrom(in, row);
    boolean same = last.sameContent(0, 1);
    last.count(1);
    return same;
  }

  @Override
  public void close() {
    rows.close();
  }
}

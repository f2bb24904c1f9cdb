package io.tidemark.query.arrow;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * Rows of SQL values as batches of Arrow vectors, one after the other in the same memory. The first
 * batch is one run, so that it comes soon and small results take little memory; the others have up
 * to {@value #ROWS_MAX} rows, about {@value #CELLS_MAX} cells, or about {@value #TEXT_BYTES_MAX}
 * bytes of text. One thread. Close it, also after an error.
 */
public final class ArrowBatches implements AutoCloseable {
  /** Most rows of a batch. */
  public static final int ROWS_MAX = 32 * 1024;

  private static final int CELLS_MAX = 256 * 1024;
  private static final long TEXT_BYTES_MAX = 2L << 20;

  private final RunSource rows;
  private final RunCopy copy;
  private final ArrowPage page;
  private final int rowsLater;
  private int rowsMax = RunSource.ROWS_MAX;
  private int waiting;

  /**
   * Batches of a result.
   *
   * @param allocator of the vectors; outlives this
   */
  public ArrowBatches(ResultHead head, RunSource rows, BufferAllocator allocator) {
    this.rows = rows;
    this.copy = new RunCopy(rows, head.fields());
    int columns = Math.max(1, head.columns().size());
    this.rowsLater = Math.clamp(CELLS_MAX / columns, RunSource.ROWS_MAX, ROWS_MAX);
    this.page = new ArrowPage(head.schema(), RunSource.ROWS_MAX, allocator);
  }

  /** The vectors; empty before the first batch. */
  public VectorSchemaRoot root() {
    return page.root();
  }

  /**
   * Goes to the next batch, which takes the place of the one before.
   *
   * @return its number of rows, 0 at the end
   */
  public int next() {
    if (page.rows() > 0 && rowsMax < rowsLater) {
      page.renew(rowsLater);
      rowsMax = rowsLater;
    } else {
      page.clear();
    }
    int count = waiting > 0 ? waiting : rows.nextRun();
    waiting = 0;
    while (count > 0) {
      page.reserve(count);
      copy.copy(page, count);
      if (page.rows() >= rowsMax || page.textBytes() > TEXT_BYTES_MAX) {
        break;
      }
      count = rows.nextRun();
      if (page.rows() + count > rowsMax) {
        waiting = count;
        break;
      }
    }
    return page.show().getRowCount();
  }

  @Override
  public void close() {
    page.close();
  }
}

package io.tidemark.wire.http;

import io.tidemark.model.SampleBlock;
import io.tidemark.model.TagDefinition;
import io.tidemark.query.retrieval.BlockSink;
import java.util.ArrayList;
import java.util.List;

/**
 * The rows of one tag for some consecutive times of a wide answer. Reused from times to times. One
 * thread.
 */
final class WideColumn implements BlockSink {
  /** Most rows between two calls of {@link #clear}. */
  static final int ROWS_MAX = SampleBlock.CAPACITY;

  private final TagDefinition tag;
  private final List<SampleBlock> parts = new ArrayList<>(1);
  private final int[] partOfRow = new int[ROWS_MAX];
  private final int[] indexOfRow = new int[ROWS_MAX];
  private int partCount;
  private int rowCount;

  WideColumn(TagDefinition tag) {
    this.tag = tag;
  }

  TagDefinition tag() {
    return tag;
  }

  /** Empties the column. */
  void clear() {
    partCount = 0;
    rowCount = 0;
  }

  /** Copies rows; they are of one type as a rule, and of several where the tag's type changed. */
  @Override
  public void accept(SampleBlock block) {
    if (partCount == 0 || parts.get(partCount - 1).type() != block.type()) {
      if (partCount == parts.size()) {
        parts.add(new SampleBlock());
      }
      parts.get(partCount++).reset(block.type());
    }
    SampleBlock part = parts.get(partCount - 1);
    for (int i = 0; i < block.count(); i++) {
      partOfRow[rowCount] = partCount - 1;
      indexOfRow[rowCount++] = part.count();
      part.appendFrom(block, i);
    }
  }

  /** Rows held. */
  int rowCount() {
    return rowCount;
  }

  /** The block that holds the row. */
  SampleBlock block(int row) {
    return parts.get(partOfRow[row]);
  }

  /** The row's place in its block. */
  int index(int row) {
    return indexOfRow[row];
  }
}

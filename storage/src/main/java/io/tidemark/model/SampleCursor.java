package io.tidemark.model;

/** Walks through one tag's samples block by block. Belongs to one thread. */
public interface SampleCursor extends AutoCloseable {
  /**
   * Fills the block with the next samples, all of one type, and says how many; 0 at the end.
   *
   * @throws HistorianException if the query was cancelled, is too late, or a block is corrupt.
   */
  int next(SampleBlock block);

  @Override
  void close();
}

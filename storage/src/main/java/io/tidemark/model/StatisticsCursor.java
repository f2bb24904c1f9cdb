package io.tidemark.model;

/**
 * Walks through one tag's samples in order of time, piece by piece: statistics of many samples at
 * once where these can stand for them, the samples themselves where not. Each sample is in exactly
 * one piece. Belongs to one thread.
 */
public interface StatisticsCursor extends AutoCloseable {
  /** What a piece is. */
  enum Piece {
    /** {@link #statistics} holds it. */
    STATISTICS,
    /** {@link #samples} holds it, a block of one type. */
    SAMPLES,
    /** There is no more. */
    END
  }

  /**
   * Moves to the next piece.
   *
   * @throws HistorianException if the query was cancelled, is too late, or a block is corrupt.
   */
  Piece next();

  /** Statistics of the piece; valid until the next one. */
  SampleStatistics statistics();

  /** With which type the samples of the piece were recorded, all of them. */
  SampleType type();

  /** Samples of the piece; valid until the next one. */
  SampleBlock samples();

  @Override
  void close();

  /** A walk that has samples only. */
  static StatisticsCursor ofSamples(SampleCursor cursor) {
    SampleBlock block = new SampleBlock();
    SampleStatistics none = new SampleStatistics();
    return new StatisticsCursor() {
      @Override
      public Piece next() {
        return cursor.next(block) > 0 ? Piece.SAMPLES : Piece.END;
      }

      @Override
      public SampleStatistics statistics() {
        return none;
      }

      @Override
      public SampleType type() {
        return block.type();
      }

      @Override
      public SampleBlock samples() {
        return block;
      }

      @Override
      public void close() {
        cursor.close();
      }
    };
  }
}

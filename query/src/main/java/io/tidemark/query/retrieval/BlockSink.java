package io.tidemark.query.retrieval;

import io.tidemark.model.SampleBlock;

/** Takes the rows of one tag's answer, block by block. The block is only lent. */
public interface BlockSink {
  /** One to 1 024 rows, in the order of the answer. */
  void accept(SampleBlock block);
}

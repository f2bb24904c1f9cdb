package io.tidemark.ingest.arrow;

import io.tidemark.ingest.WriteReport;
import io.tidemark.ingest.WriteSession;

/** How the samples of a batch are laid out. */
sealed interface BatchForm permits LongForm, WideForm {
  /** As {@link ArrowSamples#decode}. */
  void decode(WriteSession session, WriteReport report, long firstRow);
}

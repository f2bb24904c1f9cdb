package io.tidemark.query.condition;

import io.tidemark.model.Quality;

/** Class of the status of a tag's sample in force: unknown only before the first sample. */
final class StatusLeaf extends Leaf {
  private final Source source;
  private final Quality quality;

  StatusLeaf(Source source, Quality quality) {
    super(source, source);
    this.source = source;
    this.quality = quality;
  }

  @Override
  void read() {
    if (!source.pieces().hasSample()) {
      holds(UNKNOWN);
    } else {
      holds(Quality.of(source.pieces().status()) == quality ? TRUE : FALSE);
    }
  }
}

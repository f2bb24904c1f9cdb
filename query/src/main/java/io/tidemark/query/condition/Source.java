package io.tidemark.query.condition;

import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadRule;
import io.tidemark.model.TagDefinition;
import io.tidemark.query.retrieval.CurvePieces;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A tag while it is read, for all comparisons with it. One thread. */
final class Source implements AutoCloseable {
  final TagDefinition tag;
  private boolean needsValues;
  private boolean hasMoved;
  private @Nullable CurvePieces pieces;

  Source(TagDefinition tag) {
    this.tag = tag;
  }

  /** Says that statuses are not enough. */
  void needValues() {
    needsValues = true;
  }

  /** Opens the curve at a time. */
  void open(QueryContext context, ReadRule rule, long atNs) {
    pieces =
        needsValues
            ? CurvePieces.of(context, tag, rule, atNs)
            : CurvePieces.statuses(context, tag, atNs);
    hasMoved = true;
  }

  CurvePieces pieces() {
    return Objects.requireNonNull(pieces, "not open");
  }

  /** Goes on to the piece that a time lies in. */
  void moveTo(long timeNs) {
    CurvePieces open = pieces();
    hasMoved = false;
    while (open.untilNs() <= timeNs) {
      open.next();
      hasMoved = true;
    }
  }

  /** Whether the last move led to another piece. */
  boolean hasMoved() {
    return hasMoved;
  }

  @Override
  public void close() {
    CurvePieces open = pieces;
    if (open != null) {
      pieces = null;
      open.close();
    }
  }
}

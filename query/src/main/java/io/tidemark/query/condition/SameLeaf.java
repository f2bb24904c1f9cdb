package io.tidemark.query.condition;

import io.tidemark.model.SampleType;
import io.tidemark.query.retrieval.CurvePieces;
import org.jspecify.annotations.Nullable;

/** A tag against a state or a string. Such values hold until the next sample. */
final class SameLeaf extends Leaf {
  private final Source source;
  private final boolean wantsSame;
  private final @Nullable String text;
  private final long ordinal;

  private SameLeaf(Source source, boolean wantsSame, @Nullable String text, long ordinal) {
    super(source, source);
    this.source = source;
    this.wantsSame = wantsSame;
    this.text = text;
    this.ordinal = ordinal;
  }

  /** Whether a digital tag is, or is not, in a state. */
  static SameLeaf state(Source source, boolean wantsSame, long ordinal) {
    return new SameLeaf(source, wantsSame, null, ordinal);
  }

  /** Whether a string is, or is not, a text. */
  static SameLeaf text(Source source, boolean wantsSame, String text) {
    return new SameLeaf(source, wantsSame, text, 0);
  }

  @Override
  void read() {
    CurvePieces piece = source.pieces();
    // A tag that was of another type had neither states nor texts then.
    SampleType wanted = text == null ? SampleType.DIGITAL : SampleType.STRING;
    if (!piece.hasValue() || piece.type() != wanted) {
      holds(UNKNOWN);
      return;
    }
    boolean isSame = text == null ? piece.integral() == ordinal : text.equals(piece.text());
    holds(isSame == wantsSame ? TRUE : FALSE);
  }
}

package io.tidemark.query.table;

import io.tidemark.model.QueryContext;
import io.tidemark.model.TagDefinition;
import io.tidemark.query.retrieval.SideBySide;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** Makes the answers of several tags side by side. */
final class ByTag {
  private static final int AHEAD = 8;

  private record Answer<R>(TagDefinition tag, R answer) {}

  private ByTag() {}

  /**
   * Takes an answer of each tag, in order.
   *
   * @param maker called on several threads
   * @param taker called on this one
   */
  static <R> void each(
      QueryContext context,
      List<TagDefinition> tags,
      Function<TagDefinition, R> maker,
      BiConsumer<TagDefinition, R> taker) {
    try {
      SideBySide.<TagDefinition, Answer<R>>map(
          context,
          tags,
          AHEAD,
          tag -> new Answer<>(tag, maker.apply(tag)),
          answer -> taker.accept(answer.tag, answer.answer));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

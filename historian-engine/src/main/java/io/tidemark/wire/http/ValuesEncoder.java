package io.tidemark.wire.http;

import io.tidemark.model.SampleBlock;
import io.tidemark.model.TagDefinition;
import io.tidemark.query.retrieval.SummaryRow;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes the answer to a {@link ValuesQuestion} as it comes, tag by tag, or time by time if it is
 * wide. Holds no more than a row. One thread; calls come in the order of the methods.
 */
sealed interface ValuesEncoder extends AutoCloseable permits ValuesJson, ValuesCsv, ValuesArrow {

  /** Begins the answer. */
  void begin() throws IOException;

  /** Begins a tag of a long answer. */
  void beginTag(TagDefinition tag) throws IOException;

  /** The first {@code count} rows of a block of that tag. */
  void samples(TagDefinition tag, SampleBlock block, int count) throws IOException;

  /**
   * Intervals of that tag.
   *
   * @param firstWindow which of the question's windows the first row is
   * @param step from the window of a row to that of the next: 1 or -1
   */
  void summaries(TagDefinition tag, List<SummaryRow> rows, int firstWindow, int step)
      throws IOException;

  /** Rows of that tag, with the cells of the columns of the mode. */
  void table(TagDefinition tag, List<@Nullable Object[]> rows) throws IOException;

  /**
   * Ends the tag.
   *
   * @param more whether it has further samples, which the request did not want
   * @param cursor where to go on with these; null if there are none, or it cannot be said
   */
  void endTag(boolean more, @Nullable String cursor) throws IOException;

  /**
   * Rows of a wide answer.
   *
   * @param timesNs one a row
   * @param columns one a tag, each with one row a time; null where a tag failed
   */
  void rows(long[] timesNs, List<WideColumn> columns) throws IOException;

  /** Ends the answer with the tags that have none. */
  void end(List<ValuesQuestion.TagError> errors) throws IOException;

  /** Gives back what it holds, whether or not the answer came to its end. */
  @Override
  default void close() {}
}

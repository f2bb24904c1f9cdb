package io.tidemark.ingest.arrow;

import io.tidemark.ingest.WriteReport;
import io.tidemark.ingest.WriteSession;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryProvider;

/**
 * Reads the record batches of one stream as samples. One thread.
 *
 * <p>Long form, if there is a column {@code tag}: a row is a sample, with {@code ts} or {@code
 * ts_ns}, the first of {@code value}, {@code value_int} and {@code text} that is not null, {@code
 * status} and {@code flags}; {@code quality}, {@code status_text}, {@code uom} and {@code good} are
 * what the others say and not read. Wide form otherwise: {@code ts} or {@code ts_ns}, and a column
 * for each tag with its name, {@code NAME.status} beside it if wanted; an empty cell is no sample.
 */
public final class ArrowSamples {
  private final BatchForm form;

  /**
   * A reader.
   *
   * @param root batches of the stream are loaded into it
   * @param dictionaries of the stream
   * @throws HistorianException naming the column that is missing, unknown or of no use
   */
  public ArrowSamples(VectorSchemaRoot root, DictionaryProvider dictionaries) {
    BatchColumns columns = new BatchColumns(root);
    form =
        columns.find("tag") >= 0
            ? new LongForm(columns, dictionaries)
            : new WideForm(columns, dictionaries);
  }

  /**
   * Reads the batch that the root holds now.
   *
   * @param firstRow number of its first row, for the places of errors
   * @param report gets the stored samples and each refused row
   * @throws HistorianException {@link ErrorCode#MALFORMED} if the batch contradicts itself, and
   *     what the session throws that is not the fault of a sample
   */
  public void decode(WriteSession session, WriteReport report, long firstRow) {
    form.decode(session, report, firstRow);
  }
}

package io.tidemark.query.arrow;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.dictionary.DictionaryProvider.MapDictionaryProvider;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Rows of SQL values as batches of Arrow vectors, each in memory of its own: who retains buffers of
 * one may read them while the next is filled. The first batch is one run, so that it comes soon and
 * small results take little memory; the others have up to {@value #ROWS_MAX} rows, about {@value
 * #CELLS_MAX} cells, or about {@value #TEXT_BYTES_MAX} bytes of text. One thread. Close it, also
 * after an error.
 */
public final class ArrowBatches implements AutoCloseable {
  /** Most rows of a batch. */
  public static final int ROWS_MAX = 32 * 1024;

  private static final int CELLS_MAX = 256 * 1024;
  private static final long TEXT_BYTES_MAX = 2L << 20;

  private final MapDictionaryProvider dictionaries = new MapDictionaryProvider();
  private final RunSource rows;
  private final RunCopy copy;
  private final ArrowPage page;
  private final int rowsLater;
  private int rowsMax = RunSource.ROWS_MAX;
  private int waiting;

  /**
   * Batches of a result.
   *
   * @param allocator of the vectors; outlives this
   */
  public ArrowBatches(ResultHead head, RunSource rows, BufferAllocator allocator) {
    this(head, rows, allocator, false);
  }

  /**
   * The same, as {@link ResultHead#schemaWithDictionaries} says it.
   *
   * @param withDictionaries whether texts are numbers of dictionaries where these are known
   */
  public ArrowBatches(
      ResultHead head, RunSource rows, BufferAllocator allocator, boolean withDictionaries) {
    this.rows = rows;
    this.copy = new RunCopy(rows, head.fields());
    int columns = Math.max(1, head.columns().size());
    this.rowsLater = Math.clamp(CELLS_MAX / columns, RunSource.ROWS_MAX, ROWS_MAX);
    Schema schema = withDictionaries ? head.dictionarySchema(true) : head.schema();
    this.page = new ArrowPage(schema, RunSource.ROWS_MAX, allocator);
    try {
      for (int i = 0; withDictionaries && i < head.columns().size(); i++) {
        DictionaryEncoding encoding = schema.getFields().get(i).getDictionary();
        if (encoding != null) {
          List<String> values = head.columns().get(i).values();
          page.setDictionary(i, values);
          dictionaries.put(new Dictionary(texts(values, allocator), encoding));
        }
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private static VarCharVector texts(List<String> values, BufferAllocator allocator) {
    VarCharVector vector = new VarCharVector("values", allocator);
    try {
      for (int i = 0; i < values.size(); i++) {
        vector.setSafe(i, values.get(i).getBytes(StandardCharsets.UTF_8));
      }
      vector.setValueCount(values.size());
    } catch (RuntimeException e) {
      vector.close();
      throw e;
    }
    return vector;
  }

  /** The dictionaries of the columns that have one. */
  public DictionaryProvider dictionaries() {
    return dictionaries;
  }

  /** The vectors; empty before the first batch. */
  public VectorSchemaRoot root() {
    return page.root();
  }

  /**
   * Goes to the next batch, which takes the place of the one before.
   *
   * @return its number of rows, 0 at the end
   */
  public int next() {
    if (page.rows() > 0) {
      rowsMax = rowsLater;
      page.renew(rowsMax);
    }
    int count = waiting > 0 ? waiting : rows.nextRun();
    waiting = 0;
    while (count > 0) {
      page.reserve(count);
      copy.copy(page, count);
      if (page.rows() >= rowsMax || page.textBytes() > TEXT_BYTES_MAX) {
        break;
      }
      count = rows.nextRun();
      if (page.rows() + count > rowsMax) {
        waiting = count;
        break;
      }
    }
    return page.show().getRowCount();
  }

  @Override
  public void close() {
    page.close();
    dictionaries.close();
  }
}

package io.tidemark.cli;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.query.arrow.ArrowPageReader;
import io.tidemark.query.arrow.ArrowPageWriter.Column;
import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The batches of some Arrow streams of the same columns, one stream after the other, each opened
 * when the one before is at its end. One thread. Close it.
 */
final class ArrowStreams implements AutoCloseable {
  private final Iterator<? extends Supplier<InputStream>> streams;
  private final List<Column> columns;
  private final Map<String, String> metadata;
  private ArrowPageReader open;
  private long rows;

  /** Opens the first of them. */
  ArrowStreams(List<? extends Supplier<InputStream>> streams) {
    this.streams = streams.iterator();
    open = next();
    columns = open.columns();
    metadata = open.metadata();
  }

  private ArrowPageReader next() {
    try {
      return new ArrowPageReader(streams.next().get());
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private static HistorianException unreadable(IOException e) {
    return new HistorianException(
        ErrorCode.INTERNAL, "answer is no Arrow stream that can be read: reason=" + e, e);
  }

  /** Columns of all of them, with the metadata of the first. */
  List<Column> columns() {
    return columns;
  }

  /** Metadata of the first of them. */
  Map<String, String> metadata() {
    return metadata;
  }

  /** The cells of the batch. */
  ArrowPageReader rows() {
    return open;
  }

  /** Rows of all batches so far. */
  long rowCount() {
    return rows;
  }

  /** Goes to the next batch that has rows, and says how many; -1 at the end. */
  int nextBatch() {
    try {
      while (true) {
        int count = open.nextBatch();
        if (count > 0) {
          rows += count;
          return count;
        }
        if (count < 0) {
          if (!streams.hasNext()) {
            return -1;
          }
          open.close();
          open = next();
          requireSameColumns();
        }
      }
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private void requireSameColumns() {
    List<Column> now = open.columns();
    boolean isSame = now.size() == columns.size();
    for (int i = 0; isSame && i < now.size(); i++) {
      isSame =
          now.get(i).name().equals(columns.get(i).name())
              && now.get(i).type() == columns.get(i).type();
    }
    if (!isSame) {
      throw new HistorianException(
          ErrorCode.INTERNAL, "answers of one file differ in their columns");
    }
  }

  @Override
  public void close() throws IOException {
    open.close();
  }
}

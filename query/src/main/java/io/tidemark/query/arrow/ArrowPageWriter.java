package io.tidemark.query.arrow;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.ipc.ArrowWriter;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.jspecify.annotations.Nullable;

/**
 * Writes rows as one Arrow IPC stream or file, cell by cell or a run of rows at a time; a cell that
 * is not set is null. Memory is flat: one batch of up to {@value #BATCH_ROWS} rows, or of about
 * {@value #BATCH_TEXT_BYTES} bytes of text, at a time. One thread. Close it, also after an error.
 */
public final class ArrowPageWriter implements AutoCloseable {
  private static final int BATCH_ROWS = 8192;
  private static final int ROWS_FIRST = 1024;
  private static final long BATCH_TEXT_BYTES = 8L << 20;
  private static final long BYTES_MAX = 256L << 20;

  /** Types of columns. */
  public enum Type {
    /** A truth value. */
    BOOL(new ArrowType.Bool()),
    /** Whole number, 64 bits. */
    INT64(new ArrowType.Int(64, true)),
    /** Whole number from 0, 32 bits: status codes. */
    UINT32(new ArrowType.Int(32, false)),
    /** Number. */
    FLOAT64(new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE)),
    /** Nanoseconds since the epoch, zone UTC. */
    TIME(new ArrowType.Timestamp(TimeUnit.NANOSECOND, "UTC")),
    /** Plain UTF-8, no dictionary. */
    TEXT(new ArrowType.Utf8());

    private final ArrowType arrow;

    Type(ArrowType arrow) {
      this.arrow = arrow;
    }

    ArrowType arrow() {
      return arrow;
    }
  }

  /**
   * A column.
   *
   * @param metadata of its field, for example {@code uom}
   */
  public record Column(String name, Type type, Map<String, String> metadata) {
    /** A column that says nothing more of itself. */
    public Column(String name, Type type) {
      this(name, type, Map.of());
    }
  }

  private final BufferAllocator allocator;
  private final ArrowPage page;
  private final ArrowWriter writer;

  /**
   * Begins a stream.
   *
   * @param metadata of the schema
   */
  public ArrowPageWriter(List<Column> columns, Map<String, String> metadata, OutputStream out)
      throws IOException {
    this(columns, metadata, root -> new ArrowStreamWriter(root, null, out));
  }

  /**
   * Begins an Arrow IPC file, which programs read from any place.
   *
   * @param metadata of the schema
   */
  public static ArrowPageWriter file(
      List<Column> columns, Map<String, String> metadata, WritableByteChannel out)
      throws IOException {
    return new ArrowPageWriter(columns, metadata, root -> new ArrowFileWriter(root, null, out));
  }

  private ArrowPageWriter(
      List<Column> columns,
      Map<String, String> metadata,
      Function<VectorSchemaRoot, ArrowWriter> form)
      throws IOException {
    allocator = new RootAllocator(BYTES_MAX);
    page = new ArrowPage(ArrowPage.schema(columns, metadata), ROWS_FIRST, allocator);
    writer = form.apply(page.root());
    writer.start();
  }

  /** The page that is written next. */
  ArrowPage page() {
    return page;
  }

  /** A cell of {@link Type#BOOL}. */
  public void setBool(int column, boolean value) {
    setBool(column, 0, value);
  }

  /** The same in a row of a run. */
  public void setBool(int column, int offset, boolean value) {
    page.setBool(column, offset, value);
  }

  /** A cell of {@link Type#INT64}. */
  public void setLong(int column, long value) {
    setLong(column, 0, value);
  }

  /** The same in a row of a run. */
  public void setLong(int column, int offset, long value) {
    page.setLong(column, offset, value);
  }

  /** A cell of {@link Type#UINT32}; the bits of the int. */
  public void setUnsignedInt(int column, int value) {
    setUnsignedInt(column, 0, value);
  }

  /** The same in a row of a run. */
  public void setUnsignedInt(int column, int offset, int value) {
    page.setUnsignedInt(column, offset, value);
  }

  /** A cell of {@link Type#FLOAT64}. */
  public void setDouble(int column, double value) {
    setDouble(column, 0, value);
  }

  /** The same in a row of a run. */
  public void setDouble(int column, int offset, double value) {
    page.setDouble(column, offset, value);
  }

  /** A cell of {@link Type#TIME}. */
  public void setTime(int column, long ns) {
    setTime(column, 0, ns);
  }

  /** The same in a row of a run. */
  public void setTime(int column, int offset, long ns) {
    page.setTime(column, offset, ns);
  }

  /** A cell of {@link Type#TEXT}; null leaves it null. */
  public void setText(int column, @Nullable String value) {
    setText(column, 0, value);
  }

  /** The same in a row of a run; rows ascend. */
  public void setText(int column, int offset, @Nullable String value) {
    page.setText(column, offset, value);
  }

  /**
   * Begins a run of rows, whose cells are then set by the methods that take arrays or a count.
   *
   * @param count at most {@value #BATCH_ROWS}
   */
  public void beginRun(int count) throws IOException {
    if (page.rows() + count > BATCH_ROWS) {
      writeBatch();
    }
    page.reserve(count);
  }

  /** Cells of {@link Type#TIME} or {@link Type#INT64} of a run, none null. */
  public void setRun(int column, long[] values, int count) {
    page.setRun(column, values, count);
  }

  /** Cells of {@link Type#UINT32} of a run, none null. */
  public void setRun(int column, int[] values, int count) {
    page.setRun(column, values, count);
  }

  /** Cells of {@link Type#FLOAT64} of a run, none null. */
  public void setRun(int column, double[] values, int count) {
    page.setRun(column, values, count);
  }

  /** Makes a cell of a run of numbers null again, and its value none. */
  public void clearNumber(int column, int offset) {
    page.clearNumber(column, offset);
  }

  /**
   * The same text in some cells of {@link Type#TEXT} of a run, first to last.
   *
   * @param offset of the first of them in the run
   */
  public void setRun(int column, String value, int offset, int count) {
    page.setRun(column, value, offset, count);
  }

  /** Ends a run. */
  public void endRun(int count) throws IOException {
    page.add(count);
    if (page.rows() == BATCH_ROWS || page.textBytes() > BATCH_TEXT_BYTES) {
      writeBatch();
    }
  }

  /** Ends the row. */
  public void endRow() throws IOException {
    endRun(1);
  }

  private void writeBatch() throws IOException {
    page.show();
    writer.writeBatch();
    page.clear();
  }

  /** Writes what is left and ends the stream. */
  public void end() throws IOException {
    if (page.rows() > 0) {
      writeBatch();
    }
    writer.end();
  }

  @Override
  public void close() {
    writer.close();
    page.close();
    allocator.close();
  }
}

package io.tidemark.query.arrow;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.BitVectorHelper;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.TimeStampNanoTZVector;
import org.apache.arrow.vector.UInt4Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.ipc.ArrowWriter;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Writes rows as one Arrow IPC stream or file, cell by cell or a run of rows at a time; a cell that
 * is not set is null. Memory is flat: one batch of up to {@value #BATCH_ROWS} rows, or of about
 * {@value #BATCH_TEXT_BYTES} bytes of text, at a time. One thread. Close it, also after an error.
 */
public final class ArrowPageWriter implements AutoCloseable {
  private static final int BATCH_ROWS = 8192;
  private static final int ROWS_FIRST = 1024;
  private static final int PATTERN_BYTES = 8 * 1024;
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
  private final VectorSchemaRoot root;
  private final ArrowWriter writer;
  private final FieldVector[] vectors;
  private final View[] data;
  private final View[] offsets;
  private final @Nullable String[] lastTexts;
  private final byte[][] lastUtf8;
  private final byte[][] repeated;
  private int row;
  private long textBytes;

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
    List<Field> fields = new ArrayList<>();
    for (Column column : columns) {
      fields.add(
          new Field(
              column.name(),
              new FieldType(true, column.type().arrow(), null, column.metadata()),
              List.of()));
    }
    allocator = new RootAllocator(BYTES_MAX);
    root = VectorSchemaRoot.create(new Schema(fields, metadata), allocator);
    vectors = root.getFieldVectors().toArray(FieldVector[]::new);
    lastTexts = new String[vectors.length];
    lastUtf8 = new byte[vectors.length][];
    repeated = new byte[vectors.length][];
    data = new View[vectors.length];
    offsets = new View[vectors.length];
    for (int i = 0; i < vectors.length; i++) {
      vectors[i].setInitialCapacity(ROWS_FIRST);
      vectors[i].allocateNew();
      data[i] = new View();
      offsets[i] = new View();
    }
    writer = form.apply(root);
    writer.start();
  }

  /** A cell of {@link Type#BOOL}. */
  public void setBool(int column, boolean value) {
    setBool(column, 0, value);
  }

  /** The same in a row of a run. */
  public void setBool(int column, int offset, boolean value) {
    ((BitVector) vectors[column]).setSafe(row + offset, value ? 1 : 0);
  }

  /** A cell of {@link Type#INT64}. */
  public void setLong(int column, long value) {
    setLong(column, 0, value);
  }

  /** The same in a row of a run. */
  public void setLong(int column, int offset, long value) {
    ((BigIntVector) vectors[column]).setSafe(row + offset, value);
  }

  /** A cell of {@link Type#UINT32}; the bits of the int. */
  public void setUnsignedInt(int column, int value) {
    setUnsignedInt(column, 0, value);
  }

  /** The same in a row of a run. */
  public void setUnsignedInt(int column, int offset, int value) {
    ((UInt4Vector) vectors[column]).setSafe(row + offset, value);
  }

  /** A cell of {@link Type#FLOAT64}. */
  public void setDouble(int column, double value) {
    setDouble(column, 0, value);
  }

  /** The same in a row of a run. */
  public void setDouble(int column, int offset, double value) {
    ((Float8Vector) vectors[column]).setSafe(row + offset, value);
  }

  /** A cell of {@link Type#TIME}. */
  public void setTime(int column, long ns) {
    setTime(column, 0, ns);
  }

  /** The same in a row of a run. */
  public void setTime(int column, int offset, long ns) {
    ((TimeStampNanoTZVector) vectors[column]).setSafe(row + offset, ns);
  }

  /** A cell of {@link Type#TEXT}; null leaves it null. */
  public void setText(int column, @Nullable String value) {
    setText(column, 0, value);
  }

  /** The same in a row of a run; rows ascend. */
  public void setText(int column, int offset, @Nullable String value) {
    if (value != null) {
      byte[] utf8 = utf8(column, value);
      textBytes += utf8.length;
      ((VarCharVector) vectors[column]).setSafe(row + offset, utf8);
    }
  }

  /** The bytes of a text; most cells of a column have that of the row before. */
  private byte[] utf8(int column, String value) {
    if (!value.equals(lastTexts[column])) {
      lastTexts[column] = value;
      lastUtf8[column] = value.getBytes(StandardCharsets.UTF_8);
      repeated[column] = lastUtf8[column];
    }
    return lastUtf8[column];
  }

  /** A buffer of a vector as Java sees it, kept for as long as it lies where it does. */
  private static final class View {
    private long address;
    private long capacity;
    private ByteBuffer bytes = ByteBuffer.allocate(0);

    ByteBuffer of(ArrowBuf buffer) {
      if (buffer.memoryAddress() != address || buffer.capacity() != capacity) {
        address = buffer.memoryAddress();
        capacity = buffer.capacity();
        bytes = buffer.nioBuffer(0, Math.toIntExact(capacity)).order(ByteOrder.LITTLE_ENDIAN);
      }
      return bytes;
    }
  }

  /**
   * Begins a run of rows, whose cells are then set by the methods that take arrays or a count.
   *
   * @param count at most {@value #BATCH_ROWS}
   */
  public void beginRun(int count) throws IOException {
    if (row + count > BATCH_ROWS) {
      writeBatch();
    }
    for (FieldVector vector : vectors) {
      while (vector.getValueCapacity() < row + count) {
        vector.reAlloc();
      }
    }
  }

  /** Cells of {@link Type#TIME} or {@link Type#INT64} of a run, none null. */
  public void setRun(int column, long[] values, int count) {
    run(column, Long.BYTES).asLongBuffer().put(values, 0, count);
    setPresent(vectors[column], row, count);
  }

  /** Cells of {@link Type#UINT32} of a run, none null. */
  public void setRun(int column, int[] values, int count) {
    run(column, Integer.BYTES).asIntBuffer().put(values, 0, count);
    setPresent(vectors[column], row, count);
  }

  /** Cells of {@link Type#FLOAT64} of a run, none null. */
  public void setRun(int column, double[] values, int count) {
    run(column, Double.BYTES).asDoubleBuffer().put(values, 0, count);
    setPresent(vectors[column], row, count);
  }

  /** Makes a cell of a run of numbers null again, and its value none. */
  public void clearNumber(int column, int offset) {
    FieldVector vector = vectors[column];
    ByteBuffer bytes = data[column].of(vector.getDataBuffer());
    if (vector instanceof UInt4Vector) {
      bytes.putInt((row + offset) * Integer.BYTES, 0);
    } else {
      bytes.putLong((row + offset) * Long.BYTES, 0);
    }
    BitVectorHelper.unsetBit(vector.getValidityBuffer(), row + offset);
  }

  private ByteBuffer run(int column, int width) {
    ByteBuffer bytes = data[column].of(vectors[column].getDataBuffer());
    bytes.clear().position(row * width);
    return bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void setPresent(FieldVector vector, int from, int count) {
    ArrowBuf bits = vector.getValidityBuffer();
    int bit = from;
    int end = from + count;
    for (; bit < end && (bit & 7) != 0; bit++) {
      BitVectorHelper.setBit(bits, bit);
    }
    int bytes = (end - bit) >> 3;
    bits.setOne(bit >> 3, (long) bytes);
    for (bit += bytes << 3; bit < end; bit++) {
      BitVectorHelper.setBit(bits, bit);
    }
  }

  /**
   * The same text in some cells of {@link Type#TEXT} of a run, first to last.
   *
   * @param offset of the first of them in the run
   */
  public void setRun(int column, String value, int offset, int count) {
    VarCharVector vector = (VarCharVector) vectors[column];
    byte[] utf8 = utf8(column, value);
    int from = row + offset;
    vector.fillEmpties(from);
    int at = vector.getOffsetBuffer().getInt((long) from * Integer.BYTES);
    int bytes = utf8.length * count;
    while (vector.getDataBuffer().capacity() < (long) at + bytes) {
      vector.reallocDataBuffer();
    }
    ByteBuffer ends = offsets[column].of(vector.getOffsetBuffer());
    for (int i = 1, end = at; i <= count; i++) {
      end += utf8.length;
      ends.putInt((from + i) * Integer.BYTES, end);
    }
    ByteBuffer target = data[column].of(vector.getDataBuffer());
    target.clear().position(at);
    byte[] pattern = pattern(column, bytes);
    for (int left = bytes; left > 0; left -= pattern.length) {
      target.put(pattern, 0, Math.min(left, pattern.length));
    }
    setPresent(vector, from, count);
    vector.setLastSet(from + count - 1);
    textBytes += bytes;
  }

  /** The text of a column many times over. */
  private byte[] pattern(int column, int bytes) {
    byte[] one = lastUtf8[column];
    if (repeated[column].length == one.length && bytes > one.length) {
      byte[] many = new byte[Math.max(1, PATTERN_BYTES / one.length) * one.length];
      for (int at = 0; at < many.length; at += one.length) {
        System.arraycopy(one, 0, many, at, one.length);
      }
      repeated[column] = many;
    }
    return repeated[column];
  }

  /** Ends a run. */
  public void endRun(int count) throws IOException {
    row += count;
    if (row == BATCH_ROWS || textBytes > BATCH_TEXT_BYTES) {
      writeBatch();
    }
  }

  /** Ends the row. */
  public void endRow() throws IOException {
    row++;
    if (row == BATCH_ROWS || textBytes > BATCH_TEXT_BYTES) {
      writeBatch();
    }
  }

  private void writeBatch() throws IOException {
    root.setRowCount(row);
    writer.writeBatch();
    for (FieldVector vector : vectors) {
      vector.reset(); // keeps its memory
    }
    row = 0;
    textBytes = 0;
  }

  /** Writes what is left and ends the stream. */
  public void end() throws IOException {
    if (row > 0) {
      writeBatch();
    }
    writer.end();
  }

  @Override
  public void close() {
    writer.close();
    root.close();
    allocator.close();
  }
}

package io.tidemark.query.arrow;

import io.tidemark.query.arrow.ArrowPageWriter.Column;
import io.tidemark.query.arrow.ArrowPageWriter.Type;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.TimeStampNanoTZVector;
import org.apache.arrow.vector.UInt4Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

/**
 * Reads an Arrow IPC stream that {@link ArrowPageWriter} wrote, batch by batch. Memory is flat: one
 * batch at a time. One thread. Close it, also after an error; the stream is closed with it.
 */
public final class ArrowPageReader implements AutoCloseable {
  private static final long BYTES_MAX = 256L << 20;

  private final BufferAllocator allocator;
  private final ArrowStreamReader reader;
  private final VectorSchemaRoot root;
  private final List<Column> columns;
  private final Map<String, String> metadata;

  /**
   * Reads the head of a stream.
   *
   * @throws IOException if it is no such stream, or has a column of a type that the writer has not
   */
  public ArrowPageReader(InputStream in) throws IOException {
    allocator = new RootAllocator(BYTES_MAX);
    reader = new ArrowStreamReader(in, allocator);
    try {
      root = reader.getVectorSchemaRoot();
      List<Column> found = new ArrayList<>();
      for (FieldVector vector : root.getFieldVectors()) {
        Field field = vector.getField();
        found.add(new Column(field.getName(), type(field), field.getMetadata()));
      }
      columns = List.copyOf(found);
      Map<String, String> custom = root.getSchema().getCustomMetadata();
      metadata = custom == null ? Map.of() : Map.copyOf(custom);
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private static Type type(Field field) throws IOException {
    for (Type type : Type.values()) {
      if (type.arrow().equals(field.getType())) {
        return type;
      }
    }
    throw new IOException(
        "stream has a column of an unknown type: column="
            + field.getName()
            + ", type="
            + field.getType());
  }

  /** Columns in order. */
  public List<Column> columns() {
    return columns;
  }

  /** Metadata of the schema. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** Goes to the next batch and says how many rows it has; -1 at the end. */
  public int nextBatch() throws IOException {
    return reader.loadNextBatch() ? root.getRowCount() : -1;
  }

  /** Whether a cell of the batch is null. */
  public boolean isNull(int column, int row) {
    return root.getVector(column).isNull(row);
  }

  /** A cell of {@link Type#BOOL}. */
  public boolean bool(int column, int row) {
    return ((BitVector) root.getVector(column)).get(row) != 0;
  }

  /** A cell of {@link Type#INT64}. */
  public long longValue(int column, int row) {
    return ((BigIntVector) root.getVector(column)).get(row);
  }

  /** A cell of {@link Type#UINT32}; the bits of the int. */
  public int unsignedInt(int column, int row) {
    return ((UInt4Vector) root.getVector(column)).get(row);
  }

  /** A cell of {@link Type#FLOAT64}. */
  public double doubleValue(int column, int row) {
    return ((Float8Vector) root.getVector(column)).get(row);
  }

  /** A cell of {@link Type#TIME}, nanoseconds since the epoch. */
  public long timeNs(int column, int row) {
    return ((TimeStampNanoTZVector) root.getVector(column)).get(row);
  }

  /** A cell of {@link Type#TEXT}. */
  public @Nullable String text(int column, int row) {
    byte[] utf8 = ((VarCharVector) root.getVector(column)).get(row);
    return utf8 == null ? null : new String(utf8, StandardCharsets.UTF_8);
  }

  /**
   * Frees the batch and closes the stream.
   *
   * @throws IOException if the stream does not close
   */
  @Override
  public void close() throws IOException {
    try {
      reader.close();
    } finally {
      allocator.close();
    }
  }
}

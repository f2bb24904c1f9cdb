package io.tidemark.query.arrow;

import io.tidemark.query.arrow.ArrowPageWriter.Column;
import io.tidemark.query.arrow.ArrowPageWriter.Type;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.BitVectorHelper;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.TimeStampNanoTZVector;
import org.apache.arrow.vector.UInt4Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A batch of vectors under way: filled cell by cell or a run of rows at a time, shown, cleared,
 * filled again. A cell that is not set is null. One thread; whoever made it closes it.
 */
final class ArrowPage implements AutoCloseable {
  private static final int PATTERN_BYTES = 8 * 1024;

  private final VectorSchemaRoot root;
  private final FieldVector[] vectors;
  private final View[] data;
  private final View[] offsets;
  private final LastTexts[] texts;
  private int row;
  private long textBytes;

  /** An empty page with room for some rows. */
  ArrowPage(Schema schema, int rows, BufferAllocator allocator) {
    root = VectorSchemaRoot.create(schema, allocator);
    vectors = root.getFieldVectors().toArray(FieldVector[]::new);
    texts = new LastTexts[vectors.length];
    data = new View[vectors.length];
    offsets = new View[vectors.length];
    for (int i = 0; i < vectors.length; i++) {
      data[i] = new View();
      offsets[i] = new View();
      texts[i] = new LastTexts();
    }
    try {
      allocate(rows);
    } catch (RuntimeException e) {
      root.close();
      throw e;
    }
  }

  private void allocate(int rows) {
    for (FieldVector vector : vectors) {
      vector.setInitialCapacity(rows);
      vector.allocateNew();
    }
  }

  /** The schema of columns. */
  static Schema schema(List<Column> columns, Map<String, String> metadata) {
    List<Field> fields = new ArrayList<>();
    for (Column column : columns) {
      fields.add(
          new Field(
              column.name(),
              new FieldType(true, column.type().arrow(), null, column.metadata()),
              List.of()));
    }
    return new Schema(fields, metadata);
  }

  /** The vectors, see {@link #show}. */
  VectorSchemaRoot root() {
    return root;
  }

  /** Rows so far. */
  int rows() {
    return row;
  }

  /** Bytes of text so far, about. */
  long textBytes() {
    return textBytes;
  }

  /** A cell of {@link Type#BOOL} of a row after those so far. */
  void setBool(int column, int offset, boolean value) {
    ((BitVector) vectors[column]).setSafe(row + offset, value ? 1 : 0);
  }

  /** A cell of {@link Type#INT64} of a row after those so far. */
  void setLong(int column, int offset, long value) {
    ((BigIntVector) vectors[column]).setSafe(row + offset, value);
  }

  /** A cell of {@link Type#UINT32} of a row after those so far; the bits of the int. */
  void setUnsignedInt(int column, int offset, int value) {
    ((UInt4Vector) vectors[column]).setSafe(row + offset, value);
  }

  /** A cell of {@link Type#FLOAT64} of a row after those so far. */
  void setDouble(int column, int offset, double value) {
    ((Float8Vector) vectors[column]).setSafe(row + offset, value);
  }

  /** A cell of {@link Type#TIME} of a row after those so far. */
  void setTime(int column, int offset, long ns) {
    ((TimeStampNanoTZVector) vectors[column]).setSafe(row + offset, ns);
  }

  /** A cell of {@link Type#TEXT} of a row after those so far; null leaves it null; rows ascend. */
  void setText(int column, int offset, @Nullable String value) {
    if (value != null) {
      Repeated text = texts[column].find(value);
      if (vectors[column] instanceof SmallIntVector numbers) {
        numbers.setSafe(row + offset, text.number);
        return;
      }
      byte[] utf8 = text.utf8;
      textBytes += utf8.length;
      ((VarCharVector) vectors[column]).setSafe(row + offset, utf8);
    }
  }

  private void setNumbers(int column, short number, int from, int count) {
    ByteBuffer bytes = data[column].of(vectors[column].getDataBuffer());
    for (int i = from; i < from + count; i++) {
      bytes.putShort(i * Short.BYTES, number);
    }
    setPresent(vectors[column], from, count);
  }

  /** Makes the texts of a column numbers of a dictionary: its vector holds numbers of 16 bits. */
  void setDictionary(int column, List<String> values) {
    Map<String, Short> numbers = new HashMap<>();
    for (int i = 0; i < values.size(); i++) {
      numbers.put(values.get(i), (short) i);
    }
    texts[column].dictionary = numbers;
  }

  /** A text, its number in the dictionary if there is one, in UTF-8, and many times over. */
  private static final class Repeated {
    private final String text;
    private final short number;
    private final byte[] utf8;
    private byte[] many;

    Repeated(String text, short number) {
      this.text = text;
      this.number = number;
      utf8 = text.getBytes(StandardCharsets.UTF_8);
      many = utf8;
    }

    /** The text once or more often, whole times. */
    byte[] pattern(int bytes) {
      if (many.length == utf8.length && bytes > utf8.length) {
        byte[] copies = new byte[Math.max(1, PATTERN_BYTES / utf8.length) * utf8.length];
        for (int at = 0; at < copies.length; at += utf8.length) {
          System.arraycopy(utf8, 0, copies, at, utf8.length);
        }
        many = copies;
      }
      return many;
    }
  }

  /** The texts that a column had last: most cells have that of the row before, or one of a few. */
  private static final class LastTexts {
    private static final int KEPT = 4;

    private final @Nullable Repeated[] kept = new Repeated[KEPT];
    private @Nullable Map<String, Short> dictionary;
    private int last;
    private int next;

    Repeated find(String text) {
      Repeated before = kept[last];
      if (before != null && before.text.equals(text)) {
        return before;
      }
      for (int i = 0; i < KEPT; i++) {
        Repeated found = kept[i];
        if (found != null && found.text.equals(text)) {
          last = i;
          return found;
        }
      }
      Map<String, Short> numbers = dictionary;
      Short number = numbers == null ? Short.valueOf((short) 0) : numbers.get(text);
      if (number == null) {
        throw new IllegalStateException("text is not in the dictionary: " + text);
      }
      Repeated added = new Repeated(text, number);
      kept[next] = added;
      last = next;
      next = (next + 1) % KEPT;
      return added;
    }
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

  /** Cells of {@link Type#TIME} or {@link Type#INT64} of a run, none null. */
  void setRun(int column, long[] values, int count) {
    run(column, Long.BYTES).asLongBuffer().put(values, 0, count);
    setPresent(vectors[column], row, count);
  }

  /** Cells of {@link Type#UINT32} of a run, none null. */
  void setRun(int column, int[] values, int count) {
    run(column, Integer.BYTES).asIntBuffer().put(values, 0, count);
    setPresent(vectors[column], row, count);
  }

  /** Cells of {@link Type#FLOAT64} of a run, none null. */
  void setRun(int column, double[] values, int count) {
    run(column, Double.BYTES).asDoubleBuffer().put(values, 0, count);
    setPresent(vectors[column], row, count);
  }

  /** Makes a cell of a run of numbers null again, and its value none. */
  void clearNumber(int column, int offset) {
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
  void setRun(int column, String value, int offset, int count) {
    Repeated text = texts[column].find(value);
    byte[] utf8 = text.utf8;
    int from = row + offset;
    if (vectors[column] instanceof SmallIntVector) {
      setNumbers(column, text.number, from, count);
      return;
    }
    VarCharVector vector = (VarCharVector) vectors[column];
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
    byte[] pattern = text.pattern(bytes);
    for (int left = bytes; left > 0; left -= pattern.length) {
      target.put(pattern, 0, Math.min(left, pattern.length));
    }
    setPresent(vector, from, count);
    vector.setLastSet(from + count - 1);
    textBytes += bytes;
  }

  /** Makes room for rows after those so far. */
  void reserve(int count) {
    for (FieldVector vector : vectors) {
      while (vector.getValueCapacity() < row + count) {
        vector.reAlloc();
      }
    }
  }

  /** Adds rows whose cells are set. */
  void add(int count) {
    row += count;
  }

  /** Says to the vectors how many rows they have. */
  VectorSchemaRoot show() {
    root.setRowCount(row);
    return root;
  }

  /** Begins anew in the same memory: nobody may look at what was shown any more. */
  void clear() {
    for (FieldVector vector : vectors) {
      vector.reset();
    }
    row = 0;
    textBytes = 0;
  }

  /** Begins anew in other memory, with room for some rows. */
  void renew(int rows) {
    for (FieldVector vector : vectors) {
      vector.clear();
    }
    allocate(rows);
    row = 0;
    textBytes = 0;
  }

  @Override
  public void close() {
    root.close();
  }
}

package io.tidemark.ingest.arrow;

import io.tidemark.ingest.arrow.ArrowColumn.Kind;
import io.tidemark.ingest.decode.Utf8;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.Float32;
import io.tidemark.model.HistorianException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.FieldVector;
import org.jspecify.annotations.Nullable;

/**
 * Cells of a column, copied out of Arrow's memory a piece at a time into arrays that are used
 * again. Every length and offset is checked against the buffer it points into. One thread.
 */
final class ColumnCells {
  /** Most rows of a piece. */
  static final int ROWS_MAX = 4096;

  private static final byte[] NOTHING = new byte[ROWS_MAX / Byte.SIZE + 1];

  private final long[] numbers = new long[ROWS_MAX + 1]; // of texts: where they start and end
  private final byte[] narrow = new byte[ROWS_MAX * Integer.BYTES];
  private final byte[] valid = new byte[ROWS_MAX / Byte.SIZE + 2];
  private boolean allValid;
  private int validShift;
  private @Nullable ArrowBuf texts;
  private byte[] textBytes = new byte[64];

  /**
   * Copies rows of a vector.
   *
   * @param column what the vector holds
   * @param from first row
   * @param count at most {@link #ROWS_MAX}
   * @throws HistorianException {@link ErrorCode#MALFORMED} if a buffer is too short
   */
  void load(ArrowColumn column, FieldVector vector, int from, int count) {
    if (column.kind() == Kind.NOTHING) {
      allValid = false;
      validShift = 0;
      System.arraycopy(NOTHING, 0, valid, 0, NOTHING.length);
      return;
    }
    loadValidity(column, vector, from, count);
    if (column.kind() == Kind.TEXT && !column.hasDictionary()) {
      loadTexts(column, vector, from, count);
    } else {
      loadNumbers(column, vector.getDataBuffer(), from, count);
    }
  }

  private void loadValidity(ArrowColumn column, FieldVector vector, int from, int count) {
    allValid = vector.getNullCount() == 0;
    if (!allValid) {
      int first = from >>> 3;
      validShift = from & 7;
      int bytes = (validShift + count + 7) >>> 3;
      bytes(column, vector.getValidityBuffer(), first, bytes).get(valid, 0, bytes);
    }
  }

  private void loadTexts(ArrowColumn column, FieldVector vector, int from, int count) {
    texts = vector.getDataBuffer();
    if (column.hasLongOffsets()) {
      longs(column, vector.getOffsetBuffer(), from, count + 1);
    } else {
      ByteBuffer offsets =
          bytes(column, vector.getOffsetBuffer(), 4L * from, Integer.BYTES * (count + 1));
      for (int i = 0; i <= count; i++) {
        numbers[i] = offsets.getInt(4 * i);
      }
    }
    long end = texts.capacity();
    for (int i = 0; i < count; i++) {
      if (numbers[i] < 0 || numbers[i] > numbers[i + 1] || numbers[i + 1] > end) {
        throw malformed(column, "text lies outside of its buffer");
      }
    }
  }

  private void loadNumbers(ArrowColumn column, ArrowBuf data, int from, int count) {
    switch (column.bitWidth()) {
      case 1 -> {
        int shift = from & 7;
        int bytes = (shift + count + 7) >>> 3;
        bytes(column, data, from >>> 3, bytes).get(narrow, 0, bytes);
        for (int i = 0; i < count; i++) {
          numbers[i] = (narrow[(shift + i) >>> 3] & 0xFFL) >>> ((shift + i) & 7) & 1;
        }
      }
      case Byte.SIZE -> {
        bytes(column, data, from, count).get(narrow, 0, count);
        for (int i = 0; i < count; i++) {
          numbers[i] = column.isSigned() ? narrow[i] : narrow[i] & 0xFF;
        }
      }
      case Short.SIZE -> {
        ByteBuffer shorts = bytes(column, data, 2L * from, Short.BYTES * count);
        for (int i = 0; i < count; i++) {
          short cell = shorts.getShort(2 * i);
          numbers[i] = column.isSigned() ? cell : cell & 0xFFFF;
        }
      }
      case Integer.SIZE -> loadInts(column, data, from, count);
      default -> longs(column, data, from, count);
    }
  }

  private void loadInts(ArrowColumn column, ArrowBuf data, int from, int count) {
    ByteBuffer ints = bytes(column, data, 4L * from, Integer.BYTES * count);
    if (column.kind() == Kind.DECIMAL) {
      for (int i = 0; i < count; i++) {
        double wide = Float32.widen(Float.intBitsToFloat(ints.getInt(4 * i)));
        numbers[i] = Double.doubleToRawLongBits(wide);
      }
    } else if (column.isSigned()) {
      for (int i = 0; i < count; i++) {
        numbers[i] = ints.getInt(4 * i);
      }
    } else {
      for (int i = 0; i < count; i++) {
        numbers[i] = Integer.toUnsignedLong(ints.getInt(4 * i));
      }
    }
  }

  private void longs(ArrowColumn column, ArrowBuf data, int from, int count) {
    bytes(column, data, 8L * from, Long.BYTES * count).asLongBuffer().get(numbers, 0, count);
  }

  private static ByteBuffer bytes(ArrowColumn column, ArrowBuf data, long from, int length) {
    if (from + length > data.capacity()) {
      throw malformed(column, "buffer is shorter than its rows");
    }
    return data.nioBuffer(from, length).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static HistorianException malformed(ArrowColumn column, String what) {
    return new HistorianException(
        ErrorCode.MALFORMED, what + ": column=" + ErrorText.quote(column.name()));
  }

  /** Whether a row of the piece has no value. */
  boolean isNull(int row) {
    return !allValid && (valid[(validShift + row) >>> 3] >>> ((validShift + row) & 7) & 1) == 0;
  }

  /** Whether no row of the piece lacks a value. */
  boolean allValid() {
    return allValid;
  }

  /** A whole number, a truth value, or the index of a text in its dictionary. */
  long whole(int row) {
    return numbers[row];
  }

  /** A number. */
  double decimal(int row) {
    return Double.longBitsToDouble(numbers[row]);
  }

  /** Whether a text has these bytes. */
  boolean isText(int row, byte[] utf8) {
    int length = length(row);
    if (length != utf8.length || texts == null) {
      return false;
    }
    copy(row, length);
    return Arrays.equals(textBytes, 0, length, utf8, 0, length);
  }

  /**
   * A text.
   *
   * @param bytesMax longest that is read
   * @throws HistorianException {@link ErrorCode#TOO_LONG}, or {@link ErrorCode#MALFORMED} for what
   *     is not UTF-8
   */
  String text(int row, int bytesMax) {
    int length = length(row);
    if (length > bytesMax) {
      throw new HistorianException(
          ErrorCode.TOO_LONG, "text is too long: bytes=" + length + ", bytesMax=" + bytesMax);
    }
    copy(row, length);
    int bad = Utf8.firstBad(textBytes, 0, length);
    if (bad >= 0) {
      throw new HistorianException(ErrorCode.MALFORMED, "text is not UTF-8: byte=" + (bad + 1));
    }
    return new String(textBytes, 0, length, StandardCharsets.UTF_8);
  }

  private int length(int row) {
    return (int) Math.min(Integer.MAX_VALUE, numbers[row + 1] - numbers[row]);
  }

  private void copy(int row, int length) {
    if (length > textBytes.length) {
      textBytes = new byte[Math.max(length, 2 * textBytes.length)];
    }
    if (texts != null && length > 0) {
      texts.getBytes(numbers[row], textBytes, 0, length);
    }
  }
}

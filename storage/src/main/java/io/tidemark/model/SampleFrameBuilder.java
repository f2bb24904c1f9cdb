package io.tidemark.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Collects samples in columns and encodes them as one frame (see {@link SampleFrame}). Reused by
 * its thread; nothing is allocated per numeric sample. Not safe for several threads.
 */
public final class SampleFrameBuilder {
  /** Samples after which a writer should hand the frame over. */
  public static final int ROWS_MAX = 8192;

  /* 26 bytes a row in the plain layout, and room for the header, the bitmap and the CRC. */
  private static final int ROW_BYTES_MAX = 27;

  private final int[] tagIds = new int[ROWS_MAX];
  private final byte[] types = new byte[ROWS_MAX];
  private final long[] times = new long[ROWS_MAX];
  private final int[] statuses = new int[ROWS_MAX];
  private final byte[] flags = new byte[ROWS_MAX];
  private final long[] values = new long[ROWS_MAX];
  private byte[] heap = new byte[1024];
  private int heapLength;
  private int count;
  private final ByteBuffer out =
      ByteBuffer.allocateDirect(SampleFrame.FRAME_BYTES_MAX).order(ByteOrder.LITTLE_ENDIAN);

  /** Samples collected. */
  public int count() {
    return count;
  }

  /** Whether one more sample with {@code textBytes} bytes of text would still fit. */
  public boolean hasRoom(int textBytes) {
    return count < ROWS_MAX
        && SampleFrame.HEADER_LENGTH + 64L + (count + 1L) * ROW_BYTES_MAX + heapLength + textBytes
            <= SampleFrame.FRAME_BYTES_MAX;
  }

  /** Forgets all samples. */
  public void clear() {
    count = 0;
    heapLength = 0;
  }

  /**
   * Adds a sample whose value bits are given as {@link SampleFrame} describes them; not for text.
   */
  public void add(
      int tagId, SampleType type, long timeNs, long valueBits, byte flagBits, int status) {
    int row = count++;
    tagIds[row] = tagId;
    types[row] = type.code();
    times[row] = timeNs;
    statuses[row] = status;
    flags[row] = flagBits;
    values[row] = valueBits;
  }

  /** Adds a float64 sample. */
  public void addDouble(int tagId, long timeNs, double value, int status) {
    add(
        tagId,
        SampleType.FLOAT64,
        timeNs,
        Double.doubleToRawLongBits(value),
        SampleFlags.PRESENT,
        status);
  }

  /** Adds a sample without a value. */
  public void addAbsent(int tagId, SampleType type, long timeNs, byte flagBits, int status) {
    add(tagId, type, timeNs, 0, (byte) (flagBits & ~SampleFlags.PRESENT), status);
  }

  /** Adds a text sample; the text has been checked against {@link SampleFrame#TEXT_BYTES_MAX}. */
  public void addText(int tagId, long timeNs, byte[] utf8, byte flagBits, int status) {
    if (heapLength + utf8.length > heap.length) {
      heap = Arrays.copyOf(heap, Math.max(heap.length * 2, heapLength + utf8.length));
    }
    System.arraycopy(utf8, 0, heap, heapLength, utf8.length);
    long bits = (long) heapLength << 32 | utf8.length;
    heapLength += utf8.length;
    add(tagId, SampleType.STRING, timeNs, bits, flagBits, status);
  }

  /** Adds a text sample. */
  public void addText(int tagId, long timeNs, String text, int status) {
    addText(tagId, timeNs, text.getBytes(StandardCharsets.UTF_8), SampleFlags.PRESENT, status);
  }

  /**
   * Encodes the samples as a SAMPLES frame and empties the builder.
   *
   * @return a buffer from 0 to the padded frame length, valid until the next encode
   */
  public ByteBuffer encode(int producerId) {
    out.clear();
    int at = SampleFrame.HEADER_LENGTH;
    at = putInts(at, tagIds);
    at = putBytes(at, types);
    at = putTimes(at);
    at = putInts(at, statuses);
    at = putBytes(at, flags);
    at = putLongs(at, values);
    out.putInt(at, heapLength);
    out.put(at + 4, heap, 0, heapLength);
    at += 4 + heapLength;
    ByteBuffer frame = finish(out, RecordKind.SAMPLES, producerId, count, at);
    clear();
    return frame;
  }

  /**
   * Encodes a record that is not samples.
   *
   * @return a new heap buffer from 0 to the padded frame length
   * @throws HistorianException {@link ErrorCode#TOO_LONG} if it would exceed the frame limit.
   */
  public static ByteBuffer encodeRecord(RecordKind kind, int producerId, byte[] payload) {
    int length = SampleFrame.HEADER_LENGTH + payload.length + SampleFrame.CRC_LENGTH;
    if (length > SampleFrame.FRAME_BYTES_MAX) {
      throw new HistorianException(
          ErrorCode.TOO_LONG,
          "record is too long: bytes=" + length + ", bytesMax=" + SampleFrame.FRAME_BYTES_MAX);
    }
    ByteBuffer bytes =
        ByteBuffer.allocate(SampleFrame.padded(length)).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(SampleFrame.HEADER_LENGTH, payload);
    return finish(bytes, kind, producerId, 0, SampleFrame.HEADER_LENGTH + payload.length);
  }

  private static ByteBuffer finish(
      ByteBuffer bytes, RecordKind kind, int producerId, int rows, int payloadEnd) {
    int length = payloadEnd + (rows + 7) / 8 + SampleFrame.CRC_LENGTH;
    int padded = SampleFrame.padded(length);
    for (int i = payloadEnd; i < padded; i++) {
      bytes.put(i, (byte) 0);
    }
    for (int i = 0; i < SampleFrame.HEADER_LENGTH; i += 8) {
      bytes.putLong(i, 0);
    }
    bytes.putInt(0, SampleFrame.MAGIC);
    bytes.put(SampleFrame.VERSION_OFFSET, (byte) SampleFrame.VERSION);
    bytes.put(SampleFrame.KIND_OFFSET, kind.code());
    bytes.putInt(SampleFrame.LENGTH_OFFSET, length);
    bytes.putInt(SampleFrame.ROW_COUNT_OFFSET, rows);
    bytes.putInt(SampleFrame.PRODUCER_ID_OFFSET, producerId);
    bytes.putShort(58, (short) 1);
    bytes.putInt(SampleFrame.PAYLOAD_LENGTH_OFFSET, payloadEnd - SampleFrame.HEADER_LENGTH);
    return bytes.limit(padded).position(0);
  }

  private int putInts(int at, int[] column) {
    if (isConstant(column)) {
      out.put(at, SampleFrame.CONSTANT).putInt(at + 1, column[0]);
      return at + 5;
    }
    out.put(at, SampleFrame.PLAIN);
    for (int i = 0, p = at + 1; i < count; i++, p += 4) {
      out.putInt(p, column[i]);
    }
    return at + 1 + 4 * count;
  }

  private int putBytes(int at, byte[] column) {
    byte first = column[0];
    for (int i = 1; i < count; i++) {
      if (column[i] != first) {
        out.put(at, SampleFrame.PLAIN).put(at + 1, column, 0, count);
        return at + 1 + count;
      }
    }
    out.put(at, SampleFrame.CONSTANT).put(at + 1, first);
    return at + 2;
  }

  private int putLongs(int at, long[] column) {
    long first = column[0];
    int same = 1;
    while (same < count && column[same] == first) {
      same++;
    }
    if (same >= count) {
      out.put(at, SampleFrame.CONSTANT).putLong(at + 1, first);
      return at + 9;
    }
    out.put(at, SampleFrame.PLAIN);
    for (int i = 0, p = at + 1; i < count; i++, p += 8) {
      out.putLong(p, column[i]);
    }
    return at + 1 + 8 * count;
  }

  private int putTimes(int at) {
    if (count > 2) {
      long step = times[1] - times[0];
      int i = 2;
      while (i < count && times[i] - times[i - 1] == step) {
        i++;
      }
      if (i == count && step != 0) {
        out.put(at, SampleFrame.CONSTANT_STEP).putLong(at + 1, times[0]).putLong(at + 9, step);
        return at + 17;
      }
    }
    return putLongs(at, times);
  }

  private boolean isConstant(int[] column) {
    for (int i = 1; i < count; i++) {
      if (column[i] != column[0]) {
        return false;
      }
    }
    return true;
  }
}

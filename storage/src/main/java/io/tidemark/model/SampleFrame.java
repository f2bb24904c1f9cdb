package io.tidemark.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * Flyweight over one encoded frame: the bytes that go through the ring, into the journal, and are
 * replayed. Little endian; {@code docs/format/frame.md} is the specification.
 *
 * <pre>
 *   0 u32 magic "TFRM" |  4 u8 version | 5 u8 record kind | 6 u8 payload codec (0 plain)
 *   7 u8 write mode (zero once journaled)
 *   8 u32 frame length without padding | 12 u32 row count | 16 u64 file epoch | 24 u64 journal sequence
 *  32 i64 transaction time, microseconds | 40 u32 producer id | 44 u32 producer epoch
 *  48 u64 request sequence | 56 u16 part | 58 u16 parts | 60 u32 shard
 *  64 u32 payload length | 68 u32 acknowledgement slot (zero once journaled)
 *  72 payload | reject bitmap, ceil(rows / 8) bytes | u32 CRC-32C of all before | zeros to a multiple of 8
 * </pre>
 *
 * <p>A SAMPLES payload is columns in this order, each one encoding byte and then its data: tag ids
 * u32, types u8, times i64, statuses u32, flags u8, values u64. Encoding 0 is one value per row, 1
 * one value for all rows; times may use 2, first value and constant step. The value of a string row
 * is offset (upper half) and length (lower half) in the heap, which follows as u32 length and UTF-8
 * bytes. Bool is 0 or 1, digital the ordinal, float64 the raw bits, float32 those of the float64
 * that holds it, int32 the int64 of its value.
 *
 * <p>Not safe for several threads: wrap it once a thread. The buffer stays the caller's.
 */
public final class SampleFrame {
  /** Longest frame in bytes. */
  public static final int FRAME_BYTES_MAX = 1 << 20;

  /** Journal sequences are below it: an order has 48 bits for them, one of them the sign. */
  public static final long SEQUENCE_END = 1L << 47;

  /** Longest text value in UTF-8 bytes. */
  public static final int TEXT_BYTES_MAX = 1 << 16;

  /** Header length in bytes. */
  public static final int HEADER_LENGTH = 72;

  /** "TFRM" read as a little-endian int. */
  public static final int MAGIC = 'T' | 'F' << 8 | 'R' << 16 | 'M' << 24;

  /** Format version written. */
  public static final int VERSION = 0;

  static final int VERSION_OFFSET = 4;
  static final int KIND_OFFSET = 5;
  static final int CODEC_OFFSET = 6;
  static final int MODE_OFFSET = 7;
  static final int LENGTH_OFFSET = 8;
  static final int ROW_COUNT_OFFSET = 12;
  static final int FILE_EPOCH_OFFSET = 16;
  static final int SEQUENCE_OFFSET = 24;
  static final int TRANSACTION_TIME_OFFSET = 32;
  static final int PRODUCER_ID_OFFSET = 40;
  static final int PRODUCER_EPOCH_OFFSET = 44;
  static final int REQUEST_OFFSET = 48;
  static final int PART_OFFSET = 56;
  static final int PARTS_OFFSET = 58;
  static final int PAYLOAD_LENGTH_OFFSET = 64;
  static final int ACK_SLOT_OFFSET = 68;
  static final int CRC_LENGTH = 4;

  static final byte PLAIN = 0;
  static final byte CONSTANT = 1;
  static final byte CONSTANT_STEP = 2;

  private static final ByteBuffer NONE = ByteBuffer.allocate(0);

  private ByteBuffer buffer = NONE;

  /* The same bytes, for those who need a position; made anew for other ones only. */
  private ByteBuffer window = NONE;
  private ByteBuffer windowOf = NONE;

  private final CRC32C crc = new CRC32C();
  private int start;
  private int rowCount;

  private byte tagEncoding;
  private int tagOffset;
  private byte typeEncoding;
  private int typeOffset;
  private byte timeEncoding;
  private int timeOffset;
  private byte statusEncoding;
  private int statusOffset;
  private byte flagsEncoding;
  private int flagsOffset;
  private byte valueEncoding;
  private int valueOffset;
  private int heapOffset;
  private int heapLength;

  /**
   * Points at the frame that starts at {@code offset} and checks its header against {@code
   * available} bytes, not its CRC.
   *
   * @throws HistorianException {@link ErrorCode#CORRUPT} naming the field and the limit.
   */
  public SampleFrame wrap(ByteBuffer bytes, int offset, int available) {
    buffer =
        bytes.order() == ByteOrder.LITTLE_ENDIAN
            ? bytes
            : bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    start = offset;
    check(available >= HEADER_LENGTH + CRC_LENGTH, "available", available);
    check(buffer.getInt(start) == MAGIC, "magic", buffer.getInt(start));
    check(
        buffer.get(start + VERSION_OFFSET) == VERSION,
        "version",
        buffer.get(start + VERSION_OFFSET));
    int length = length();
    rowCount = buffer.getInt(start + ROW_COUNT_OFFSET);
    int payloadLength = buffer.getInt(start + PAYLOAD_LENGTH_OFFSET);
    check(length >= HEADER_LENGTH + CRC_LENGTH && length <= FRAME_BYTES_MAX, "length", length);
    check(length <= available, "length", length);
    check(rowCount >= 0 && rowCount <= WriteOrder.SAMPLES_MAX, "rowCount", rowCount);
    check(
        payloadLength >= 0
            && (long) HEADER_LENGTH + payloadLength + (rowCount + 7) / 8 + CRC_LENGTH == length,
        "payloadLength",
        payloadLength);
    return this;
  }

  /** Whether the stored CRC-32C is that of the bytes. */
  public boolean crcMatches() {
    return buffer.getInt(start + length() - CRC_LENGTH) == computeCrc();
  }

  @SuppressWarnings("ReferenceEquality") // the very buffer
  private int computeCrc() {
    if (windowOf != buffer) {
      window = buffer.duplicate();
      windowOf = buffer;
    }
    crc.reset();
    crc.update(window.clear().limit(start + length() - CRC_LENGTH).position(start));
    return (int) crc.getValue();
  }

  /** Fills the fields that belong to the append agent, then the CRC. */
  public void seal(long fileEpoch, long journalSequence, long transactionTimeMicros) {
    buffer.putLong(start + FILE_EPOCH_OFFSET, fileEpoch);
    buffer.putLong(start + SEQUENCE_OFFSET, journalSequence);
    buffer.putLong(start + TRANSACTION_TIME_OFFSET, transactionTimeMicros);
    buffer.putInt(start + ACK_SLOT_OFFSET, 0);
    buffer.put(start + MODE_OFFSET, (byte) 0);
    buffer.putInt(start + length() - CRC_LENGTH, computeCrc());
  }

  /** Frame length in bytes without padding. */
  public int length() {
    return buffer.getInt(start + LENGTH_OFFSET);
  }

  /** Frame length padded to a multiple of 8. */
  public int paddedLength() {
    return padded(length());
  }

  /** A length rounded up to a multiple of 8. */
  public static int padded(int length) {
    return (length + 7) & ~7;
  }

  /** What the record holds. */
  public RecordKind kind() {
    return RecordKind.ofCode(buffer.get(start + KIND_OFFSET));
  }

  /** Random number of the file the frame was written to. */
  public long fileEpoch() {
    return buffer.getLong(start + FILE_EPOCH_OFFSET);
  }

  /** Position in the journal: rises by one with every frame. */
  public long journalSequence() {
    return buffer.getLong(start + SEQUENCE_OFFSET);
  }

  /** When it was committed, microseconds since the epoch, never decreasing. */
  public long transactionTimeMicros() {
    return buffer.getLong(start + TRANSACTION_TIME_OFFSET);
  }

  /** Number of the principal or client that wrote it. */
  public int producerId() {
    return buffer.getInt(start + PRODUCER_ID_OFFSET);
  }

  /** Epoch of a client that numbers its requests, unsigned. */
  public int producerEpoch() {
    return buffer.getInt(start + PRODUCER_EPOCH_OFFSET);
  }

  /** Number of the request in its epoch, from 1 on; 0 for a client that does not count. */
  public long requestSequence() {
    return buffer.getLong(start + REQUEST_OFFSET);
  }

  /** Which part of the request this is, from 0 on. */
  public int part() {
    return Short.toUnsignedInt(buffer.getShort(start + PART_OFFSET));
  }

  /** How many parts the request has, if this is the last one; else 0. */
  public int parts() {
    return Short.toUnsignedInt(buffer.getShort(start + PARTS_OFFSET));
  }

  /** Names the request before the frame is handed over. */
  public void request(int producerEpoch, long requestSequence, int part, int parts) {
    buffer.putInt(start + PRODUCER_EPOCH_OFFSET, producerEpoch);
    buffer.putLong(start + REQUEST_OFFSET, requestSequence);
    buffer.putShort(start + PART_OFFSET, (short) part);
    buffer.putShort(start + PARTS_OFFSET, (short) parts);
  }

  /** Slot of the acknowledgement that waits for this frame; 0 for none. */
  public int ackSlot() {
    return buffer.getInt(start + ACK_SLOT_OFFSET);
  }

  /** Sets the slot before the frame is handed over. */
  public void ackSlot(int slot) {
    buffer.putInt(start + ACK_SLOT_OFFSET, slot);
  }

  /** What to do where a sample is there already, before the frame is sealed. */
  public WriteMode mode() {
    return WriteMode.ofCode(buffer.get(start + MODE_OFFSET));
  }

  /** Sets the mode before the frame is handed over. */
  public void mode(WriteMode mode) {
    buffer.put(start + MODE_OFFSET, mode.code());
  }

  /** Samples in the frame. */
  public int rowCount() {
    return rowCount;
  }

  /** Marks a row as not to be stored, before the frame is sealed. */
  public void reject(int row) {
    int at = bitmapOffset() + (row >>> 3);
    buffer.put(at, (byte) (buffer.get(at) | 1 << (row & 7)));
  }

  /** Whether a row is not to be stored. */
  public boolean isRejected(int row) {
    return (buffer.get(bitmapOffset() + (row >>> 3)) >>> (row & 7) & 1) != 0;
  }

  /** Whether any row is not to be stored. */
  public boolean hasRejected() {
    for (int at = bitmapOffset(), end = at + (rowCount + 7) / 8; at < end; at++) {
      if (buffer.get(at) != 0) {
        return true;
      }
    }
    return false;
  }

  private int bitmapOffset() {
    return payloadOffset() + payloadLength();
  }

  /** Offset of the payload from the start of the buffer. */
  public int payloadOffset() {
    return start + HEADER_LENGTH;
  }

  /** Payload length in bytes. */
  public int payloadLength() {
    return buffer.getInt(start + PAYLOAD_LENGTH_OFFSET);
  }

  /** A copy of the frame with its padding. */
  public byte[] copyBytes() {
    byte[] bytes = new byte[paddedLength()];
    buffer.get(start, bytes, 0, length()); // the padding may be cut off in a damaged file
    return bytes;
  }

  /** A copy of the payload, for records that are not samples. */
  public byte[] payload() {
    byte[] bytes = new byte[payloadLength()];
    buffer.get(payloadOffset(), bytes);
    return bytes;
  }

  /**
   * Finds the columns of a SAMPLES payload and checks every length. Call it before the row
   * accessors.
   *
   * @throws HistorianException {@link ErrorCode#CORRUPT}.
   */
  public void openRows() {
    int at = payloadOffset();
    int end = at + payloadLength();
    tagEncoding = encoding(at, end);
    tagOffset = at + 1;
    at = column(tagOffset, tagEncoding, 4, end);
    typeEncoding = encoding(at, end);
    typeOffset = at + 1;
    at = column(typeOffset, typeEncoding, 1, end);
    timeEncoding = encoding(at, end);
    timeOffset = at + 1;
    at = timeEncoding == CONSTANT_STEP ? timeOffset + 16 : column(timeOffset, timeEncoding, 8, end);
    check(at <= end, "times", at);
    statusEncoding = encoding(at, end);
    statusOffset = at + 1;
    at = column(statusOffset, statusEncoding, 4, end);
    flagsEncoding = encoding(at, end);
    flagsOffset = at + 1;
    at = column(flagsOffset, flagsEncoding, 1, end);
    valueEncoding = encoding(at, end);
    valueOffset = at + 1;
    at = column(valueOffset, valueEncoding, 8, end);
    check(at + 4 <= end, "heap", at);
    heapLength = buffer.getInt(at);
    heapOffset = at + 4;
    check(heapLength >= 0 && heapOffset + heapLength == end, "heapLength", heapLength);
    if (heapLength > 0) {
      checkTexts();
    }
  }

  /** No two rows share a text: else a short frame could hold any number of long ones. */
  private void checkTexts() {
    long length = 0;
    for (int row = 0; row < rowCount; row++) {
      if (typeCode(row) == SampleType.STRING.code()) {
        length += Integer.toUnsignedLong((int) valueBits(row));
      }
    }
    check(length <= heapLength, "texts", length);
  }

  private byte encoding(int at, int end) {
    check(at < end, "column", at);
    return buffer.get(at);
  }

  private int column(int offset, byte encoding, int width, int end) {
    check(encoding == PLAIN || encoding == CONSTANT, "encoding", encoding);
    long next = offset + (encoding == PLAIN ? (long) rowCount * width : width);
    check(next <= end, "column", next);
    return (int) next;
  }

  /**
   * Checks the types and values of all rows: what is journaled must be readable for ever. Call it
   * after {@link #openRows}.
   *
   * @throws HistorianException {@link ErrorCode#CORRUPT}, or {@link ErrorCode#UNSUPPORTED_TYPE}.
   */
  public void checkRows() {
    if (typeEncoding == CONSTANT && rowCount > 0 && takesAnyBits(typeCode(0))) {
      return;
    }
    for (int row = 0; row < rowCount; row++) {
      if (!takesAnyBits(typeCode(row))) {
        checkRow(row);
      }
    }
  }

  private static boolean takesAnyBits(byte code) {
    return code == SampleType.FLOAT64.code() || code == SampleType.INT64.code();
  }

  /** As {@link #checkRows}, of one row. */
  public void checkRow(int row) {
    SampleType type = SampleType.ofCode(typeCode(row));
    long bits = valueBits(row);
    boolean holds =
        switch (type) {
          case FLOAT64, INT64, DIGITAL -> true;
          case FLOAT32 -> Float32.holds(bits);
          case INT32 -> bits == (int) bits;
          case BOOL -> bits == 0 || bits == 1;
          case STRING -> isInHeap(bits);
        };
    if (!holds) {
      throw new HistorianException(
          ErrorCode.CORRUPT,
          "value is none of its type: sequence="
              + journalSequence()
              + ", row="
              + row
              + ", tagId="
              + tagId(row)
              + ", type="
              + type.label()
              + String.format(", value=0x%016x", bits));
    }
  }

  private boolean isInHeap(long bits) {
    int offset = (int) (bits >>> 32);
    int length = (int) bits;
    return offset >= 0
        && length >= 0
        && length <= TEXT_BYTES_MAX
        && (long) offset + length <= heapLength;
  }

  /** Tag id of a row. */
  public int tagId(int row) {
    return buffer.getInt(tagEncoding == PLAIN ? tagOffset + 4 * row : tagOffset);
  }

  /** Type code of a row. */
  public byte typeCode(int row) {
    return buffer.get(typeEncoding == PLAIN ? typeOffset + row : typeOffset);
  }

  /** Source time of a row, nanoseconds since the epoch. */
  public long timeNs(int row) {
    return switch (timeEncoding) {
      case PLAIN -> buffer.getLong(timeOffset + 8 * row);
      case CONSTANT -> buffer.getLong(timeOffset);
      default -> buffer.getLong(timeOffset) + row * buffer.getLong(timeOffset + 8);
    };
  }

  /** StatusCode of a row. */
  public int status(int row) {
    return buffer.getInt(statusEncoding == PLAIN ? statusOffset + 4 * row : statusOffset);
  }

  /** Flags of a row. */
  public byte flags(int row) {
    return buffer.get(flagsEncoding == PLAIN ? flagsOffset + row : flagsOffset);
  }

  /** Value bits of a row, as the class comment describes them. */
  public long valueBits(int row) {
    return buffer.getLong(valueEncoding == PLAIN ? valueOffset + 8 * row : valueOffset);
  }

  /**
   * Text of a string row.
   *
   * @throws HistorianException {@link ErrorCode#CORRUPT} if it lies outside the heap.
   */
  public String text(int row) {
    long bits = valueBits(row);
    int offset = (int) (bits >>> 32);
    int length = (int) bits;
    check(isInHeap(bits), "text", bits);
    byte[] bytes = new byte[length];
    buffer.get(heapOffset + offset, bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private void check(boolean holds, String field, long value) {
    if (!holds) {
      throw new HistorianException(
          ErrorCode.CORRUPT,
          "frame is malformed: offset=" + start + ", field=" + field + ", value=" + value);
    }
  }
}

package io.tidemark.query.context;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Payload of a CONTEXT record of the journal: rows of context objects, whole. Format 0, little
 * endian, {@code docs/format/context-record.md}.
 *
 * <pre>
 *   0 u8 formatVersion | 1..3 reserved, zero, checked | 4 u32 rowCount | 8 rows
 *   row: u8 kindCode | u8 columnCount | u16 present, bit i = column i is not null | present values
 *   TEXT: u16 byteLength, UTF-8 | TIME, BIGINT: i64 | DOUBLE: f64, finite | BOOLEAN: u8 0 or 1
 * </pre>
 *
 * <p>Versions are not stored: they count the rows that changed an object, in journal order. Columns
 * are only ever appended to a kind; a row of fewer columns has null in the others.
 */
final class ContextRecord {
  /** Longest payload: a frame of 1 MiB less room for its header, checksum and the writer's name. */
  static final int PAYLOAD_BYTES_MAX = (1 << 20) - (1 << 12);

  private static final byte FORMAT_VERSION = 0;
  private static final int HEADER_LENGTH = 8;
  private static final int ROW_COUNT_OFFSET = 4;
  private static final int ROW_HEADER_LENGTH = 4;

  /** A row as it is journaled: version, author and time come from the record around it. */
  record Row(ContextKind kind, List<@Nullable Object> values) {}

  private final List<byte[]> payloads = new ArrayList<>();
  private final ByteArrayOutputStream rows = new ByteArrayOutputStream();
  private int rowCount;

  /** Adds a row to the last payload, or to a new one if it would become too long. */
  void add(ContextKind kind, List<@Nullable Object> values) {
    byte[] row = encode(kind, values);
    if (HEADER_LENGTH + rows.size() + row.length > PAYLOAD_BYTES_MAX) {
      finishPayload();
    }
    rows.writeBytes(row);
    rowCount++;
  }

  /** The payloads of all rows added, in their order; empty without rows. */
  List<byte[]> payloads() {
    if (rowCount > 0) {
      finishPayload();
    }
    return List.copyOf(payloads);
  }

  private void finishPayload() {
    ByteBuffer payload =
        ByteBuffer.allocate(HEADER_LENGTH + rows.size()).order(ByteOrder.LITTLE_ENDIAN);
    payload.put(0, FORMAT_VERSION).putInt(ROW_COUNT_OFFSET, rowCount);
    payload.put(HEADER_LENGTH, rows.toByteArray());
    payloads.add(payload.array());
    rows.reset();
    rowCount = 0;
  }

  private static byte[] encode(ContextKind kind, List<@Nullable Object> values) {
    int present = 0;
    int length = ROW_HEADER_LENGTH;
    byte[][] texts = new byte[values.size()][];
    for (int i = 0; i < values.size(); i++) {
      Object value = values.get(i);
      if (value == null) {
        continue;
      }
      present |= 1 << i;
      switch (value) {
        case String text -> {
          texts[i] = text.getBytes(StandardCharsets.UTF_8);
          length += Short.BYTES + texts[i].length;
        }
        case Boolean truth -> length += Byte.BYTES;
        default -> length += Long.BYTES;
      }
    }
    ByteBuffer row = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    row.put((byte) codeOf(kind)).put((byte) values.size()).putShort((short) present);
    for (int i = 0; i < values.size(); i++) {
      switch (values.get(i)) {
        case null -> {}
        case String text -> row.putShort((short) texts[i].length).put(texts[i]);
        case Boolean truth -> row.put((byte) (truth ? 1 : 0));
        case Double number -> row.putDouble(number);
        case Long number -> row.putLong(number);
        case Object other ->
            throw new IllegalArgumentException("no carrier of a column: " + other.getClass());
      }
    }
    return row.array();
  }

  /**
   * Reads a payload back.
   *
   * @throws HistorianException {@link ErrorCode#FORMAT_TOO_NEW} or {@link ErrorCode#CORRUPT}
   */
  static List<Row> decode(byte[] payload) {
    ByteBuffer in = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
    check(payload.length >= HEADER_LENGTH, "payload is too short", "length", payload.length);
    check(payload.length <= PAYLOAD_BYTES_MAX, "payload is too long", "length", payload.length);
    int version = in.get(0) & 0xff;
    if (version > FORMAT_VERSION) {
      throw new HistorianException(
          ErrorCode.FORMAT_TOO_NEW,
          "context record of a newer format: formatVersion=%d, formatVersionMax=%d"
              .formatted(version, FORMAT_VERSION));
    }
    int reserved = in.getInt(0) >>> 8;
    check(reserved == 0, "reserved bytes are not zero", "reserved", reserved);
    int count = in.getInt(ROW_COUNT_OFFSET);
    check(
        count > 0 && count <= (payload.length - HEADER_LENGTH) / ROW_HEADER_LENGTH,
        "row count does not fit the payload",
        "rowCount",
        Integer.toUnsignedLong(count));
    in.position(HEADER_LENGTH);
    List<Row> rows = new ArrayList<>(count);
    try {
      for (int i = 0; i < count; i++) {
        rows.add(decodeRow(in));
      }
    } catch (BufferUnderflowException e) {
      throw new HistorianException(
          ErrorCode.CORRUPT,
          "context record ends within a row: row=%d, length=%d"
              .formatted(rows.size(), payload.length),
          e);
    }
    check(!in.hasRemaining(), "bytes after the last row", "offset", in.position());
    return rows;
  }

  private static Row decodeRow(ByteBuffer in) {
    int start = in.position();
    ContextKind kind = kindOf(in.get() & 0xff, start);
    int columnCount = in.get() & 0xff;
    int present = in.getShort() & 0xffff;
    ContextFields fields = ContextFields.of(kind);
    if (columnCount > fields.count()) {
      throw new HistorianException(
          ErrorCode.FORMAT_TOO_NEW,
          "context row has more columns than known: kind=%s, columnCount=%d, known=%d, offset=%d"
              .formatted(kind.label(), columnCount, fields.count(), start));
    }
    check((present & 1) != 0, "row without key", "offset", start);
    check(present >>> columnCount == 0, "value of a column that is not there", "offset", start);
    @Nullable Object[] values = new @Nullable Object[fields.count()];
    for (int i = 0; i < columnCount; i++) {
      if ((present >>> i & 1) != 0) {
        values[i] =
            switch (fields.type(i)) {
              case TEXT -> decodeText(in, fields, i);
              case TIME, BIGINT -> (Object) in.getLong();
              case DOUBLE -> decodeNumber(in);
              case BOOLEAN -> decodeTruth(in);
            };
      }
    }
    return new Row(kind, Collections.unmodifiableList(Arrays.asList(values)));
  }

  private static String decodeText(ByteBuffer in, ContextFields fields, int field) {
    int offset = in.position();
    int length = in.getShort() & 0xffff;
    check(length <= in.remaining(), "text is longer than the payload", "offset", offset);
    ByteBuffer bytes = in.slice(in.position(), length);
    in.position(in.position() + length);
    try {
      return fields.checked(field, StandardCharsets.UTF_8.newDecoder().decode(bytes).toString());
    } catch (CharacterCodingException e) {
      throw new HistorianException(
          ErrorCode.CORRUPT, "text is not UTF-8: offset=" + offset + ", length=" + length, e);
    } catch (HistorianException e) {
      throw new HistorianException(ErrorCode.CORRUPT, e.messageText() + ", offset=" + offset, e);
    }
  }

  private static Double decodeNumber(ByteBuffer in) {
    double value = in.getDouble();
    check(Double.isFinite(value), "number is not finite", "offset", in.position() - Double.BYTES);
    return value;
  }

  private static Boolean decodeTruth(ByteBuffer in) {
    byte value = in.get();
    check(value == 0 || value == 1, "truth value is neither 0 nor 1", "offset", in.position() - 1);
    return value == 1;
  }

  private static void check(boolean holds, String what, String key, long value) {
    if (!holds) {
      throw new HistorianException(
          ErrorCode.CORRUPT, "context record: " + what + ": " + key + "=" + value);
    }
  }

  /** The stored number of a kind, which never changes. */
  static int codeOf(ContextKind kind) {
    return switch (kind) {
      case EQUIPMENT -> 1;
      case ATTRIBUTES -> 2;
      case PRODUCTS -> 3;
      case ORDERS -> 4;
      case LOTS -> 5;
      case BATCHES -> 6;
      case STEPS -> 7;
      case EVENTS -> 8;
      case DERIVATIONS -> 9;
    };
  }

  private static ContextKind kindOf(int code, int offset) {
    for (ContextKind kind : ContextKind.values()) {
      if (codeOf(kind) == code) {
        return kind;
      }
    }
    throw new HistorianException(
        ErrorCode.CORRUPT,
        "context record: unknown kind: kindCode=%d, offset=%d".formatted(code, offset));
  }
}

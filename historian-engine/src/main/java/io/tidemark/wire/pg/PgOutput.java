package io.tidemark.wire.pg;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Messages to a client, in a buffer that is handed over when it is full. A message is written
 * between {@link #begin} and {@link #end}. One thread.
 */
final class PgOutput {
  /** Handed over at this size. */
  static final int CHUNK_BYTES = 128 * 1024;

  /** Longest message to a client: drivers read whole rows into memory. */
  static final int MESSAGE_BYTES_MAX = 64 << 20;

  private static final int FIRST_BYTES = 1024;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);

  private byte[] bytes = new byte[FIRST_BYTES];
  private int at;
  private int messageStart;
  private boolean isOpen;

  boolean isEmpty() {
    return at == 0;
  }

  boolean isChunkFull() {
    return at >= CHUNK_BYTES;
  }

  int length() {
    return at;
  }

  /** What was written; the caller's own. */
  byte[] take() {
    byte[] taken = bytes;
    bytes = new byte[at >= CHUNK_BYTES / 2 ? CHUNK_BYTES + CHUNK_BYTES / 8 : FIRST_BYTES];
    at = 0;
    return taken;
  }

  void begin(char type) {
    room(5);
    bytes[at] = (byte) type;
    messageStart = at;
    isOpen = true;
    at += 5;
  }

  void end() {
    INT.set(bytes, messageStart + 1, at - messageStart - 1);
    isOpen = false;
  }

  /** Takes back what was written of a message that has no end. */
  void undo() {
    if (isOpen) {
      at = messageStart;
      isOpen = false;
    }
  }

  void empty(char type) {
    begin(type);
    end();
  }

  void int8(int value) {
    room(1);
    bytes[at++] = (byte) value;
  }

  void int16(int value) {
    room(2);
    SHORT.set(bytes, at, (short) value);
    at += 2;
  }

  void int32(int value) {
    room(4);
    INT.set(bytes, at, value);
    at += 4;
  }

  void int64(long value) {
    room(8);
    LONG.set(bytes, at, value);
    at += 8;
  }

  void bytes(byte[] value) {
    room(value.length);
    System.arraycopy(value, 0, bytes, at, value.length);
    at += value.length;
  }

  /** A text with a zero byte behind; one inside would end it early and is left out. */
  void text(String value) {
    bytes(
        (value.indexOf('\0') < 0 ? value : value.replace("\0", ""))
            .getBytes(StandardCharsets.UTF_8));
    int8(0);
  }

  // Fields of a row: their length and value.

  void nullField() {
    int32(-1);
  }

  void field(byte[] value) {
    int32(value.length);
    bytes(value);
  }

  void field(@Nullable String value) {
    if (value == null) {
      nullField();
      return;
    }
    int length = value.length();
    room(4 + length);
    for (int i = 0; i < length; i++) {
      char c = value.charAt(i);
      if (c >= 0x80) {
        field(value.getBytes(StandardCharsets.UTF_8));
        return;
      }
      bytes[at + 4 + i] = (byte) c;
    }
    INT.set(bytes, at, length);
    at += 4 + length;
  }

  void int64Field(long value) {
    room(12);
    INT.set(bytes, at, 8);
    LONG.set(bytes, at + 4, value);
    at += 12;
  }

  void int32Field(int value) {
    int32(4);
    int32(value);
  }

  void int16Field(int value) {
    int32(2);
    int16(value);
  }

  void int8Field(int value) {
    int32(1);
    int8(value);
  }

  /** Begins a field whose length is not known yet; see {@link #endField}. */
  int beginField() {
    int32(0);
    return at;
  }

  void endField(int start) {
    INT.set(bytes, start - 4, at - start);
  }

  private void room(int count) {
    int needed = at + count;
    if (needed < 0 || needed - messageStart > MESSAGE_BYTES_MAX) {
      throw new HistorianException(
          ErrorCode.TOO_LONG,
          "row is too long: bytesMax=" + MESSAGE_BYTES_MAX,
          null,
          "read fewer columns or shorter lists",
          null);
    }
    if (needed > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(needed, bytes.length * 2));
    }
  }
}

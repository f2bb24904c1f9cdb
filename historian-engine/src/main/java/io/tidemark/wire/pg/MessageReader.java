package io.tidemark.wire.pg;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Reads the fields of a message; what does not fit is a protocol violation. One thread. */
final class MessageReader {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);

  private final byte[] body;
  private int at;

  MessageReader(byte[] body) {
    this.body = body;
  }

  int remaining() {
    return body.length - at;
  }

  byte int8() {
    return body[take(1)];
  }

  int int16() {
    return (short) SHORT.get(body, take(2));
  }

  int int32() {
    return (int) INT.get(body, take(4));
  }

  /** A count of parts of at least some bytes each. */
  int count(int bytesEach) {
    int count = int16() & 0xFFFF;
    if ((long) count * bytesEach > remaining()) {
      throw PgException.protocol("message is too short for its count: count=" + count);
    }
    return count;
  }

  byte[] bytes(int count) {
    if (count < 0) {
      throw PgException.protocol("length is negative: length=" + count);
    }
    int from = take(count);
    byte[] copy = new byte[count];
    System.arraycopy(body, from, copy, 0, count);
    return copy;
  }

  /** A text that ends with a zero byte. */
  String text() {
    int end = at;
    while (end < body.length && body[end] != 0) {
      end++;
    }
    if (end == body.length) {
      throw PgException.protocol("text has no end");
    }
    String text = utf8(body, at, end - at);
    at = end + 1;
    return text;
  }

  void end() {
    if (remaining() != 0) {
      throw PgException.protocol("message is too long: bytesLeft=" + remaining());
    }
  }

  private int take(int count) {
    if (count > remaining()) {
      throw PgException.protocol(
          "message is too short: bytesWanted=" + count + ", bytesLeft=" + remaining());
    }
    int from = at;
    at += count;
    return from;
  }

  static String utf8(byte[] bytes, int from, int length) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(bytes, from, length))
          .toString();
    } catch (CharacterCodingException e) {
      throw new PgException(
          SqlState.CHARACTER_NOT_IN_REPERTOIRE, "text is not UTF-8: bytes=" + length);
    }
  }
}

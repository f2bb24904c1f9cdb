package io.tidemark.storage.codec;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Reads little-endian fields from an array, one after the other. Reusable; belongs to one thread.
 *
 * <p>What ends early, or says a length that the bytes do not have, throws {@link
 * IllegalArgumentException}: whoever knows the file makes an error of it that names the place.
 */
public final class ByteInput {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong WORD =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private byte[] bytes = new byte[0];
  private MemorySegment memory = MemorySegment.ofArray(bytes);
  private int position;
  private int limit;

  /** An input of nothing. */
  public ByteInput() {}

  /** Starts over with bytes {@code from} to {@code to} (exclusive) of an array. */
  @SuppressWarnings("ReferenceEquality") // the very array
  public ByteInput wrap(byte[] array, int from, int to) {
    if (bytes != array) {
      bytes = array;
      memory = MemorySegment.ofArray(array);
    }
    if (from < 0 || to < from || to > array.length) {
      throw new IllegalArgumentException("bytes: from=" + from + ", to=" + to);
    }
    position = from;
    limit = to;
    return this;
  }

  /** Where the next field begins. */
  public int position() {
    return position;
  }

  /** Bytes that are left. */
  public int remaining() {
    return limit - position;
  }

  /** Goes over bytes. */
  public void skip(long length) {
    need(length);
    position += (int) length;
  }

  private int need(long length) {
    if (length < 0 || length > limit - position) {
      throw new IllegalArgumentException(
          "bytes end early: length=" + length + ", left=" + (limit - position));
    }
    return position;
  }

  /** The next byte, which stays the next. */
  public int peek() {
    return bytes[need(1)] & 0xFF;
  }

  /** One byte, 0 to 255. */
  public int u8() {
    int value = bytes[need(1)] & 0xFF;
    position++;
    return value;
  }

  /** Four bytes. */
  public int i32() {
    int value = (int) INT.get(bytes, need(4));
    position += 4;
    return value;
  }

  /** Eight bytes. */
  public long i64() {
    long value = (long) LONG.get(bytes, need(8));
    position += 8;
    return value;
  }

  /** An unsigned integer in groups of seven bits, least significant first; at most ten bytes. */
  public long varint() {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      int next = u8();
      value |= (long) (next & 0x7F) << shift;
      if (next < 0x80) {
        if (shift == 63 && next > 1) {
          throw new IllegalArgumentException("varint is longer than 64 bits");
        }
        return value;
      }
      if (shift == 63) {
        throw new IllegalArgumentException("varint is longer than 64 bits");
      }
    }
  }

  /** A signed integer, its sign in the lowest bit of a {@link #varint}. */
  public long zigzag() {
    long value = varint();
    return (value >>> 1) ^ -(value & 1);
  }

  /**
   * A count.
   *
   * @throws IllegalArgumentException if it is above the limit.
   */
  public int count(int max, String what) {
    long value = varint();
    if (value < 0 || value > max) {
      throw new IllegalArgumentException(
          what + ": count=" + Long.toUnsignedString(value) + ", max=" + max);
    }
    return (int) value;
  }

  /** See {@link ByteOutput#gap}. */
  int gap() {
    int rows = 0;
    int next;
    do {
      next = u8();
      rows += next;
    } while (next == 255);
    return rows;
  }

  /** Goes over {@code count} gaps. */
  void skipGaps(int count) {
    for (int i = 0; i < count; i++) {
      gap();
    }
  }

  /** Copies bytes. */
  public void copy(byte[] out, int offset, int length) {
    System.arraycopy(bytes, need(length), out, offset, length);
    position += length;
  }

  /** Bytes as little-endian words, the last one filled up with zeros. */
  void words(int length, long[] out) {
    int at = need(length);
    int whole = length >>> 3;
    MemorySegment.copy(memory, WORD, at, out, 0, whole);
    int rest = length & 7;
    if (rest > 0) {
      long word = 0;
      for (int i = 0; i < rest; i++) {
        word |= (bytes[at + 8 * whole + i] & 0xFFL) << (8 * i);
      }
      out[whole] = word;
    }
    position += length;
  }
}

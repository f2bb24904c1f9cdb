package io.tidemark.storage.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Collects little-endian fields in an array that grows. Reusable; belongs to one thread. */
public final class ByteOutput {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private byte[] bytes;
  private int length;

  /** An empty output with room for some bytes. */
  public ByteOutput(int capacity) {
    bytes = new byte[capacity];
  }

  /** Bytes collected. */
  public int length() {
    return length;
  }

  /** Forgets what lies behind a length. */
  public void truncate(int newLength) {
    if (newLength < 0 || newLength > length) {
      throw new IllegalArgumentException("length=" + newLength + ", was=" + length);
    }
    length = newLength;
  }

  /** The array; its first {@link #length()} bytes count, until the next put. */
  public byte[] array() {
    return bytes;
  }

  /** The bytes collected, as a view. */
  public ByteBuffer view() {
    return ByteBuffer.wrap(bytes, 0, length).slice().order(ByteOrder.LITTLE_ENDIAN);
  }

  private int grow(int by) {
    int at = length;
    if (bytes.length - at < by) {
      bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(at, by), bytes.length * 2));
    }
    length = at + by;
    return at;
  }

  /** One byte. */
  public void u8(int value) {
    int at = grow(1);
    bytes[at] = (byte) value;
  }

  /** Four bytes. */
  public void i32(int value) {
    int at = grow(4);
    INT.set(bytes, at, value);
  }

  /** Eight bytes. */
  public void i64(long value) {
    int at = grow(8);
    LONG.set(bytes, at, value);
  }

  /** See {@link ByteInput#varint}. */
  public void varint(long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      u8((int) rest | 0x80);
      rest >>>= 7;
    }
    u8((int) rest);
  }

  /** Bytes that a {@link #varint} takes. */
  static int varintLength(long value) {
    return (70 - Long.numberOfLeadingZeros(value | 1)) / 7;
  }

  /** See {@link ByteInput#zigzag}. */
  public void zigzag(long value) {
    varint(value << 1 ^ value >> 63);
  }

  /** Bytes that a {@link #zigzag} takes. */
  static int zigzagLength(long value) {
    return varintLength(value << 1 ^ value >> 63);
  }

  /** A number of rows between two: bytes of 255 that go on, then one below. */
  void gap(int rows) {
    int rest = rows;
    for (; rest >= 255; rest -= 255) {
      u8(255);
    }
    u8(rest);
  }

  /** Bytes of an array. */
  public void bytes(byte[] array, int offset, int count) {
    int at = grow(count);
    System.arraycopy(array, offset, bytes, at, count);
  }

  /** The first bytes of little-endian words. */
  void words(long[] words, int byteCount) {
    int at = grow(byteCount);
    int whole = byteCount >>> 3;
    for (int i = 0; i < whole; i++) {
      LONG.set(bytes, at + 8 * i, words[i]);
    }
    for (int i = 8 * whole; i < byteCount; i++) {
      bytes[at + i] = (byte) (words[whole] >>> (8 * (i & 7)));
    }
  }
}

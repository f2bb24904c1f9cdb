package io.tidemark.storage.codec;

import java.nio.ByteBuffer;

/**
 * One way to write 1 to 1 024 integers. Stateless but for the scratch arrays handed in; the encoded
 * form is read back with the count known from the block.
 */
abstract sealed class LongCodec
    permits ConstantCodec,
        ConstantStepCodec,
        FrameOfReferenceCodec,
        DeltaCodec,
        DeltaOfDeltaCodec,
        DictionaryCodec,
        RawCodec {
  /** Cannot encode these values. */
  static final int IMPOSSIBLE = Integer.MAX_VALUE;

  /** Stored number of the codec; never reused. */
  abstract byte id();

  /** Exact encoded length in bytes, or {@link #IMPOSSIBLE}. */
  abstract int estimateBytes(long[] values, int count, Scratch scratch);

  /** Writes the values at the buffer's position (little endian). */
  abstract void encode(long[] values, int count, ByteBuffer out, Scratch scratch);

  /**
   * Reads {@code count} values from the buffer's position. Lengths are checked by the buffer's
   * limit: what reads beyond it throws BufferUnderflowException, which the column reports as
   * corrupt.
   */
  abstract void decode(ByteBuffer in, int count, long[] values, Scratch scratch);

  /** Arrays that one column's thread reuses. */
  static final class Scratch {
    final long[] residuals = new long[CAPACITY];
    final long[] words = new long[CAPACITY + 2];

    static final int CAPACITY = 1024;
  }

  /** Greatest common divisor of two unsigned magnitudes; 0 is neutral. */
  static long gcd(long a, long b) {
    while (b != 0) {
      long rest = Long.remainderUnsigned(a, b);
      a = b;
      b = rest;
    }
    return a;
  }
}

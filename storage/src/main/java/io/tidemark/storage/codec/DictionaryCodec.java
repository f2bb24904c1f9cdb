package io.tidemark.storage.codec;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Few distinct values: {@code u16 size, i64 × size} ascending, {@code u8 width}, packed indexes.
 * Given up beyond {@link #SIZE_MAX} distinct values.
 */
final class DictionaryCodec extends LongCodec {
  static final int SIZE_MAX = 256;

  @Override
  byte id() {
    return 6;
  }

  @Override
  int estimateBytes(long[] values, int count, Scratch scratch) {
    int size = distinct(values, count, scratch.residuals);
    if (size > SIZE_MAX) {
      return IMPOSSIBLE;
    }
    return 3 + 8 * size + 8 * BitPacking.wordCount(count, BitPacking.bitWidth(size - 1));
  }

  @Override
  void encode(long[] values, int count, ByteBuffer out, Scratch scratch) {
    int size = distinct(values, count, scratch.residuals);
    long[] dictionary = Arrays.copyOf(scratch.residuals, size);
    int width = BitPacking.bitWidth(size - 1);
    out.putShort((short) size);
    for (long value : dictionary) {
      out.putLong(value);
    }
    out.put((byte) width);
    for (int i = 0; i < count; i++) {
      scratch.residuals[i] = Arrays.binarySearch(dictionary, values[i]);
    }
    BitPacking.pack(scratch.residuals, count, width, out);
  }

  @Override
  void decode(ByteBuffer in, int count, long[] values, Scratch scratch) {
    int size = Short.toUnsignedInt(in.getShort());
    if (size == 0 || size > SIZE_MAX) {
      throw new IllegalArgumentException("dictionary: size=" + size + ", sizeMax=" + SIZE_MAX);
    }
    long[] dictionary = new long[size];
    for (int i = 0; i < size; i++) {
      dictionary[i] = in.getLong();
    }
    int width = in.get();
    if (width < 0 || width > 8) {
      throw new IllegalArgumentException("bit width: width=" + width + ", widthMax=8");
    }
    if (width == 0) {
      Arrays.fill(values, 0, count, dictionary[0]);
      return;
    }
    BitPacking.readWords(in, count, width, scratch.words);
    BitPacking.unpackAddBase(scratch.words, width, 0, values, count);
    for (int i = 0; i < count; i++) {
      values[i] = dictionary[(int) values[i]];
    }
  }

  /** Puts the distinct values in front of {@code out}, ascending, and says how many. */
  private static int distinct(long[] values, int count, long[] out) {
    System.arraycopy(values, 0, out, 0, count);
    Arrays.sort(out, 0, count);
    int size = 1;
    for (int i = 1; i < count; i++) {
      if (out[i] != out[size - 1]) {
        out[size++] = out[i];
      }
    }
    return size;
  }
}

package io.tidemark.storage.codec;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A column of texts: {@code u16 size, (u32 length, UTF-8) × size} in order of first use, {@link
 * LongColumn} of indexes. Null is written as the index {@code size}.
 */
public final class TextColumn {
  private final LongColumn longs = new LongColumn();
  private final long[] indexes = new long[LongCodec.Scratch.CAPACITY];

  /** A column with its scratch space. */
  public TextColumn() {}

  /** Upper bound of what {@link #encode} writes. */
  public static long bytesMax(@Nullable String[] texts, int count) {
    long bytes = 64 + 8L * count;
    for (int i = 0; i < count; i++) {
      String text = texts[i];
      bytes += 4 + (text == null ? 0 : 3L * text.length());
    }
    return bytes;
  }

  /** Writes {@code count} values, at least one. */
  public void encode(@Nullable String[] texts, int count, ByteBuffer out) {
    Map<String, Integer> dictionary = new HashMap<>();
    int sizeAt = out.position();
    out.putShort((short) 0);
    for (int i = 0; i < count; i++) {
      String text = texts[i];
      if (text == null) {
        indexes[i] = -1;
        continue;
      }
      Integer index = dictionary.get(text);
      if (index == null) {
        index = dictionary.size();
        dictionary.put(text, index);
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.putInt(utf8.length).put(utf8);
      }
      indexes[i] = index;
    }
    out.putShort(sizeAt, (short) dictionary.size());
    for (int i = 0; i < count; i++) {
      if (indexes[i] < 0) {
        indexes[i] = dictionary.size();
      }
    }
    longs.encode(indexes, count, out);
  }

  /** Reads {@code count} values; errors as {@link LongColumn#decode}. */
  public void decode(ByteBuffer in, int count, @Nullable String[] texts) {
    int size = Short.toUnsignedInt(in.getShort());
    if (size > count) {
      throw new IllegalArgumentException("text dictionary: size=" + size + ", count=" + count);
    }
    @Nullable String[] dictionary = new String[size + 1];
    for (int i = 0; i < size; i++) {
      int length = in.getInt();
      if (length < 0 || length > in.remaining()) {
        throw new IllegalArgumentException(
            "text: length=" + length + ", lengthMax=" + in.remaining());
      }
      byte[] utf8 = new byte[length];
      in.get(utf8);
      dictionary[i] = new String(utf8, StandardCharsets.UTF_8);
    }
    longs.decode(in, count, indexes);
    for (int i = 0; i < count; i++) {
      long index = indexes[i];
      if (index < 0 || index > size) {
        throw new IllegalArgumentException("text index: index=" + index + ", size=" + size);
      }
      texts[i] = dictionary[(int) index];
    }
  }
}

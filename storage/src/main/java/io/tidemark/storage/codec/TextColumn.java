package io.tidemark.storage.codec;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A column of texts: {@code varint size}, their lengths in UTF-8 as a column of integers if there
 * are any, {@code u8 form} (0 plain, 1 zstd with {@code varint length} of what it compressed to),
 * the UTF-8 bytes one after the other in order of first use; then a column of indexes, where {@code
 * size} means no text. Belongs to one thread.
 */
public final class TextColumn {
  private static final int PLAIN = 0;
  private static final int ZSTD = 1;
  private static final int ZSTD_LEVEL = 3;

  /* Shorter dictionaries are left as they are. */
  private static final int ZSTD_BYTES_MIN = 128;

  private final LongColumn longs;
  private final long[] indexes = new long[LongCodec.Scratch.CAPACITY];
  private final long[] lengths = new long[LongCodec.Scratch.CAPACITY];
  private final int textBytesMax;

  /**
   * A column that shares the scratch space of another.
   *
   * @param textBytesMax no text is longer; nothing longer is read, whatever the bytes say
   */
  public TextColumn(LongColumn longs, int textBytesMax) {
    this.longs = longs;
    this.textBytesMax = textBytesMax;
  }

  /** Writes 1 to 1 024 values. */
  public void encode(@Nullable String[] texts, int count, ByteOutput out) {
    Map<String, Integer> dictionary = new HashMap<>();
    ByteOutput heap = new ByteOutput(1024);
    int size = 0;
    for (int i = 0; i < count; i++) {
      String text = texts[i];
      if (text == null) {
        indexes[i] = -1;
        continue;
      }
      Integer index = dictionary.putIfAbsent(text, size);
      if (index == null) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        heap.bytes(utf8, 0, utf8.length);
        lengths[size] = utf8.length;
        index = size++;
      }
      indexes[i] = index;
    }
    out.varint(size);
    if (size > 0) {
      longs.encode(lengths, size, out);
      byte[] compressed = heap.length() < ZSTD_BYTES_MIN ? null : compress(heap);
      if (compressed != null && compressed.length < heap.length() - heap.length() / 8) {
        out.u8(ZSTD);
        out.varint(compressed.length);
        out.bytes(compressed, 0, compressed.length);
      } else {
        out.u8(PLAIN);
        out.bytes(heap.array(), 0, heap.length());
      }
    }
    for (int i = 0; i < count; i++) {
      if (indexes[i] < 0) {
        indexes[i] = size;
      }
    }
    longs.encode(indexes, count, out);
  }

  private static byte[] compress(ByteOutput heap) {
    byte[] exact = new byte[heap.length()];
    System.arraycopy(heap.array(), 0, exact, 0, exact.length);
    return Zstd.compress(exact, ZSTD_LEVEL);
  }

  /** Reads {@code count} values; errors as {@link LongColumn#decode}. */
  public void decode(ByteInput in, int count, @Nullable String[] texts) {
    int size = in.count(count, "texts");
    @Nullable String[] dictionary = new String[size + 1];
    if (size > 0) {
      byte[] heap = readHeap(in, size);
      int at = 0;
      for (int i = 0; i < size; i++) {
        int length = (int) lengths[i];
        dictionary[i] = new String(heap, at, length, StandardCharsets.UTF_8);
        at += length;
      }
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

  private byte[] readHeap(ByteInput in, int size) {
    longs.decode(in, size, lengths);
    long bytes = 0;
    for (int i = 0; i < size; i++) {
      if (lengths[i] < 0 || lengths[i] > textBytesMax) {
        throw new IllegalArgumentException("text: length=" + lengths[i] + ", max=" + textBytesMax);
      }
      bytes += lengths[i];
    }
    int form = in.u8();
    if (form == PLAIN) {
      if (bytes > in.remaining()) {
        throw new IllegalArgumentException("texts: bytes=" + bytes + ", left=" + in.remaining());
      }
      byte[] heap = new byte[(int) bytes];
      in.copy(heap, 0, heap.length);
      return heap;
    }
    if (form != ZSTD) {
      throw new IllegalArgumentException("text column: form=" + form);
    }
    byte[] compressed = new byte[in.count(in.remaining(), "compressed texts")];
    in.copy(compressed, 0, compressed.length);
    // The length is asked of the frame before it is believed: no bomb gets memory.
    if (Zstd.getFrameContentSize(compressed) != bytes) {
      throw new IllegalArgumentException(
          "compressed texts: bytes="
              + Zstd.getFrameContentSize(compressed)
              + ", expected="
              + bytes);
    }
    byte[] heap = new byte[(int) bytes];
    try {
      if (Zstd.decompress(heap, compressed) != bytes) {
        throw new IllegalArgumentException("compressed texts end early: expected=" + bytes);
      }
    } catch (ZstdException e) {
      throw new IllegalArgumentException("compressed texts: " + e.getMessage(), e);
    }
    return heap;
  }

  /** Goes over a column of {@code count} values; errors as {@link LongColumn#decode}. */
  public void skip(ByteInput in, int count) {
    int size = in.count(count, "texts");
    if (size > 0) {
      longs.decode(in, size, lengths);
      long bytes = 0;
      for (int i = 0; i < size; i++) {
        bytes += Math.max(0, lengths[i]);
      }
      int form = in.u8();
      in.skip(form == PLAIN ? bytes : in.count(in.remaining(), "compressed texts"));
    }
    LongColumn.skip(in, count);
  }
}

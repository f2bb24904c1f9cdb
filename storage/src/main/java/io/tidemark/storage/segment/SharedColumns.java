package io.tidemark.storage.segment;

import io.tidemark.storage.codec.ByteOutput;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Columns that a segment has already, by their bytes: tags that are scanned together have the same
 * times and write orders, which are written once. Belongs to one writer.
 */
final class SharedColumns {
  /** In place of a codec: the column lies elsewhere. */
  static final int SHARED = 255;

  /* A reference takes up to 14 bytes. */
  private static final int LENGTH_MIN = 24;
  private static final int BYTES_MAX = 8 << 20;

  private record Place(long offset, int crc) {}

  private record Content(byte[] bytes, int hash) {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Content content
          && content.hash == hash
          && Arrays.equals(content.bytes, bytes);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }

  private final Map<Content, Place> places = new HashMap<>();
  private int bytesHeld;

  /**
   * Replaces the column that was just written by a reference to the same bytes before it, or
   * remembers it.
   *
   * @param start where it begins in the output
   * @param block where its block begins in the output
   * @param outputOffset where the output begins in the file
   */
  void share(int start, int block, long outputOffset, ByteOutput out) {
    int length = out.length() - start;
    if (length < LENGTH_MIN) {
      return;
    }
    byte[] bytes = Arrays.copyOfRange(out.array(), start, out.length());
    Content content = new Content(bytes, Arrays.hashCode(bytes));
    Place place = places.get(content);
    if (place == null) {
      if (bytesHeld + length > BYTES_MAX) {
        places.clear();
        bytesHeld = 0;
      }
      CRC32C crc = new CRC32C();
      crc.update(bytes);
      places.put(content, new Place(outputOffset + start, (int) crc.getValue()));
      bytesHeld += length;
      return;
    }
    if (place.offset() + length > outputOffset + block) {
      return; // it is of the same block
    }
    out.truncate(start);
    out.u8(SHARED);
    out.varint(outputOffset + block - place.offset());
    out.varint(length);
    out.i32(place.crc());
  }
}

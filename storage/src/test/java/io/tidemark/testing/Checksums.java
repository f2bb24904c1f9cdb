package io.tidemark.testing;

import io.tidemark.model.SampleFrame;
import io.tidemark.storage.io.FileEnvelope;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Puts right checksums onto hostile bytes: without them no reader would look any further. */
public final class Checksums {
  private static final int HEADER_CRC = 60;
  private static final int PAYLOAD_LENGTH = 64;

  private Checksums() {}

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Of header and footer of a file, whose footer also gets the right length. */
  public static void envelope(byte[] file) {
    int footer = file.length - FileEnvelope.FOOTER_LENGTH;
    if (footer < FileEnvelope.HEADER_LENGTH) {
      return;
    }
    ByteBuffer bytes = littleEndian(file);
    bytes.putInt(HEADER_CRC, FileEnvelope.crc(bytes, 0, HEADER_CRC));
    bytes.putInt(footer, FileEnvelope.magic("TEND")).putInt(footer + 4, 0);
    bytes.putLong(footer + 8, footer);
    bytes.putInt(footer + 24, FileEnvelope.crc(bytes, 0, footer));
    bytes.putInt(footer + 28, FileEnvelope.crc(bytes, footer, 28));
  }

  /** Of a segment's index, whose length is put right as well; call {@link #envelope} afterwards. */
  public static void segmentIndex(byte[] file) {
    int footer = file.length - FileEnvelope.FOOTER_LENGTH;
    if (footer < FileEnvelope.HEADER_LENGTH + 8) {
      return;
    }
    ByteBuffer bytes = littleEndian(file);
    long index = bytes.getLong(footer + 16);
    if (index >= FileEnvelope.HEADER_LENGTH && index <= footer - 8) {
      int at = (int) index;
      bytes.putInt(at + 4, footer - at - 8);
      bytes.putInt(at, FileEnvelope.crc(bytes, at + 8, footer - at - 8));
    }
  }

  /** Of all frames between two offsets; they are looked for at multiples of {@code step}. */
  public static void frames(byte[] file, int from, int to, int step) {
    ByteBuffer bytes = littleEndian(file);
    int at = from;
    while (at + SampleFrame.HEADER_LENGTH + 4 <= to) {
      int length = bytes.getInt(at + 8);
      if (bytes.getInt(at) == SampleFrame.MAGIC
          && length >= SampleFrame.HEADER_LENGTH + 4
          && length <= to - at) {
        bytes.putInt(at + length - 4, FileEnvelope.crc(bytes, at, length - 4));
        at += (length + step - 1) / step * step;
      } else {
        at += step;
      }
    }
  }

  /** Of bytes that are one frame, whose lengths are put right as well. */
  public static void wholeFrame(byte[] frame) {
    if (frame.length < SampleFrame.HEADER_LENGTH + 4) {
      return;
    }
    ByteBuffer bytes = littleEndian(frame);
    bytes.putInt(0, SampleFrame.MAGIC).putInt(8, frame.length);
    int rows = bytes.getInt(12) & 0xFFFF;
    bytes.putInt(12, rows);
    bytes.putInt(PAYLOAD_LENGTH, frame.length - SampleFrame.HEADER_LENGTH - (rows + 7) / 8 - 4);
    frames(frame, 0, frame.length, 8);
  }

  /** Of a journal file's first page. */
  public static void journalPage(byte[] file) {
    if (file.length < 4096) {
      return;
    }
    ByteBuffer bytes = littleEndian(file);
    bytes.putInt(HEADER_CRC, FileEnvelope.crc(bytes, 0, HEADER_CRC));
    bytes.putInt(72, FileEnvelope.crc(bytes, 64, 8));
    for (int mark = 512; mark <= 1024; mark += 512) {
      bytes.putInt(mark + 24, FileEnvelope.crc(bytes, mark, 24));
    }
  }
}

package io.tidemark.client;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Samples as line protocol in the form {@code m,tag=NAME value=… TIME}, escaped as the server reads
 * it: in names a backslash before space, comma and equals sign is taken away, any other one stays;
 * in texts one before a quote or another backslash. Grows as needed; one thread.
 */
final class LineWriter {
  private static final byte[] START = {'m', ',', 't', 'a', 'g', '='};

  private byte[] bytes = new byte[16 << 10];
  private int length;
  private int[] starts = new int[256];
  private int count;

  int length() {
    return length;
  }

  int count() {
    return count;
  }

  byte[] toByteArray() {
    return Arrays.copyOf(bytes, length);
  }

  void number(String tag, long timeNs, String number, int status) {
    begin(tag);
    ascii(" value=");
    ascii(number);
    if (status != 0) {
      ascii(",status=");
      ascii(Long.toString(Integer.toUnsignedLong(status)));
      put('i');
    }
    end(timeNs);
  }

  void text(String tag, long timeNs, String text, int status) {
    checkPairs(text, "text");
    begin(tag);
    ascii(" value=\"");
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      if (b == '"' || b == '\\') {
        put('\\');
      }
      put(b);
    }
    put('"');
    if (status != 0) {
      ascii(",status=");
      ascii(Long.toString(Integer.toUnsignedLong(status)));
      put('i');
    }
    end(timeNs);
  }

  void absent(String tag, long timeNs, int status) {
    begin(tag);
    ascii(" status=");
    ascii(Long.toString(Integer.toUnsignedLong(status)));
    put('i');
    end(timeNs);
  }

  private void begin(String tag) {
    checkName(tag);
    if (count == starts.length) {
      starts = Arrays.copyOf(starts, 2 * count);
    }
    starts[count++] = length;
    for (byte b : START) {
      put(b);
    }
    for (byte b : tag.getBytes(StandardCharsets.UTF_8)) {
      if (b == ' ' || b == ',' || b == '=') {
        put('\\');
      }
      put(b);
    }
  }

  private void end(long timeNs) {
    put(' ');
    ascii(Long.toString(timeNs));
    put('\n');
  }

  /** What no line can say, or would say wrong. All else is for the server to judge. */
  private static void checkName(String tag) {
    if (tag.isEmpty() || tag.charAt(tag.length() - 1) == '\\') {
      throw new IllegalArgumentException(
          "name of a tag is empty or ends with a backslash, which cannot be written as a line: tag="
              + tag);
    }
    for (int i = 0; i < tag.length(); i++) {
      if (Character.isISOControl(tag.charAt(i))) {
        throw new IllegalArgumentException(
            "name of a tag holds a control character: tag=" + tag + ", position=" + (i + 1));
      }
    }
    checkPairs(tag, "tag");
  }

  private static void checkPairs(String text, String what) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        boolean isPair =
            Character.isHighSurrogate(c)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!isPair) {
          throw new IllegalArgumentException(
              what + " holds half a surrogate pair: position=" + (i + 1));
        }
        i++;
      }
    }
  }

  private void ascii(String text) {
    for (int i = 0; i < text.length(); i++) {
      put(text.charAt(i));
    }
  }

  private void put(int b) {
    if (length == bytes.length) {
      bytes = Arrays.copyOf(bytes, 2 * length);
    }
    bytes[length++] = (byte) b;
  }

  /**
   * The sample that begins on that line, as it is written; empty if none does.
   *
   * @param line from 1, as the server counts: texts may hold line breaks
   */
  String sampleAtLine(long line) {
    long at = 1;
    int index = 0;
    for (int i = 0; i < length && index < count; i++) {
      if (i == starts[index]) {
        if (at == line) {
          int end = index + 1 < count ? starts[index + 1] : length;
          return new String(bytes, i, end - 1 - i, StandardCharsets.UTF_8);
        }
        index++;
      }
      if (bytes[i] == '\n') {
        at++;
      }
    }
    return "";
  }
}

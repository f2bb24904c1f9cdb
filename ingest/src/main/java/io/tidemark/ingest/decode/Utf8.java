package io.tidemark.ingest.decode;

import java.util.Arrays;

/** Checks bytes that claim to be UTF-8. */
public final class Utf8 {
  private Utf8() {}

  /** Offset of the first byte that is not well-formed UTF-8 (RFC 3629), or -1. */
  public static int firstBad(byte[] bytes, int from, int to) {
    int any = 0;
    for (int i = from; i < to; i++) {
      any |= bytes[i];
    }
    return any >= 0 ? -1 : firstBadMultibyte(bytes, from, to);
  }

  /** Offsets of all bytes that are no part of well-formed UTF-8, ascending; usually none. */
  static int[] allBad(byte[] bytes) {
    int[] found = {};
    int count = 0;
    int bad = firstBad(bytes, 0, bytes.length);
    while (bad >= 0) {
      if (count == found.length) {
        found = Arrays.copyOf(found, Math.max(16, 2 * count));
      }
      found[count++] = bad;
      bad = firstBadMultibyte(bytes, bad + 1, bytes.length);
    }
    return Arrays.copyOf(found, count);
  }

  private static int firstBadMultibyte(byte[] bytes, int from, int to) {
    int i = from;
    while (i < to) {
      int lead = bytes[i] & 0xFF;
      if (lead < 0x80) {
        i++;
        continue;
      }
      int length = lead >= 0xC2 && lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
      if (lead < 0xC2 || length == 0 || i + length > to) {
        return i;
      }
      int second = bytes[i + 1] & 0xFF;
      int low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
      int high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
      if (second < low || second > high) {
        return i;
      }
      for (int k = 2; k < length; k++) {
        if ((bytes[i + k] & 0xC0) != 0x80) {
          return i;
        }
      }
      i += length;
    }
    return -1;
  }

  /** How many characters (code points) well-formed or broken bytes hold. */
  static int codePoints(byte[] bytes, int from, int to) {
    int count = 0;
    for (int i = from; i < to; i++) {
      if ((bytes[i] & 0xC0) != 0x80) {
        count++;
      }
    }
    return count;
  }
}

package io.tidemark.ingest.decode;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Remembers the tag names that line-protocol series stand for, so that a series seen before costs
 * one hash and one comparison of bytes. One thread. Bounded: it forgets everything when it is full.
 *
 * <p>Open addressing with at most {@link #PROBES_MAX} probes; a series that finds no place is
 * simply not remembered, which also bounds the work that colliding names can cause.
 */
final class SeriesTable {
  private static final int SLOTS = 1 << 15;
  private static final int SERIES_MAX = SLOTS / 2;
  private static final int PROBES_MAX = 16;
  private static final int BYTES_MAX = 16 << 20;
  private static final int FIELDS_PER_SERIES_MAX = 4096;

  /** What a series key (measurement and tags, as written) stands for. */
  static final class Series {
    private final byte[] key;
    private final long hash;

    /** The tag name if a tag key {@code tag} gave it, else null. */
    final @Nullable String tag;

    /** Name without the field, joined and escaped; unused if {@link #tag} is given. */
    final String prefix;

    private byte[][] fieldKeys = new byte[4][];
    private String[] fieldTags = new String[4];
    private int fieldCount;
    private int nextField;

    Series(byte[] key, long hash, @Nullable String tag, String prefix) {
      this.key = key;
      this.hash = hash;
      this.tag = tag;
      this.prefix = prefix;
    }

    /** Tag name of a field key as written, or null. Fields usually come in the same order. */
    @Nullable String fieldTag(byte[] bytes, int from, int to) {
      int guess = nextField;
      for (int i = 0; i < fieldCount; i++, guess++) {
        if (guess >= fieldCount) {
          guess = 0;
        }
        byte[] known = fieldKeys[guess];
        if (Arrays.equals(known, 0, known.length, bytes, from, to)) {
          nextField = guess + 1;
          return fieldTags[guess];
        }
      }
      return null;
    }
  }

  private final Series[] slots = new Series[SLOTS];
  private int seriesCount;
  private long bytesHeld;

  /** The series written as those bytes, or null. */
  @Nullable Series find(byte[] bytes, int from, int to, long hash) {
    int slot = slot(hash);
    for (int probe = 0; probe < PROBES_MAX; probe++) {
      Series series = slots[slot];
      if (series == null) {
        return null;
      }
      if (series.hash == hash && Arrays.equals(series.key, 0, series.key.length, bytes, from, to)) {
        return series;
      }
      slot = (slot + 1) & (SLOTS - 1);
    }
    return null;
  }

  /** Remembers a new series if there is a place for it, and returns it. */
  Series add(byte[] bytes, int from, int to, long hash, @Nullable String tag, String prefix) {
    Series series = new Series(Arrays.copyOfRange(bytes, from, to), hash, tag, prefix);
    if (seriesCount >= SERIES_MAX || bytesHeld > BYTES_MAX) {
      Arrays.fill(slots, null);
      seriesCount = 0;
      bytesHeld = 0;
    }
    int slot = slot(hash);
    for (int probe = 0; probe < PROBES_MAX; probe++) {
      if (slots[slot] == null) {
        slots[slot] = series;
        seriesCount++;
        bytesHeld += 2L * (to - from);
        break;
      }
      slot = (slot + 1) & (SLOTS - 1);
    }
    return series;
  }

  /** Remembers a field of a series. */
  void addField(Series series, byte[] bytes, int from, int to, String tag) {
    if (series.fieldCount == FIELDS_PER_SERIES_MAX) {
      return;
    }
    if (series.fieldCount == series.fieldKeys.length) {
      series.fieldKeys = Arrays.copyOf(series.fieldKeys, series.fieldCount * 2);
      series.fieldTags = Arrays.copyOf(series.fieldTags, series.fieldCount * 2);
    }
    series.fieldKeys[series.fieldCount] = Arrays.copyOfRange(bytes, from, to);
    series.fieldTags[series.fieldCount] = tag;
    series.fieldCount++;
    series.nextField = series.fieldCount;
    bytesHeld += (to - from) + 2L * tag.length();
  }

  private static int slot(long hash) {
    return (int) ((hash * 0x9E37_79B9_7F4A_7C15L) >>> 49) & (SLOTS - 1);
  }
}

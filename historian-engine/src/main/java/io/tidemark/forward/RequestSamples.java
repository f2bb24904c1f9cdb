package io.tidemark.forward;

import io.tidemark.catalog.CatalogRecord;
import io.tidemark.model.RecordKind;
import io.tidemark.model.SampleFlags;
import io.tidemark.model.SampleFrame;
import io.tidemark.model.SampleType;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The samples of one request in columns, in the order of the journal, taken from frames; used again
 * and again. Samples that the store itself did not take are not in it. One thread.
 */
public final class RequestSamples {
  private static final int ROWS_FIRST = 8192;

  private int[] tagIds = new int[ROWS_FIRST];
  private byte[] types = new byte[ROWS_FIRST];
  private long[] timesNs = new long[ROWS_FIRST];
  private int[] statuses = new int[ROWS_FIRST];
  private byte[] flags = new byte[ROWS_FIRST];
  private long[] values = new long[ROWS_FIRST];
  private @Nullable String[] texts = new @Nullable String[ROWS_FIRST];
  private int count;
  private long frames;
  private long frameBytes;
  private long firstMicros;
  private final Set<Integer> definedTags = new LinkedHashSet<>();

  /** Empty ones. */
  public RequestSamples() {}

  void clear() {
    Arrays.fill(texts, 0, count, null);
    count = 0;
    frames = 0;
    frameBytes = 0;
    firstMicros = 0;
    definedTags.clear();
  }

  /** Adds what a frame has: samples, or the news that a tag is defined. */
  void add(SampleFrame frame) {
    if (frames == 0) {
      firstMicros = frame.transactionTimeMicros();
    }
    frames++;
    frameBytes += frame.length();
    if (frame.kind() == RecordKind.TAG) {
      definedTags.add(CatalogRecord.decodeTag(frame.payload()).id());
    } else if (frame.kind() == RecordKind.SAMPLES) {
      addRows(frame);
    }
  }

  private void addRows(SampleFrame frame) {
    frame.openRows();
    int rows = frame.rowCount();
    ensure(count + rows);
    boolean anyRejected = frame.hasRejected();
    for (int row = 0; row < rows; row++) {
      if (anyRejected && frame.isRejected(row)) {
        continue;
      }
      int at = count++;
      tagIds[at] = frame.tagId(row);
      types[at] = frame.typeCode(row);
      timesNs[at] = frame.timeNs(row);
      statuses[at] = frame.status(row);
      flags[at] = frame.flags(row);
      values[at] = frame.valueBits(row);
      if (types[at] == SampleType.STRING.code() && isPresent(at)) {
        texts[at] = frame.text(row);
      }
    }
  }

  private void ensure(int rows) {
    if (rows > tagIds.length) {
      int length = Math.max(rows, 2 * tagIds.length);
      tagIds = Arrays.copyOf(tagIds, length);
      types = Arrays.copyOf(types, length);
      timesNs = Arrays.copyOf(timesNs, length);
      statuses = Arrays.copyOf(statuses, length);
      flags = Arrays.copyOf(flags, length);
      values = Arrays.copyOf(values, length);
      texts = Arrays.copyOf(texts, length);
    }
  }

  /** Samples. */
  public int count() {
    return count;
  }

  /** Frames they come from, those without samples too. */
  long frames() {
    return frames;
  }

  /** Bytes of these frames. */
  long frameBytes() {
    return frameBytes;
  }

  /** When the first of these frames was written, microseconds since the epoch. */
  long firstMicros() {
    return firstMicros;
  }

  /** Tags whose definition changed in these frames. */
  Set<Integer> definedTags() {
    return definedTags;
  }

  /** Number of the tag of a sample, in this store. */
  public int tagId(int row) {
    return tagIds[row];
  }

  /** Type that a sample was stored with. */
  public SampleType type(int row) {
    return SampleType.ofCode(types[row]);
  }

  /** Source time, nanoseconds since the epoch. */
  public long timeNs(int row) {
    return timesNs[row];
  }

  /** StatusCode. */
  public int status(int row) {
    return statuses[row];
  }

  /** {@link SampleFlags} as they are stored. */
  public byte flags(int row) {
    return flags[row];
  }

  /** Whether a sample has a value. */
  public boolean isPresent(int row) {
    return (flags[row] & SampleFlags.PRESENT) != 0;
  }

  /** Value as {@link SampleFrame} describes it; not for texts. */
  public long valueBits(int row) {
    return values[row];
  }

  /** Text of a sample, or null if it has none. */
  public @Nullable String text(int row) {
    return texts[row];
  }

  /** The value as a person reads it. */
  String valueText(int row) {
    if (!isPresent(row)) {
      return "";
    }
    return switch (type(row)) {
      case FLOAT64, FLOAT32 -> Double.toString(Double.longBitsToDouble(values[row]));
      case STRING -> String.valueOf(texts[row]);
      default -> Long.toString(values[row]);
    };
  }
}

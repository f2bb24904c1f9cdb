package io.tidemark.storage.segment;

import java.util.Arrays;
import java.util.function.LongPredicate;

/**
 * Who wrote when: journal sequence, transaction time and producer of each frame whose samples a
 * table or a segment holds, by ascending sequence. Grows at the end. One writer; readers take a
 * {@link #copy}.
 */
public final class FrameLog {
  private long[] sequences = new long[16];
  private long[] transactionTimesMicros = new long[16];
  private long[] producerIds = new long[16];
  private int count;

  /** An empty log. */
  public FrameLog() {}

  /** Notes a frame. */
  public void add(long sequence, long transactionTimeMicros, int producerId) {
    if (count == sequences.length) {
      sequences = Arrays.copyOf(sequences, count * 2);
      transactionTimesMicros = Arrays.copyOf(transactionTimesMicros, count * 2);
      producerIds = Arrays.copyOf(producerIds, count * 2);
    }
    sequences[count] = sequence;
    transactionTimesMicros[count] = transactionTimeMicros;
    producerIds[count] = producerId;
    count++;
  }

  /** Frames noted. */
  public int count() {
    return count;
  }

  /** Bytes held. */
  public long bytes() {
    return 24L * sequences.length;
  }

  long[] sequences() {
    return sequences;
  }

  long[] transactionTimesMicros() {
    return transactionTimesMicros;
  }

  long[] producerIds() {
    return producerIds;
  }

  /** Journal sequence of the frame at an index. */
  public long sequence(int index) {
    return sequences[index];
  }

  /** Index of the frame, or -1. */
  public int indexOf(long sequence) {
    int index = Arrays.binarySearch(sequences, 0, count, sequence);
    return index < 0 ? -1 : index;
  }

  /** Transaction time of the frame at an index, microseconds since the epoch. */
  public long transactionTimeMicros(int index) {
    return transactionTimesMicros[index];
  }

  /** Producer of the frame at an index. */
  public int producerId(int index) {
    return (int) producerIds[index];
  }

  /** A log of the same frames that nobody writes to. */
  public FrameLog copy() {
    FrameLog copy = new FrameLog();
    copy.sequences = Arrays.copyOf(sequences, Math.max(1, count));
    copy.transactionTimesMicros = Arrays.copyOf(transactionTimesMicros, Math.max(1, count));
    copy.producerIds = Arrays.copyOf(producerIds, Math.max(1, count));
    copy.count = count;
    return copy;
  }

  /** Adds the frames of a kind to another log, whose own are all earlier. */
  public void copyInto(FrameLog other, LongPredicate which) {
    for (int i = 0; i < count; i++) {
      if (which.test(sequences[i])) {
        other.add(sequences[i], transactionTimesMicros[i], (int) producerIds[i]);
      }
    }
  }
}

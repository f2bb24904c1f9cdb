package io.tidemark.storage.manifest;

import java.util.BitSet;

/**
 * How far one client came that numbers its requests. A value; the words are not to be changed.
 *
 * @param producerId number of the client
 * @param epoch its epoch: a greater one fences off those who still use a smaller one
 * @param sequence its last request, 1 for the first of an epoch
 * @param parts parts that this request has, 0 while nobody knows
 * @param lastMicros transaction time of its last frame
 * @param partsStored which parts are stored, as {@link BitSet#toLongArray}; empty when all are
 */
public record RequestProgress(
    int producerId, int epoch, long sequence, int parts, long lastMicros, long[] partsStored) {
  /** Parts that a request may have. */
  public static final int PARTS_MAX = 65_535;

  /** Whether all parts are stored. */
  public boolean isComplete() {
    return parts > 0 && partsStored.length == 0;
  }

  /** Whether a part is stored. */
  public boolean has(int part) {
    return isComplete()
        ? part < parts
        : (part >>> 6) < partsStored.length && (partsStored[part >>> 6] >>> part & 1) != 0;
  }

  /**
   * With one part more.
   *
   * @param newParts how many there are, 0 if the part does not say
   */
  public RequestProgress plus(int part, int newParts, long micros) {
    BitSet stored = BitSet.valueOf(partsStored);
    stored.set(part);
    int known = Math.max(parts, newParts);
    boolean complete = known > 0 && stored.cardinality() >= known;
    return new RequestProgress(
        producerId, epoch, sequence, known, micros, complete ? new long[0] : stored.toLongArray());
  }

  /** The first part of another request. */
  public static RequestProgress first(
      int producerId, int epoch, long sequence, int part, int parts, long micros) {
    return new RequestProgress(producerId, epoch, sequence, 0, micros, new long[0])
        .plus(part, parts, micros);
  }
}

package io.tidemark.ingest;

import io.tidemark.model.Float32;
import io.tidemark.model.HistorianException;

/**
 * Takes decoded samples one by one, resolves their tag (made on first sight), judges type, time and
 * text and puts them into frames. One thread. Every method throws {@link HistorianException} for a
 * sample that is refused, without a path: the decoder knows the place, notes the error and goes on.
 */
public interface SampleSink {
  /** A whole number: goes into int, float, bool (0 or 1) and digital (ordinal) tags. */
  void integer(String tag, long timeNs, long value, int status);

  /**
   * A number with a fraction or exponent: goes into float tags. May be NaN or infinite.
   *
   * @param value the float64 nearest to it
   * @param single the float32 nearest to it, which need not be the one nearest to {@code value}:
   *     what decides between two neighbours may lie behind the digits that a float64 holds
   */
  void decimal(String tag, long timeNs, double value, float single, int status);

  /** A number that is a float64 from the beginning. */
  default void decimal(String tag, long timeNs, double value, int status) {
    decimal(tag, timeNs, value, Float32.nearest(value), status);
  }

  /** A truth value: goes into bool tags. */
  void bool(String tag, long timeNs, boolean value, int status);

  /** A text: goes into string tags, and into digital tags as the name of a state. */
  void text(String tag, long timeNs, String value, int status);

  /** A sample without a value, usually Bad. A tag seen first this way becomes float64. */
  void absent(String tag, long timeNs, int status);
}

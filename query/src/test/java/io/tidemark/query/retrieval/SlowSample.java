package io.tidemark.query.retrieval;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A sample as it was written last. */
record SlowSample(long timeNs, @Nullable Double value, int status, boolean isMarked) {
  int quality() {
    return Math.min(2, status >>> 30);
  }

  boolean isGood() {
    return quality() == 0 && hasNumber();
  }

  boolean hasNumber() {
    return value != null && Double.isFinite(value);
  }

  double number() {
    return Objects.requireNonNull(value);
  }

  /** Class by what can be made of it. */
  int ownClass() {
    return hasNumber() ? quality() : 2;
  }
}

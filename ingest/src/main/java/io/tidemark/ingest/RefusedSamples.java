package io.tidemark.ingest;

import io.tidemark.model.HistorianException;
import io.tidemark.model.Principal;
import org.jspecify.annotations.Nullable;

/** Takes samples that a rule refused, so that they can be tried again once the rule is changed. */
@FunctionalInterface
public interface RefusedSamples {
  /** Forgets them: the answer names them. */
  RefusedSamples NOWHERE = (tag, timeNs, value, status, principal, why) -> {};

  /**
   * Keeps a sample. Bounded, and any thread may call it; it must not fail.
   *
   * @param value a {@link Long}, {@link Double}, {@link Boolean} or {@link String}; null for a
   *     sample without one
   * @param why code and words of the refusal
   */
  void keep(
      String tag,
      long timeNs,
      @Nullable Object value,
      int status,
      Principal principal,
      HistorianException why);
}

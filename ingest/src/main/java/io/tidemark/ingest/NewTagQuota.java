package io.tidemark.ingest;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.Principal;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How many tags an account makes by writing samples to new names: so many an hour, so that one that
 * puts a number into its names does not use up the store's tags. Not safe for several threads.
 */
final class NewTagQuota {
  private static final long WINDOW_NS = 3_600_000_000_000L;
  private static final int PRINCIPALS_MAX = 10_000;

  private final int tagsPerHour;

  /* What an account has left, by name; the one that was asked for longest ago goes first. */
  private final Map<String, Allowance> allowances = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * A quota.
   *
   * @param tagsPerHour of each account, all of them at once if it made none for an hour
   */
  NewTagQuota(int tagsPerHour) {
    this.tagsPerHour = tagsPerHour;
  }

  private static final class Allowance {
    private double tags;
    private long nanos;

    Allowance(double tags, long nanos) {
      this.tags = tags;
      this.nanos = nanos;
    }
  }

  /**
   * Takes one.
   *
   * @param nowNanos monotonic
   * @throws HistorianException {@link ErrorCode#TOO_MANY} if none is left
   */
  void take(Principal principal, long nowNanos) {
    Allowance left =
        allowances.computeIfAbsent(principal.name(), name -> new Allowance(tagsPerHour, nowNanos));
    double regained = (double) (nowNanos - left.nanos) / WINDOW_NS * tagsPerHour;
    left.tags = Math.min(tagsPerHour, left.tags + Math.max(0, regained));
    left.nanos = nowNanos;
    if (left.tags < 1) {
      throw new HistorianException(
          ErrorCode.TOO_MANY,
          "account made too many tags: name="
              + ErrorText.quote(principal.name())
              + ", newTagsPerHour="
              + tagsPerHour,
          null,
          "names should not hold numbers that change; raise ingest.newTagsPerHour, or define the"
              + " tags first",
          null);
    }
    left.tags--;
    if (allowances.size() > PRINCIPALS_MAX) {
      allowances.remove(allowances.keySet().iterator().next());
    }
  }
}

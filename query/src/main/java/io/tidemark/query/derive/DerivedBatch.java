package io.tidemark.query.derive;

import io.tidemark.query.context.Derivation;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A batch in a unit for as long as it was told without a break, and its phases.
 *
 * @param batchId its id; {@link Derivation#SOME_BATCH} if the tag does not say
 * @param startNs time of the sample that first told it
 * @param endNs time of the sample that told something else; {@link #OPEN_NS} while it runs
 * @param startKnown false if it was told from the first sample on: it may have begun before
 * @param phases by start, all inside
 */
public record DerivedBatch(
    String batchId, long startNs, long endNs, boolean startKnown, List<Phase> phases) {

  /** End of what runs. */
  public static final long OPEN_NS = Long.MAX_VALUE;

  /** A phase; as for a batch. */
  public record Phase(String name, long startNs, long endNs, boolean startKnown) {}

  /**
   * The batches that touch a closed interval of time, whole, by start.
   *
   * @param batches what the batch tag said; null if there is none: then there is a batch while
   *     there is a phase
   * @param phases what the phase tag said; null if there is none
   * @param minimumNs what ended sooner after its start is left out
   */
  public static List<DerivedBatch> touching(
      @Nullable StateSignal batches,
      @Nullable StateSignal phases,
      long minimumNs,
      long fromNs,
      long toNs) {
    List<DerivedBatch> found = new ArrayList<>();
    StateSignal signal = batches == null ? Objects.requireNonNull(phases) : batches;
    long before = fromNs == Long.MIN_VALUE ? fromNs : fromNs - 1;
    int at = Math.max(0, signal.changeAt(before));
    if (batches == null) {
      while (at > 0 && signal.state(at) != null && signal.state(at - 1) != null) {
        at--;
      }
    }
    while (at < signal.count() && signal.timeNs(at) <= toNs) {
      int first = at;
      String state = signal.state(at);
      at++;
      if (state == null) {
        continue;
      }
      while (batches == null && at < signal.count() && signal.state(at) != null) {
        at++;
      }
      long startNs = signal.timeNs(first);
      long endNs = signal.endNs(at - 1);
      if (endNs >= fromNs && lasts(startNs, endNs, minimumNs)) {
        found.add(
            new DerivedBatch(
                batches == null ? Derivation.SOME_BATCH : state,
                startNs,
                endNs,
                startNs > signal.firstNs(),
                phases == null ? List.of() : phases(phases, startNs, endNs, minimumNs, signal)));
      }
    }
    return found;
  }

  private static List<Phase> phases(
      StateSignal phases, long startNs, long endNs, long minimumNs, StateSignal batches) {
    List<Phase> found = new ArrayList<>();
    long unknownNs = Math.max(phases.firstNs(), batches.firstNs());
    for (int i = Math.max(0, phases.changeAt(startNs));
        i < phases.count() && phases.timeNs(i) < endNs;
        i++) {
      String name = phases.state(i);
      long phaseStartNs = Math.max(startNs, phases.timeNs(i));
      long phaseEndNs = Math.min(endNs, phases.endNs(i));
      if (name != null && lasts(phaseStartNs, phaseEndNs, minimumNs)) {
        found.add(new Phase(name, phaseStartNs, phaseEndNs, phaseStartNs > unknownNs));
      }
    }
    return List.copyOf(found);
  }

  private static boolean lasts(long startNs, long endNs, long minimumNs) {
    return endNs == OPEN_NS || (endNs > startNs && endNs - startNs >= minimumNs);
  }
}

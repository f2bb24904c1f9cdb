package io.tidemark.query.derive;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Finds which step of before an interval of now is; each step is found once. */
final class StepMatching {
  private final Set<DerivedStep> left;

  StepMatching(List<DerivedStep> steps) {
    left = new LinkedHashSet<>(steps);
  }

  /** The step that begins then; one that was taken back only if there is no other. */
  @Nullable DerivedStep same(long startNs, Predicate<DerivedStep> alike) {
    DerivedStep found = null;
    for (DerivedStep step : left) {
      if (step.startNs == startNs
          && alike.test(step)
          && (found == null || (step.lasts() && !found.lasts()))) {
        found = step;
      }
    }
    return taken(found);
  }

  /** The step that shares most time with the interval. */
  @Nullable DerivedStep sharing(long startNs, long endNs, Predicate<DerivedStep> alike) {
    DerivedStep found = null;
    long most = 0; // unsigned
    for (DerivedStep step : left) {
      long fromNs = Math.max(startNs, step.startNs);
      long toNs = Math.min(endNs, step.endNs);
      if (toNs > fromNs
          && step.lasts()
          && alike.test(step)
          && Long.compareUnsigned(toNs - fromNs, most) > 0) {
        found = step;
        most = toNs - fromNs;
      }
    }
    return taken(found);
  }

  private @Nullable DerivedStep taken(@Nullable DerivedStep step) {
    if (step != null) {
      left.remove(step);
    }
    return step;
  }

  /** Steps that were not found. */
  List<DerivedStep> left() {
    return List.copyOf(left);
  }
}

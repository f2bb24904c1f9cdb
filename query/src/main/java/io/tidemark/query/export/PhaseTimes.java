package io.tidemark.query.export;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.TimeRange;
import io.tidemark.query.export.ExportChoice.Phase;
import io.tidemark.query.export.ExportChoice.Stay;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which phase a batch is in: of those that run, the one that began last. Told to a statement as one
 * comparison for each change, so that no row is joined with anything.
 */
final class PhaseTimes {
  /** Most changes of which a statement tells the times. */
  private static final int CHANGES_MAX = 300;

  /** Phase from a time on; null for none. */
  private record Change(long timeNs, @Nullable String phase) {}

  private final List<Change> changes = new ArrayList<>();

  /**
   * Phases of a stay.
   *
   * @param phases on its unit, in order of start
   */
  PhaseTimes(Stay stay, List<Phase> phases) {
    Set<Long> edges = new TreeSet<>();
    edges.add(stay.startNs());
    for (Phase phase : phases) {
      edges.add(phase.startNs());
      if (phase.endNs() != null) {
        edges.add(phase.endNs());
      }
    }
    for (long edge : edges) {
      if (edge >= stay.startNs() && edge < stay.endNs()) {
        String now = null;
        for (Phase phase : phases) {
          if (phase.startNs() <= edge && (phase.endNs() == null || phase.endNs() > edge)) {
            now = phase.name(); // in order of start: the last one counts
          }
        }
        if (changes.isEmpty() || !Objects.equals(now, changes.getLast().phase)) {
          changes.add(new Change(edge, now));
        }
      }
    }
  }

  /** Whether one statement can tell all of them. */
  boolean isCalm() {
    return changes.size() <= CHANGES_MAX;
  }

  /**
   * Adds the column {@code phase}.
   *
   * @param timeNs expression of a row's time in nanoseconds
   * @param slice where the rows are
   */
  void column(ExportStatement statement, String timeNs, TimeRange slice) {
    StringBuilder cases = new StringBuilder("CASE");
    List<@Nullable Object> params = new ArrayList<>();
    for (Change change : changes.reversed()) {
      if (change.timeNs < slice.endNs()) {
        cases.append(" WHEN ").append(timeNs).append(" >= ? THEN ?::VARCHAR");
        params.add(change.timeNs);
        params.add(change.phase);
        if (change.timeNs <= slice.startNs()) {
          break;
        }
      }
    }
    if (params.size() > 2 * CHANGES_MAX) {
      throw new HistorianException(
          ErrorCode.TOO_MANY,
          "batch changes its phase too often: changesMax=" + CHANGES_MAX + " a day",
          null,
          "export it with sql",
          null);
    }
    statement.column("phase", cases + " END", params.toArray());
  }
}

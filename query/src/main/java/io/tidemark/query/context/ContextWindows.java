package io.tidemark.query.context;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.TimeRange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Batches or phases as intervals to aggregate over. */
public final class ContextWindows {
  private static final String PHASE_LEVEL = "Phase";

  /**
   * Which ones.
   *
   * @param phases whether phases are meant, not batches
   * @param phaseName name of the phases, any case; null for all
   * @param unitId where they ran; null for anywhere
   * @param batchIds of these batches only; empty for all
   * @param range what they overlap; null for any time, then batches are named
   */
  public record Choice(
      boolean phases,
      @Nullable String phaseName,
      @Nullable String unitId,
      List<String> batchIds,
      @Nullable TimeRange range) {}

  /**
   * An interval.
   *
   * @param name batch id; of a phase {@code batch/phase}, with its instance behind it if it is not
   *     the first
   * @param startNs first ns
   * @param endNs first ns after; of one that runs, now
   */
  public record Window(String name, long startNs, long endNs) {}

  private ContextWindows() {}

  /**
   * Finds them, by start, then name. Those without a start or a length are left out.
   *
   * @param nowNs end of those that have none yet
   * @param limit most of them
   * @throws HistorianException {@link ErrorCode#NOT_FOUND} for a batch that does not exist, {@link
   *     ErrorCode#TOO_MANY}, {@link ErrorCode#MISSING_FIELD} if neither unit nor batch is named.
   */
  public static List<Window> find(ContextStore store, Choice choice, long nowNs, int limit) {
    if (choice.unitId() == null && choice.batchIds().isEmpty()) {
      throw new HistorianException(
          ErrorCode.MISSING_FIELD,
          "batches and phases are found by their unit or batch: give unit or batch",
          "interval",
          "for example unit=R1, or batch=B-1",
          null);
    }
    List<Window> found = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (ContextRow row : rows(store, choice)) {
      Window window = window(row, choice, nowNs);
      if (window != null) {
        if (found.size() == limit) {
          throw new HistorianException(
              ErrorCode.TOO_MANY, "range holds too many batches or phases: intervalsMax=" + limit);
        }
        String name = window.name;
        for (int n = 2; !names.add(name); n++) {
          name = window.name + " (" + n + ")";
        }
        found.add(new Window(name, window.startNs, window.endNs));
      }
    }
    found.sort(Comparator.comparingLong(Window::startNs).thenComparing(Window::name));
    return found;
  }

  private static List<ContextRow> rows(ContextStore store, Choice choice) {
    ContextKind kind = choice.phases ? ContextKind.STEPS : ContextKind.BATCHES;
    if (choice.batchIds.isEmpty()) {
      TimeRange range = choice.range == null ? TimeRange.ALL : choice.range;
      return store.overlapping(kind, choice.unitId, range.startNs(), range.endNs());
    }
    List<ContextRow> rows = new ArrayList<>();
    for (String id : choice.batchIds) {
      ContextRow batch = store.row(ContextKind.BATCHES, id);
      if (batch == null) {
        throw new HistorianException(
            ErrorCode.NOT_FOUND,
            "no such batch: batch=" + ErrorText.quote(id),
            "batch",
            null,
            null);
      }
      if (choice.phases) {
        rows.addAll(store.stepsOf(id));
      } else {
        rows.add(batch);
      }
    }
    return rows;
  }

  private static @Nullable Window window(ContextRow row, Choice choice, long nowNs) {
    ContextFields fields = ContextFields.of(row.kind());
    Long startNs = fields.whole(row.values(), "start_time");
    Long end = fields.whole(row.values(), "end_time");
    long endNs = end == null ? nowNs : end;
    String unit = fields.text(row.values(), "unit_id");
    if (startNs == null
        || endNs <= startNs
        || (choice.unitId != null && !choice.unitId.equals(unit))
        || (choice.range != null
            && (startNs >= choice.range.endNs() || endNs <= choice.range.startNs()))) {
      return null;
    }
    if (!choice.phases) {
      return new Window(row.id(), startNs, endNs);
    }
    String name = fields.text(row.values(), "name");
    if (name == null
        || !PHASE_LEVEL.equalsIgnoreCase(fields.text(row.values(), "level"))
        || (choice.phaseName != null && !choice.phaseName.equalsIgnoreCase(name))) {
      return null;
    }
    Long instance = fields.whole(row.values(), "instance");
    String label = fields.text(row.values(), "batch_id") + "/" + name;
    return new Window(
        instance == null || instance <= 1 ? label : label + " " + instance, startNs, endNs);
  }
}

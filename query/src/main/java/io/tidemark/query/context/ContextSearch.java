package io.tidemark.query.context;

import io.tidemark.model.Direction;
import io.tidemark.model.TimeRange;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A search for objects that have a time: orders, batches, steps and events.
 *
 * @param kind one of {@link #KINDS}
 * @param mode how they lie to the window
 * @param window for modes that include its end, the instant {@code window.endNs()} too
 * @param filter which of those
 * @param direction by start, then key, forward or backward
 * @param after the place where an earlier answer ended; null to begin
 * @param limit most objects
 */
public record ContextSearch(
    ContextKind kind,
    IntervalSearch mode,
    TimeRange window,
    Filter filter,
    Direction direction,
    @Nullable Place after,
    int limit) {

  /** Kinds that can be searched. */
  public static final List<ContextKind> KINDS =
      List.of(ContextKind.ORDERS, ContextKind.BATCHES, ContextKind.STEPS, ContextKind.EVENTS);

  /**
   * What the objects must have; null for any.
   *
   * @param unitId of the object itself
   * @param batchId of a batch its own id
   * @param productId of a step or event that of its batch
   * @param orderId of an order its own id, of a step or event that of its batch
   * @param name of a step its name, of an event its type; upper and lower case are the same
   */
  public record Filter(
      @Nullable String unitId,
      @Nullable String batchId,
      @Nullable String productId,
      @Nullable String orderId,
      @Nullable String name) {
    /** Everything. */
    public static final Filter ALL = new Filter(null, null, null, null, null);

    /** Everything of a unit; of all units if it is null. */
    public static Filter ofUnit(@Nullable String unitId) {
      return new Filter(unitId, null, null, null, null);
    }
  }

  /** Where an object stands in the order of answers. */
  public record Place(long startNs, String id) {
    /** The place of a row that was found. */
    public static Place of(ContextRow row) {
      Long startNs = ContextFields.of(row.kind()).whole(row.values(), "start_time");
      return new Place(startNs == null ? Long.MIN_VALUE : startNs, row.id());
    }
  }

  /** Checks the kind. */
  public ContextSearch {
    if (!KINDS.contains(kind)) {
      throw new IllegalArgumentException("objects have no time: kind=" + kind);
    }
  }
}

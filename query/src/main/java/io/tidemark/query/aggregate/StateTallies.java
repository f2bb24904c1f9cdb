package io.tidemark.query.aggregate;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The states of one interval: found by number without an object, or by text. Reusable. */
final class StateTallies {
  /* Twice as many places as states at least, so that a search is short. */
  private static final int PLACES = Integer.highestOneBit(StateAggregator.STATES_MAX) << 2;

  private final @Nullable StateTally[] places = new StateTally[PLACES];
  private final Map<String, StateTally> byText = new HashMap<>();
  private final List<StateTally> all = new ArrayList<>();

  /** States so far, in the order they came. */
  List<StateTally> all() {
    return all;
  }

  void clear() {
    if (!all.isEmpty()) {
      Arrays.fill(places, null);
      byText.clear();
      all.clear();
    }
  }

  /**
   * The tally of a state, made if there is none.
   *
   * @throws HistorianException {@link ErrorCode#TOO_MANY}.
   */
  StateTally of(long value, @Nullable String text) {
    if (text != null) {
      StateTally one = byText.get(text);
      if (one == null) {
        one = make(value, text);
        byText.put(text, one);
      }
      return one;
    }
    int at = (int) ((value * 0x9E37_79B9_7F4A_7C15L) >>> 32) & (PLACES - 1);
    while (true) {
      StateTally one = places[at];
      if (one == null) {
        one = make(value, null);
        places[at] = one;
        return one;
      }
      if (one.value == value) {
        return one;
      }
      at = (at + 1) & (PLACES - 1);
    }
  }

  private StateTally make(long value, @Nullable String text) {
    if (all.size() == StateAggregator.STATES_MAX) {
      throw new HistorianException(
          ErrorCode.TOO_MANY,
          "too many states in an interval: max=" + StateAggregator.STATES_MAX,
          null,
          "ask for shorter intervals, or for a summary: the tag may be no state",
          null);
    }
    StateTally one = new StateTally(value, text);
    all.add(one);
    return one;
  }
}

package io.tidemark.query.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.SampleType;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.query.retrieval.Retrieval.AtMode;
import io.tidemark.query.retrieval.Retrieval.Bounds;
import io.tidemark.testing.OracleStore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The truth tables of values at a time and of the bounds of recorded values: every mode, every
 * place of the time among the samples, every quality of the neighbours, stepped and sloped.
 *
 * <p>Words of the tables: {@code before}, {@code at}, {@code after} are samples, as recorded;
 * {@code line} is the line between them, {@code held} the value before, in doubt, {@code step} the
 * value before with its status, {@code -} no data.
 */
class BoundaryTableTest {
  private static final long BEFORE = 10;
  private static final long AT = 20;
  private static final long AFTER = 40;

  /** What a sample may be like. */
  private enum Kind {
    NONE(0, true),
    GOOD(StatusCodes.GOOD, true),
    LOCAL_OVERRIDE(0x0096_0000, true),
    UNCERTAIN(StatusCodes.UNCERTAIN_LAST_USABLE_VALUE, true),
    BAD(StatusCodes.BAD_SENSOR_FAILURE, true),
    BAD_WITHOUT_VALUE(StatusCodes.BAD_NO_COMMUNICATION, false);

    final int status;
    final boolean hasValue;

    Kind(int status, boolean hasValue) {
      this.status = status;
      this.hasValue = hasValue;
    }

    boolean isGood() {
      return this == GOOD || this == LOCAL_OVERRIDE;
    }

    boolean isBad() {
      return status < 0;
    }
  }

  private static void write(OracleStore store, TagDefinition tag, long timeNs, Kind kind) {
    if (kind != Kind.NONE) {
      store.write(tag, timeNs, kind.hasValue ? (Double) (double) timeNs : null, kind.status);
    }
  }

  private static String row(long timeNs, Object value, int status) {
    return timeNs + " = " + value + " " + Integer.toHexString(status);
  }

  private static String recorded(long underNs, long timeNs, Kind kind) {
    return row(underNs, kind.hasValue ? (Double) (double) timeNs : "null", kind.status);
  }

  private static String noData(long timeNs) {
    return row(timeNs, "null", StatusCodes.BAD_NO_DATA);
  }

  private static List<String> read(OracleStore store, TagDefinition tag, Retrieval retrieval) {
    return RowCollector.read(store, tag, retrieval).stream()
        .map(row -> row(row.timeNs(), String.valueOf(row.value()), row.status()))
        .toList();
  }

  /**
   * What a word of the table means for a value asked for at the time {@code AT}. A sample that is
   * not there is no data.
   */
  private static String meaning(String word, Kind before, Kind at, Kind after) {
    Kind kind =
        switch (word) {
          case "before" -> before;
          case "at" -> at;
          case "after" -> after;
          default -> Kind.NONE;
        };
    long timeNs = word.equals("before") ? BEFORE : word.equals("at") ? AT : AFTER;
    int inDoubt = StatusCodes.UNCERTAIN_DATA_SUB_NORMAL | StatusCodes.INTERPOLATED;
    return switch (word) {
      case "line" -> row(AT, (double) AT, StatusCodes.INTERPOLATED);
      case "held" -> row(AT, (double) BEFORE, inDoubt);
      case "step" -> row(AT, (double) BEFORE, before.status | StatusCodes.INTERPOLATED);
      default -> kind == Kind.NONE ? noData(AT) : recorded(AT, timeNs, kind);
    };
  }

  /** The interpolated value by the simple bound rule. */
  private static String interpolated(Kind before, Kind at, Kind after, boolean stepped) {
    if (at != Kind.NONE) {
      return at.isBad() ? "-" : "at";
    }
    if (!before.isGood() || after == Kind.NONE) {
      return "-"; // nothing before, or not usable; nothing after: not extrapolated
    }
    return stepped ? "step" : after.isGood() ? "line" : "held";
  }

  /** One row a mode: what is found on a hit, between two, before the first, after the last. */
  @ParameterizedTest
  @CsvSource({
    // mode,      hit,    between, before first, after last
    "EXACT,        at,     -,       -,            -",
    "BEFORE,       before, before,  -,            before",
    "AT_OR_BEFORE, at,     before,  -,            before",
    "AFTER,        after,  after,   after,        -",
    "AT_OR_AFTER,  at,     after,   after,        -",
    "INTERPOLATED, interpolated, interpolated, interpolated, interpolated",
    "AUTO,         auto,   auto,    auto,         auto",
  })
  void everyModeByTheTable(
      AtMode mode, String hit, String between, String beforeFirst, String afterLast) {
    int checked = 0;
    for (Kind before : Kind.values()) {
      for (Kind at : Kind.values()) {
        for (Kind after : Kind.values()) {
          boolean isEmpty = before == Kind.NONE && after == Kind.NONE && at == Kind.NONE;
          String word =
              at != Kind.NONE
                  ? hit
                  : isEmpty
                      ? "-"
                      : before == Kind.NONE
                          ? beforeFirst
                          : after == Kind.NONE ? afterLast : between;
          for (boolean stepped : new boolean[] {false, true}) {
            String expected = word;
            if (word.equals("auto") && stepped) {
              expected = at != Kind.NONE ? "at" : "before";
            } else if (word.equals("auto") || word.equals("interpolated")) {
              expected = interpolated(before, at, after, stepped);
            }
            OracleStore store = new OracleStore();
            TagDefinition tag = store.define("T", SampleType.FLOAT64, stepped, "");
            write(store, tag, BEFORE, before);
            write(store, tag, AT, at);
            write(store, tag, AFTER, after);
            // a sample further off on either side is nobody's neighbour
            boolean isBeforeAll = before == Kind.NONE;
            boolean isAfterAll = after == Kind.NONE;
            if (!isBeforeAll) {
              write(store, tag, BEFORE - 7, Kind.GOOD);
            }
            if (!isAfterAll) {
              write(store, tag, AFTER + 7, Kind.GOOD);
            }
            assertThat(read(store, tag, new Retrieval.AtTimes(new long[] {AT}, mode)))
                .as("%s, before=%s, at=%s, after=%s, stepped=%b", mode, before, at, after, stepped)
                .containsExactly(meaning(expected, before, at, after));
            checked++;
          }
        }
      }
    }
    assertThat(checked).isEqualTo(2 * 6 * 6 * 6);
  }

  /** Every choice of samples before, at, inside, at the end of and after a range [20, 40). */
  @ParameterizedTest
  @EnumSource
  void everyBoundByTheTable(Bounds bounds) {
    long[] places = {10, 20, 30, 40, 50};
    Kind[] kinds = {Kind.NONE, Kind.GOOD, Kind.UNCERTAIN, Kind.BAD};
    int all = (int) Math.pow(kinds.length, places.length);
    for (int choice = 0; choice < all; choice++) {
      Kind[] chosen = new Kind[places.length];
      for (int i = 0, rest = choice; i < places.length; i++, rest /= kinds.length) {
        chosen[i] = kinds[rest % kinds.length];
      }
      for (boolean stepped : new boolean[] {false, true}) {
        OracleStore store = new OracleStore();
        TagDefinition tag = store.define("T", SampleType.FLOAT64, stepped, "");
        for (int i = 0; i < places.length; i++) {
          write(store, tag, places[i], chosen[i]);
        }
        List<String> expected = expected(bounds, places, chosen, stepped);
        TimeRange range = new TimeRange(places[1], places[3]);
        String what = bounds + ", stepped=" + stepped + ", " + List.of(chosen);
        assertThat(read(store, tag, new Retrieval.Recorded(range, bounds, false)))
            .as(what)
            .isEqualTo(expected);
        Collections.reverse(expected);
        assertThat(read(store, tag, new Retrieval.Recorded(range, bounds, true)))
            .as(what + ", descending")
            .isEqualTo(expected);
      }
    }
  }

  private static List<String> expected(
      Bounds bounds, long[] places, Kind[] chosen, boolean stepped) {
    List<String> rows = new ArrayList<>();
    if (chosen[1] == Kind.NONE) {
      bound(rows, bounds, places, chosen, 1, stepped);
    }
    for (int i = 1; i < 3; i++) {
      if (chosen[i] != Kind.NONE) {
        rows.add(recorded(places[i], places[i], chosen[i]));
      }
    }
    if (chosen[3] == Kind.NONE) {
      bound(rows, bounds, places, chosen, 3, stepped);
    } else if (bounds != Bounds.INSIDE) {
      rows.add(recorded(places[3], places[3], chosen[3]));
    }
    return rows;
  }

  /** What stands for an edge at which nothing is recorded. */
  private static void bound(
      List<String> rows, Bounds bounds, long[] places, Kind[] chosen, int edge, boolean stepped) {
    int before = edge - 1;
    while (before >= 0 && chosen[before] == Kind.NONE) {
      before--;
    }
    int after = edge + 1;
    while (after < places.length && chosen[after] == Kind.NONE) {
      after++;
    }
    boolean isStart = edge == 1;
    int outside = isStart ? before : after;
    if (bounds == Bounds.OUTSIDE && outside >= 0 && outside < places.length) {
      rows.add(recorded(places[outside], places[outside], chosen[outside]));
    } else if (bounds == Bounds.INTERPOLATED) {
      Kind left = before < 0 ? Kind.NONE : chosen[before];
      Kind right = after == places.length ? Kind.NONE : chosen[after];
      String word = interpolated(left, Kind.NONE, right, stepped);
      int inDoubt = StatusCodes.UNCERTAIN_DATA_SUB_NORMAL | StatusCodes.INTERPOLATED;
      long at = places[edge];
      rows.add(
          switch (word) {
            case "line" -> row(at, (double) at, StatusCodes.INTERPOLATED); // value = time
            case "held" -> row(at, (double) places[before], inDoubt);
            case "step" -> row(at, (double) places[before], StatusCodes.INTERPOLATED);
            default -> noData(at);
          });
    }
  }
}

package io.tidemark.query.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import io.tidemark.query.aggregate.AggregateConfiguration;
import io.tidemark.query.aggregate.StandardAggregate;
import io.tidemark.testing.OracleStore;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Time that is asked for backwards: each row is what the row forwards is, with its time at the
 * other edge, its bounds in each other's place, and the samples on edges in the other interval.
 */
class BackwardAggregatesTest {
  private static final long SECOND = 1_000_000_000L;
  private static final AggregateConfiguration STANDARD = AggregateConfiguration.STANDARD;

  private static final Set<StandardAggregate> BOUNDS =
      EnumSet.of(
          StandardAggregate.START_BOUND,
          StandardAggregate.END_BOUND,
          StandardAggregate.DELTA_BOUNDS,
          StandardAggregate.INTERPOLATIVE,
          StandardAggregate.WORST_QUALITY_2);

  /** Which of the two bounds is a candidate on a stepped tag, and where, differs. */
  private static final Set<StandardAggregate> WITH_BOUNDS =
      EnumSet.of(
          StandardAggregate.MINIMUM_2,
          StandardAggregate.MAXIMUM_2,
          StandardAggregate.MINIMUM_ACTUAL_TIME_2,
          StandardAggregate.MAXIMUM_ACTUAL_TIME_2,
          StandardAggregate.RANGE_2);

  private static boolean ownTimesOfBounds(StandardAggregate aggregate) {
    return aggregate == StandardAggregate.MINIMUM_ACTUAL_TIME_2
        || aggregate == StandardAggregate.MAXIMUM_ACTUAL_TIME_2;
  }

  private final OracleStore store = new OracleStore();
  private final TagDefinition tag = store.defineAnalog("T");

  private List<RowCollector.Row> read(
      StandardAggregate aggregate, boolean backwards, long... seconds) {
    long[] edgesNs = LongStream.of(seconds).map(edge -> edge * SECOND).toArray();
    return RowCollector.read(
        store, tag, new Retrieval.Processed(aggregate, STANDARD, edgesNs, backwards));
  }

  private void assertRow(
      StandardAggregate aggregate, boolean backwards, double value, long second, int bits) {
    RowCollector.Row row = read(aggregate, backwards, 0, 10).getFirst();
    assertThat(row.value()).as("%s", aggregate).isEqualTo(value);
    assertThat(row.timeNs()).as("%s", aggregate).isEqualTo(second * SECOND);
    assertThat(row.status() & 0x1F).as("%s", aggregate).isEqualTo(bits);
  }

  /** Part 13, as implementations publish it: 0 at 0, 5 at 5, 10 at 10 over [0, 10) and back. */
  @Test
  void theLaterEdgeBelongsToTheInterval() {
    for (long second : new long[] {0, 5, 10}) {
      store.write(tag, second * SECOND, second, StatusCodes.GOOD);
    }
    store.write(tag, 20 * SECOND, 20, StatusCodes.GOOD);
    assertRow(StandardAggregate.START, false, 0, 0, 0);
    assertRow(StandardAggregate.END, false, 5, 5, 0);
    assertRow(StandardAggregate.START_BOUND, false, 0, 0, 0);
    assertRow(StandardAggregate.END_BOUND, false, 10, 0, 1);
    assertRow(StandardAggregate.START, true, 5, 5, 0);
    assertRow(StandardAggregate.END, true, 10, 10, 0);
    assertRow(StandardAggregate.START_BOUND, true, 10, 10, 0);
    assertRow(StandardAggregate.END_BOUND, true, 0, 10, 1);
    assertRow(StandardAggregate.DELTA_BOUNDS, true, -10, 10, 1);
    assertRow(StandardAggregate.INTERPOLATIVE, true, 10, 10, 0);
    assertRow(StandardAggregate.COUNT, true, 2, 10, 1);
    assertRow(StandardAggregate.MAXIMUM, true, 10, 10, 0);
    assertRow(StandardAggregate.MINIMUM, true, 5, 10, 1);
  }

  @Test
  void anEdgeBetweenTwoIntervalsBelongsToTheEarlierOne() {
    for (int i = 0; i <= 20; i += 5) {
      store.write(tag, i * SECOND, i, StatusCodes.GOOD);
    }
    assertThat(read(StandardAggregate.END, true, 0, 10, 20))
        .extracting(RowCollector.Row::value)
        .containsExactly(20.0, 10.0);
    assertThat(read(StandardAggregate.COUNT, true, 0, 10, 20))
        .extracting(RowCollector.Row::value)
        .containsExactly(2.0, 2.0);
  }

  @ParameterizedTest
  @EnumSource
  void withoutSamplesOnEdgesItIsTheSameReadFromTheOtherEnd(StandardAggregate aggregate) {
    Random random = new Random(5);
    long second = 1;
    for (int i = 0; i < 400; i++) {
      second += 1 + random.nextInt(4);
      int status =
          switch (random.nextInt(10)) {
            case 0 -> StatusCodes.BAD;
            case 1 -> StatusCodes.UNCERTAIN;
            default -> StatusCodes.GOOD;
          };
      store.write(tag, second * SECOND + SECOND / 2, random.nextInt(20), status);
    }
    long[] edges = LongStream.rangeClosed(0, 40).map(i -> i * 20).toArray();
    List<RowCollector.Row> forward = read(aggregate, false, edges);
    List<RowCollector.Row> backward = read(aggregate, true, edges).reversed();
    List<RowCollector.Row> starts = read(StandardAggregate.START_BOUND, false, edges);
    assertThat(backward).hasSameSizeAs(forward);
    for (int i = 0; i < forward.size(); i++) {
      RowCollector.Row there = forward.get(i);
      RowCollector.Row back = backward.get(i);
      if (there.timeNs() == edges[i] * SECOND && !ownTimesOfBounds(aggregate)) {
        assertThat(back.timeNs()).isEqualTo(edges[i + 1] * SECOND);
      } else if (!WITH_BOUNDS.contains(aggregate)) {
        assertThat(back.timeNs()).isEqualTo(there.timeNs());
      }
      if (!BOUNDS.contains(aggregate)) {
        assertThat(back.value()).as("interval %d", i).isEqualTo(there.value());
        if (!WITH_BOUNDS.contains(aggregate)) {
          assertThat(back.status()).as("interval %d", i).isEqualTo(there.status());
        }
      }
      if (aggregate == StandardAggregate.START_BOUND && i + 1 < forward.size()) {
        assertThat(back.value()).isEqualTo(starts.get(i + 1).value());
        assertThat(back.status()).isEqualTo(starts.get(i + 1).status());
      }
      if (aggregate == StandardAggregate.END_BOUND) {
        assertThat(back.value()).isEqualTo(starts.get(i).value());
      }
      if (aggregate == StandardAggregate.INTERPOLATIVE && i + 1 < forward.size()) {
        assertThat(back.value()).isEqualTo(forward.get(i + 1).value());
        assertThat(back.status()).isEqualTo(forward.get(i + 1).status());
      }
      if (aggregate == StandardAggregate.DELTA_BOUNDS && there.value() instanceof Double delta) {
        assertThat(back.value()).isEqualTo(-delta);
      }
    }
  }
}

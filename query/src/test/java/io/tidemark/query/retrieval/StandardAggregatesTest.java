package io.tidemark.query.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import io.tidemark.query.aggregate.AggregateConfiguration;
import io.tidemark.query.aggregate.StandardAggregate;
import io.tidemark.testing.OracleStore;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the vectors of the standard leave open. */
class StandardAggregatesTest {
  private static final long SECOND = 1_000_000_000L;
  private static final AggregateConfiguration STANDARD = AggregateConfiguration.STANDARD;
  private static final AggregateConfiguration UNCERTAIN_COUNTS =
      new AggregateConfiguration(false, 100, 100, false);

  private final OracleStore store = new OracleStore();
  private final TagDefinition tag = store.defineAnalog("T");

  private void write(double seconds, double value, int status) {
    store.write(tag, Math.round(seconds * SECOND), value, status);
  }

  private List<RowCollector.Row> read(
      StandardAggregate aggregate, AggregateConfiguration configuration, double... edges) {
    long[] edgesNs = Arrays.stream(edges).mapToLong(edge -> Math.round(edge * SECOND)).toArray();
    return RowCollector.read(
        store, tag, new Retrieval.Processed(aggregate, configuration, edgesNs));
  }

  private RowCollector.Row one(StandardAggregate aggregate, double... edges) {
    return read(aggregate, STANDARD, edges).getFirst();
  }

  private double number(StandardAggregate aggregate, double... edges) {
    Object value = one(aggregate, edges).value();
    return value instanceof Double number ? number : Double.NaN;
  }

  @Test
  void thereAreThirtySevenOfDifferentNodes() {
    Set<Integer> nodes = new HashSet<>();
    for (StandardAggregate each : StandardAggregate.values()) {
      nodes.add(each.nodeId());
      assertThat(StandardAggregate.find(each.browseName())).isEqualTo(each);
      assertThat(StandardAggregate.find(each.name())).isEqualTo(each);
    }
    assertThat(nodes).hasSize(37);
    assertThat(StandardAggregate.find("Mean")).isNull();
  }

  @Test
  void percentBadCountsUncertainTimeAsItIsTold() {
    write(0, 1, StatusCodes.GOOD);
    write(5, 1, StatusCodes.UNCERTAIN);
    write(10, 1, StatusCodes.BAD);
    write(15, 1, StatusCodes.BAD);
    write(20, 1, StatusCodes.GOOD);
    assertThat(number(StandardAggregate.PERCENT_BAD, 0, 20)).isEqualTo(75);
    assertThat(read(StandardAggregate.PERCENT_BAD, UNCERTAIN_COUNTS, 0, 20).getFirst().value())
        .isEqualTo(50.0);
    assertThat(number(StandardAggregate.PERCENT_GOOD, 0, 20)).isEqualTo(25);
  }

  @Test
  void statesAreHeld() {
    double[] values = {0, 1, 0, 2, 0};
    for (int i = 0; i < values.length; i++) {
      write(5 * i, values[i], StatusCodes.GOOD);
    }
    assertThat(number(StandardAggregate.DURATION_IN_STATE_ZERO, 0, 20)).isEqualTo(10_000);
    assertThat(number(StandardAggregate.DURATION_IN_STATE_NON_ZERO, 0, 20)).isEqualTo(10_000);
  }

  @Test
  void theFirstSampleOfAllIsATransition() {
    double[] values = {5, 5, 6, 7};
    for (int i = 0; i < values.length; i++) {
      write(i, values[i], StatusCodes.GOOD);
    }
    assertThat(number(StandardAggregate.NUMBER_OF_TRANSITIONS, 0, 3)).isEqualTo(2);
    assertThat(number(StandardAggregate.NUMBER_OF_TRANSITIONS, 1, 3)).isEqualTo(1);
  }

  @Test
  void sawTooth() {
    for (int k = 0; k < 10; k++) {
      write(10 * k, k + 10, StatusCodes.GOOD);
      write(10 * k + 5, k, StatusCodes.GOOD);
    }
    write(100, 20, StatusCodes.GOOD);
    double[] edges = new double[11];
    for (int k = 0; k <= 10; k++) {
      edges[k] = 10 * k;
    }
    assertThat(read(StandardAggregate.MINIMUM, STANDARD, edges))
        .extracting(RowCollector.Row::value)
        .containsExactly(0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0);
    assertThat(number(StandardAggregate.MINIMUM, 0, 100)).isZero();
    assertThat(number(StandardAggregate.MAXIMUM, 0, 100)).isEqualTo(19);
    assertThat(number(StandardAggregate.RANGE, 0, 100)).isEqualTo(19);
    assertThat(number(StandardAggregate.TIME_AVERAGE, 0, 100)).isEqualTo(9.75);
    assertThat(number(StandardAggregate.TOTAL, 0, 100)).isEqualTo(975);
    assertThat(one(StandardAggregate.MAXIMUM, 0, 100).status()).isEqualTo(StatusCodes.CALCULATED);
  }

  @Test
  void boundsAndEnds() {
    write(0, 0, StatusCodes.GOOD);
    write(5, 5, StatusCodes.GOOD);
    write(10, 10, StatusCodes.GOOD);
    assertThat(one(StandardAggregate.START, 0, 10))
        .isEqualTo(new RowCollector.Row(SampleType.FLOAT64, 0, 0.0, StatusCodes.GOOD));
    assertThat(one(StandardAggregate.END, 0, 10))
        .isEqualTo(new RowCollector.Row(SampleType.FLOAT64, 5 * SECOND, 5.0, StatusCodes.GOOD));
    assertThat(one(StandardAggregate.START_BOUND, 0, 10))
        .isEqualTo(new RowCollector.Row(SampleType.FLOAT64, 0, 0.0, StatusCodes.GOOD));
    assertThat(one(StandardAggregate.END_BOUND, 0, 10))
        .isEqualTo(new RowCollector.Row(SampleType.FLOAT64, 0, 10.0, StatusCodes.CALCULATED));
    assertThat(number(StandardAggregate.DELTA_BOUNDS, 0, 10)).isEqualTo(10);
    assertThat(number(StandardAggregate.DELTA_BOUNDS, 2, 7)).isEqualTo(5);
    assertThat(number(StandardAggregate.DELTA, 0, 10)).isEqualTo(5);
  }

  @Test
  void nothingBeforeTheFirstAndAfterTheLastSample() {
    write(10, 1, StatusCodes.GOOD);
    for (StandardAggregate each : StandardAggregate.values()) {
      List<RowCollector.Row> rows = read(each, STANDARD, 0, 5, 10, 20, 30);
      assertThat(rows).as(each.browseName()).hasSize(4);
      assertThat(rows.get(0).status()).as(each.browseName()).isEqualTo(StatusCodes.BAD_NO_DATA);
      boolean extrapolates =
          each == StandardAggregate.INTERPOLATIVE
              || each == StandardAggregate.TIME_AVERAGE
              || each == StandardAggregate.TOTAL;
      assertThat(rows.get(3).value() != null).as(each.browseName()).isEqualTo(extrapolates);
    }
  }

  @Test
  void longBadStretchIsSkippedByTheLine() {
    write(0, 0, StatusCodes.GOOD);
    for (int i = 1; i < 5_000; i++) {
      write(i, 1e9, StatusCodes.BAD);
    }
    write(5_000, 5_000, StatusCodes.GOOD);
    List<RowCollector.Row> rows =
        read(StandardAggregate.INTERPOLATIVE, STANDARD, 1_000, 2_000, 3_000, 4_000);
    assertThat(rows).extracting(RowCollector.Row::value).containsExactly(1000.0, 2000.0, 3000.0);
    assertThat(rows.getFirst().status())
        .isEqualTo(StatusCodes.UNCERTAIN_DATA_SUB_NORMAL | StatusCodes.INTERPOLATED);
    assertThat(number(StandardAggregate.TIME_AVERAGE, 2_000, 4_000)).isEqualTo(3_000);
    assertThat(one(StandardAggregate.TIME_AVERAGE_2, 2_000, 4_000).status())
        .isEqualTo(StatusCodes.BAD_NO_DATA);
  }

  @Test
  void timesOfTodayAreExactToTheNanosecond() {
    long today = 1_700_000_000L * SECOND;
    long[] offsets = {0, 1_000_001, 2_000_003};
    for (int i = 0; i < offsets.length; i++) {
      store.write(tag, today + offsets[i], (double) i, i == 2 ? StatusCodes.BAD : StatusCodes.GOOD);
    }
    store.write(tag, today + 10 * SECOND, 2.0, StatusCodes.BAD);
    long[] edges = {today, today + 10 * SECOND};
    assertThat(
            RowCollector.read(
                store,
                tag,
                new Retrieval.Processed(StandardAggregate.DURATION_GOOD, STANDARD, edges)))
        .extracting(RowCollector.Row::value)
        .containsExactly(2.000003); // a double of today is good to 256 ns only
    AggregateConfiguration slopes = new AggregateConfiguration(true, 100, 100, true);
    long[] later = {today + 1_000_001_000L, today + 2 * SECOND};
    assertThat(
            RowCollector.read(
                store,
                tag,
                new Retrieval.Processed(StandardAggregate.INTERPOLATIVE, slopes, later)))
        .extracting(RowCollector.Row::value)
        .containsExactly(1000.0);
  }

  @Test
  void sharesAreFromZeroToAHundred() {
    for (double percent : new double[] {-1, 100.5, Double.NaN}) {
      assertThatThrownBy(() -> new AggregateConfiguration(true, percent, 100, false))
          .isInstanceOfSatisfying(
              HistorianException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.OUT_OF_RANGE));
    }
  }

  @Test
  void aggregatesOfNumbersAreRefusedForText() {
    TagDefinition text = store.define("S", SampleType.STRING, true, "");
    store.write(text, 0, "a", StatusCodes.GOOD);
    store.write(text, SECOND, "b", StatusCodes.GOOD);
    long[] edges = {0, 2 * SECOND};
    assertThatThrownBy(
            () ->
                RowCollector.read(
                    store,
                    text,
                    new Retrieval.Processed(StandardAggregate.AVERAGE, STANDARD, edges)))
        .hasMessageContaining("aggregate is for numbers: aggregate=Average, tag=\"S\"");
    assertThat(
            RowCollector.read(
                store,
                text,
                new Retrieval.Processed(StandardAggregate.NUMBER_OF_TRANSITIONS, STANDARD, edges)))
        .extracting(RowCollector.Row::value)
        .containsExactly(2.0);
    assertThat(
            RowCollector.read(
                store, text, new Retrieval.Processed(StandardAggregate.END, STANDARD, edges)))
        .extracting(RowCollector.Row::value)
        .containsExactly("b");
  }
}

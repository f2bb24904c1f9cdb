package io.tidemark.query.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import io.tidemark.query.aggregate.CounterRow;
import io.tidemark.query.aggregate.CounterRule;
import io.tidemark.query.aggregate.CounterRule.MeterChange;
import io.tidemark.query.aggregate.CounterRule.Reversal;
import io.tidemark.testing.OracleStore;
import io.tidemark.testing.QueryContexts;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each rule for counters by numbers that were worked out by hand. Times in seconds. */
class CounterReadTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long MINUTE = 60 * SECOND;
  private static final int GOOD = StatusCodes.GOOD | StatusCodes.CALCULATED;
  private static final int UNCERTAIN =
      StatusCodes.UNCERTAIN_DATA_SUB_NORMAL | StatusCodes.CALCULATED;

  private final OracleStore store = new OracleStore();
  private TagDefinition tag = store.defineAnalog("M");

  private static CounterRule rule(double rollover, double maxRate, MeterChange... changes) {
    return new CounterRule(rollover, 0.05, maxRate, MINUTE, Reversal.SUBTRACT, List.of(changes));
  }

  private static MeterChange change(long seconds, double oldFinal, double newInitial) {
    return new MeterChange(seconds * SECOND, oldFinal, newInitial);
  }

  private void write(long seconds, double value) {
    store.write(tag, seconds * SECOND, value, StatusCodes.GOOD);
  }

  private void bad(long seconds) {
    store.write(tag, seconds * SECOND, null, StatusCodes.BAD_NO_COMMUNICATION);
  }

  /** Samples ten seconds apart. */
  private void series(double... values) {
    for (int i = 0; i < values.length; i++) {
      write(10L * i, values[i]);
    }
  }

  private List<CounterRow> read(CounterRule rule, long... seconds) {
    long[] edges = Arrays.stream(seconds).map(each -> each * SECOND).toArray();
    return CounterRead.read(
        tag, edges, rule, QueryContexts.permissive(store.view(), Long.MAX_VALUE, ZoneOffset.UTC));
  }

  private CounterRow only(CounterRule rule, long startSecond, long endSecond) {
    List<CounterRow> rows = read(rule, startSecond, endSecond);
    assertThat(rows).hasSize(1);
    return rows.getFirst();
  }

  /** rollovers, resets, reversals, recovered, implausible, meter changes. */
  private static List<Long> events(CounterRow row) {
    return List.of(
        row.rollovers(),
        row.resets(),
        row.reversals(),
        row.recovered(),
        row.implausible(),
        row.meterChanges());
  }

  @Test
  void risesAreDividedAtTheEdges() {
    write(0, 100);
    write(10, 110);
    write(20, 130);
    List<CounterRow> rows = read(CounterRule.DEFAULT, 5, 15, 20);
    assertThat(rows).extracting(CounterRow::increase).containsExactly(15.0, 10.0);
    assertThat(rows).extracting(CounterRow::ratePerSecond).containsExactly(1.5, 2.0);
    assertThat(rows).extracting(CounterRow::count).containsExactly(1L, 0L);
    assertThat(rows).extracting(CounterRow::percentGood).containsOnly(100.0);
    assertThat(rows).extracting(CounterRow::status).containsOnly(GOOD);
    assertThat(rows).extracting(CounterRow::basis).containsOnly("stored");
    assertThat(rows).allSatisfy(row -> assertThat(events(row)).containsOnly(0L));
    assertThat(rows.get(1).startNs()).isEqualTo(15 * SECOND);
    assertThat(rows.get(1).endNs()).isEqualTo(20 * SECOND);
  }

  @Test
  void heldValuesRiseWhereTheNextOneIs() {
    tag = store.define("H", SampleType.INT64, true, "");
    store.write(tag, 0, 100L, 0);
    store.write(tag, 10 * SECOND, 110L, 0);
    store.write(tag, 20 * SECOND, 130L, 0);
    // a value at an edge is the bound of the interval before it
    List<CounterRow> rows = read(CounterRule.DEFAULT, 5, 10, 15, 20);
    assertThat(rows).extracting(CounterRow::increase).containsExactly(10.0, 0.0, 20.0);
    assertThat(rows).extracting(CounterRow::count).containsExactly(0L, 1L, 0L);
    assertThat(rows).extracting(CounterRow::status).containsOnly(GOOD);
  }

  @Test
  void aRolloverGoesOnFromZero() {
    series(980, 20, 30);
    List<CounterRow> rows = read(rule(1000, 0), 0, 5, 10, 20);
    assertThat(rows).extracting(CounterRow::increase).containsExactly(20.0, 20.0, 10.0);
    assertThat(rows).extracting(CounterRow::rollovers).containsExactly(0L, 1L, 0L);
    // just inside the shares, and just outside of either
    tag = store.defineAnalog("M2");
    series(950, 50);
    assertThat(only(rule(1000, 0), 0, 10).increase()).isEqualTo(100);
    tag = store.defineAnalog("M3");
    series(949, 50);
    CounterRow row = only(rule(1000, 0), 0, 10);
    assertThat(row.increase()).isEqualTo(50);
    assertThat(events(row)).containsExactly(0L, 1L, 0L, 0L, 0L, 0L);
    tag = store.defineAnalog("M4");
    series(950, 51);
    assertThat(only(rule(1000, 0), 0, 10).resets()).isEqualTo(1);
  }

  @Test
  void aResetCountsFromZero() {
    series(100, 110, 5, 8);
    CounterRow row = only(CounterRule.DEFAULT, 0, 30);
    assertThat(row.increase()).isEqualTo(10 + 5 + 3);
    assertThat(events(row)).containsExactly(0L, 1L, 0L, 0L, 0L, 0L);
    List<CounterRow> rows = read(CounterRule.DEFAULT, 0, 12, 30); // a fifth of the reset's five
    assertThat(rows).extracting(CounterRow::increase).containsExactly(11.0, 7.0);
    assertThat(rows).extracting(CounterRow::resets).containsExactly(0L, 1L);
  }

  @Test
  void aSmallFallIsAReversal() {
    series(500, 480, 510, 460);
    CounterRow row = only(rule(1000, 0), 0, 30);
    assertThat(row.increase()).isEqualTo(-20 + 30 - 50);
    assertThat(events(row)).containsExactly(0L, 0L, 2L, 0L, 0L, 0L);
    CounterRule ignoring = new CounterRule(1000, 0.05, 0, 0, Reversal.IGNORE, List.of());
    row = only(ignoring, 0, 30);
    assertThat(row.increase()).isEqualTo(30);
    assertThat(row.reversals()).isEqualTo(2);
    row = only(new CounterRule(1000, 0.049, 0, 0, Reversal.IGNORE, List.of()), 20, 30);
    assertThat(row.increase()).isEqualTo(460);
    assertThat(row.resets()).isEqualTo(1);
  }

  @Test
  void aReturnAfterAResetCountsFromTheRememberedReading() {
    series(1000, 0, 1002);
    CounterRow row = only(CounterRule.DEFAULT, 0, 20);
    assertThat(row.increase()).isEqualTo(2);
    assertThat(events(row)).containsExactly(0L, 1L, 0L, 1L, 0L, 0L);
    // what was counted meanwhile stays
    tag = store.defineAnalog("M2");
    series(1000, 5, 15, 1002);
    assertThat(only(CounterRule.DEFAULT, 0, 30).increase()).isEqualTo(5 + 10 + 2);
    // the first remembered reading stays
    tag = store.defineAnalog("M3");
    series(1000, 0, 50, 0, 1000, 1001);
    row = only(CounterRule.DEFAULT, 0, 50);
    assertThat(row.increase()).isEqualTo(50 + 1);
    assertThat(events(row)).containsExactly(0L, 2L, 0L, 1L, 0L, 0L);
  }

  @Test
  void aReturnIsPossibleUntilItsWindowEnds() {
    write(0, 1000);
    write(10, 0);
    write(70, 1002);
    assertThat(only(CounterRule.DEFAULT, 0, 70).increase()).isEqualTo(2);
    tag = store.defineAnalog("M2");
    write(0, 1000);
    write(10, 0);
    write(71, 1002);
    CounterRow row = only(CounterRule.DEFAULT, 0, 71);
    assertThat(row.increase()).isEqualTo(1002);
    assertThat(row.recovered()).isZero();
    // another reset after the window is remembered anew
    write(80, 0);
    write(90, 1003);
    assertThat(only(CounterRule.DEFAULT, 0, 90).increase()).isEqualTo(1003);
    CounterRule never = new CounterRule(0, 0, 0, 0, Reversal.SUBTRACT, List.of());
    assertThat(only(never, 80, 90).increase()).isEqualTo(1003);
  }

  @Test
  void whatIsRememberedCarriesOverEdgesButNotIntoARange() {
    series(1000, 0, 1002, 1004);
    List<CounterRow> rows = read(CounterRule.DEFAULT, 0, 15, 30);
    assertThat(rows).extracting(CounterRow::increase).containsExactly(1.0, 3.0);
    assertThat(rows).extracting(CounterRow::resets).containsExactly(1L, 0L);
    assertThat(rows).extracting(CounterRow::recovered).containsExactly(0L, 1L);
    CounterRow row = only(CounterRule.DEFAULT, 15, 30);
    assertThat(row.increase()).isEqualTo(501 + 2);
    assertThat(row.recovered()).isZero();
  }

  @Test
  void anIncredibleRiseAddsNothing() {
    series(100, 1e6, 101, 103);
    CounterRow row = only(rule(0, 10), 0, 30);
    assertThat(row.increase()).isEqualTo(1 + 2);
    assertThat(events(row)).containsExactly(0L, 0L, 0L, 1L, 1L, 0L);
    // it goes on from there, however long it takes
    tag = store.defineAnalog("M2");
    series(100, 350, 400, 440);
    row = only(rule(0, 10), 0, 30);
    assertThat(row.increase()).isEqualTo(50 + 40);
    assertThat(events(row)).containsExactly(0L, 0L, 0L, 0L, 1L, 0L);
    // as fast as is credible
    tag = store.defineAnalog("M3");
    series(100, 200);
    assertThat(only(rule(0, 10), 0, 10).increase()).isEqualTo(100);
    // a fall to what is no return
    tag = store.defineAnalog("M4");
    series(100, 1e6, 5e5);
    row = only(rule(0, 10), 0, 20);
    assertThat(row.increase()).isEqualTo(5e5);
    assertThat(events(row)).containsExactly(0L, 1L, 0L, 0L, 1L, 0L);
  }

  @Test
  void aMeterChangeJoinsTwoMeters() {
    write(0, 1000);
    write(20, 15);
    write(30, 25);
    CounterRule rule = rule(0, 0, change(10, 1010, 5));
    CounterRow row = only(rule, 0, 30);
    assertThat(row.increase()).isEqualTo(10 + 10 + 10);
    assertThat(events(row)).containsExactly(0L, 0L, 0L, 0L, 0L, 1L);
    List<CounterRow> rows = read(rule, 0, 5, 10, 15, 30);
    assertThat(rows).extracting(CounterRow::increase).containsExactly(5.0, 5.0, 5.0, 15.0);
    assertThat(rows).extracting(CounterRow::meterChanges).containsExactly(0L, 1L, 0L, 0L);
    assertThat(rows).extracting(CounterRow::status).containsOnly(GOOD);
    // a sample at that time is the new one's
    write(10, 7);
    assertThat(only(rule, 0, 10).increase()).isEqualTo(10 + 2);
    assertThat(only(rule, 10, 20).increase()).isEqualTo(8);
  }

  @Test
  void aMeterChangeIsAReadingWhereThereIsNoSample() {
    write(0, 1000);
    CounterRule late = rule(0, 0, change(10, 1010, 5));
    assertThat(only(late, 0, 20).increase()).isEqualTo(10);
    assertThat(only(late, 0, 5).increase()).isEqualTo(5);
    assertThat(only(late, 0, 20).status()).isEqualTo(UNCERTAIN);
    tag = store.defineAnalog("M2");
    write(20, 15);
    assertThat(only(late, 0, 20).increase()).isEqualTo(10);
    assertThat(only(late, 15, 20).increase()).isEqualTo(5);
    // between the sample before the range and the range
    tag = store.defineAnalog("M3");
    write(0, 1000);
    write(25, 15);
    assertThat(only(late, 15, 25).increase()).isCloseTo(10 - 10 / 3.0, within(1e-12));
    assertThat(only(late, 15, 25).meterChanges()).isZero();
    // and one that the sample before the range knows already
    assertThat(only(rule(0, 0, change(-5, 1, 2), change(0, 7, 900)), 0, 25).resets()).isEqualTo(1);
  }

  @Test
  void aStretchWithoutValueIsBridged() {
    write(0, 100);
    bad(10);
    bad(20);
    write(30, 130);
    List<CounterRow> rows = read(CounterRule.DEFAULT, 0, 5, 10, 20, 30);
    assertThat(rows).extracting(CounterRow::increase).containsExactly(5.0, 5.0, 10.0, 10.0);
    assertThat(rows).extracting(CounterRow::percentGood).containsExactly(100.0, 100.0, 0.0, 0.0);
    assertThat(rows).extracting(CounterRow::ratePerSecond).containsExactly(1.0, 1.0, null, null);
    assertThat(rows).extracting(CounterRow::status).containsOnly(UNCERTAIN);
    assertThat(rows).extracting(CounterRow::count).containsExactly(1L, 0L, 0L, 0L);
    // Uncertain is not usable
    store.write(tag, 40 * SECOND, 1e9, StatusCodes.UNCERTAIN);
    store.write(tag, 45 * SECOND, Double.NaN, StatusCodes.GOOD);
    write(50, 150);
    CounterRow row = only(CounterRule.DEFAULT, 30, 50);
    assertThat(row.increase()).isEqualTo(20);
    assertThat(row.percentGood()).isEqualTo(50);
    assertThat(row.ratePerSecond()).isEqualTo(2);
    // the reading before and after a range of nothing but Bad
    row = only(CounterRule.DEFAULT, 12, 18);
    assertThat(row.increase()).isEqualTo(6);
    assertThat(row.count()).isZero();
  }

  @Test
  void withoutTwoReadingsThereIsNoIncrease() {
    CounterRow row = only(CounterRule.DEFAULT, 0, 100);
    assertThat(row.increase()).isNull();
    assertThat(row.ratePerSecond()).isNull();
    assertThat(row.status()).isEqualTo(StatusCodes.BAD_NO_DATA);
    bad(10);
    bad(20);
    assertThat(only(CounterRule.DEFAULT, 0, 100).status()).isEqualTo(StatusCodes.BAD_NO_DATA);
    write(30, 7);
    row = only(CounterRule.DEFAULT, 0, 100);
    assertThat(row.increase()).isNull();
    assertThat(row.count()).isEqualTo(1);
    assertThat(row.status()).isEqualTo(UNCERTAIN);
    assertThat(row.percentGood()).isZero();
    // nothing is extrapolated beyond the last one
    write(40, 9);
    List<CounterRow> rows = read(CounterRule.DEFAULT, 0, 30, 40, 50, 60);
    assertThat(rows).extracting(CounterRow::increase).containsExactly(null, 2.0, null, null);
    assertThat(rows)
        .extracting(CounterRow::status)
        .containsExactly(StatusCodes.BAD_NO_DATA, GOOD, UNCERTAIN, StatusCodes.BAD_NO_DATA);
    // held towards a Bad one, and nothing after
    bad(80);
    row = only(CounterRule.DEFAULT, 50, 60);
    assertThat(row.increase()).isNull();
    assertThat(row.percentGood()).isEqualTo(100);
    assertThat(row.status()).isEqualTo(UNCERTAIN);
  }

  @Test
  void textFromATimeWhenTheTagHadAnotherTypeIsPassedOver() {
    tag = store.define("X", SampleType.STRING, true, "");
    store.write(tag, 0, "n/a", 0);
    store.write(tag, 10 * SECOND, "n/a", 0);
    tag = store.define("X", SampleType.FLOAT64, false, "");
    write(20, 5);
    write(30, 8);
    CounterRow row = only(CounterRule.DEFAULT, 5, 30);
    assertThat(row.increase()).isEqualTo(3);
    assertThat(row.percentGood()).isEqualTo(40);
  }

  @Test
  void theWholeOfTimeDoesNotOverflow() {
    store.write(tag, Long.MIN_VALUE + 1, 1.0, 0);
    store.write(tag, Long.MAX_VALUE - 1, 3.0, 0);
    long[] edges = {Long.MIN_VALUE + 1, 0, Long.MAX_VALUE - 1};
    List<CounterRow> rows =
        CounterRead.read(
            tag,
            edges,
            rule(0, 1),
            QueryContexts.permissive(store.view(), Long.MAX_VALUE, ZoneOffset.UTC));
    assertThat(rows).extracting(CounterRow::increase).containsExactly(1.0, 1.0);
    assertThat(rows).extracting(CounterRow::status).containsOnly(GOOD);
    store.write(tag, 0, -Double.MAX_VALUE, 0);
    store.write(tag, 10, Double.MAX_VALUE, 0);
    rows =
        CounterRead.read(
            tag,
            new long[] {0, 10},
            CounterRule.DEFAULT,
            QueryContexts.permissive(store.view(), Long.MAX_VALUE, ZoneOffset.UTC));
    assertThat(rows.getFirst().increase()).isNull();
  }

  @Test
  void refusesWhatIsNoCounter() {
    tag = store.define("B", SampleType.BOOL, true, "");
    assertThatThrownBy(() -> read(CounterRule.DEFAULT, 0, 1))
        .isInstanceOfSatisfying(
            HistorianException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED_TYPE))
        .hasMessageContaining("type=bool");
    tag = store.defineAnalog("M");
    assertThatThrownBy(() -> read(CounterRule.DEFAULT, 1, 1))
        .isInstanceOfSatisfying(
            HistorianException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.EMPTY_RANGE));
  }

  @Test
  void refusesRulesThatAreNone() {
    refused(() -> rule(-1, 0), "rollover");
    refused(() -> rule(Double.NaN, 0), "rollover");
    refused(() -> rule(0, Double.POSITIVE_INFINITY), "maxRate");
    refused(() -> new CounterRule(0, 0.5, 0, 0, Reversal.IGNORE, List.of()), "deadband");
    refused(() -> new CounterRule(0, 0, 0, -1, Reversal.IGNORE, List.of()), "recoverNs");
    refused(() -> rule(0, 0, change(5, 1, 1), change(5, 1, 1)), "ascend");
    assertThatThrownBy(() -> change(5, 1, Double.NaN))
        .isInstanceOfSatisfying(
            HistorianException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FINITE));
  }

  private static void refused(Runnable making, String word) {
    assertThatThrownBy(making::run)
        .isInstanceOfSatisfying(
            HistorianException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OUT_OF_RANGE))
        .hasMessageContaining(word);
  }
}

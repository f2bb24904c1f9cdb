package io.tidemark.query.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadRule;
import io.tidemark.model.ReadRule.Extrapolation;
import io.tidemark.model.ReadRule.QualityRule;
import io.tidemark.model.ReadRule.Step;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import io.tidemark.query.aggregate.CalculationBasis;
import io.tidemark.query.aggregate.SummaryField;
import io.tidemark.query.retrieval.Retrieval.Logarithms;
import io.tidemark.testing.OracleStore;
import io.tidemark.testing.QueryContexts;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The truth tables of the bases of a calculation: where events lie, and which belong to what
 * interval.
 *
 * <p>Words of the tables: an event is its time, which is its value too; {@code !} is a Bad one,
 * {@code ?} an Uncertain one, {@code -} nothing. Intervals are divided by {@code /}.
 */
class BasisTableTest {
  private static final long[] ONE = {10, 20};
  private static final long[] THREE = {10, 20, 30, 40};
  private static final Set<SummaryField> OF_TIME =
      EnumSet.of(
          SummaryField.TIME_AVERAGE,
          SummaryField.STD_DEV,
          SummaryField.TOTAL,
          SummaryField.DURATION_GOOD,
          SummaryField.DURATION_BAD);
  private static final Set<SummaryField> OF_EVENTS = EnumSet.complementOf(EnumSet.copyOf(OF_TIME));

  private final OracleStore store = new OracleStore();

  private record Event(long timeNs, int status) {
    static List<Event> of(@Nullable String text) {
      List<Event> events = new ArrayList<>();
      for (String word : (text == null ? "" : text).strip().split(" +", -1)) {
        if (!word.isEmpty() && !word.equals("-")) {
          int status =
              word.endsWith("!")
                  ? StatusCodes.BAD_SENSOR_FAILURE
                  : word.endsWith("?") ? StatusCodes.UNCERTAIN : StatusCodes.GOOD;
          events.add(new Event(Long.parseLong(word.replaceAll("[!?]", "")), status));
        }
      }
      return events;
    }

    boolean isUsable() {
      return status == StatusCodes.GOOD;
    }
  }

  private TagDefinition write(@Nullable String events, boolean stepped) {
    TagDefinition tag = store.define("A", SampleType.FLOAT64, stepped, "");
    for (Event event : Event.of(events)) {
      store.write(tag, event.timeNs, (double) event.timeNs, event.status);
    }
    return tag;
  }

  private QueryContext context() {
    return QueryContexts.permissive(store.view(), Long.MAX_VALUE, ZoneOffset.UTC);
  }

  private List<SummaryRow> rows(TagDefinition tag, CalculationBasis basis, long... edges) {
    Set<SummaryField> fields =
        basis.isEventWeighted() ? OF_EVENTS : EnumSet.allOf(SummaryField.class);
    Retrieval.Summary asked =
        new Retrieval.Summary(edges, ReadRule.DEFAULT, basis, fields, Logarithms.REFUSED, 0);
    return Summaries.of(asked, tag, context());
  }

  private void checkEvents(
      @Nullable String events, CalculationBasis basis, @Nullable String expected, long[] edges) {
    List<SummaryRow> rows = rows(write(events, false), basis, edges);
    String[] sets = (expected == null ? "" : expected).split("/", -1);
    assertThat(rows).hasSize(sets.length);
    for (int i = 0; i < sets.length; i++) {
      String what = basis + " of " + events + ", interval " + i + ": " + rows.get(i);
      assertThat(rows.get(i).startNs()).isEqualTo(edges[i]);
      assertThat(rows.get(i).endNs()).isEqualTo(edges[i + 1]);
      checkSet(rows.get(i), Event.of(sets[i]), what);
    }
  }

  private static void checkSet(SummaryRow row, List<Event> recorded, String what) {
    List<Event> used = recorded.stream().filter(Event::isUsable).toList();
    int count = used.size();
    double[] values = used.stream().mapToDouble(Event::timeNs).toArray();
    assertThat(row.count()).as(what).isEqualTo(count);
    assertThat(row.percentGood())
        .as(what)
        .isEqualTo(recorded.isEmpty() ? 0 : 100.0 * count / recorded.size());
    assertThat(row.whole(SummaryField.BAD_COUNT) + row.whole(SummaryField.UNCERTAIN_COUNT))
        .as(what)
        .isEqualTo(recorded.size() - count);
    assertThat(row.status())
        .as(what)
        .isEqualTo(
            count == 0
                ? StatusCodes.BAD_NO_DATA
                : StatusCodes.CALCULATED
                    | (count == recorded.size()
                        ? StatusCodes.GOOD
                        : StatusCodes.UNCERTAIN_DATA_SUB_NORMAL));
    for (SummaryField field : SummaryField.values()) {
      assertThat(row.has(field) && OF_TIME.contains(field)).as(field + " of " + what).isFalse();
    }
    for (SummaryField field : List.of(SummaryField.SUM, SummaryField.MINIMUM, SummaryField.FIRST)) {
      assertThat(row.has(field)).as(field + " of " + what).isEqualTo(count > 0);
    }
    boolean hasSpread = count > 1;
    assertThat(row.has(SummaryField.SAMPLE_STD_DEV)).as(what).isEqualTo(hasSpread);
    assertThat(row.has(SummaryField.POPULATION_STD_DEV)).as(what).isEqualTo(hasSpread);
    if (count > 0) {
      double sum = Arrays.stream(values).sum();
      assertThat(row.number(SummaryField.SUM)).as(what).isEqualTo(sum);
      assertThat(row.sampleAverage()).as(what).isEqualTo(sum / count);
      assertThat(row.minimumTimeNs()).as(what).isEqualTo(used.getFirst().timeNs);
      assertThat(row.maximum()).as(what).isEqualTo(used.getLast().timeNs);
      assertThat(row.whole(SummaryField.LAST_TIME)).as(what).isEqualTo(used.getLast().timeNs);
      double squares = Arrays.stream(values).map(v -> (v - sum / count) * (v - sum / count)).sum();
      if (hasSpread) {
        assertThat(row.number(SummaryField.SAMPLE_STD_DEV))
            .as(what)
            .isCloseTo(Math.sqrt(squares / (count - 1)), within(1e-12));
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // events        | EventWeighted | …MostRecent | …Earliest    | …BothEnds
        "10              | 10            | 10          | -            | 10",
        "20              | 20            | -           | 20           | 20",
        "10 20           | 10 20         | 10          | 20           | 10 20",
        "15              | 15            | 15          | 15           | 15",
        "11 15 19        | 11 15 19      | 11 15 19    | 11 15 19     | 11 15 19",
        "-               | -             | -           | -            | -",
        "9 21            | -             | -           | -            | -",
        "10! 15          | 10! 15        | 10! 15      | 15           | 10! 15",
        "15 20!          | 15 20!        | 15          | 15 20!       | 15 20!",
        "15!             | 15!           | 15!         | 15!          | 15!",
        "10! 20!         | 10! 20!       | 10!         | 20!          | 10! 20!",
        "12? 15          | 12? 15        | 12? 15      | 12? 15       | 12? 15",
        "9 10 15! 20 21  | 10 15! 20     | 10 15!      | 15! 20       | 10 15! 20",
      })
  void eventsOfOneInterval(
      String events, String all, String mostRecent, String earliest, String bothEnds) {
    checkEvents(events, CalculationBasis.EVENT_WEIGHTED, all, ONE);
    checkEvents(events, CalculationBasis.EVENT_WEIGHTED_EXCLUDE_MOST_RECENT_EVENT, mostRecent, ONE);
    checkEvents(events, CalculationBasis.EVENT_WEIGHTED_EXCLUDE_EARLIEST_EVENT, earliest, ONE);
    checkEvents(events, CalculationBasis.EVENT_WEIGHTED_INCLUDE_BOTH_ENDS, bothEnds, ONE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // events       | EventWeighted    | …MostRecent     | …Earliest        | …BothEnds
        "10             | 10/-/-           | 10/-/-          | -/-/-            | 10/-/-",
        "20             | -/20/-           | -/20/-          | 20/-/-           | 20/20/-",
        "40             | -/-/40           | -/-/-           | -/-/40           | -/-/40",
        "10 40          | 10/-/40          | 10/-/-          | -/-/40           | 10/-/40",
        "10 20 30 40    | 10/20/30 40      | 10/20/30        | 20/30/40         | 10 20/20 30/30"
            + " 40",
        "15 25          | 15/25/-          | 15/25/-         | 15/25/-          | 15/25/-",
        "-              | -/-/-            | -/-/-           | -/-/-            | -/-/-",
        "9 41           | -/-/-            | -/-/-           | -/-/-            | -/-/-",
        "19 20! 21 30!  | 19/20! 21/30!    | 19/20! 21/30!   | 19 20!/21 30!/-  | 19 20!/20! 21"
            + " 30!/30!",
        "25             | -/25/-           | -/25/-          | -/25/-           | -/25/-",
        "11? 20 39 40?  | 11?/20/39 40?    | 11?/20/39       | 11? 20/-/39 40?  | 11? 20/20/39 40?",
      })
  void eventsOfThreeIntervals(
      String events, String all, String mostRecent, String earliest, String bothEnds) {
    checkEvents(events, CalculationBasis.EVENT_WEIGHTED, all, THREE);
    checkEvents(
        events, CalculationBasis.EVENT_WEIGHTED_EXCLUDE_MOST_RECENT_EVENT, mostRecent, THREE);
    checkEvents(events, CalculationBasis.EVENT_WEIGHTED_EXCLUDE_EARLIEST_EVENT, earliest, THREE);
    checkEvents(events, CalculationBasis.EVENT_WEIGHTED_INCLUDE_BOTH_ENDS, bothEnds, THREE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // events      | sloped   | stepped
        "10            | -        | -",
        "20            | -        | -",
        "10 20         | 15       | 10",
        "15            | -        | -",
        "-             | -        | -",
        "9 21          | 15       | 9",
        "10 15 20      | 15       | 12.5",
        "10 15! 20     | 10       | 10",
        "10! 15        | -        | -",
        "10 20 30 40   | 15/25/35 | 10/20/30",
        "5 45          | 15/25/35 | 5/5/5",
        "20 30         | -/25/-   | -/20/-",
        "10 20! 30 40  | 10/-/35  | 10/-/30",
        "40            | -/-/-    | -/-/-",
        "-             | -/-/-    | -/-/-",
      })
  void timeOfOneAndThreeIntervals(String events, String sloped, String stepped) {
    long[] edges = sloped.contains("/") ? THREE : ONE;
    for (boolean isStepped : new boolean[] {false, true}) {
      TagDefinition tag = write(events, isStepped);
      checkTime(rows(tag, CalculationBasis.TIME_WEIGHTED, edges), isStepped ? stepped : sloped);
      checkTime(rows(tag, CalculationBasis.TIME_WEIGHTED_CONTINUOUS, edges), sloped);
      checkTime(rows(tag, CalculationBasis.TIME_WEIGHTED_DISCRETE, edges), stepped);
      assertThat(rows(tag, CalculationBasis.TIME_WEIGHTED, edges))
          .isEqualTo(
              rows(
                  tag,
                  isStepped
                      ? CalculationBasis.TIME_WEIGHTED_DISCRETE
                      : CalculationBasis.TIME_WEIGHTED_CONTINUOUS,
                  edges));
    }
  }

  private static void checkTime(List<SummaryRow> rows, String expected) {
    List<@Nullable Double> averages = new ArrayList<>();
    for (String word : expected.split("/", -1)) {
      averages.add(word.equals("-") ? null : (Double) Double.parseDouble(word));
    }
    assertThat(rows.stream().map(SummaryRow::timeAverage).toList()).isEqualTo(averages);
  }

  /** Samples of an interval count from its start to before its end where time is weighed. */
  @Test
  void theSumOfSamplesWhereTimeIsWeighed() {
    TagDefinition tag = write("10 12! 15 20 30 40", false);
    assertThat(rows(tag, CalculationBasis.TIME_WEIGHTED, THREE))
        .extracting(row -> row.number(SummaryField.SUM))
        .containsExactly(25.0, 20.0, 30.0);
  }

  @Test
  void sumsLoseNothingOnTheWay() {
    TagDefinition tag = store.define("A", SampleType.FLOAT64, false, "");
    double[] values = {1e17, 1, -1e17};
    for (int i = 0; i < values.length; i++) {
      store.write(tag, 10 + 5 * i, values[i], StatusCodes.GOOD);
    }
    store.write(tag, 12, null, StatusCodes.BAD); // samples are then added one by one
    SummaryRow row = rows(tag, CalculationBasis.EVENT_WEIGHTED, ONE).getFirst();
    assertThat(row.number(SummaryField.SUM)).isEqualTo(1.0);
  }

  @Test
  void intervalsOfANanosecondHaveTheirEnds() {
    TagDefinition tag = write("10 11 12 13", false);
    long[] edges = {10, 11, 12, 13};
    assertThat(counts(rows(tag, CalculationBasis.EVENT_WEIGHTED, edges)))
        .containsExactly(1L, 1L, 2L);
    assertThat(counts(rows(tag, CalculationBasis.EVENT_WEIGHTED_EXCLUDE_MOST_RECENT_EVENT, edges)))
        .containsExactly(1L, 1L, 1L);
    List<SummaryRow> earliest =
        rows(tag, CalculationBasis.EVENT_WEIGHTED_EXCLUDE_EARLIEST_EVENT, edges);
    assertThat(earliest)
        .extracting(row -> row.number(SummaryField.SUM))
        .containsExactly(11.0, 12.0, 13.0);
    List<SummaryRow> both = rows(tag, CalculationBasis.EVENT_WEIGHTED_INCLUDE_BOTH_ENDS, edges);
    assertThat(both)
        .extracting(row -> row.number(SummaryField.SUM))
        .containsExactly(21.0, 23.0, 25.0);
  }

  private static List<Long> counts(List<SummaryRow> rows) {
    return rows.stream().map(SummaryRow::count).toList();
  }

  /** A value is compared with the one before, in whatever interval that lies. */
  @Test
  void transitionsAreFromTheEventBefore() {
    TagDefinition tag = store.define("A", SampleType.FLOAT64, false, "");
    double[] values = {1, 2, 2, 3};
    for (int i = 0; i < values.length; i++) {
      store.write(tag, 10 + 10 * i, values[i], StatusCodes.GOOD);
    }
    assertThat(
            rows(tag, CalculationBasis.EVENT_WEIGHTED_EXCLUDE_EARLIEST_EVENT, THREE).stream()
                .map(row -> row.whole(SummaryField.TRANSITIONS)))
        .containsExactly(1L, 0L, 1L);
    assertThat(
            rows(tag, CalculationBasis.EVENT_WEIGHTED_INCLUDE_BOTH_ENDS, THREE).stream()
                .map(row -> row.whole(SummaryField.TRANSITIONS)))
        .containsExactly(2L, 1L, 1L);
  }

  @ParameterizedTest
  @EnumSource
  void theEndsOfTimeAreEdgesToo(CalculationBasis basis) {
    TagDefinition tag = write("10", false);
    long max = Long.MAX_VALUE;
    for (long[] edges :
        new long[][] {{max - 1, max}, {max - 2, max - 1, max}, {Long.MIN_VALUE, 10, max}}) {
      List<SummaryRow> rows = rows(tag, basis, edges);
      assertThat(rows).hasSize(edges.length - 1);
      boolean holdsTen = edges.length == 3 && edges[1] == 10;
      assertThat(counts(rows).stream().anyMatch(count -> count > 0)).isEqualTo(holdsTen);
    }
    for (long[] edges : new long[][] {{}, {1}, {1, 1}, {1, 3, 2}}) {
      assertThatExceptionOfType(HistorianException.class)
          .isThrownBy(() -> rows(tag, basis, edges))
          .returns(ErrorCode.EMPTY_RANGE, HistorianException::code);
    }
  }

  /** What a rule puts between samples is nothing to events, and what it passes over is one. */
  @ParameterizedTest
  @EnumSource(QualityRule.class)
  void onlyWhatIsUsableMattersToEvents(QualityRule quality) {
    TagDefinition tag = write("5 10! 15? 18", false);
    for (boolean uncertainIsBad : new boolean[] {false, true}) {
      ReadRule rule = new ReadRule(quality, uncertainIsBad, Step.STEPPED, 2, Extrapolation.HOLD);
      SummaryRow row =
          Summaries.of(
                  new Retrieval.Summary(ONE, rule, CalculationBasis.EVENT_WEIGHTED), tag, context())
              .getFirst();
      assertThat(row.count()).isEqualTo(uncertainIsBad ? 1 : 2);
      assertThat(row.number(SummaryField.SUM)).isEqualTo(uncertainIsBad ? 18 : 33);
      assertThat(row.percentGood()).isEqualTo(uncertainIsBad ? 100.0 / 3 : 200.0 / 3);
      assertThat(row.status())
          .isEqualTo(StatusCodes.UNCERTAIN_DATA_SUB_NORMAL | StatusCodes.CALCULATED);
    }
    // all usable, but what is made of Uncertain samples is Uncertain
    ReadRule used = new ReadRule(quality, false, Step.TAG, Long.MAX_VALUE, Extrapolation.NONE);
    SummaryRow row =
        Summaries.of(
                new Retrieval.Summary(new long[] {12, 20}, used, CalculationBasis.EVENT_WEIGHTED),
                tag,
                context())
            .getFirst();
    assertThat(row.percentGood()).isEqualTo(100.0);
    assertThat(row.status())
        .isEqualTo(StatusCodes.UNCERTAIN_DATA_SUB_NORMAL | StatusCodes.CALCULATED);
  }

  @Test
  void tooFewGoodEventsAreWithheld() {
    TagDefinition tag = write("10 12! 15! 17 20!", false);
    Retrieval.Summary asked =
        new Retrieval.Summary(
            ONE,
            ReadRule.DEFAULT,
            CalculationBasis.EVENT_WEIGHTED,
            SummaryField.USUAL_OF_EVENTS,
            Logarithms.LEFT_OUT,
            50);
    SummaryRow row = Summaries.of(asked, tag, context()).getFirst();
    assertThat(row.percentGood()).isEqualTo(40.0);
    assertThat(row.count()).isEqualTo(2);
    assertThat(row.status()).isEqualTo(StatusCodes.BAD_NO_DATA);
    assertThat(row.has(SummaryField.SUM)).isFalse();
  }

  @Test
  void textAndStatesAreCounted() {
    TagDefinition text = store.define("S", SampleType.STRING, true, "");
    store.write(text, 10, "x", StatusCodes.GOOD);
    store.write(text, 15, null, StatusCodes.BAD_NO_COMMUNICATION);
    store.write(text, 20, "y", StatusCodes.GOOD);
    SummaryRow row = rows(text, CalculationBasis.EVENT_WEIGHTED, ONE).getFirst();
    assertThat(row.count()).isEqualTo(2);
    assertThat(row.percentGood()).isEqualTo(200.0 / 3);
    assertThat(row.has(SummaryField.SUM)).isFalse();
    assertThat(row.whole(SummaryField.LAST_TIME)).isEqualTo(20);
  }

  @Test
  void whatDoesNotGoTogetherIsRefused() {
    for (CalculationBasis basis : CalculationBasis.values()) {
      for (Step step : Step.values()) {
        ReadRule rule =
            new ReadRule(QualityRule.SIMPLE, true, step, Long.MAX_VALUE, Extrapolation.NONE);
        boolean contradicts = basis.step() != Step.TAG && step != Step.TAG;
        refuses(contradicts, "step=", () -> new Retrieval.Summary(ONE, rule, basis));
      }
      for (SummaryField field : SummaryField.values()) {
        refuses(
            basis.isEventWeighted() && OF_TIME.contains(field),
            "fields=" + field.label(),
            () ->
                new Retrieval.Summary(
                    ONE, ReadRule.DEFAULT, basis, Set.of(field), Logarithms.LEFT_OUT, 0));
      }
    }
  }

  private static void refuses(boolean isWrong, String mentioned, Runnable making) {
    if (isWrong) {
      assertThatExceptionOfType(HistorianException.class)
          .isThrownBy(making::run)
          .withMessageContaining(mentioned)
          .returns(ErrorCode.OUT_OF_RANGE, HistorianException::code);
    } else {
      making.run();
    }
  }
}

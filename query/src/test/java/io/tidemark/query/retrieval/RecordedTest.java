package io.tidemark.query.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.MemoryAccount;
import io.tidemark.model.Principal;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadView;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.model.VersionMode;
import io.tidemark.query.retrieval.Retrieval.Bounds;
import io.tidemark.testing.OracleStore;
import io.tidemark.testing.QueryContexts;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RecordedTest {
  private final OracleStore store = new OracleStore().blockRowsMax(2);
  private TagDefinition tag;

  @BeforeEach
  void fill() {
    tag = store.defineAnalog("A");
    for (int t = 10; t <= 60; t += 10) {
      store.write(tag, t, (double) t, t == 30 ? StatusCodes.BAD_SENSOR_FAILURE : StatusCodes.GOOD);
    }
  }

  private List<String> recorded(long start, long end, Bounds bounds, boolean descending) {
    return RowCollector.texts(
        store, tag, new Retrieval.Recorded(new TimeRange(start, end), bounds, descending));
  }

  @Test
  void insideIsHalfOpen() {
    assertThat(recorded(20, 40, Bounds.INSIDE, false))
        .containsExactly("20 = 20.0 Good", "30 = 30.0 Bad_SensorFailure");
    assertThat(recorded(19, 41, Bounds.INSIDE, false)).hasSize(3);
    assertThat(recorded(21, 40, Bounds.INSIDE, false)).hasSize(1);
    assertThat(recorded(61, 99, Bounds.INSIDE, false)).isEmpty();
    assertThat(recorded(10, 61, Bounds.INSIDE, true))
        .isEqualTo(recorded(10, 61, Bounds.INSIDE, false).reversed())
        .hasSize(6);
  }

  @Test
  void outsideAddsTheNeighboursThatExist() {
    assertThat(recorded(41, 49, Bounds.OUTSIDE, false))
        .containsExactly("40 = 40.0 Good", "50 = 50.0 Good");
    assertThat(recorded(40, 50, Bounds.OUTSIDE, false))
        .containsExactly("40 = 40.0 Good", "50 = 50.0 Good");
    assertThat(recorded(35, 45, Bounds.OUTSIDE, false))
        .containsExactly("30 = 30.0 Bad_SensorFailure", "40 = 40.0 Good", "50 = 50.0 Good");
    assertThat(recorded(5, 15, Bounds.OUTSIDE, false))
        .containsExactly("10 = 10.0 Good", "20 = 20.0 Good");
    assertThat(recorded(55, 65, Bounds.OUTSIDE, false))
        .containsExactly("50 = 50.0 Good", "60 = 60.0 Good");
    assertThat(recorded(35, 45, Bounds.OUTSIDE, true))
        .isEqualTo(recorded(35, 45, Bounds.OUTSIDE, false).reversed());
  }

  @Test
  void interpolatedAddsValuesAtTheEdges() {
    assertThat(recorded(41, 49, Bounds.INTERPOLATED, false))
        .containsExactly("41 = 41.0 Good i", "49 = 49.0 Good i");
    assertThat(recorded(40, 50, Bounds.INTERPOLATED, false))
        .containsExactly("40 = 40.0 Good", "50 = 50.0 Good");
    assertThat(recorded(25, 35, Bounds.INTERPOLATED, false))
        .containsExactly(
            "25 = 20.0 Uncertain_DataSubNormal i",
            "30 = 30.0 Bad_SensorFailure",
            "35 = null Bad_NoData");
    assertThat(recorded(5, 65, Bounds.INTERPOLATED, false))
        .startsWith("5 = null Bad_NoData")
        .endsWith("65 = null Bad_NoData")
        .hasSize(8);
    assertThat(recorded(35, 45, Bounds.INTERPOLATED, true))
        .isEqualTo(recorded(35, 45, Bounds.INTERPOLATED, false).reversed());
  }

  @Test
  void laterWritesReplaceAndAllVersionsCanBeSeen() {
    store.write(tag, 20, 21.0, StatusCodes.GOOD);
    store.write(tag, 20, 22.0, StatusCodes.GOOD);
    store.write(tag, 20, 22.0, StatusCodes.GOOD);
    assertThat(store.repeats()).isEqualTo(1);
    assertThat(recorded(20, 21, Bounds.INSIDE, false)).containsExactly("20 = 22.0 Good");
    RowCollector all = new RowCollector();
    Retrievals.read(
        new Retrieval.Recorded(new TimeRange(20, 21), Bounds.INSIDE, false),
        tag,
        QueryContexts.permissive(store.view(), 0, ZoneOffset.UTC, VersionMode.ALL),
        all);
    assertThat(all.rows).extracting(RowCollector.Row::value).containsExactly(20.0, 21.0, 22.0);
  }

  @Test
  void aViewDoesNotShowWhatIsWrittenLater() {
    ReadView view = store.view();
    store.write(tag, 15, 15.0, StatusCodes.GOOD);
    store.write(tag, 20, 99.0, StatusCodes.GOOD);
    RowCollector rows = new RowCollector();
    Retrievals.read(
        new Retrieval.Recorded(new TimeRange(10, 21), Bounds.INSIDE, false),
        tag,
        QueryContexts.permissive(view, 0, ZoneOffset.UTC),
        rows);
    assertThat(rows.rows).extracting(RowCollector.Row::value).containsExactly(10.0, 20.0);
  }

  @Test
  void theCurrentValueIsTheNewestNotAfterNow() {
    assertThat(RowCollector.read(store, tag, new Retrieval.Current(), 45))
        .extracting(RowCollector.Row::timeNs)
        .containsExactly(40L);
    assertThat(RowCollector.read(store, tag, new Retrieval.Current(), 9)).isEmpty();
  }

  @Test
  void anUnreadableTagIsRefused() {
    QueryContext blind =
        new QueryContext(
            Principal.LOCAL_OPERATOR,
            id -> false,
            store.view(),
            0,
            ZoneOffset.UTC,
            VersionMode.LATEST,
            new MemoryAccount(0),
            Runnable::run,
            () -> 0,
            1);
    assertThatThrownBy(
            () -> Retrievals.read(new Retrieval.Current(), tag, blind, new RowCollector()))
        .isInstanceOfSatisfying(
            HistorianException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FORBIDDEN));
    assertThatThrownBy(() -> Summaries.of(new Retrieval.Summary(new long[] {0, 1}), tag, blind))
        .hasMessageContaining("tag=\"A\"");
  }

  @Test
  void aQueryStopsAtTheNextBlock() {
    TimeRange range = new TimeRange(0, 100);
    List<Retrieval> retrievals =
        List.of(
            new Retrieval.Recorded(range, Bounds.INSIDE, false),
            new Retrieval.AtTimes(new long[] {15}, Retrieval.AtMode.AUTO),
            new Retrieval.Plot(range, 1));
    for (Retrieval retrieval : retrievals) {
      QueryContext context = QueryContexts.permissive(store.view(), 0, ZoneOffset.UTC);
      context.cancel();
      assertThatThrownBy(() -> Retrievals.read(retrieval, tag, context, new RowCollector()))
          .isInstanceOfSatisfying(
              HistorianException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
    }
  }

  @Test
  void aSteppedTagsTypeIsKeptAtTheEdges() {
    TagDefinition valve = store.define("V", SampleType.DIGITAL, true, "", "Closed", "Open");
    store.write(valve, 10, "Open", StatusCodes.GOOD);
    store.write(valve, 30, "Closed", StatusCodes.GOOD);
    assertThat(
            RowCollector.texts(
                store,
                valve,
                new Retrieval.Recorded(new TimeRange(20, 25), Bounds.INTERPOLATED, false)))
        .containsExactly("20 = 1 Good i", "25 = 1 Good i");
  }
}

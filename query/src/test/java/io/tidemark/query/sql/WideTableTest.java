package io.tidemark.query.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.HistorianException;
import io.tidemark.model.ReadRule;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import io.tidemark.query.retrieval.Retrieval;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code wide} and its like: the columns are what {@code interpolated}, {@code recorded} and {@code
 * summary} answer of each tag, in order of time.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WideTableTest {
  private static final String START = "2026-01-08T22:10:30.5Z";
  private static final String END = "2026-01-09T09:40:10Z";
  private static final List<String> TAGS =
      List.of(
          "R1.VALVE", "R1.TEMP", "R1.NOTE", "EMPTY", "R1.COUNT", "R1.RUN", "r1.temp", "R2.LEVEL");

  private SmallPlant plant;

  @BeforeAll
  void fill(@TempDir Path folder) {
    plant = new SmallPlant(folder).filled();
  }

  @AfterAll
  void close() {
    plant.close();
  }

  private static long[] grid(long everyNs) {
    long end = SmallPlant.ns(END);
    return LongStream.iterate(SmallPlant.ns(START), at -> at < end, at -> at + everyNs).toArray();
  }

  private List<List<@Nullable Object>> expected(
      List<String> tags, long[] times, ReadRule rule, boolean withStatus) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (long time : times) {
      List<@Nullable Object> row = new ArrayList<>();
      row.add(ApiRows.instant(time));
      rows.add(row);
    }
    for (String name : tags) {
      SampleType type = ApiRows.tag(plant.query(), name).type();
      boolean isText = type == SampleType.STRING || type == SampleType.DIGITAL;
      List<List<@Nullable Object>> samples =
          ApiRows.samples(new Retrieval.Interpolated(times, rule), plant.query(), name);
      for (int i = 0; i < times.length; i++) {
        List<@Nullable Object> sample = samples.get(i);
        rows.get(i).add(isText ? sample.get(5) : sample.get(3));
        if (withStatus) {
          rows.get(i).add(sample.get(6));
        }
      }
    }
    return rows;
  }

  private String call(String more) {
    return "SELECT * FROM wide(tags => "
        + ApiRows.list(TAGS)
        + ", start_time => '"
        + START
        + "', end_time => '"
        + END
        + "'"
        + more
        + ")";
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void columnsOfTags(boolean withStatus) {
    assertThat(plant.rows(call(", every => '11m', with_status => " + withStatus)))
        .isEqualTo(expected(TAGS, grid(660_000_000_000L), ReadRule.DEFAULT, withStatus));
  }

  @Test
  void aLongestGap() {
    ReadRule usual = ReadRule.DEFAULT;
    ReadRule rule =
        new ReadRule(
            usual.quality(),
            usual.uncertainIsBad(),
            usual.step(),
            600_000_000_000L,
            usual.extrapolation());
    assertThat(plant.rows(call(", every => INTERVAL '7 minutes', max_gap => '10m'")))
        .isEqualTo(expected(TAGS, grid(420_000_000_000L), rule, false))
        .isNotEqualTo(expected(TAGS, grid(420_000_000_000L), usual, false));
  }

  /** More rows than are read at a time. */
  @Test
  void onceASecond() {
    assertThat(plant.rows(call(", every => '1s'")))
        .hasSize(41_380)
        .isEqualTo(expected(TAGS, grid(1_000_000_000L), ReadRule.DEFAULT, false));
  }

  @Test
  void namesThatDifferOnlyInCase() {
    try (SqlResult result =
        plant.sql.execute(call(", with_status => true"), List.of(), plant.query())) {
      assertThat(result.columns().stream().map(SqlColumn::name))
          .containsExactly(
              "ts",
              "R1.VALVE",
              "R1.VALVE.status",
              "R1.TEMP",
              "R1.TEMP.status",
              "R1.NOTE",
              "R1.NOTE.status",
              "EMPTY",
              "EMPTY.status",
              "R1.COUNT",
              "R1.COUNT.status",
              "R1.RUN",
              "R1.RUN.status",
              "r1.temp_1",
              "r1.temp_1.status",
              "R2.LEVEL",
              "R2.LEVEL.status");
    }
    assertThat(
            plant.rows(
                "SELECT \"R1.TEMP\", \"r1.temp_1\" FROM wide(['R1.TEMP', 'r1.temp'], '"
                    + START
                    + "', '"
                    + END
                    + "', '1h')"))
        .isEqualTo(
            expected(
                    List.of("R1.TEMP", "r1.temp"),
                    grid(3_600_000_000_000L),
                    ReadRule.DEFAULT,
                    false)
                .stream()
                .map(row -> row.subList(1, 3))
                .toList());
  }

  /** Tags that are called like the column of times, or like another's status. */
  @Test
  void namesOfColumnsThatAreTaken(@TempDir Path folder) {
    try (SmallPlant small = new SmallPlant(folder)) {
      long ns = SmallPlant.ns("2026-01-09T00:00:00Z");
      double value = 1;
      for (String name : List.of("TS", "A", "A.status", "a.STATUS")) {
        TagDefinition tag = small.store.defineAnalog(name);
        small.store.write(tag, ns, value++, StatusCodes.GOOD);
      }
      String call =
          "wide(['TS', 'A', 'A.status', 'a.STATUS'], " + ns + ", " + (ns + 1) + ", '1h', true)";
      try (SqlResult result =
          small.sql.execute("SELECT * FROM " + call, List.of(), small.query())) {
        assertThat(result.columns().stream().map(SqlColumn::name))
            .doesNotHaveDuplicates()
            .startsWith("ts", "TS_1", "TS_1.status", "A", "A.status");
      }
      assertThat(small.rows("SELECT ts, \"TS_1\", \"A\", \"A.status\" FROM " + call))
          .containsExactly(Arrays.asList(ApiRows.instant(ns), 1.0, 2.0, 0L));
    }
  }

  @Test
  void aPartOfTheColumnsAndNone() {
    List<List<@Nullable Object>> all =
        expected(TAGS, grid(660_000_000_000L), ReadRule.DEFAULT, true);
    String from = call(", every => '11m', with_status => true").replace("SELECT * FROM ", "");
    assertThat(plant.rows("SELECT \"R1.RUN.status\", \"R1.NOTE\" FROM " + from + " ORDER BY ts"))
        .isEqualTo(all.stream().map(row -> Arrays.asList(row.get(12), row.get(5))).toList());
    assertThat(plant.value("SELECT count(*) FROM " + from)).isEqualTo((long) all.size());
    assertThat(plant.rows("SELECT ts FROM " + from))
        .isEqualTo(
            all.stream().map(row -> List.of(Objects.requireNonNull(row.getFirst()))).toList());
  }

  private static String recorded(List<String> tags) {
    return "wide_recorded(tags => "
        + ApiRows.list(tags)
        + ", start_time => '"
        + START
        + "', end_time => '"
        + END
        + "')";
  }

  /** Every sample of the plain list at its time, nothing else, in order. */
  @Test
  void recordedSamplesSideBySide() {
    List<String> tags = new ArrayList<>(TAGS);
    tags.add("R1.LEVEL");
    TreeMap<Long, List<@Nullable Object>> expected = new TreeMap<>();
    long start = SmallPlant.ns(START);
    long end = SmallPlant.ns(END);
    for (SmallPlant.PlainSample sample : plant.plain) {
      int tag = tags.indexOf(sample.tag());
      if (tag < 0 || sample.ns() < start || sample.ns() >= end) {
        continue;
      }
      List<@Nullable Object> row =
          expected.computeIfAbsent(
              sample.ns(), ns -> new ArrayList<>(Collections.nCopies(2 + 2 * tags.size(), null)));
      row.set(0, ApiRows.instant(sample.ns()));
      row.set(1, sample.ns());
      SampleType type = ApiRows.tag(plant.query(), sample.tag()).type();
      row.set(
          2 + 2 * tag,
          switch (type) {
            case STRING, DIGITAL -> (Object) sample.text();
            case INT64 -> (Object) sample.valueInt();
            default -> (Object) sample.value();
          });
      row.set(3 + 2 * tag, Integer.toUnsignedLong(sample.status()));
    }
    assertThat(expected).hasSizeGreaterThan(100);
    assertThat(plant.rows("SELECT * FROM " + recorded(tags)))
        .isEqualTo(List.copyOf(expected.values()));
    assertThat(plant.rows("SELECT count(*) FROM " + recorded(tags)))
        .containsExactly(List.of((long) expected.size()));
    assertThat(plant.rows("SELECT ts_ns, \"R1.VALVE.status\" FROM " + recorded(tags)))
        .isEqualTo(
            expected.values().stream().map(row -> Arrays.asList(row.get(1), row.get(3))).toList());
  }

  /** More intervals than are summed up at a time, each as {@code summary} has it. */
  @Test
  void summariesSideBySide() {
    List<String> tags = List.of("R1.TEMP", "R1.COUNT", "r1.temp", "EMPTY");
    String fields = "minimum, maximum_time, time_average, percent_good, count, total";
    String range = ", start_time => '" + START + "', end_time => '" + END + "', every => '10s')";
    List<List<@Nullable Object>> expected = new ArrayList<>();
    for (String tag : tags) {
      List<List<@Nullable Object>> rows =
          plant.rows(
              "SELECT start_time, end_time, "
                  + fields
                  + " FROM summary(tags => '"
                  + tag
                  + "'"
                  + range
                  + " ORDER BY start_time");
      for (int i = 0; i < rows.size(); i++) {
        if (expected.size() == i) {
          expected.add(new ArrayList<>(rows.get(i)));
        } else {
          expected.get(i).addAll(rows.get(i).subList(2, rows.get(i).size()));
        }
      }
    }
    String call =
        "wide_summary(tags => "
            + ApiRows.list(tags)
            + ", fields => ['minimum', 'maximumTime', 'time_average', 'PERCENT_GOOD', 'count',"
            + " 'total']"
            + range;
    assertThat(plant.rows("SELECT * FROM " + call)).hasSize(4_138).isEqualTo(expected);
    assertThat(plant.rows("SELECT start_time, \"R1.COUNT.total\" FROM " + call))
        .isEqualTo(
            expected.stream().map(row -> Arrays.asList(row.get(0), row.get(2 + 6 + 5))).toList());
    try (SqlResult result = plant.sql.execute("SELECT * FROM " + call, List.of(), plant.query())) {
      assertThat(result.columns().stream().map(SqlColumn::name))
          .contains("R1.TEMP.minimum", "r1.temp.minimum_1", "r1.temp.percent_good_1");
      assertThat(result.columns().get(2).uom()).isEqualTo("°C");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "wide_summary('R1.TEMP', fields => ['minimun']) | OUT_OF_RANGE | nearest=minimum",
        "wide_summary('R1.TEMP', every => '0s')         | BAD_TIME     | every",
        "wide_recorded('R1.TAMP')                       | UNKNOWN_TAG  | R1.TAMP",
      })
  void whatMakesNoSense(String call, String code, String said) {
    assertThatThrownBy(() -> plant.rows("SELECT * FROM " + call))
        .isInstanceOfSatisfying(
            HistorianException.class, e -> assertThat(e.code().name()).isEqualTo(code))
        .hasMessageContaining(said);
  }
}

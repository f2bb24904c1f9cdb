package io.tidemark.csv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which instant a written time is. */
class CsvTimesTest {
  private static final UnaryOperator<CsvMapping.Builder> BERLIN =
      options -> options.zone(ZoneId.of("Europe/Berlin"));

  @TempDir Path folder;

  private Imported times(UnaryOperator<CsvMapping.Builder> options, String... times)
      throws IOException {
    StringBuilder text = new StringBuilder("Time;T1\n");
    for (String time : times) {
      text.append(time).append(";1\n");
    }
    return Imported.of(folder, text.toString(), options);
  }

  private void assertRefused(
      UnaryOperator<CsvMapping.Builder> options, List<String> times, String... words) {
    assertThatThrownBy(() -> times(options, times.toArray(new String[0])))
        .isInstanceOf(HistorianException.class)
        .satisfies(e -> assertThat(e.getMessage()).contains(words))
        .extracting(e -> ((HistorianException) e).hint())
        .asString()
        .contains("--time-");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "2024-03-05T06:07:08Z                | 2024-03-05T06:07:08Z",
        "2024-03-05T06:07:08.123456789+01:00 | 2024-03-05T05:07:08.123456789Z",
        "2024-03-05 06:07:08+0530            | 2024-03-05T00:37:08Z",
        "2024-03-05T06:07-05                 | 2024-03-05T11:07:00Z",
        "2024-03-05 06:07                    | 2024-03-05T05:07:00Z",
        "2024/3/5 6:07:08,5                  | 2024-03-05T05:07:08.500Z",
        "2024-03-05                          | 2024-03-04T23:00:00Z",
        "25/03/2024 06:07                    | 2024-03-25T05:07:00Z",
        "03/25/2024 06:07                    | 2024-03-25T05:07:00Z",
        "05.03.2024 06:07:08                 | 2024-03-05T05:07:08Z",
        "3/25/2024 12:07:08 AM               | 2024-03-24T23:07:08Z",
        "3/25/2024 12:07 pm                  | 2024-03-25T11:07:00Z",
        "05-Mar-2024 06:07                   | 2024-03-05T05:07:00Z",
        "5-mar-24 06:07                      | 2024-03-05T05:07:00Z",
      })
  void usualWaysToWriteATime(String written, String instant) throws IOException {
    assertThat(times(BERLIN, written).times()).containsExactly(instant);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "dd/MM/yyyy HH:mm         | 04/03/2024 06:07           | 2024-03-04T05:07:00Z",
        "MM/dd/yyyy HH:mm         | 04/03/2024 06:07           | 2024-04-03T04:07:00Z",
        "yyyyMMdd HHmmss          | 20240403 060708            | 2024-04-03T04:07:08Z",
        "d MMM yyyy HH:mm         | 3 apr 2024 06:07           | 2024-04-03T04:07:00Z",
        "yyyy-MM-dd HH:mm:ss XXX  | 2024-04-03 06:07:08 +00:00 | 2024-04-03T06:07:08Z",
        "dmy                      | 04/03/2024 06:07           | 2024-03-04T05:07:00Z",
        "mdy                      | 04/03/2024 06:07           | 2024-04-03T04:07:00Z",
      })
  void aFormatThatAPersonGives(String format, String written, String instant) throws IOException {
    assertThat(times(options -> BERLIN.apply(options).timeFormat(format), written).times())
        .containsExactly(instant);
  }

  @Test
  void daysThatDoNotExistAreBadRows() throws IOException {
    Imported imported = times(BERLIN, "2024-02-29 00:00", "2023-02-29 00:00", "2024-01-01 24:00");
    assertThat(imported.times()).containsExactly("2024-02-28T23:00:00Z");
    assertThat(imported.badRows)
        .containsExactly(
            "3 Time: there is no such day or time of day: time=\"2023-02-29 00:00\"",
            "4 Time: there is no such day or time of day: time=\"2024-01-01 24:00\"");
  }

  @Test
  void theHourThatIsLeftOutInSpringIsRefusedRowByRow() throws IOException {
    Imported imported =
        times(BERLIN, "2024-03-31 01:30:00", "2024-03-31 02:30:00", "2024-03-31 03:30:00");
    assertThat(imported.times()).containsExactly("2024-03-31T00:30:00Z", "2024-03-31T01:30:00Z");
    assertThat(imported.badRows).hasSize(1);
    assertThat(imported.badRows.getFirst())
        .startsWith("3 Time: there is no such local time, clocks went forward")
        .endsWith("timeZone=Europe/Berlin");
  }

  @Test
  void theHourThatComesTwiceInAutumnFollowsTheRowBefore() throws IOException {
    Imported imported =
        times(
            BERLIN,
            "2024-10-27 01:30",
            "2024-10-27 02:00",
            "2024-10-27 02:30",
            "2024-10-27 02:00",
            "2024-10-27 02:30",
            "2024-10-27 03:00");
    assertThat(imported.times())
        .containsExactly(
            "2024-10-26T23:30:00Z",
            "2024-10-27T00:00:00Z",
            "2024-10-27T00:30:00Z",
            "2024-10-27T01:00:00Z",
            "2024-10-27T01:30:00Z",
            "2024-10-27T02:00:00Z");
  }

  @Test
  void tagsOfTheLongFormGoThroughTheDoubledHourEachOnItsOwn() throws IOException {
    Imported imported =
        Imported.of(
            folder,
            """
            Time,Tag,Value
            2024-10-27 02:30,A,1
            2024-10-27 02:30,B,1
            2024-10-27 02:10,A,2
            2024-10-27 02:10,B,2
            """,
            BERLIN);
    assertThat(imported.times())
        .containsExactly(
            "2024-10-27T00:30:00Z",
            "2024-10-27T00:30:00Z",
            "2024-10-27T01:10:00Z",
            "2024-10-27T01:10:00Z");
  }

  @Test
  void dayAndMonthInBothOrdersNameTheLinesInConflict() {
    assertRefused(
        BERLIN,
        List.of("25/03/2024 00:00", "03/26/2024 00:00"),
        "nothing was imported",
        "line 2 \"25/03/2024 00:00\" has the day first",
        "line 3 \"03/26/2024 00:00\" has the month first");
  }

  @Test
  void aSwappedDateThatWouldJumpIsFoundThoughItCouldBeRead() {
    assertRefused(
        BERLIN,
        List.of("31/01/2024 12:00", "01/02/2024 12:00", "02/03/2024 12:00", "13/02/2024 12:00"),
        "line 4 \"02/03/2024 12:00\" jumps away from line 3 \"01/02/2024 12:00\"");
  }

  @Test
  void anOrderThatNothingSaysIsNotGuessed() {
    assertRefused(
        BERLIN,
        List.of("04/03/2024 06:00"),
        "which number is the day and which the month",
        "line 2 \"04/03/2024 06:00\" could be either");
  }

  @Test
  void anOrderThatTheRowsShowIsTakenAndSaid() throws IOException {
    Imported imported = times(BERLIN, "01/02/2024 23:45", "02/02/2024 00:00", "03/02/2024 00:15");
    assertThat(imported.times().getFirst()).isEqualTo("2024-02-01T22:45:00Z");
    assertThat(imported.csv.mappingLines())
        .anyMatch(line -> line.startsWith("note: times are read with the day first"));
  }

  @Test
  void familiesOfFormatsAreNotMixed() {
    assertRefused(
        BERLIN,
        List.of("2024-03-05 06:07", "05.03.2024 06:08"),
        "the column mixes formats",
        "line 2 \"2024-03-05 06:07\"",
        "line 3 \"05.03.2024 06:08\"");
  }

  @Test
  void withAFormatTheOthersAreBadRows() throws IOException {
    Imported imported =
        times(
            options -> BERLIN.apply(options).timeFormat("iso"),
            "2024-03-05 06:07",
            "05.03.2024 06:08");
    assertThat(imported.times()).containsExactly("2024-03-05T05:07:00Z");
    assertThat(imported.badRows)
        .containsExactly(
            "3 Time: time is not written like the others: time=\"05.03.2024 06:08\","
                + " format=yyyy-MM-dd HH:mm:ss");
  }

  @Test
  void aColumnWithoutAnyTimeIsRefused() {
    assertRefused(BERLIN, List.of("soon", "later"), "no time can be read", "line 2 \"soon\"");
    assertRefused(BERLIN, List.of("", ""), "no time can be read", "the column is empty");
  }

  @Test
  void rowsWithoutATimeAreBadRows() throws IOException {
    Imported imported = times(BERLIN, "2024-03-05 06:07", "");
    assertThat(imported.badRows).containsExactly("3 Time: row has no time");
  }

  @Test
  void numbersNeedAUnitAndThoseFromAHeadingABase() throws IOException {
    assertRefused(BERLIN, List.of("0.5"), "their unit is not said", "column=\"Time\"");
    String text = "Time (min),T1\n0.1,5\n3.5000000000000018,6\n";
    assertThatThrownBy(() -> Imported.of(folder, text, options -> options))
        .hasMessageContaining("numbers of m and from where they count is not said")
        .extracting(e -> ((HistorianException) e).hint())
        .asString()
        .contains("--time-base");
    assertThat(
            Imported.of(
                    folder,
                    text,
                    options -> options.timeBase(TimeBase.parse("2024-01-01T00:00Z", folder)))
                .times())
        .containsExactly("2024-01-01T00:00:06Z", "2024-01-01T00:03:30Z");
  }

  @ParameterizedTest
  @CsvSource({
    "ns, 1700000000123456789, 2023-11-14T22:13:20.123456789Z",
    "us, 1700000000123456,    2023-11-14T22:13:20.123456Z",
    "ms, 1700000000123.5,     2023-11-14T22:13:20.123500Z",
    "s,  1.7e9,               2023-11-14T22:13:20Z",
    "s,  -1,                  1969-12-31T23:59:59Z",
  })
  void numbersSinceTheEpoch(String unit, String number, String instant) throws IOException {
    assertThat(times(options -> options.timeUnit(CsvTimeUnit.ofLabel(unit)), number).times())
        .containsExactly(instant);
  }

  @Test
  void hugeNumbersAreBadRowsAndTakeNoTime() throws IOException {
    Imported imported =
        times(
            options -> options.timeUnit(CsvTimeUnit.S), "1", "1e999999999", "1e-999999999", "9e18");
    assertThat(imported.times()).containsExactly("1970-01-01T00:00:01Z");
    assertThat(imported.badRows).hasSize(3);
    assertThat(imported.badRows.getFirst()).contains("outside int64 nanoseconds");
  }

  @Test
  void theBaseMayMoveOnWithTheNumberOfTheBatch() throws IOException {
    Imported imported =
        Imported.of(
            folder,
            "Clock,Batch,T1\n0,1,5\n1,1,5\n0,2,5\n0,x,5\n",
            options ->
                options
                    .timeColumn("Clock")
                    .timeUnit(CsvTimeUnit.M)
                    .batchColumn("Batch")
                    .timeBase(TimeBase.parse("2024-02-01T00:00Z+6h*batch", folder)));
    assertThat(imported.times())
        .containsExactly("2024-02-01T06:00:00Z", "2024-02-01T06:01:00Z", "2024-02-01T12:00:00Z");
    assertThat(imported.badRows)
        .containsExactly(
            "5 Clock: the time base counts batches, but the batch is no number: batch=\"x\"");
  }

  @Test
  void theBaseMayStandInAColumn() throws IOException {
    Imported imported =
        Imported.of(
            folder,
            "s,Start,T1\n30,2024-02-01 08:00,5\n30,2024-02-01T08:00Z,5\n30,soon,5\n",
            options ->
                BERLIN
                    .apply(options)
                    .timeColumn("s")
                    .timeUnit(CsvTimeUnit.S)
                    .timeBase(TimeBase.parse("column:Start", folder)));
    assertThat(imported.times()).containsExactly("2024-02-01T07:00:30Z", "2024-02-01T08:00:30Z");
    assertThat(imported.badRows.getFirst()).startsWith("4 s: time base: column=Start");
  }

  @Test
  void theBaseMayStandInAnotherFile() throws IOException {
    Files.writeString(
        folder.resolve("starts.csv"), "ID,Begin\nB1,2024-02-01T08:00Z\nB2,2024-02-02T08:00Z\n");
    String text = "Time (s),Batch,T1\n1,B1,5\n1,B2,5\n1,B3,5\n";
    UnaryOperator<CsvMapping.Builder> based =
        options -> options.timeBase(TimeBase.parse("starts.csv:ID:Begin", folder));
    Imported imported =
        Imported.of(folder, text, options -> based.apply(options).batchColumn("Batch"));
    assertThat(imported.times()).containsExactly("2024-02-01T08:00:01Z", "2024-02-02T08:00:01Z");
    assertThat(imported.badRows.getFirst()).startsWith("4 Time (s): batch has no time base");
    assertThatThrownBy(() -> Imported.of(folder, text, based))
        .hasMessageContaining("the time base needs the batch of each row");
  }

  @Test
  void aBatchWithTwoStartsIsRefusedWithItsLine() throws IOException {
    Files.writeString(
        folder.resolve("starts.csv"), "ID,Begin\nB1,2024-02-01T08:00Z\nB1,2024-02-02T08:00Z\n");
    assertThatThrownBy(
            () ->
                Imported.of(
                    folder,
                    "Time (s),Batch,T1\n1,B1,5\n",
                    options ->
                        options
                            .batchColumn("Batch")
                            .timeBase(TimeBase.parse("starts.csv:ID:Begin", folder))))
        .hasMessageContaining("line=3, batch has two starts: batch=\"B1\"");
  }

  @ParameterizedTest
  @CsvSource({"yesterday", "column:", "2024-13-01T00:00Z", "2024-01-01T00:00", "a.csv:b"})
  void basesThatCannotBeRead(String base) {
    assertThatThrownBy(() -> TimeBase.parse(base, folder))
        .isInstanceOf(HistorianException.class)
        .extracting(e -> ((HistorianException) e).code())
        .isEqualTo(ErrorCode.BAD_TIME);
  }
}

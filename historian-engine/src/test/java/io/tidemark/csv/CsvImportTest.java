package io.tidemark.csv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatusCodes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What rows become: tags with a type, samples with a status, and what is left out and why. */
class CsvImportTest {
  private static final String T = "2024-03-05T00:00:00Z";

  @TempDir Path folder;

  private Imported read(String text) throws IOException {
    return Imported.of(folder, text, options -> options);
  }

  /** A wide file of one column. */
  private Imported column(UnaryOperator<CsvMapping.Builder> options, String... cells)
      throws IOException {
    StringBuilder text = new StringBuilder("Time;A\n");
    for (String cell : cells) {
      text.append(T).append(';').append(cell).append('\n');
    }
    return Imported.of(folder, text.toString(), options);
  }

  private Imported column(String... cells) throws IOException {
    return column(options -> options, cells);
  }

  @Test
  void theWideFormIsOneTagAColumn() throws IOException {
    Imported imported = read("Time,TIC1 [degC],Level (%),Mode\n" + T + ",20.5,7,Auto\n");
    assertThat(imported.columns())
        .containsExactly("TIC1 float64 [degC]", "Level int64 [%]", "Mode string step");
    assertThat(imported.samples)
        .containsExactly("2 TIC1 " + T + " 20.5", "2 Level " + T + " 7", "2 Mode " + T + " 'Auto'");
  }

  @Test
  void theLongFormIsOneSampleARow() throws IOException {
    Imported imported =
        Imported.of(
            folder,
            "ts,tag,value,status\n"
                + (T + ",T1,20.5,Good\n")
                + (T + ",T1,21,Uncertain\n")
                + (T + ",S1,On,0\n")
                + (T + ",T1,22,Bad_SensorFailure\n")
                + (T + ",T1,,\n")
                + (T + ",T1,23,Broken\n"),
            options -> options.tagPrefix("P.").uom("T1", "degC"));
    assertThat(imported.columns()).containsExactly("P.T1 float64 [degC]", "P.S1 string step");
    assertThat(imported.samples)
        .containsExactly(
            "2 P.T1 " + T + " 20.5",
            "3 P.T1 " + T + " 21.0 Uncertain",
            "4 P.S1 " + T + " 'On'",
            "5 P.T1 " + T + " 22.0 Bad_SensorFailure",
            "6 P.T1 " + T + " none Bad_NoData");
    assertThat(imported.badRows).containsExactly("7 status: not a status: value=\"Broken\"");
  }

  @Test
  void theLongFormRefusesTagsThatCannotBeNames() throws IOException {
    Imported imported =
        read("ts,tag,value\n" + T + ",T1,1\n" + T + ",,2\n" + T + "," + "x".repeat(2000) + ",3\n");
    assertThat(imported.values()).containsExactly("1");
    assertThat(imported.badRows).hasSize(2);
    assertThat(imported.badRows.get(0)).startsWith("3 tag: tag name is blank");
    assertThat(imported.badRows.get(1)).startsWith("4 tag: tag name is longer than its limit");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1;-2;+3                               | int64",
        "1;2.0                                 | float64",
        "1e3;2                                 | float64",
        "9223372036854775807                   | int64",
        "9223372036854775808                   | float64",
        "true;FALSE                            | bool",
        "1;x                                   | string",
        "1;2;3;4;5;6;7;8;9;10;x                | int64",
        "1.5;2;3;4;5;6;7;8;9;10;x              | float64",
        "2024-03-05                            | string",
        "0x10                                  | string",
        "1_000                                 | string",
        "Bad;?                                 | float64",
      })
  void theTypeIsThatOfNearlyAllCells(String cells, String type) throws IOException {
    assertThat(column(cells.strip().split(";")).csv.columns().getFirst().type().label())
        .isEqualTo(type);
  }

  @Test
  void aCellOfAnotherKindIsReportedWithLineColumnAndReason() throws IOException {
    Imported imported = column("1.5", "2", "3", "4", "5", "6", "7", "8", "9", "10", "broken");
    assertThat(imported.samples).hasSize(10);
    assertThat(imported.badRows).containsExactly("12 A: not a number like 1.5: value=\"broken\"");
    assertThat(imported.result.badRows()).isEqualTo(1);
  }

  @Test
  void aTypeThatIsGivenHolds() throws IOException {
    UnaryOperator<CsvMapping.Builder> asInt = o -> o.type("A", SampleType.INT64);
    assertThat(column(asInt, "1", "2.5", "99999999999999999999").badRows)
        .containsExactly(
            "3 A: not a whole number of 64 bits: value=\"2.5\"",
            "4 A: not a whole number of 64 bits: value=\"99999999999999999999\"");
    UnaryOperator<CsvMapping.Builder> asBool = o -> o.type("A", SampleType.BOOL);
    Imported bools = column(asBool, "1", "0", "true", "False", "2");
    assertThat(bools.values()).containsExactly("true", "false", "true", "false");
    assertThat(bools.badRows).containsExactly("6 A: not true or false: value=\"2\"");
    UnaryOperator<CsvMapping.Builder> asText = o -> o.type("A", SampleType.STRING);
    assertThat(column(asText, "007", "x").values()).containsExactly("'007'", "'x'");
  }

  @Test
  void narrowTypesTakeWhatFits() throws IOException {
    Imported ints =
        column(
            o -> o.type("A", SampleType.INT32),
            "2147483647",
            "-2147483648",
            "2147483648",
            "1.5",
            "99999999999999999999");
    assertThat(ints.columns()).containsExactly("A int32");
    assertThat(ints.values()).containsExactly("2147483647", "-2147483648");
    assertThat(ints.badRows)
        .containsExactly(
            "4 A: number is beyond int32: value=\"2147483648\", limits=-2147483648..2147483647",
            "5 A: not a whole number of 32 bits: value=\"1.5\"",
            "6 A: not a whole number of 32 bits: value=\"99999999999999999999\"");
    Imported floats =
        column(
            o -> o.type("A", SampleType.FLOAT32),
            "0.1",
            "1.0000000596046447753906250000000000000001", // beside the middle of two
            "7",
            "-1e39");
    assertThat(floats.columns()).containsExactly("A float32");
    assertThat(floats.values()).containsExactly("0.10000000149011612", "1.0000001192092896", "7.0");
    assertThat(floats.badRows)
        .containsExactly("5 A: number is beyond float32: value=\"-1e39\", limit=3.4028235E38");
  }

  @Test
  void statesOfADigitalTagComeInTheOrderOfTheFile() throws IOException {
    Imported imported = column(o -> o.type("A", SampleType.DIGITAL), "Open", "Closed", "Open", "?");
    assertThat(imported.csv.columns().getFirst().states()).containsExactly("Open", "Closed");
    assertThat(imported.columns()).containsExactly("A digital step");
    assertThat(imported.values())
        .containsExactly("'Open'", "'Closed'", "'Open'", "none Bad_NoData");
  }

  @Test
  void moreStatesThanTheLimitAreRefused() {
    String[] cells = new String[5000];
    for (int i = 0; i < cells.length; i++) {
      cells[i] = "state " + i;
    }
    assertThatThrownBy(() -> column(o -> o.type("A", SampleType.DIGITAL), cells))
        .hasMessageContaining("digital tag has more states than the limit");
  }

  @Test
  void anExistingTagKeepsItsType() throws IOException {
    Imported imported = column("1", "2");
    CsvImport typed = imported.csv.withTypes(Map.of("A", SampleType.FLOAT64));
    assertThat(typed.columns().getFirst().type()).isEqualTo(SampleType.FLOAT64);
    CsvImport given =
        column(o -> o.type("A", SampleType.STRING), "1")
            .csv
            .withTypes(Map.of("A", SampleType.FLOAT64));
    assertThat(given.columns().getFirst().type()).isEqualTo(SampleType.STRING);
  }

  @ParameterizedTest
  @CsvSource({
    "'', Bad_NoData",
    "' ', Bad_NoData",
    "?, Bad_NoData",
    "Bad, Bad",
    "bad, Bad",
    "No Data, Bad_NoData",
    "NaN, Bad_NoData",
    "I/O Timeout, Bad_NoCommunication",
    "Scan Off, Bad_OutOfService",
  })
  void badValueWordsAreSamplesWithBadStatusAndNoValue(String word, String status)
      throws IOException {
    Imported imported = column("1.5", word);
    assertThat(imported.values()).containsExactly("1.5", "none " + status);
    assertThat(imported.columns()).containsExactly("A float64");
    assertThat(imported.csv.columns().getFirst().badValues()).isEqualTo(1);
    assertThat(imported.badRows).isEmpty();
  }

  @Test
  void aPersonMayNameOtherBadValueWordsAndSkipBlanks() throws IOException {
    assertThat(column(o -> o.badWord("-999", StatusCodes.BAD), "1.5", "-999").values())
        .containsExactly("1.5", "none Bad");
    assertThat(column(o -> o.skipBlank(true), "1.5", "", "?").values())
        .containsExactly("1.5", "none Bad_NoData");
  }

  @Test
  void anInfiniteNumberIsReported() throws IOException {
    assertThat(column("1.5", "1e999").badRows)
        .containsExactly(
            "3 A: number is beyond float64: value=\"1e999\", limit=1.7976931348623157E308");
  }

  @Test
  void anOptionForATagThatIsNotThereNamesTheNearest() {
    assertThatThrownBy(
            () ->
                Imported.of(
                    folder,
                    "ts,tag,value\n" + T + ",TIC101,1\n",
                    options -> options.uom("TIC110", "degC")))
        .hasMessageContaining("nearest=\"TIC101\"")
        .extracting(e -> ((HistorianException) e).code())
        .isEqualTo(ErrorCode.UNKNOWN_FIELD);
  }

  @Test
  void theMappingIsSaidForPeople() throws IOException {
    Imported imported =
        Imported.of(
            folder,
            "Time,Batch,Phase,A,B\n2024-03-05 00:00,B1,Heat,1,2\n",
            options -> options.batchColumn("Batch").phaseColumn("Phase").unitId("R9").ignore("B"));
    assertThat(imported.csv.mappingLines())
        .containsExactly(
            "times: column Time, yyyy-MM-dd HH:mm:ss, time zone Z",
            "batches: column Batch, phases: column Phase, unit R9",
            "left out: columns B");
  }

  @Test
  void threeBadLinesAreThreeReportsAndAllElseIsThere() throws IOException {
    Imported imported =
        read(
            """
            Time,T1,T2
            2024-03-05 00:00:00,1.5,2
            2024-03-05 00:00:05,1.6,3
            2024-03-05 00:00:10,1.7
            2024-03-05 00:00:15,1.8,4
            2024-33-05 00:00:20,1.9,5
            2024-03-05 00:00:25,2.0,6
            at night,2.1,7
            2024-03-05 00:00:35,2.2,8
            """);
    assertThat(imported.badRows)
        .containsExactly(
            "4 : row has fewer cells than the heading: cells=2, columns=3",
            "6 Time: there is no such day or time of day: time=\"2024-33-05 00:00:20\"",
            "8 Time: time is not written like the others: time=\"at night\","
                + " format=yyyy-MM-dd HH:mm:ss");
    assertThat(imported.values())
        .containsExactly("1.5", "2", "1.6", "3", "1.8", "4", "2.0", "6", "2.2", "8");
  }
}

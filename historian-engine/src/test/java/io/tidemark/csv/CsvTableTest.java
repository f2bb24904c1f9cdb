package io.tidemark.csv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.SampleType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a file is cut into lines and cells. */
class CsvTableTest {
  private static final String T0 = "2024-03-05T00:00:00Z";
  private static final String T1 = "2024-03-05T00:00:01Z";

  @TempDir Path folder;

  private Imported read(String text) throws IOException {
    return Imported.of(folder, text, options -> options);
  }

  @ParameterizedTest
  @ValueSource(strings = {",", ";", "|", "\t"})
  void theDelimiterIsFoundOut(String delimiter) throws IOException {
    String text = "Time,A,B\n" + T0 + ",1,2\n" + T1 + ",3,4\n";
    assertThat(read(text.replace(",", delimiter)).values()).containsExactly("1", "2", "3", "4");
  }

  @Test
  void aLineForSpreadsheetsTellsTheDelimiter() throws IOException {
    Imported imported = read("sep=;\nTime;A\n" + T0 + ";1\n" + T1 + ";x\n");
    assertThat(imported.samples.getFirst()).startsWith("3 A ");
  }

  @Test
  void decimalCommasAreFoundOutWhereTheyCannotBeDelimiters() throws IOException {
    Imported imported = read("Time;A\n" + T0 + ";1,5\n" + T1 + ";-2,5e1\n");
    assertThat(imported.values()).containsExactly("1.5", "-25.0");
    assertThat(imported.csv.mappingLines())
        .contains("note: numbers are read with a comma before their fraction: line 2 \"1,5\"");
  }

  @Test
  void commaAndPointInOneFileAreNotGuessed() {
    assertThatThrownBy(() -> read("Time;A\n" + T0 + ";1,5\n" + T1 + ";1.234\n"))
        .hasMessageContaining("line 2 \"1,5\", line 3 \"1.234\"")
        .extracting(e -> ((HistorianException) e).hint())
        .isEqualTo("say --decimal comma or --decimal point");
  }

  @Test
  void quotesHoldDelimitersQuotesAndLines() throws IOException {
    Imported imported =
        read("Time,Note\r\n" + T0 + ",\"a, \"\"b\"\"\r\nc\"\r\n" + T1 + ",plain\r\n");
    assertThat(imported.samples)
        .containsExactly("2 Note " + T0 + " 'a, \"b\"\r\nc'", "4 Note " + T1 + " 'plain'");
  }

  @Test
  void aQuoteThatIsNeverClosedNamesItsLine() {
    assertThatThrownBy(() -> read("Time,Note\n" + T0 + ",fine\n" + T1 + ",\"open\nand on\n"))
        .isInstanceOf(HistorianException.class)
        .hasMessageContaining("rowStartsAtLine=3")
        .extracting(e -> ((HistorianException) e).hint())
        .isEqualTo("look for a quote that is not closed");
  }

  @Test
  void byteOrderMarksAreNoPartOfTheHeading() throws IOException {
    String text = "Time,Temp [°C]\n" + T0 + ",1\n";
    for (Charset charset :
        List.of(StandardCharsets.UTF_8, StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE)) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      bytes.write("\uFEFF".getBytes(charset));
      bytes.write(text.getBytes(charset));
      assertThat(Imported.of(folder, bytes.toByteArray(), options -> options).columns())
          .as(charset.name())
          .containsExactly("Temp int64 [°C]");
    }
  }

  @Test
  void anotherEncodingIsRefusedAndThenRead() throws IOException {
    Charset ansi = Charset.forName("windows-1252");
    byte[] bytes = ("Time,Temp [°C]\n" + T0 + ",1\n").getBytes(ansi);
    assertThatThrownBy(() -> Imported.of(folder, bytes, options -> options))
        .hasMessageContaining("file is not text in its encoding")
        .extracting(e -> ((HistorianException) e).hint())
        .asString()
        .contains("--encoding");
    assertThat(Imported.of(folder, bytes, options -> options.charset(ansi)).columns())
        .containsExactly("Temp int64 [°C]");
  }

  @Test
  void linesAreCountedThroughBlankOnes() throws IOException {
    Imported imported = read("Time,A\n\n" + T0 + ",1\n\n\nnever,2\n");
    assertThat(imported.samples.getFirst()).startsWith("3 A");
    assertThat(imported.badRows.getFirst()).startsWith("6 Time: ");
  }

  @Test
  void theLastLineNeedsNoEnd() throws IOException {
    assertThat(read("Time,A\r\n" + T0 + ",1").values()).containsExactly("1");
  }

  @Test
  void raggedRowsAreReportedAndTheOthersStored() throws IOException {
    Imported imported =
        read("Time,A,B\n" + T0 + ",1\n" + T0 + ",1,2,3\n" + T0 + ",1,2,,\n" + T1 + ",3,4\n");
    assertThat(imported.badRows)
        .containsExactly(
            "2 : row has fewer cells than the heading: cells=2, columns=3",
            "3 : row has more cells than the heading: cells=4, columns=3");
    assertThat(imported.values()).containsExactly("1", "2", "3", "4");
    assertThat(imported.result.rows()).isEqualTo(4);
  }

  @Test
  void nulBytesAreTextThatIsNoNumber() throws IOException {
    Imported imported =
        Imported.of(
            folder,
            "Time,A\n" + T0 + ",1\n" + T1 + ",\0\n" + T1 + ",2\n",
            options -> options.type("A", SampleType.INT64));
    assertThat(imported.values()).containsExactly("1", "2");
    assertThat(imported.badRows).hasSize(1);
    assertThat(imported.badRows.getFirst()).startsWith("3 A: not ").contains("\\u0000");
  }

  @Test
  void aCellOfOneMebibyteIsABadCellAndALongerOneEndsTheImport() throws IOException {
    String long1 = "x".repeat(CsvTable.CELL_CHARS_MAX);
    Imported imported = read("Time,Note\n" + T0 + "," + long1 + "\n" + T1 + ",short\n");
    assertThat(imported.values()).containsExactly("'short'");
    assertThat(imported.badRows.getFirst())
        .startsWith("2 Note: text is longer than its limit: bytes=1048576");
    assertThatThrownBy(() -> read("Time,Note\n" + T0 + ",ok\n" + T1 + "," + long1 + "x\n"))
        .isInstanceOf(HistorianException.class)
        .extracting(e -> ((HistorianException) e).code())
        .isEqualTo(ErrorCode.MALFORMED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n\n", "\uFEFF"})
  void anEmptyFile(String text) {
    assertThatThrownBy(() -> read(text)).hasMessageContaining("file is empty");
  }

  @Test
  void aHeadingAlone() {
    assertThatThrownBy(() -> read("Time,A\n")).hasMessageContaining("no rows below its heading");
  }

  @Test
  void aFileWithoutHeadingSaysWhichColumnsItSees() {
    assertThatThrownBy(() -> read(T0 + ",1,2\n" + T1 + ",3,4\n"))
        .hasMessageContaining("which column is the time is not said")
        .hasMessageContaining(T0);
  }

  @Test
  void aHeadingThatComesTwiceIsRefused() {
    assertThatThrownBy(() -> read("Time,A,A\n" + T0 + ",1,2\n"))
        .hasMessageContaining("heading comes twice: heading=\"A\"");
    assertThatThrownBy(() -> read("Time,A [bar],A (psi)\n" + T0 + ",1,2\n"))
        .hasMessageContaining("two columns make the same tag: tag=\"A\"");
  }

  @Test
  void columnsWithoutHeadingAreLeftOut() throws IOException {
    Imported imported = read("Time,A,\n" + T0 + ",1,\n");
    assertThat(imported.columns()).containsExactly("A int64");
  }

  @Test
  void moreColumnsThanTheLimitAreRefused() {
    assertThatThrownBy(() -> read("Time" + ",x".repeat(CsvTable.COLUMNS_MAX) + "\n"))
        .extracting(e -> ((HistorianException) e).code())
        .isEqualTo(ErrorCode.TOO_MANY);
  }

  @ParameterizedTest
  @CsvSource({"Tim, --time-column, Time", "Temprature, --ignore, Temperature"})
  void anUnknownColumnNamesTheNearest(String wanted, String option, String nearest) {
    assertThatThrownBy(
            () ->
                Imported.of(
                    folder,
                    "Time,Temperature,Level\n" + T0 + ",1,2\n",
                    options ->
                        option.equals("--ignore")
                            ? options.ignore(wanted)
                            : options.timeColumn(wanted)))
        .hasMessageContaining("no such column: column=\"" + wanted + "\", option=" + option)
        .hasMessageContaining("nearest=\"" + nearest + "\"");
  }

  @Test
  void progressGoesThroughTheFileToItsEnd() throws IOException {
    Path file = folder.resolve("long.csv");
    Files.writeString(file, "Time,A\n" + (T0 + ",1\n").repeat(20_000));
    List<Long> bytes = new ArrayList<>();
    List<Long> rows = new ArrayList<>();
    CsvImport.open(
        file,
        CsvMapping.builder().build(),
        (bytesRead, rowsRead) -> {
          bytes.add(bytesRead);
          rows.add(rowsRead);
        });
    assertThat(bytes).isSorted().hasSizeBetween(10, 100);
    assertThat(bytes.getLast()).isEqualTo(Files.size(file));
    assertThat(rows.getLast()).isEqualTo(20_001);
  }
}

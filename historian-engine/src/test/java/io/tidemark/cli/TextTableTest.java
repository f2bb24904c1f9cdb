package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tables fit the terminal, and show what is there. */
class TextTableTest {
  private final StringWriter text = new StringWriter();

  private List<String> print(TextTable table) {
    text.getBuffer().setLength(0);
    table.print(new PrintWriter(text));
    return text.toString().lines().toList();
  }

  @Test
  void textsAreShortenedToTheWidthButNoNumbersAndTimes() {
    TextTable table =
        new TextTable(
            List.of("tag", "ts", "value"),
            List.of(false, false, true),
            List.of(false, true, true),
            60);
    table.add(List.of("R1.TIC101.PV/a.long.name", "2024-03-05T08:00:00Z", "1234567890123456789"));
    table.add(List.of("R1", "2024-03-05T08:00:01Z", "1"));
    List<String> lines = print(table);
    assertThat(lines.get(2))
        .isEqualTo("R1.TIC101.PV/a.l…  2024-03-05T08:00:00Z  1234567890123456789")
        .hasSizeLessThanOrEqualTo(60);
    assertThat(lines.get(3)).matches("R1 {17}2024-03-05T08:00:01Z {20}1");
  }

  @Test
  void whatCannotFitIsWiderRatherThanWrong() {
    TextTable table =
        new TextTable(List.of("tag", "value"), List.of(false, true), List.of(false, true), 20);
    table.add(List.of("R1.TIC101.PV", "1234567890123456789"));
    assertThat(print(table).get(2)).isEqualTo("R1.TIC101…  1234567890123456789");
  }

  @Test
  void withoutAWidthOnlyVeryLongTextsAreShortened() {
    TextTable table = new TextTable(List.of("note", "n"), List.of(false, true));
    table.add(List.of("x".repeat(60), "1"));
    table.add(List.of("x".repeat(61), "2"));
    List<String> lines = print(table);
    assertThat(lines.get(2)).startsWith("x".repeat(60));
    assertThat(lines.get(3)).startsWith("x".repeat(59) + "…");
  }

  @Test
  void nullIsNoEmptyText() {
    TextTable table = new TextTable(List.of("a", "b"), List.of(false, false));
    table.add(Arrays.asList("", null));
    assertThat(print(table).getLast()).isEqualTo("   NULL");
  }

  @Test
  void whatATerminalWouldObeyIsShownInstead() {
    TextTable table = new TextTable(List.of("a"), List.of(false));
    table.add(List.of("\u001b[31mred\r\nnext\u009b\u007f"));
    assertThat(print(table).getLast()).isEqualTo("␛[31mred␍␊next\uFFFD␡");
  }

  @Test
  void laterRowsAreAddedBelowInTheSameWidths() {
    TextTable table = new TextTable(List.of("a", "b"), List.of(false, false));
    table.add(List.of("xx", "y"));
    assertThat(print(table)).containsExactly("a   b", "--  -", "xx  y");
    assertThat(table.size()).isZero();
    table.add(List.of("xxxx", "y"));
    assertThat(print(table)).containsExactly("x…  y");
  }
}

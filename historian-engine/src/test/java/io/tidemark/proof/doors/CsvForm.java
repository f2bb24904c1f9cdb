package io.tidemark.proof.doors;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import io.tidemark.model.StatusCodes;
import io.tidemark.proof.doors.Question.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * CSV. It has names of statuses and not their bits, and an empty cell for an empty text; texts that
 * a spreadsheet would run have an apostrophe in front.
 */
final class CsvForm implements RestDoor.Form {
  private static final List<String> TEXTS = List.of("tag", "text", "state", "label", "shift");

  @Override
  public String name() {
    return "CSV";
  }

  @Override
  public String parameters(Question question) {
    return "&format=csv";
  }

  @Override
  public @Nullable String whyNot(Question question) {
    return question.kind() == Kind.EXPLAIN_GAP || question.kind() == Kind.STRETCHES
        ? "the route has one form of an answer"
        : null;
  }

  @Override
  public boolean isJson() {
    return false;
  }

  @Override
  public Row asShown(Question question, Row row) {
    Row shown = Columns.withDigitsOfSingles(row);
    if (shown.get("status") instanceof Integer status) {
      shown.set("status", StatusCodes.text(status));
    }
    for (String name : TEXTS) {
      if (shown.get(name) instanceof String text) {
        shown.set(name, text.isEmpty() ? null : isFormula(text) ? "'" + text : text);
      }
    }
    return shown;
  }

  private static boolean isFormula(String text) {
    return "=+-@\t\r\n\0＝＋－＠".indexOf(text.charAt(0)) >= 0;
  }

  @Override
  public Answer read(Question question, byte[] body) {
    String text = new String(body, StandardCharsets.UTF_8);
    if (text.charAt(0) != '\uFEFF') {
      throw new AssertionError("has no byte order mark");
    }
    List<Row> rows = new ArrayList<>();
    try (MappingIterator<String[]> lines =
        new CsvMapper()
            .readerFor(String[].class)
            .with(CsvParser.Feature.WRAP_AS_ARRAY)
            .readValues(text.substring(1))) {
      String[] headings = lines.next();
      while (lines.hasNext()) {
        rows.add(row(headings, lines.next()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Answer.of(rows);
  }

  private static Row row(String[] headings, String[] cells) {
    if (cells.length != headings.length) {
      throw new AssertionError("cells do not fit the headings: " + String.join("|", cells));
    }
    Row row = new Row();
    for (int i = 0; i < cells.length; i++) {
      String heading = headings[i];
      if (cells[i].isEmpty() || isLocalTime(headings, i) || isUnit(heading)) {
        continue;
      }
      String name = heading.equals("Value") ? "value" : Columns.ofHeading(heading);
      row.set(
          name,
          switch (name) {
            case "value" -> Columns.number(cells[i]);
            case "status" -> cells[i];
            default -> Columns.cell(name, cells[i]);
          });
    }
    return row;
  }

  /** The first of the two cells that a time has. */
  private static boolean isLocalTime(String[] headings, int i) {
    int zone = headings[i].lastIndexOf(" (");
    return zone > 0
        && i + 1 < headings.length
        && headings[i + 1].equals(headings[i].substring(0, zone) + " (UTC)");
  }

  private static boolean isUnit(String heading) {
    return heading.equals("Unit") || heading.endsWith(" unit");
  }
}

package io.tidemark.csv;

import io.tidemark.model.ErrorText;
import io.tidemark.model.StatusCodes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** What an import of a file gave, as texts to look at. */
final class Imported implements CsvSink {
  /** {@code line tag time value}, and a status that is not Good. */
  final List<String> samples = new ArrayList<>();

  /** {@code line column: reason}. */
  final List<String> badRows = new ArrayList<>();

  final CsvImport csv;
  final CsvResult result;

  private Imported(CsvImport csv) throws IOException {
    this.csv = csv;
    result = csv.run(this, CsvProgress.NONE);
  }

  /** Imports a text with these options. */
  static Imported of(Path folder, String text, UnaryOperator<CsvMapping.Builder> options)
      throws IOException {
    return of(folder, text.getBytes(StandardCharsets.UTF_8), options);
  }

  static Imported of(Path folder, byte[] bytes, UnaryOperator<CsvMapping.Builder> options)
      throws IOException {
    Path file = Files.createTempFile(folder, "rows", ".csv");
    Files.write(file, bytes);
    CsvMapping mapping = options.apply(CsvMapping.builder()).build();
    return new Imported(CsvImport.open(file, mapping, CsvProgress.NONE));
  }

  /** Times of the samples, in the order of the rows. */
  List<String> times() {
    return samples.stream().map(sample -> sample.split(" ")[2]).toList();
  }

  /** Values of the samples, with a status that is not Good. */
  List<String> values() {
    return samples.stream().map(sample -> sample.split(" ", 4)[3]).toList();
  }

  /** {@code tag type uom step} of the columns. */
  List<String> columns() {
    return csv.columns().stream()
        .map(
            c ->
                c.tag()
                    + " "
                    + c.type().label()
                    + (c.uom().isEmpty() ? "" : " [" + c.uom() + "]")
                    + (c.stepped() ? " step" : ""))
        .toList();
  }

  /** {@code id start end}. */
  List<String> batches() {
    return result.context().batches().stream()
        .map(b -> b.batchId() + " " + ErrorText.time(b.startNs()) + " " + end(b.endNs()))
        .toList();
  }

  /** {@code id start end}. */
  List<String> phases() {
    return result.context().phases().stream()
        .map(p -> p.stepId() + " " + ErrorText.time(p.startNs()) + " " + end(p.endNs()))
        .toList();
  }

  private static String end(Long endNs) {
    return endNs == null ? "open" : ErrorText.time(endNs);
  }

  private void add(String tag, long timeNs, Object value, int status, long line) {
    samples.add(
        line
            + " "
            + tag
            + " "
            + ErrorText.time(timeNs)
            + " "
            + value
            + (status == StatusCodes.GOOD ? "" : " " + StatusCodes.text(status)));
  }

  @Override
  public void integer(String tag, long timeNs, long value, int status, long line) {
    add(tag, timeNs, value, status, line);
  }

  @Override
  public void decimal(String tag, long timeNs, double value, int status, long line) {
    add(tag, timeNs, value, status, line);
  }

  @Override
  public void bool(String tag, long timeNs, boolean value, int status, long line) {
    add(tag, timeNs, value, status, line);
  }

  @Override
  public void text(String tag, long timeNs, String value, int status, long line) {
    add(tag, timeNs, "'" + value + "'", status, line);
  }

  @Override
  public void absent(String tag, long timeNs, int status, long line) {
    add(tag, timeNs, "none", status, line);
  }

  @Override
  public void badRow(long line, String column, String reason) {
    badRows.add(line + " " + column + ": " + reason);
  }
}

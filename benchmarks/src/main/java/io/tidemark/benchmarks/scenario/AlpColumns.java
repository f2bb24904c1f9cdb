package io.tidemark.benchmarks.scenario;

import io.tidemark.model.SampleBlock;
import io.tidemark.storage.codec.ByteOutput;
import io.tidemark.storage.codec.DoubleColumn;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How does our column of doubles compare with ALP? Bits a value of the columns of the paper [1],
 * beside what its authors publish.
 *
 * <p>Not the same values: the authors measured the full columns; what is here are the samples of 1
 * 024 values that they hand out, and 131 072 of two columns. The full column may be easier or
 * harder than its sample.
 *
 * <p>[1] A. Afroozeh, L. Kuffo, P. Boncz, "ALP: Adaptive Lossless floating-Point Compression",
 * SIGMOD 2024; figures from its repository.
 */
final class AlpColumns {
  private static final int AT_LEAST = 10;
  private static final int REACH = 14;

  /* Names of files and of the published table. */
  private static final Map<String, String> PUBLISHED_AS =
      Map.ofEntries(
          Map.entry("basel_temp_f", "Basel-Temp"),
          Map.entry("bird_migration_f", "Bird-Mig"),
          Map.entry("bitcoin_transactions_f", "Blockchain"),
          Map.entry("city_temperature_f_tw", "City-Temp"),
          Map.entry("cms1", "CMS/1"),
          Map.entry("cms9", "CMS/9"),
          Map.entry("food_prices_tw", "Food-prices"),
          Map.entry("gov10", "Gov/10"),
          Map.entry("gov30", "Gov/30"),
          Map.entry("gov40", "Gov/40"),
          Map.entry("medicare9", "Medicare/9"),
          Map.entry("neon_bio_temp_c", "Bio-Temp"),
          Map.entry("neon_pm10_dust", "PM10-dust"),
          Map.entry("nyc29", "NYC/29"),
          Map.entry("poi_lon", "POI-lon"),
          Map.entry("stocks_de", "Stocks-DE"),
          Map.entry("stocks_usa_c", "Stocks-USA"));

  /** Bytes that the values of a column take, without their times and statuses. */
  interface ValueBytes {
    /** Of all values, in blocks of {@link SampleBlock#CAPACITY}. */
    long of(double[] values);
  }

  private AlpColumns() {}

  static void answer(Bench bench) throws IOException {
    Path folder = bench.data().resolve("alp-columns");
    bench.heading(
        "Bits a value beside ALP",
        "values alone, blocks of 1 024; ALP as published for the full columns (ALP_RD where ALP"
            + " gives none)");
    if (!Files.isDirectory(folder)) {
      bench.out().println("Skipped: there is no folder " + folder);
      return;
    }
    answer(bench, folder, AlpColumns::encoded);
  }

  private static void answer(Bench bench, Path folder, ValueBytes column) throws IOException {
    Map<String, Double> published = published(folder.resolve("alp_paper_bits_per_value.csv"));
    bench.row("column", "values", "ours, bits", "ALP, bits", "ours / ALP", "not above");
    bench.rule(6);
    int samples = 0;
    int compared = 0;
    int notAbove = 0;
    for (Path file : columns(folder)) {
      String fileName = String.valueOf(file.getFileName());
      String name = fileName.substring(0, fileName.lastIndexOf('.'));
      double[] values = read(file);
      double ours = 8.0 * column.of(values) / values.length;
      Double alp = published.get(PUBLISHED_AS.getOrDefault(name, ""));
      boolean isSample = fileName.endsWith(".csv");
      samples += isSample ? 1 : 0;
      compared += isSample && alp != null ? 1 : 0;
      boolean isNotAbove = alp != null && ours <= alp;
      notAbove += isSample && isNotAbove ? 1 : 0;
      bench.row(
          name,
          Bench.grouped(values.length),
          Bench.number(ours, 2),
          alp == null ? "not published" : Bench.number(alp, 2),
          alp == null ? "" : Bench.number(ours / alp, 2),
          alp == null ? "" : isNotAbove ? "yes" : "no");
    }
    bench
        .out()
        .printf(
            Locale.ROOT,
            "%nNot above ALP: %d of %d samples of 1 024 values, %d of them with a published figure"
                + " (at least %d / reach %d: %s).%n",
            notAbove,
            samples,
            compared,
            AT_LEAST,
            REACH,
            notAbove >= REACH ? "reached" : notAbove >= AT_LEAST ? "enough" : "missed");
  }

  /** The codec itself, until a store says what the values of a tag take. */
  static long encoded(double[] values) {
    DoubleColumn column = new DoubleColumn();
    ByteOutput out = new ByteOutput(1 << 14);
    long bytes = 0;
    for (int from = 0; from < values.length; from += SampleBlock.CAPACITY) {
      double[] block =
          Arrays.copyOfRange(values, from, Math.min(values.length, from + SampleBlock.CAPACITY));
      out.truncate(0);
      column.encode(block, block.length, out);
      bytes += out.length();
    }
    return bytes;
  }

  private static List<Path> columns(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".csv") || file.toString().endsWith(".bin"))
          .filter(file -> !file.endsWith("alp_paper_bits_per_value.csv"))
          .sorted()
          .toList();
    }
  }

  private static double[] read(Path file) throws IOException {
    if (file.toString().endsWith(".bin")) {
      DoubleBuffer doubles =
          ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer();
      double[] values = new double[doubles.remaining()];
      doubles.get(values);
      return values;
    }
    return Files.readAllLines(file).stream()
        .filter(line -> !line.isBlank())
        .mapToDouble(Double::parseDouble)
        .toArray();
  }

  private static Map<String, Double> published(Path file) throws IOException {
    Map<String, Double> bits = new HashMap<>();
    List<String> lines = Files.readAllLines(file);
    List<String> names = List.of(lines.getFirst().split(","));
    int alp = names.indexOf("alp");
    int alpRd = names.indexOf("alp_rd");
    for (String line : lines.subList(1, lines.size())) {
      String[] cells = line.split(",");
      String cell = cells[alp].isEmpty() ? cells[alpRd] : cells[alp];
      bits.put(cells[0], Double.parseDouble(cell));
    }
    return bits;
  }
}

package io.tidemark.benchmarks.scenario;

import io.tidemark.benchmarks.scenario.Bench.Target;
import io.tidemark.benchmarks.scenario.PublicData.DataSet;
import io.tidemark.demo.DemoPlant;
import io.tidemark.demo.DemoSink;
import io.tidemark.demo.DemoTag;
import io.tidemark.model.DuplicateRule;
import io.tidemark.model.SampleType;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.storage.io.Disk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.stream.Stream;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/**
 * How many bytes do real samples take, beside Parquet? Public process data and the demo plant go
 * into a store of ours, and the same rows, sorted by tag and time, into Parquet files with zstd
 * that DuckDB writes with its defaults: tag as text, time in nanoseconds, value as double (states
 * as ordinals; texts in a second file), status. Data are read in at once, in large frames.
 *
 * <p>Ours holds more than the Parquet file: order of writing, versions, transaction times, the
 * index and its copy.
 */
final class RealDataSizes {
  private static final Target TARGET = new Target(0.7, 0.5, 1);
  private static final long NOW_NS =
      Instant.parse("2026-11-25T00:00:00Z").toEpochMilli() * 1_000_000;

  /* Sizes of the two forms of the same samples. */
  private record Sizes(long samples, long ours, int segments, long parquet, int parquetFiles) {}

  private RealDataSizes() {}

  static void answer(Bench bench) throws IOException, SQLException {
    List<DataSet> sets = new ArrayList<>(PublicData.all(bench.data()));
    if (sets.isEmpty()) {
      bench.out().println("\nThere is no public data in " + bench.data() + ": the plant alone.");
    }
    sets.add(plant(bench.seed(), bench.days(30)));
    answer(bench, sets);
  }

  private static void answer(Bench bench, List<DataSet> sets) throws IOException, SQLException {
    Sizes one = measure(bench, oneSample());
    bench.heading(
        "Bytes a sample of real data, beside Parquet",
        "settled, all in; Parquet with zstd by DuckDB, sorted by tag and time. Of each, a store of"
            + " one sample ("
            + one.ours
            + " bytes) and a Parquet file of one row ("
            + one.parquet
            + " bytes) are taken for the fixed cost of a segment and of a file");
    bench.row(
        "data set",
        "tags",
        "samples",
        "ours, bytes/sample",
        "Parquet, bytes/sample",
        "ours / Parquet",
        "at least / reach",
        "",
        "ours, bytes (of it fixed)",
        "Parquet, bytes (of it fixed)",
        "ours / Parquet without");
    bench.rule(11);
    long samples = 0;
    long ours = 0;
    long parquet = 0;
    long oursFixed = 0;
    long parquetFixed = 0;
    double logarithms = 0;
    for (DataSet set : sets) {
      Sizes sizes = measure(bench, set);
      long fixed = one.ours * sizes.segments;
      long fixedParquet = one.parquet * sizes.parquetFiles;
      row(
          bench,
          set.name(),
          Integer.toString(set.tags().size()),
          sizes.samples,
          sizes.ours,
          fixed,
          sizes.parquet,
          fixedParquet);
      samples += sizes.samples;
      ours += sizes.ours;
      parquet += sizes.parquet;
      oursFixed += fixed;
      parquetFixed += fixedParquet;
      logarithms += Math.log((double) sizes.ours / sizes.parquet);
    }
    row(bench, "**all**", "", samples, ours, oursFixed, parquet, parquetFixed);
    bench
        .out()
        .printf(
            Locale.ROOT,
            "%nGeometric mean of the ratios, each data set counting the same: %.2f.%n",
            Math.exp(logarithms / sets.size()));
  }

  private static void row(
      Bench bench,
      String name,
      String tags,
      long samples,
      long ours,
      long fixed,
      long parquet,
      long parquetFixed) {
    double ratio = (double) ours / parquet;
    bench.row(
        name,
        tags,
        Bench.grouped(samples),
        Bench.number((double) ours / samples, 3),
        Bench.number((double) parquet / samples, 3),
        Bench.number(ratio, 2),
        TARGET.text(),
        TARGET.verdict(ratio),
        Bench.grouped(ours) + " (" + Bench.grouped(fixed) + ")",
        Bench.grouped(parquet) + " (" + Bench.grouped(parquetFixed) + ")",
        Bench.number((double) (ours - fixed) / (parquet - parquetFixed), 2));
  }

  /** The demo plant, whose present is fixed so that the same seed gives the same bytes. */
  static DataSet plant(long seed, int days) {
    DemoPlant plant = new DemoPlant(seed, Instant.ofEpochSecond(0, NOW_NS), days);
    return new DataSet(
        "demo plant, " + days + " d",
        plant.tags(),
        sink -> plant.generate(new TimeRange(plant.startNs(), plant.anchorNs()), sink));
  }

  private static DataSet oneSample() {
    DemoTag tag =
        new DemoTag("ONE", SampleType.FLOAT64, "", "", false, Double.NaN, Double.NaN, List.of());
    return new DataSet("one sample", List.of(tag), sink -> sink.number(0, NOW_NS, 1, 0));
  }

  private static Sizes measure(Bench bench, DataSet set) throws IOException, SQLException {
    Path folder = Files.createTempDirectory(bench.folder(), "tidemark-parquet");
    try (BenchStore store = new BenchStore(bench, Disk.REAL, NOW_NS)) {
      for (int tag = 0; tag < set.tags().size(); tag++) {
        store.define(definition(tag, set.tags().get(tag)));
      }
      long parquet = 0;
      int files = 0;
      try (Table table = new Table(folder, set.tags());
          Progress progress = bench.progress("storing " + set.name(), count(set))) {
        Both both = new Both(store, table, set.tags(), progress);
        set.rows().to(both);
        store.settle();
        for (Path file : table.copy()) {
          parquet += Files.size(file);
          files++;
        }
        long rows = store.sizes().segmentRows();
        if (rows != both.samples) {
          throw new IllegalStateException(
              "samples are missing: given=" + both.samples + ", stored=" + rows);
        }
        return new Sizes(both.samples, store.bytes(), store.sizes().segments(), parquet, files);
      }
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private static long count(DataSet set) throws IOException {
    long[] count = new long[1];
    set.rows()
        .to(
            new DemoSink() {
              @Override
              public void number(int tag, long timeNs, double value, int status) {
                count[0]++;
              }

              @Override
              public void state(int tag, long timeNs, int ordinal, int status) {
                count[0]++;
              }

              @Override
              public void text(int tag, long timeNs, String text, int status) {
                count[0]++;
              }

              @Override
              public void absent(int tag, long timeNs, int status) {
                count[0]++;
              }
            });
    return count[0];
  }

  private static TagDefinition definition(int id, DemoTag tag) {
    return new TagDefinition(
        id,
        new UUID(0, id),
        tag.name(),
        tag.type(),
        tag.uom(),
        tag.description(),
        tag.stepped(),
        tag.rangeLow(),
        tag.rangeHigh(),
        tag.states(),
        DuplicateRule.REPLACE,
        false,
        1,
        "bench",
        0);
  }

  /** Rows of a data set in DuckDB, to be written as Parquet. */
  private static final class Table implements AutoCloseable {
    private final Path folder;
    private final DuckDBConnection connection;
    private final DuckDBAppender numbers;
    private final DuckDBAppender texts;
    private boolean hasNumbers;
    private boolean hasTexts;

    Table(Path folder, List<DemoTag> tags) throws SQLException {
      this.folder = folder;
      connection =
          DriverManager.getConnection("jdbc:duckdb:" + folder.resolve("rows.duckdb"))
              .unwrap(DuckDBConnection.class);
      try (Statement statement = connection.createStatement()) {
        statement.execute("SET autoinstall_known_extensions=false");
        statement.execute("SET memory_limit='2GB'");
        statement.execute("SET threads=2");
        statement.execute("CREATE TABLE tags(id INTEGER, name VARCHAR)");
        statement.execute("CREATE TABLE numbers(id INTEGER, ns BIGINT, value DOUBLE, code BIGINT)");
        statement.execute("CREATE TABLE texts(id INTEGER, ns BIGINT, value VARCHAR, code BIGINT)");
      }
      try (DuckDBAppender names = connection.createAppender("tags")) {
        for (int id = 0; id < tags.size(); id++) {
          names.beginRow().append(id).append(tags.get(id).name()).endRow();
        }
      }
      numbers = connection.createAppender("numbers");
      texts = connection.createAppender("texts");
    }

    void number(int id, long timeNs, double value, int status) throws SQLException {
      hasNumbers = true;
      numbers.beginRow().append(id).append(timeNs).append(value);
      numbers.append(Integer.toUnsignedLong(status)).endRow();
    }

    void text(int id, long timeNs, String value, int status) throws SQLException {
      hasTexts = true;
      texts.beginRow().append(id).append(timeNs).append(value);
      texts.append(Integer.toUnsignedLong(status)).endRow();
    }

    void absent(int id, boolean isText, long timeNs, int status) throws SQLException {
      DuckDBAppender rows = isText ? texts : numbers;
      hasTexts |= isText;
      hasNumbers |= !isText;
      rows.beginRow().append(id).append(timeNs).appendNull();
      rows.append(Integer.toUnsignedLong(status)).endRow();
    }

    /** Writes the files. */
    List<Path> copy() throws SQLException {
      numbers.flush();
      texts.flush();
      List<Path> files = new ArrayList<>();
      if (hasNumbers) {
        files.add(copy("numbers"));
      }
      if (hasTexts) {
        files.add(copy("texts"));
      }
      return files;
    }

    private Path copy(String table) throws SQLException {
      Path file = folder.resolve(table + ".parquet");
      try (Statement statement = connection.createStatement()) {
        statement.execute(
            "COPY (SELECT name AS tag, make_timestamp_ns(ns) AS ts, value,"
                + " code::UINTEGER AS status FROM "
                + table
                + " JOIN tags USING (id) ORDER BY tag, ts) TO '"
                + file
                + "' (FORMAT parquet, COMPRESSION zstd)");
      }
      return file;
    }

    @Override
    public void close() throws SQLException {
      numbers.close();
      texts.close();
      connection.close();
    }
  }

  /** Gives every row to both. */
  private static final class Both implements DemoSink {
    private final BenchStore store;
    private final Table table;
    private final List<DemoTag> tags;
    private final Progress progress;
    private long samples;

    Both(BenchStore store, Table table, List<DemoTag> tags, Progress progress) {
      this.store = store;
      this.table = table;
      this.tags = tags;
      this.progress = progress;
    }

    private interface Step {
      void run() throws IOException, SQLException;
    }

    private void run(Step step) {
      samples++;
      progress.step(1);
      try {
        step.run();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void number(int tag, long timeNs, double value, int status) {
      run(
          () -> {
            store.add(tag, SampleType.FLOAT64, timeNs, value, status);
            table.number(tag, timeNs, value, status);
          });
    }

    @Override
    public void state(int tag, long timeNs, int ordinal, int status) {
      run(
          () -> {
            store.add(tag, SampleType.DIGITAL, timeNs, ordinal, status);
            table.number(tag, timeNs, ordinal, status);
          });
    }

    @Override
    public void text(int tag, long timeNs, String text, int status) {
      run(
          () -> {
            store.addText(tag, timeNs, text, status);
            table.text(tag, timeNs, text, status);
          });
    }

    @Override
    public void absent(int tag, long timeNs, int status) {
      run(
          () -> {
            SampleType type = tags.get(tag).type();
            store.addAbsent(tag, type, timeNs, status);
            table.absent(tag, type == SampleType.STRING, timeNs, status);
          });
    }
  }
}

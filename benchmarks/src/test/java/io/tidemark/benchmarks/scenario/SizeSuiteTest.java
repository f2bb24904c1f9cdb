package io.tidemark.benchmarks.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidemark.benchmarks.scenario.WorkloadM.Shape;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every question is answered, at a size that takes no time. */
class SizeSuiteTest {
  private static final int TAGS = 20;

  @TempDir Path folder;

  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  private Bench bench(int scans, int days) {
    String elsewhere =
        System.getProperty("TIDEMARK_TEST_DATA", System.getenv("TIDEMARK_TEST_DATA"));
    Path root = Path.of(System.getProperty("tidemark.root", ".."));
    Path data = elsewhere == null ? root.resolve("../shared/data") : Path.of(elsewhere);
    return new Bench(
        7,
        TAGS,
        scans,
        days,
        folder,
        data,
        new PrintStream(printed, true, StandardCharsets.UTF_8),
        new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
  }

  private List<String> rows() {
    return printed
        .toString(StandardCharsets.UTF_8)
        .lines()
        .filter(line -> line.startsWith("| "))
        .skip(2) // names of columns, and the line under them
        .toList();
  }

  @Test
  void theWorkloadIsThePublishedOne() {
    Bench bench = bench(WorkloadM.SCANS / 4, 0);
    WorkloadM workload = WorkloadM.mixed(42, 200);
    double[] analog = CodecFloor.measure(bench, workload, Shape.ANALOG);
    assertThat(analog[0]).as("FOR").isBetween(1.35, 1.49);
    assertThat(analog[1]).as("delta FOR").isBetween(1.04, 1.15);
    assertThat(analog[5]).as("entropy of deltas").isBetween(0.74, 0.82);
    assertThat(CodecFloor.measure(bench, workload, Shape.COUNTER)[1]).isBetween(0.36, 0.41);
    assertThat(CodecFloor.measure(bench, workload, Shape.NOISE)[3]).isBetween(6.3, 7.0);
  }

  @Test
  void aTagGivesTheSameSamplesWhenItIsReadAlone() {
    WorkloadM workload = WorkloadM.mixed(7, 100);
    List<WorkloadM.Source> all = workload.sources();
    WorkloadM.Source alone = workload.source(19);
    for (int scan = 0; scan < 10; scan++) {
      all.forEach(WorkloadM.Source::next);
      alone.next();
      assertThat(alone.value()).isEqualTo(all.get(19).value());
      assertThat(alone.timeNs()).isEqualTo(all.get(19).timeNs());
    }
  }

  @Test
  void floors() {
    CodecFloor.answer(bench(300, 0));
    assertThat(rows()).hasSize(8);
  }

  @Test
  void segmentSizes() throws Exception {
    SegmentSizes.answer(bench(300, 0));
    assertThat(rows()).hasSize(6).allSatisfy(row -> assertThat(row).contains("| 6000 |"));
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void realDataSizes() throws Exception {
    RealDataSizes.answer(bench(1, 1));
    assertThat(rows()).hasSizeBetween(2, 7).last().asString().startsWith("| **all** |");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void yearAverage() throws Exception {
    YearAverage.answer(bench(1, 1));
    assertThat(rows()).hasSize(4).first().asString().startsWith("| 1y | 1 | 200 |");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void windowLatency() throws Exception {
    WindowLatency.answer(bench(1, 1));
    assertThat(rows()).hasSize(3).last().asString().startsWith("| 86 400 |");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void lateSamples() throws Exception {
    LateSamples.answer(bench(1, 1));
    assertThat(rows()).hasSize(8);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void questionsOverHttp() throws Exception {
    QuerySpeed.answer(bench(120, 0));
    assertThat(rows()).hasSize(10).allSatisfy(row -> assertThat(row).contains("| 100 |"));
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void alpColumns() throws Exception {
    Bench bench = bench(1, 0);
    assumeTrue(Files.isDirectory(bench.data().resolve("alp-columns")), "no public data");
    AlpColumns.answer(bench);
    assertThat(rows()).hasSize(18);
  }

  @Test
  void doublesThatNeedNoDataAreEncoded() {
    assertThat(AlpColumns.encoded(new double[2000])).isBetween(2L, 100L);
  }
}

package io.tidemark.benchmarks.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Five kills of the process of storage and ingest; the suite does a thousand. */
class StoreKillTest {
  @TempDir Path folder;

  @Test
  void acknowledgedSamplesSurviveAKill() throws Exception {
    Path root = Path.of(System.getProperty("tidemark.root", "..")).toAbsolutePath();
    Lab lab = Lab.open(root, folder, null, null);
    int[] steps = {0};
    Outcome outcome = new StoreKill().run(new Trial(lab, folder, 42, 0, 5, () -> steps[0]++));
    assertThat(outcome.problems()).isEmpty();
    assertThat(outcome.isBad()).isFalse();
    assertThat(outcome.runs).isEqualTo(5).isEqualTo(steps[0]);
    assertThat(outcome.acknowledged).isPositive();
  }
}

package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ImportProgressTest {
  private static final long SECOND = 1_000_000_000L;

  private final StringWriter err = new StringWriter();
  private long nowNs = 77;

  private ImportProgress progress(boolean terminal) {
    ImportProgress progress =
        new ImportProgress(new PrintWriter(err, true), terminal, 10_000_000, () -> nowNs);
    progress.begin("importing");
    return progress;
  }

  @Test
  void aFileIsALineEveryFiveSeconds() {
    ImportProgress progress = progress(false);
    for (int i = 1; i <= 16; i++) {
      nowNs += SECOND;
      progress.at(i * 500_000L, i * 1000L);
    }
    progress.end();
    assertThat(err.toString().lines())
        .containsExactly(
            "importing [#####---------------]  25 %, 2.5 of 10.0 MB, 5000 rows, 1000 rows/s, 0:15"
                + " left",
            "importing [##########----------]  50 %, 5.0 of 10.0 MB, 10000 rows, 1000 rows/s, 0:10"
                + " left",
            "importing [###############-----]  75 %, 7.5 of 10.0 MB, 15000 rows, 1000 rows/s, 0:05"
                + " left");
  }

  @Test
  void aTerminalHasOneLineThatRedrawsItself() {
    ImportProgress progress = progress(true);
    for (int i = 1; i <= 100; i++) {
      nowNs += SECOND / 20;
      progress.at(i * 100_000L, i * 10L);
    }
    assertThat(err.toString()).doesNotContain("\n");
    assertThat(err.toString().split("\r")).hasSize(26);
    progress.end();
    assertThat(err.toString()).endsWith("0:00 left \n");
  }

  @Test
  void aShortImportSaysNothing() {
    for (boolean terminal : new boolean[] {true, false}) {
      ImportProgress progress = progress(terminal);
      progress.at(10_000_000, 50);
      progress.end();
    }
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void aFileThatGrowsOrIsEmptyStaysWithinHundredPercent() {
    ImportProgress progress = progress(false);
    nowNs += 6 * SECOND;
    progress.at(30_000_000, 50);
    assertThat(err.toString()).contains("[####################] 100 %").contains("0:00 left");
  }
}

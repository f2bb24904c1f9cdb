package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.OpenProgress.Phase;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

/** What a person sees of a long start. */
class StartProgressTest {
  private static final long MS = 1_000_000;

  private final StringWriter err = new StringWriter();
  private long nowNs;

  private StartProgress progress(boolean terminal) {
    return new StartProgress(new PrintWriter(err), terminal, () -> nowNs);
  }

  @Test
  void aTerminalShowsABarThatIsWipedAtTheEnd() {
    StartProgress progress = progress(true);
    nowNs = 200 * MS;
    progress.at(Phase.JOURNAL, 43 << 20, 100 << 20);
    assertThat(err.toString())
        .startsWith("\rjournal  [############------------------]  43 %  43 of 100 MiB");
    nowNs = 400 * MS;
    progress.at(Phase.SEGMENTS, 3, 4);
    assertThat(err.toString()).contains("\rsegments [").contains(" 75 %  3 of 4");
    progress.end();
    assertThat(err.toString()).endsWith("\r");
  }

  @Test
  void aStartThatTakesAMomentShowsNothing() {
    StartProgress progress = progress(true);
    for (int i = 0; i < 50; i++) {
      nowNs += MS;
      progress.at(Phase.JOURNAL, i, 50);
    }
    progress.end();
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void elsewhereNothingIsDrawn() {
    StartProgress progress = progress(false);
    nowNs = 10_000 * MS;
    progress.at(Phase.JOURNAL, 1, 2);
    progress.end();
    assertThat(err.toString()).isEmpty();
  }
}

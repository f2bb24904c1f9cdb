package io.tidemark.benchmarks.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.benchmarks.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page shows what the suite found, and nobody has helped it. */
class ReliabilityPageTest {
  private static final Path ROOT = Path.of(System.getProperty("tidemark.root", ".."));
  private static final Setting SETTING =
      new Setting("abc1234", "2026-11-25T03:00Z", "25", 2, 24_000, "Linux 6.18");

  @TempDir Path folder;

  /** A fault that is not one. */
  private record Nothing(String name, long wanted) implements Fault {
    @Override
    public String number() {
      return "F0";
    }

    @Override
    public String injection() {
      return "nothing is done";
    }

    @Override
    public Outcome run(Trial trial) {
      Outcome outcome = new Outcome();
      outcome.runs = 1;
      return outcome;
    }
  }

  @Test
  void thePageIsWhatTheSummaryRendersTo() throws IOException {
    String page = Files.readString(ROOT.resolve(ReliabilityPage.PAGE));
    JsonNode summary = ReliabilityPage.read(ROOT);
    assertThat(summary.path("digest").asText())
        .as("digest of %s; run the suite with --report", ReliabilityPage.SUMMARY)
        .isEqualTo(ReliabilityPage.digest(summary));
    assertThat(page).isEqualTo(ReliabilityPage.insert(page, ReliabilityPage.render(summary)));
  }

  @Test
  void everyFaultOfTheCatalogueIsOnThePage() throws IOException {
    List<String> known = ReliabilitySuite.catalogue().stream().map(Fault::name).toList();
    List<String> shown = new ArrayList<>();
    ReliabilityPage.read(ROOT).path("faults").forEach(row -> shown.add(row.path("fault").asText()));
    assertThat(known).doesNotHaveDuplicates();
    assertThat(shown).isEqualTo(known);
  }

  @Test
  void batchesAddUpOverCalls() throws IOException {
    Fault fault = new Nothing("nothing", 3);
    Outcome outcome = new Outcome();
    outcome.runs = 2;
    outcome.acknowledged = 12_345;
    outcome.note("exit status 70", 2);
    outcome.measure("seconds to ready", 1.25);
    Results.open(folder).append(fault, 1, 11, SETTING, 0.5, outcome);
    outcome.lost = 1;
    outcome.problem("number 5 is gone");
    Results.open(folder).append(fault, 1, 12, SETTING, 0.5, outcome);
    Files.writeString(
        folder.resolve("results.jsonl"),
        "{\"fault\":\"noth",
        java.nio.file.StandardOpenOption.APPEND); // the suite was killed

    Results results = Results.open(folder);
    assertThat(results.runs("nothing")).isEqualTo(4);
    assertThat(results.batches("nothing")).isEqualTo(2);
    Fault missing = new Nothing("missing", 1);
    JsonNode summary =
        ReliabilityPage.summarize(
            List.of(fault, missing), results, Map.of("missing", "there is no shim"));
    assertThat(ReliabilityPage.render(summary))
        .contains(
            "| `nothing` F0 | nothing is done | 4 | 24 690 | 1 | 0 | 0 | 0 | 0 | 1 | abc1234 |")
        .contains(
            "| `missing` F0 | nothing is done | 0 | | | | | | | | not run: there is no shim |")
        .contains("- `nothing`: seconds to ready 1.25 (1.25 to 1.25); exit status 70: 4;")
        .contains("**problems recorded: 1**")
        .contains("2 cores, 23 GiB, Linux 6.18, Java 25, load average ");
    assertThat(summary.path("faults").path(0).path("complete").asBoolean()).isTrue();
    assertThat(summary.path("faults").path(1).path("complete").asBoolean()).isFalse();
  }
}

package io.tidemark.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.DuplicateRule;
import io.tidemark.model.RecordKind;
import io.tidemark.model.SampleFrameBuilder;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.VersionMode;
import io.tidemark.storage.io.Disk;
import io.tidemark.storage.io.KillPoint;
import io.tidemark.storage.lifecycle.RetentionRule;
import io.tidemark.testing.OracleStore;
import io.tidemark.testing.StoreFixture;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A process ends at each named place in turn; nothing that was acknowledged is lost or doubled. */
class KillPointTest {
  private static final long DAY_NS = 86_400_000_000_000L;
  private static final int ROUNDS = 24;
  private static final int SAMPLES = 400;
  private static final StoreConfig CONFIG =
      new StoreConfig(64 << 20, 3_600_000_000L, 1, 0, StoreConfig.JournalKind.FILE, true)
          .withRetention(new RetentionRule(30 * DAY_NS, 0));

  @TempDir Path folder;

  /** The process: writes, forces, seals, drops and merges; says what it may count on. */
  static final class Worker {
    private Worker() {}

    public static void main(String[] args) throws IOException {
      long first = Long.parseLong(args[1]);
      OracleStore definitions = new OracleStore();
      TagDefinition live = definitions.defineAnalog("live", DuplicateRule.KEEP_ALL);
      TagDefinition old = definitions.defineAnalog("old");
      TagDefinition ahead = definitions.defineAnalog("ahead");
      byte[] text = new byte[40_000];
      try (StoreFixture fixture = new StoreFixture(Disk.REAL, Path.of(args[0]), CONFIG)) {
        fixture.define(live);
        fixture.define(old);
        fixture.define(ahead);
        for (int round = 0; round < ROUNDS; round++) {
          fixture.append(SampleFrameBuilder.encodeRecord(RecordKind.CONTEXT, 0, text));
          for (int i = 0; i < SAMPLES; i++) {
            long number = first + (long) round * SAMPLES + i;
            fixture.write(live.id(), fixture.nowNs() - DAY_NS + number, number);
          }
          fixture.store().writer().force();
          System.out.println("synced " + (first + (long) (round + 1) * SAMPLES));
          System.out.flush();
          if (round % 2 == 1) {
            fixture.seal();
            fixture.write(old.id(), fixture.nowNs() - 31 * DAY_NS, round);
            fixture.seal();
            // Days later than the others: theirs are over, and merged.
            fixture.write(ahead.id(), fixture.nowNs() + (3 + round) * DAY_NS, round);
            fixture.seal();
            fixture.housekeepingAt(fixture.nowNs());
          }
        }
      }
      System.out.println("done");
    }
  }

  private record Run(int exit, long synced, List<String> output) {}

  private Run run(String killAt, long first) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path")));
    if (killAt != null) {
      command.add("-Dtidemark.killAt=" + killAt);
    }
    command.addAll(
        List.of(Worker.class.getName(), folder.resolve("store").toString(), Long.toString(first)));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    List<String> output = new ArrayList<>();
    long synced = first;
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        output.add(line);
        if (line.startsWith("synced ")) {
          synced = Long.parseLong(line.substring(7));
        }
      }
    }
    return new Run(process.waitFor(), synced, output);
  }

  @ParameterizedTest
  @EnumSource
  void nothingIsLostAtAnyPlace(KillPoint place) throws IOException, InterruptedException {
    // A first process leaves a journal to recover; the second one ends at the place.
    Run before = run("JOURNAL_FORCED:5", 0);
    assertThat(before.exit()).as(before.output().toString()).isEqualTo(KillPoint.EXIT);
    Run killed = run(place.name(), 1_000_000);
    assertThat(killed.exit()).as(killed.output().toString()).isEqualTo(KillPoint.EXIT);
    try (StoreFixture fixture = new StoreFixture(Disk.REAL, folder.resolve("store"), CONFIG)) {
      assertThat(fixture.store().recovery().missing()).isEmpty();
      assertThat(fixture.store().damage().entries()).isEmpty();
      TagDefinition live = fixture.store().tags().find("live");
      assertThat(live).isNotNull();
      List<String> found = fixture.read(live.id(), VersionMode.ALL, fixture.nowNs() - DAY_NS);
      assertThat(found).doesNotHaveDuplicates();
      assertThat(found).containsAll(numbers(0, before.synced()));
      assertThat(found).containsAll(numbers(1_000_000, killed.synced()));
      // One more round goes through, whatever was left behind.
      fixture.write(live.id(), fixture.nowNs(), 5);
      fixture.seal();
      fixture.reopen();
      assertThat(fixture.read(live.id(), VersionMode.ALL, 0)).hasSize(found.size() + 1);
    }
    assertThat(StoreFixture.faults(Disk.REAL, folder.resolve("store"))).isEmpty();
  }

  private static List<String> numbers(long from, long to) {
    List<String> numbers = new ArrayList<>();
    for (long number = from; number < to; number++) {
      numbers.add(number + "=" + (double) number);
    }
    return numbers;
  }
}

package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.demo.DemoPlant;
import io.tidemark.demo.EngineTarget;
import io.tidemark.model.TimeRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that the page about exports shows, against the demo plant. */
class DocumentedExportTest {
  private static final Path PAGE =
      Path.of(System.getProperty("tidemark.root", "..")).resolve("docs/export.md");
  private static final Pattern COMMAND = Pattern.compile("(?m)^\\./tidemark (export .*)$");
  private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");

  @Test
  void everyCommandOfThePageExports(@TempDir Path data, @TempDir Path folder) throws IOException {
    try (TestServer server = TestServer.start(data, Map.of())) {
      DemoPlant plant = new DemoPlant(42, Instant.now(), 3);
      EngineTarget target = new EngineTarget(server.engine());
      target.defineTags(plant.tags());
      plant.contextJson(plant.anchorNs()).forEach(target::context);
      target.write(plant, new TimeRange(plant.startNs(), plant.anchorNs()));
      int commands = 0;
      Matcher lines = COMMAND.matcher(Files.readString(PAGE));
      while (lines.find()) {
        List<String> words = words(lines.group(1));
        Path out = folder.resolve(words.getLast());
        words.set(words.size() - 1, out.toString());
        words.addAll(List.of("--server", server.address()));
        CommandLine run = CommandLine.run(words.toArray(String[]::new));
        assertThat(run.code()).as("%s%n%s", lines.group(1), run.err()).isZero();
        Path made = Files.isDirectory(out) ? out.resolve("_dataset.json") : out;
        assertThat(made).isNotEmptyFile();
        commands++;
      }
      assertThat(commands).isEqualTo(6);
    }
  }

  /** The words of a command, without their quotes. */
  static List<String> words(String command) {
    List<String> words = new ArrayList<>();
    Matcher word = WORD.matcher(command);
    while (word.find()) {
      words.add(word.group(1) == null ? word.group(2) : word.group(1));
    }
    return words;
  }
}

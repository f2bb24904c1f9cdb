package io.tidemark.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.HistorianException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistorianConfigTest {
  @TempDir Path folder;

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("tidemark.toml"), text);
  }

  @Test
  void flagsWinOverVariablesOverFileOverDefaults() throws IOException {
    Path file =
        file(
            "timeZone = \"Europe/Berlin\"\n"
                + "[http]\n"
                + "port = 1\n"
                + "bodyBytesMax = \"1MiB\"\n"
                + "hostNames = [\"a\", \"b\"]\n");
    HistorianConfig config =
        HistorianConfig.load(
            file, Map.of("TIDEMARK_HTTP_PORT", "2", "PATH", "/bin"), Map.of("http.port", "3"));
    assertThat(config.timeZone().getId()).isEqualTo("Europe/Berlin");
    assertThat(config.http().port()).isEqualTo(3);
    assertThat(config.http().bodyBytesMax()).isEqualTo(1 << 20);
    assertThat(config.http().hostNames()).containsExactly("a", "b");
    assertThat(config.query().timeLimitNs()).isEqualTo(30_000_000_000L);
    assertThat(
            HistorianConfig.load(file, Map.of("TIDEMARK_HTTP_PORT", "2"), Map.of()).http().port())
        .isEqualTo(2);
  }

  @Test
  void anUnknownKeyIsAnErrorThatNamesTheNearest() throws IOException {
    Path file = file("[http]\nprot = 1\n");
    assertThatThrownBy(() -> HistorianConfig.load(file, Map.of(), Map.of()))
        .isInstanceOfSatisfying(
            HistorianException.class,
            e -> assertThat(e.hint()).isEqualTo("did you mean http.port?"))
        .hasMessageContaining("http.prot")
        .hasMessageContaining("tidemark.toml");
    assertThatThrownBy(
            () -> HistorianConfig.load(null, Map.of("TIDEMARK_HTTP_PROT", "1"), Map.of()))
        .hasMessageContaining("TIDEMARK_HTTP_PROT")
        .hasMessageContaining("environment");
  }

  @Test
  void aBadValueNamesKeySourceAndWhatIsAllowed() {
    for (Map.Entry<String, String> bad :
        Map.of(
                "http.port", "70000",
                "store.hotBytesMax", "64 apples",
                "ingest.ringBytes", "9MiB",
                "query.timeLimit", "soon",
                "timeZone", "Mars/Olympus")
            .entrySet()) {
      assertThatThrownBy(
              () -> HistorianConfig.load(null, Map.of(), Map.of(bad.getKey(), bad.getValue())))
          .hasMessageContaining("key=" + bad.getKey())
          .hasMessageContaining("source=command line")
          .hasMessageContaining("allowed=");
    }
  }

  /** A message that advises a setting which nobody can set sends people the wrong way. */
  @Test
  void everySettingThatTheSourcesNameExists() throws IOException {
    Pattern literal = Pattern.compile("\"(?:[^\"\\\\\n]|\\\\.)*+\"");
    Pattern name = Pattern.compile("(?<![.\\w/-])(?:http|store|ingest|query)\\.[a-z]\\w*");
    Set<String> known =
        Stream.of(HistorianConfig.Setting.values())
            .map(HistorianConfig.Setting::key)
            .collect(Collectors.toSet());
    Path root = Path.of(System.getProperty("tidemark.root", ".."));
    Set<String> named = new TreeSet<>();
    for (String module : List.of("storage", "ingest", "query", "historian-engine")) {
      try (Stream<Path> files = Files.walk(root.resolve(module).resolve("src/main/java"))) {
        for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
          Matcher text = literal.matcher(Files.readString(file));
          while (text.find()) {
            Matcher setting = name.matcher(text.group());
            while (setting.find()) {
              named.add(setting.group());
            }
          }
        }
      }
    }
    assertThat(named).isSubsetOf(known).contains("query.timeLimit");
  }

  /** The page is the list of settings; {@code -Ddocs.write} writes it anew. */
  @Test
  void theDocumentationNamesEverySetting() throws IOException {
    StringBuilder page = new StringBuilder();
    page.append("# Configuration\n\n");
    page.append(
        "Defaults, overridden by `tidemark.toml` (`--config FILE`), then by variables, then by"
            + " flags.");
    page.append(
        " Unknown keys are errors. Sizes are `512KiB`, `64MiB`, `1GiB`; durations `500ms`, `5s`,");
    page.append(" `10m`, `1h`, `7d`. All settings are read at start.\n\n");
    page.append("| key | default | variable | meaning |\n| --- | --- | --- | --- |\n");
    for (HistorianConfig.Setting setting : HistorianConfig.Setting.values()) {
      page.append("| `").append(setting.key()).append("` | ");
      page.append(setting.defaultText().isEmpty() ? "" : "`" + setting.defaultText() + "`");
      page.append(" | `").append(setting.variable()).append("` | ");
      page.append(setting.description()).append(" |\n");
    }
    page.append("\n```toml\ntimeZone = \"Europe/Berlin\"\n\n[http]\nport = 7300\n\n");
    page.append("[store]\nhotBytesMax = \"512MiB\"\n```\n");
    Path file = Path.of(System.getProperty("tidemark.root", ".."), "docs", "configuration.md");
    if (System.getProperty("docs.write") != null) {
      Files.writeString(file, page);
    }
    assertThat(Files.readString(file)).isEqualTo(page.toString());
  }
}

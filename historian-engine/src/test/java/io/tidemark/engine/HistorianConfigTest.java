package io.tidemark.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.HistorianException;
import io.tidemark.model.TimeRange;
import io.tidemark.query.time.IsoTime;
import io.tidemark.query.time.ShiftCalendar;
import io.tidemark.query.time.WindowRule;
import io.tidemark.query.time.Windows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
  void calendarsAreReadFromTheirTables() throws IOException {
    Map<String, ShiftCalendar> defaults =
        HistorianConfig.load(null, Map.of(), Map.of("timeZone", "Asia/Kathmandu")).calendars();
    assertThat(defaults).containsOnlyKeys("plant");
    assertThat(defaults.get("plant").zone().getId()).isEqualTo("Asia/Kathmandu");
    Path file =
        file(
            """
            timeZone = "Europe/Berlin"
            [calendar.plant]
            dayStart = "22:00"
            [calendar.mill]
            zone = "UTC"
            dayStart = 07:30:00
            shifts = { day = ["07:30-16:00 mon-fri", "08:00-12:00 sat"], night = "16:00-07:30 mon-thu" }
            """);
    Map<String, ShiftCalendar> calendars =
        HistorianConfig.load(file, Map.of(), Map.of()).calendars();
    assertThat(calendars).containsOnlyKeys("plant", "mill");
    TimeRange week =
        new TimeRange(IsoTime.parse("2026-11-20T07:30:00Z"), IsoTime.parse("2026-11-22T07:30:00Z"));
    Windows windows =
        WindowRule.parse("shift:mill", calendars).windows(week, ZoneOffset.UTC, Long.MAX_VALUE, 9);
    assertThat(IntStream.range(0, windows.count()).mapToObj(windows::label))
        .containsExactly(
            "2026-11-20 day",
            "2026-11-20 off",
            "2026-11-21 off",
            "2026-11-21 day",
            "2026-11-21 off 2");
    Windows plant =
        WindowRule.parse("shift", calendars).windows(week, ZoneOffset.UTC, Long.MAX_VALUE, 9);
    assertThat(IsoTime.format(plant.startNs(1), ZoneOffset.UTC)).contains("T13:00:00");
  }

  @ParameterizedTest
  @CsvSource({
    "zone, Mars/Olympus",
    "dayStart, noon",
    "dayStart, 06:00:00.5",
    "shifts.early, 6 to 2",
    "shifts.early, 06:00-14:00 someday"
  })
  void aBadCalendarNamesItsKey(String key, String value) {
    String full = "calendar.plant." + key;
    assertThatThrownBy(() -> HistorianConfig.load(null, Map.of(), Map.of(full, value)))
        .isInstanceOf(HistorianException.class)
        .hasMessageContaining("key=" + full)
        .hasMessageContaining("source=command line")
        .hasMessageContaining("allowed=");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "calendar.plant.shift.early",
        "calendar.plant.dayEnd",
        "calendar.plant",
        "calendar.a.b.zone",
        "calendar.ä.zone",
        "calendar.plant.shifts.a.b",
        "calendars.plant.zone"
      })
  void anUnknownKeyOfACalendarIsAnError(String key) {
    assertThatThrownBy(() -> HistorianConfig.load(null, Map.of(), Map.of(key, "UTC")))
        .hasMessageContaining("unknown setting");
  }

  @Test
  void shiftsThatAreNotADayAreRefused() {
    assertThatThrownBy(
            () ->
                HistorianConfig.load(
                    null,
                    Map.of(),
                    Map.of(
                        "calendar.mill.shifts.a", "06:00-14:00",
                        "calendar.mill.shifts.b", "13:00-22:00")))
        .isInstanceOfSatisfying(
            HistorianException.class, e -> assertThat(e.path()).isEqualTo("calendar.mill"))
        .hasMessageContaining("overlap");
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
    page.append("\n## Calendars\n\n");
    page.append(
        "Production days and shifts, for windows `day:NAME` and `shift:NAME` ([http.md](http.md))."
            + " `shift` is `shift:plant`, and the calendar `plant` exists also if nothing is said"
            + " about it. Names have up to 64 of `A-Z a-z 0-9 _ -`; no variables.\n\n");
    page.append("| key | default | meaning |\n| --- | --- | --- |\n");
    for (CalendarSettings.Key key : CalendarSettings.Key.values()) {
      page.append("| `").append(key.key()).append("` | `").append(key.defaultText());
      page.append("` | ").append(key.description()).append(" |\n");
    }
    page.append(
        """

        ```toml
        [calendar.plant]
        zone = "Europe/Berlin"
        dayStart = "06:00"
        shifts = { early = "06:00-14:00", late = "14:00-22:00 mon-fri", night = "22:00-06:00 mon-fri" }
        ```

        Shifts do not overlap and do not reach beyond the production day; for one that does, let the \
        day begin with it. Time that no shift covers is the shift `off`, so the shifts of a day are \
        always the whole day. A time of day that a clock change skips moves on by the length of the \
        gap (not beyond the next boundary), of one that it repeats the first is meant.
        """);
    Path file = Path.of(System.getProperty("tidemark.root", ".."), "docs", "configuration.md");
    if (System.getProperty("docs.write") != null) {
      Files.writeString(file, page);
    }
    assertThat(Files.readString(file)).isEqualTo(page.toString());
  }
}

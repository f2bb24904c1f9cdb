package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.demo.DemoPlant;
import io.tidemark.demo.EngineTarget;
import io.tidemark.model.TimeRange;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every statement that the documentation shows runs over the demo plant: the blocks marked {@code
 * sql}, and what stands in quotes behind {@code tidemark sql}. A block whose first line is {@code
 * -- refused} must be refused. The columns of the relations are those that the page lists.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DocumentedSqlTest {
  private static final Path ROOT = Path.of(System.getProperty("tidemark.root", ".."));
  private static final Path SQL_PAGE = ROOT.resolve("docs/sql.md");
  private static final String REFUSED = "-- refused";

  private static final Pattern BLOCK = Pattern.compile("(?ms)^```sql\\R(.*?)^```\\s*$");
  private static final Pattern COMMAND = Pattern.compile("tidemark sql \"([^\"]+)\"");

  /** A row of a table whose first cell is one word of code. */
  private static final Pattern TABLE_ROW = Pattern.compile("(?m)^\\| `(\\w+)` \\| (.*) \\|$");

  private static final Pattern CODE = Pattern.compile("`(\\w+)`");

  private TestServer server;
  private Api api;

  @BeforeAll
  void fill(@TempDir Path folder) throws IOException {
    server = TestServer.start(folder, Map.of());
    api = server.api();
    DemoPlant plant = new DemoPlant(42, Instant.now(), 3);
    EngineTarget target = new EngineTarget(server.engine());
    target.defineTags(plant.tags());
    plant.contextJson(plant.anchorNs()).forEach(target::context);
    target.write(plant, new TimeRange(plant.startNs(), plant.anchorNs()));
    server.engine().sealNow();
  }

  @AfterAll
  void stop() throws IOException {
    server.close();
  }

  private record Shown(String place, String sql) {}

  @TestFactory
  Stream<DynamicTest> everyStatementIsAnsweredAsThePageSays() throws IOException {
    List<Shown> statements = new ArrayList<>(statements(SQL_PAGE, BLOCK));
    assertThat(statements).as("blocks of " + SQL_PAGE).hasSizeGreaterThanOrEqualTo(14);
    statements.addAll(statements(SQL_PAGE, COMMAND));
    statements.addAll(statements(ROOT.resolve("README.md"), BLOCK));
    statements.addAll(statements(ROOT.resolve("README.md"), COMMAND));
    return statements.stream().map(shown -> dynamicTest(shown.place(), () -> check(shown.sql())));
  }

  private static List<Shown> statements(Path page, Pattern pattern) throws IOException {
    String text = Files.readString(page);
    List<Shown> found = new ArrayList<>();
    for (Matcher matcher = pattern.matcher(text); matcher.find(); ) {
      long line = text.substring(0, matcher.start()).lines().count() + 1;
      found.add(new Shown(page.getFileName() + " line " + line, matcher.group(1).strip()));
    }
    return found;
  }

  private void check(String sql) {
    HttpResponse<String> response = api.send("POST", "/api/v1/sql", "text/plain", sql);
    if (sql.lines().findFirst().orElse("").strip().equals(REFUSED)) {
      assertThat(response.statusCode()).as(response.body()).isEqualTo(403);
      assertThat(Api.parse(response.body()).path("code").asText()).isIn("READ_ONLY", "SQL_REFUSED");
    } else {
      assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
      assertThat(Api.parse(response.body()).path("rowCount").asLong()).as(sql).isPositive();
    }
  }

  /** A new column must be told, and a told one must be there. */
  @Test
  void relationsHaveTheColumnsThatThePageLists() throws IOException {
    String page = Files.readString(SQL_PAGE);
    String context = page.substring(page.indexOf("## Context"), page.indexOf("## Functions"));
    int relations = 0;
    for (Matcher row = TABLE_ROW.matcher(context); row.find(); relations++) {
      String relation = row.group(1);
      if (relation.equals("phases")) {
        continue; // told as the difference to batch_steps
      }
      String columns = row.group(2).split(":", 2)[0];
      assertThat(codes(columns)).as(relation).isEqualTo(columns(relation));
    }
    assertThat(relations).isEqualTo(10);

    String samples = page.substring(page.indexOf("## Samples"), page.indexOf("`tags`: `tag`"));
    List<String> told = new ArrayList<>();
    for (String line : samples.lines().filter(line -> line.startsWith("| `")).toList()) {
      told.addAll(codes(line.split(" \\| ", 2)[0]));
    }
    assertThat(told).isEqualTo(columns("samples")).isEqualTo(columns("current"));

    Matcher tags = Pattern.compile("(?m)^`tags`: (.*)$").matcher(page);
    assertThat(tags.find()).isTrue();
    List<String> tagColumns = new ArrayList<>(columns("tags"));
    tagColumns.addAll(List.of("version", "changed_by", "changed_at"));
    assertThat(codes(tags.group(1))).isEqualTo(tagColumns);
  }

  /** So must arguments and columns of functions. */
  @Test
  void functionsHaveTheArgumentsAndColumnsThatThePageLists() throws IOException {
    String page = Files.readString(SQL_PAGE);
    List<String> ofSummary = codes(line(page, "Columns of a summary: ([^.]*)\\."));
    List<String> rules = codes(line(page, "\\| rules: ([^|]*) \\|"));
    List<String> readRule = codes(line(page, "\\| read rule: ([^|]*) \\|"));
    JsonNode functions = Api.expect(api.get("/api/v1/sql/schema")).path("functions");
    assertThat(functions.size()).isGreaterThan(10);
    for (JsonNode function : functions) {
      String name = function.path("name").asText();
      String row = line(page, "\\| `" + name + "` \\| (.*) \\|");
      String[] cells = row.split(" \\| ", 2);
      List<String> arguments = names(function.path("parameters"));
      if (cells[0].contains(", rules")) {
        assertThat(arguments).as(name).containsAll(rules);
        arguments.removeAll(rules);
      }
      if (cells[0].contains(", read rule")) {
        assertThat(arguments).as(name).containsAll(readRule);
        arguments.removeAll(readRule);
      }
      assertThat(codes(cells[0])).as(name).isEqualTo(arguments);
      List<String> columns = names(function.path("columns"));
      if (cells[1].contains("those of a summary")) {
        assertThat(columns.subList(columns.size() - ofSummary.size(), columns.size()))
            .as(name)
            .isEqualTo(ofSummary);
        columns.removeAll(ofSummary);
      }
      boolean asSamples = cells[1].contains("columns of `samples`");
      List<String> told = codes(cells[1].substring(cells[1].indexOf(':') + 1));
      assertThat(told).as(name).startsWith(asSamples ? "samples" : columns.getFirst());
      if (!asSamples && !name.startsWith("wide")) {
        assertThat(told).as(name).isEqualTo(columns);
      }
    }
  }

  private static String line(String page, String pattern) {
    Matcher matcher = Pattern.compile("(?m)^" + pattern).matcher(page);
    assertThat(matcher.find()).as(pattern).isTrue();
    return matcher.group(1);
  }

  private static List<String> names(JsonNode list) {
    List<String> names = new ArrayList<>();
    list.forEach(each -> names.add(each.path("name").asText()));
    return names;
  }

  private static List<String> codes(String text) {
    return CODE.matcher(text).results().map(code -> code.group(1)).toList();
  }

  /** Columns without the nanoseconds of times and the three that all context relations have. */
  private List<String> columns(String relation) {
    List<String> names = new ArrayList<>();
    for (JsonNode column : api.sql("SELECT * FROM " + relation + " LIMIT 0").path("columns")) {
      names.add(column.path("name").asText());
    }
    List<String> plain = List.copyOf(names);
    names.removeIf(
        name ->
            List.of("version", "changed_by", "changed_at").contains(name)
                || (name.endsWith("_ns")
                    && plain.contains(name.substring(0, name.length() - "_ns".length()))
                    && !name.equals("ts_ns")));
    return names;
  }
}

package io.tidemark.wire.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What probes and Prometheus ask. */
class HealthRouteTest {
  /** A sample of the text format 0.0.4: name, labels, value. */
  private static final Pattern SAMPLE =
      Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{[^{}]*\\})? (\\S+)");

  private static final Pattern COMMENT =
      Pattern.compile("# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)");

  @TempDir static Path folder;
  private static Door door;

  @BeforeAll
  static void start() throws IOException {
    door = Door.open(folder);
  }

  @AfterAll
  static void stop() throws IOException {
    door.close();
  }

  @Test
  void aServerThatRunsIsLiveAndReady() {
    assertThat(door.api().json("/health/live").path("status").asText()).isEqualTo("UP");
    assertThat(door.api().json("/health/ready").path("state").asText()).isEqualTo("READY");
  }

  @Test
  void statusSaysWhatIsServed() {
    long before = door.api().json("/health/status").path("tags").asLong();
    door.api().writeLines("m,tag=H." + before + " value=1 1");
    JsonNode status = door.api().json("/health/status");
    assertThat(status.path("state").asText()).isEqualTo("READY");
    assertThat(status.path("reasons")).isEmpty();
    assertThat(status.path("version").asText()).isNotBlank();
    assertThat(status.path("tags").asLong()).isEqualTo(before + 1);
    assertThat(status.path("timeZone").asText()).isEqualTo("UTC");
    assertThat(Instant.parse(status.path("time").asText())).isNotNull();
  }

  /** The registry holds what it reads weakly: a collection must not stop the counters. */
  @Test
  void countersGoOnCountingAfterACollection() {
    door.api().writeLines("m,tag=M.1 value=1 1");
    System.gc();
    assertThat(counter("tidemark_ingest_samples_total")).isGreaterThanOrEqualTo(1);
    assertThat(counter("tidemark_journal_forces_total")).isGreaterThanOrEqualTo(1);
  }

  private double counter(String name) {
    return door.get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void metricsAreInTheTextFormatOfPrometheus() {
    HttpResponse<String> answer = door.get("/metrics");
    assertThat(answer.headers().firstValue("content-type").orElseThrow())
        .startsWith("text/plain; version=0.0.4");
    assertThat(answer.body()).endsWith("\n");
    Set<String> typed = new HashSet<>();
    Set<String> helped = new HashSet<>();
    for (String line : answer.body().lines().toList()) {
      Matcher comment = COMMENT.matcher(line);
      if (comment.matches()) {
        boolean isType = comment.group(1).equals("TYPE");
        assertThat((isType ? typed : helped).add(comment.group(2))).as(line).isTrue();
        if (isType) {
          assertThat(comment.group(3)).isIn("counter", "gauge", "histogram", "summary");
        }
        continue;
      }
      Matcher sample = SAMPLE.matcher(line);
      assertThat(sample.matches()).as(line).isTrue();
      assertThat(sample.group(1)).startsWith("tidemark_");
      String family = sample.group(1).replaceAll("_(bucket|sum|count)$", "");
      assertThat(typed.contains(family) || typed.contains(sample.group(1))).as(line).isTrue();
      assertThat(Double.parseDouble(sample.group(2).replace("+Inf", "Infinity")))
          .as(line)
          .isNotNaN();
    }
    assertThat(typed).isNotEmpty().isEqualTo(helped);
  }

  @Test
  void metricsCountWhatIsWritten() {
    double before = metrics().getOrDefault("tidemark_ingest_samples_total", -1.0);
    System.gc(); // counters must outlive it
    door.api().writeLines("m,tag=C.1 value=1 1\nm,tag=C.1 value=2 2");
    assertThat(metrics()).containsEntry("tidemark_ingest_samples_total", before + 2);
  }

  private static Map<String, Double> metrics() {
    Map<String, Double> values = new HashMap<>();
    for (String line : door.get("/metrics").body().lines().toList()) {
      Matcher sample = SAMPLE.matcher(line);
      if (sample.matches()) {
        values.put(sample.group(1), Double.parseDouble(sample.group(2)));
      }
    }
    return values;
  }
}

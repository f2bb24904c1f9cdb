package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.client.RetryRule;
import io.tidemark.client.TidemarkClient;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java client against a server, and the program that its page shows. */
class JavaClientTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Pattern PROGRAM = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final Pattern CLASS = Pattern.compile("class (\\w+)");

  @TempDir Path folder;
  private TestServer server;

  @BeforeEach
  void start() throws IOException {
    server = TestServer.start(folder.resolve("server"), Map.of());
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  private JsonNode recorded(String tag) {
    return server
        .api()
        .json(
            "/api/v1/values/recorded?startTime=1969-12-31&endTime=1970-01-02&tag="
                + Api.encode(tag))
        .path("tags")
        .path(0)
        .path("values");
  }

  @Test
  void allTypesAreStoredAsTheyAreGiven() {
    try (TidemarkClient client = TidemarkClient.to(server.address()).start()) {
      client.write("D", 1, 0.1);
      client.write("D", 2, -0.0, 0x40000000);
      client.write("F", 1, 0.1f);
      client.write("L", 1, 9_007_199_254_740_993L);
      client.write("B", 1, true);
      client.write("line 7, \"odd\"=x", 1, "two\nlines, \"quoted\" \\ ä😀");
      client.writeAbsent("D", 3, TidemarkClient.BAD_NO_DATA);
      assertThat(client.flush(LONG)).isTrue();
      assertThat(client.statistics().stored()).isEqualTo(7);
    }
    assertThat(recorded("D").findValuesAsText("value")).containsExactly("0.1", "-0.0", "null");
    assertThat(recorded("D").findValuesAsText("quality"))
        .containsExactly("Good", "Uncertain", "Bad");
    assertThat(recorded("F").findValuesAsText("value")).containsExactly("0.1");
    assertThat(recorded("L").findValuesAsText("value")).containsExactly("9007199254740993");
    assertThat(recorded("B").findValuesAsText("value")).containsExactly("true");
    assertThat(recorded("line 7, \"odd\"=x").findValuesAsText("value"))
        .containsExactly("two\nlines, \"quoted\" \\ ä😀");
  }

  /** Answers get lost and the server goes away and comes back: each sample is there once. */
  @Test
  void everySampleIsStoredOnce() throws IOException {
    Api.expect(
        server
            .api()
            .send(
                "PUT",
                "/api/v1/tags",
                "application/json",
                "{\"name\":\"ONCE\",\"type\":\"int64\",\"duplicates\":\"keep-all\"}"));
    try (LaneGate gate = new LaneGate(server.address());
        TidemarkClient client =
            TidemarkClient.to(gate.address())
                .producer("line-7")
                .batchSamples(10)
                .retry(new RetryRule(Duration.ofMillis(5), Duration.ofMillis(50)))
                .start()) {
      gate.swallowEach(3);
      for (int i = 0; i < 500; i++) {
        client.write("ONCE", i, (long) i);
        if (i == 250) {
          gate.shut();
          server.close();
          server = TestServer.start(folder.resolve("server"), Map.of());
          gate.leadTo(server.address());
          gate.open();
        }
      }
      assertThat(client.flush(LONG)).isTrue();
      assertThat(client.statistics().stored()).isEqualTo(500);
      assertThat(client.statistics().repeats()).isGreaterThan(10);
    }
    assertThat(recorded("ONCE").findValuesAsText("value"))
        .isEqualTo(IntStream.range(0, 500).mapToObj(Integer::toString).toList());
  }

  @Test
  void theProgramsOfItsPageRun() throws Exception {
    String page =
        Files.readString(
            Path.of(System.getProperty("tidemark.root", ".."), "docs", "java-client.md"));
    Matcher program = PROGRAM.matcher(page);
    int programs = 0;
    while (program.find()) {
      programs++;
      String source = program.group(1).replace("http://127.0.0.1:7300", server.address());
      Matcher name = CLASS.matcher(source);
      assertThat(name.find()).isTrue();
      Path file = folder.resolve(name.group(1) + ".java");
      Files.writeString(file, source);
      int code =
          ToolProvider.getSystemJavaCompiler()
              .run(
                  null,
                  null,
                  null,
                  List.of(
                          "--release",
                          "17",
                          "-cp",
                          System.getProperty("java.class.path"),
                          "-d",
                          folder.toString(),
                          file.toString())
                      .toArray(String[]::new));
      assertThat(code).isZero();
      try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
        loader
            .loadClass(name.group(1))
            .getMethod("main", String[].class)
            .invoke(null, (Object) new String[0]);
      }
    }
    assertThat(programs).isEqualTo(1);
    JsonNode current = server.api().json("/api/v1/values/current?tag=DOC.JC1.PV");
    assertThat(current.toString()).contains("71.25");
  }
}

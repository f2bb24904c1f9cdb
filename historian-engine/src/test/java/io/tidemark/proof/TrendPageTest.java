package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process engineer's first quarter of an hour, walked by a real browser ({@code
 * web/e2e/walk.mjs}, with the SQL page in {@code sql.mjs}) against the demo plant in a process of
 * its own, which is killed and started again on the way. Needs Node.js, Chromium and a build with
 * the page; screenshots and figures go to {@code target/trend-page}.
 */
class TrendPageTest {
  private static final Path WEB = Path.of(System.getProperty("tidemark.root", ".."), "web");

  @Test
  @Timeout(value = 8, unit = TimeUnit.MINUTES)
  void walksTheScriptOfTheProcessEngineer(@TempDir Path folder) throws Exception {
    assumeTrue(
        TrendPageTest.class.getResource("/META-INF/resources/ui/index.html") != null,
        "the build has no trend page");
    assumeTrue(Files.isDirectory(WEB.resolve("node_modules/playwright-core")), "no playwright");
    assumeTrue(hasBrowser(), "no Chromium");
    Path pictures = Path.of("target", "trend-page").toAbsolutePath();
    Files.createDirectories(pictures);
    ServerProcess server = demo(folder, 0);
    try {
      Process walk =
          new ProcessBuilder(
                  "node",
                  WEB.resolve("e2e/walk.mjs").toAbsolutePath().toString(),
                  server.address(),
                  pictures.toString())
              .redirectErrorStream(true)
              .start();
      StringBuilder output = new StringBuilder();
      try (BufferedReader lines = walk.inputReader(StandardCharsets.UTF_8);
          OutputStream answers = walk.getOutputStream()) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          output.append(line).append('\n');
          System.out.println("trend page: " + line);
          if (line.equals("stop")) {
            server.kill();
            answer(answers);
          } else if (line.equals("start")) {
            server = demo(folder, server.port());
            answer(answers);
          }
        }
      }
      assertThat(walk.waitFor()).as(output.toString()).isZero();
      assertThat(output).doesNotContain("SKIPPED");
      if (System.getProperty("screenshots") != null) {
        Path images = WEB.resolveSibling("docs").resolve("images");
        Files.createDirectories(images);
        for (String[] made :
            new String[][] {
              {"lanes.png", "trend-page.png"},
              {"dark.png", "trend-page-dark.png"},
              {"sql-chart.png", "sql-page.png"}
            }) {
          Files.copy(
              pictures.resolve(made[0]),
              images.resolve(made[1]),
              StandardCopyOption.REPLACE_EXISTING);
        }
      }
    } finally {
      server.close();
    }
  }

  private static ServerProcess demo(Path folder, int port) throws IOException {
    return ServerProcess.run("demo", folder.resolve("plant"), port);
  }

  private static void answer(OutputStream answers) throws IOException {
    answers.write('\n');
    answers.flush();
  }

  private static boolean hasBrowser() {
    String named = System.getenv("TIDEMARK_CHROMIUM");
    return List.of(
            named == null ? "/usr/bin/chromium" : named,
            "/usr/bin/chromium-browser",
            "/usr/bin/google-chrome")
        .stream()
        .anyMatch(path -> Files.isExecutable(Path.of(path)));
  }
}

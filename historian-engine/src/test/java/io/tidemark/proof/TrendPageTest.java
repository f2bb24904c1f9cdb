package io.tidemark.proof;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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
  @Test
  @Timeout(value = 8, unit = TimeUnit.MINUTES)
  void walksTheScriptOfTheProcessEngineer(@TempDir Path folder) throws Exception {
    BrowserWalk.assumePossible();
    Path pictures = Path.of("target", "trend-page").toAbsolutePath();
    Files.createDirectories(pictures);
    ServerProcess[] server = {demo(folder, 0)};
    try {
      BrowserWalk.run(
          (line, answers) -> {
            if (line.equals("stop")) {
              server[0].kill();
              answer(answers);
            } else if (line.equals("start")) {
              server[0] = demo(folder, server[0].port());
              answer(answers);
            }
          },
          "walk.mjs",
          server[0].address(),
          pictures.toString());
      if (System.getProperty("screenshots") != null) {
        Path images = BrowserWalk.WEB.resolveSibling("docs").resolve("images");
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
      server[0].close();
    }
  }

  private static ServerProcess demo(Path folder, int port) throws IOException {
    // A statement that never ends must leave the browser something to run on.
    return ServerProcess.run("demo", folder.resolve("plant"), port, "--set", "query.sqlThreads=1");
  }

  private static void answer(OutputStream answers) throws IOException {
    answers.write('\n');
    answers.flush();
  }
}

package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs a script of {@code web/e2e}, which leads a real browser over the page. */
final class BrowserWalk {
  static final Path WEB = Path.of(System.getProperty("tidemark.root", ".."), "web");

  private BrowserWalk() {}

  /** Takes a line that a script prints, and may answer it. */
  interface Listener {
    void line(String line, OutputStream answers) throws IOException;
  }

  /** Reports the test as skipped where Node.js, Chromium or a build with the page are missing. */
  static void assumePossible() {
    assumeTrue(
        BrowserWalk.class.getResource("/META-INF/resources/ui/index.html") != null,
        "the build has no trend page");
    assumeTrue(Files.isDirectory(WEB.resolve("node_modules/playwright-core")), "no playwright");
    assumeTrue(hasBrowser(), "no Chromium");
  }

  /** Runs a script and expects that it succeeds. */
  static void run(Listener listener, String script, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add("node");
    command.add(WEB.resolve("e2e").resolve(script).toAbsolutePath().toString());
    command.addAll(List.of(arguments));
    Process walk = new ProcessBuilder(command).redirectErrorStream(true).start();
    StringBuilder output = new StringBuilder();
    try (BufferedReader lines = walk.inputReader(StandardCharsets.UTF_8);
        OutputStream answers = walk.getOutputStream()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        output.append(line).append('\n');
        System.out.println("trend page: " + line);
        listener.line(line, answers);
      }
    }
    assertThat(walk.waitFor()).as(output.toString()).isZero();
    assertThat(output).doesNotContain("SKIPPED");
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

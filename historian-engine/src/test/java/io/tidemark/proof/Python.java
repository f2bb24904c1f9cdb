package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Programs in Python, run by {@code python3} or the one that {@code TIDEMARK_TEST_PYTHON} names.
 */
public final class Python {
  private static final int SECONDS_MAX = 120;

  private Python() {}

  /** Skips the test, and says so, where a module cannot be found. */
  public static void require(Path folder, String... modules) throws Exception {
    String look =
        """
        import importlib.util as u
        print(*[m for m in "MODULES".split() if not u.find_spec(m.split(".")[0]) or not u.find_spec(m)])
        """
            .replace("MODULES", String.join(" ", modules));
    String missing;
    try {
      missing = run(folder, look, Map.of()).strip();
    } catch (IOException e) {
      missing = "everything: " + e.getMessage();
    }
    assumeTrue(missing.isEmpty(), "python3 lacks " + missing);
  }

  /**
   * Runs a program in a folder to its end; it must end well.
   *
   * @return what it printed
   */
  public static String run(Path folder, String code, Map<String, String> environment)
      throws Exception {
    Path output = Files.createTempFile("py", "");
    Process process = start(folder, code, environment, output);
    if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      fail("hangs: %s", code);
    }
    String text = Files.readString(output);
    Files.delete(output);
    assertThat(process.exitValue()).as(text).isZero();
    return text;
  }

  /** What runs programs here. */
  static String command() {
    String python = System.getenv("TIDEMARK_TEST_PYTHON");
    return python == null ? "python3" : python;
  }

  private static Process start(
      Path folder, String code, Map<String, String> environment, Path output) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command(), "-c", code)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    return builder.start();
  }
}

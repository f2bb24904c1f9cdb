package io.tidemark.proof;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A person logs in and out on the page ({@code web/e2e/login.mjs}). */
class LoginPageTest {
  private static final String PASSWORD = "correct horse battery";

  @Test
  @Timeout(value = 3, unit = TimeUnit.MINUTES)
  void logsInAndOut(@TempDir Path folder) throws Exception {
    BrowserWalk.assumePossible();
    Path pictures = Path.of("target", "trend-page").toAbsolutePath();
    Files.createDirectories(pictures);
    try (TestServer server = TestServer.start(folder, Map.of())) {
      server.api().writeLines("m,tag=L.1 value=1.5\nm,tag=L.1 value=2.5");
      Api.expect(
          server
              .api()
              .send(
                  "POST",
                  "/api/v1/accounts",
                  "application/json",
                  "{\"name\":\"anna\",\"roles\":[\"engineer\"],\"password\":\""
                      + PASSWORD
                      + "\"}"));
    }
    Map<String, String> settings = Map.of("security.localOperator", "false");
    try (TestServer server = TestServer.start(folder, settings)) {
      BrowserWalk.run(
          (line, answers) -> {},
          "login.mjs",
          server.address(),
          pictures.toString(),
          "anna",
          PASSWORD);
    }
  }
}

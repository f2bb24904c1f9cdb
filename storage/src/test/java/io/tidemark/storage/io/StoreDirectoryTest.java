package io.tidemark.storage.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreDirectoryTest {
  @TempDir Path folder;

  /** Tries to take a folder from a process of its own; prints how that went. */
  static final class OtherProcess {
    public static void main(String[] arguments) {
      try (StoreDirectory directory = StoreDirectory.open(Disk.REAL, Path.of(arguments[0]))) {
        directory.lock();
        System.out.println("LOCKED");
      } catch (HistorianException e) {
        System.out.println(e.code() + " " + e.messageText());
      }
    }
  }

  private String otherProcess() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-cp",
                System.getProperty("java.class.path"),
                OtherProcess.class.getName(),
                folder.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return said.strip();
  }

  /**
   * POSIX drops a lock when its process closes any channel of the file, not only the locked one.
   */
  @Test
  void aLockOutlivesTheAttemptsToTakeItAgain() throws Exception {
    String pid = "pid=" + ProcessHandle.current().pid();
    try (StoreDirectory owner = StoreDirectory.open(Disk.REAL, folder);
        StoreDirectory second =
            StoreDirectory.open(Disk.REAL, folder.resolve("..").resolve(name()))) {
      owner.lock();
      for (StoreDirectory directory : new StoreDirectory[] {owner, second}) {
        assertThatThrownBy(directory::lock)
            .isInstanceOfSatisfying(
                HistorianException.class,
                e -> {
                  assertThat(e.code()).isEqualTo(ErrorCode.STORE_LOCKED);
                  assertThat(e.hint()).contains("--data");
                })
            .hasMessageContaining(pid);
      }
      assertThat(otherProcess()).startsWith("STORE_LOCKED").contains(pid);
    }
    assertThat(otherProcess()).isEqualTo("LOCKED");
    try (StoreDirectory again = StoreDirectory.open(Disk.REAL, folder)) {
      again.lock();
      assertThat(Files.readString(folder.resolve("lock")))
          .startsWith(ProcessHandle.current().pid() + "\nstarted=");
    }
  }

  private String name() {
    return folder.getFileName().toString();
  }
}

package io.tidemark.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

final class ThreadNiceTest {
  private static final int NICE_FIELD = 18 - 2; // of /proc/self/task/N/stat, behind the name

  @Test
  @EnabledOnOs(OS.LINUX)
  void onlyTheCallingThreadGivesWay() throws Exception {
    int before = nice();
    AtomicReference<Integer> other = new AtomicReference<>();
    Thread thread =
        Thread.ofPlatform()
            .start(
                () -> {
                  ThreadNice.give(7);
                  other.set(nice());
                });
    thread.join();
    assertThat(other.get()).isEqualTo(7);
    assertThat(nice()).isEqualTo(before);
  }

  private static int nice() {
    try {
      String stat = Files.readString(Path.of("/proc/thread-self/stat"));
      return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[NICE_FIELD]);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}

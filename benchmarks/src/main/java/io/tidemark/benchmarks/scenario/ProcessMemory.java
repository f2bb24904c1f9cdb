package io.tidemark.benchmarks.scenario;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * The largest resident size of a process, as Linux keeps it: heap, buffers and the memory of
 * libraries together.
 */
record ProcessMemory(long pid) {
  /** Lets the kernel forget what was the largest. */
  void restart() throws IOException {
    Files.writeString(Path.of("/proc/" + pid + "/clear_refs"), "5");
  }

  /** In MiB; 0 if the process has ended. */
  long peakMiB() throws IOException {
    List<String> lines;
    try {
      lines = Files.readAllLines(Path.of("/proc/" + pid + "/status"));
    } catch (NoSuchFileException e) {
      return 0;
    }
    for (String line : lines) {
      if (line.startsWith("VmHWM:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
      }
    }
    return 0;
  }
}

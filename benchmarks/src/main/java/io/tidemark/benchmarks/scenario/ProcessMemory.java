package io.tidemark.benchmarks.scenario;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** What a process holds of memory, as Linux counts it. */
record ProcessMemory(long pid) {
  /** Lets the kernel forget what was the largest. */
  void restart() throws IOException {
    Files.writeString(Path.of("/proc/" + pid + "/clear_refs"), "5");
  }

  /**
   * The largest resident size in MiB: heap, buffers and the memory of libraries together; 0 if the
   * process has ended.
   */
  long peakMiB() throws IOException {
    return kilobytes("VmHWM:") / 1024;
  }

  /** What is resident, files that are mapped included, bytes; 0 if the process has ended. */
  long residentBytes() throws IOException {
    return kilobytes("VmRSS:") << 10;
  }

  /** Memory in use that no file lies behind, bytes; 0 if the process has ended. */
  long anonymousBytes() throws IOException {
    return kilobytes("RssAnon:") << 10;
  }

  private long kilobytes(String name) throws IOException {
    List<String> lines;
    try {
      lines = Files.readAllLines(Path.of("/proc/" + pid + "/status"));
    } catch (NoSuchFileException e) {
      return 0;
    }
    for (String line : lines) {
      if (line.startsWith(name)) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    return 0;
  }
}

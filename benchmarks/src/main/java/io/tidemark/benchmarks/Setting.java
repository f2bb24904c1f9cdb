package io.tidemark.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** Where and with what something was measured: no number is quoted without it. */
public record Setting(
    String commit, String date, String java, int cores, long memoryMiB, String kernel) {

  /**
   * This process on this machine.
   *
   * @param root folder of the repository
   * @param written files of it that the measurement writes itself: they do not make it dirty
   */
  public static Setting here(Path root, List<String> written)
      throws IOException, InterruptedException {
    String commit = git(root, List.of("rev-parse", "--short", "HEAD"));
    List<String> status =
        new ArrayList<>(List.of("status", "--porcelain", "--untracked-files=no", "--", "."));
    written.forEach(file -> status.add(":!" + file));
    long memoryMiB = 0;
    for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
      if (line.startsWith("MemTotal:")) {
        memoryMiB = Long.parseLong(line.replaceAll("\\D", "")) / 1024;
      }
    }
    return new Setting(
        commit.isEmpty() ? "unknown" : git(root, status).isEmpty() ? commit : commit + " (dirty)",
        Instant.now().truncatedTo(ChronoUnit.MINUTES).toString(),
        Runtime.version().toString(),
        Runtime.getRuntime().availableProcessors(),
        memoryMiB,
        System.getProperty("os.name") + " " + System.getProperty("os.version"));
  }

  /** What git prints; nothing if it fails. */
  private static String git(Path root, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("git", "-C", root.toString()));
    command.addAll(arguments);
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor() == 0 ? output.strip() : "";
    } catch (IOException e) {
      return ""; // there is no git
    }
  }
}

package io.tidemark.benchmarks.reliability;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The machine that is broken: how to start processes of ours on it, and which tools it has.
 *
 * @param root folder of the repository
 * @param folder where trials work
 * @param shim the fault shim, built; null if none was given
 * @param powerCut the script that cuts the power of a loop device; null if none was given
 */
record Lab(Path root, Path folder, @Nullable Path shim, @Nullable Path powerCut) {

  /** Takes the tools by their paths; a shim in C is compiled. */
  static Lab open(Path root, Path folder, @Nullable String shim, @Nullable String powerCut)
      throws IOException, InterruptedException {
    Files.createDirectories(folder);
    Path built = null;
    if (shim != null) {
      built = Path.of(shim).toAbsolutePath();
      if (shim.endsWith(".c")) {
        Path library = folder.toAbsolutePath().resolve("faultshim.so");
        Finished gcc =
            run(
                folder,
                60,
                Map.of(),
                List.of("gcc", "-O2", "-shared", "-fPIC", "-o", library.toString(), shim, "-ldl"));
        if (gcc.status() != 0) {
          throw new IOException("shim does not compile: " + gcc.output());
        }
        built = library;
      }
    }
    return new Lab(
        root,
        folder.toAbsolutePath(),
        built,
        powerCut == null ? null : Path.of(powerCut).toAbsolutePath());
  }

  /** Environment that loads the shim, which reads its settings from a folder. */
  Map<String, String> shimmed(Path settings) {
    return Map.of(
        "LD_PRELOAD", String.valueOf(shim), "FAULTSHIM_DIR", settings.toAbsolutePath().toString());
  }

  /** Says what is missing for faults that need the shim. */
  String withoutShim() {
    return shim == null ? "no fault shim was given (--shim)" : "";
  }

  /** Says what is missing for faults that need file systems of their own. */
  static String withoutMounts() {
    if (!"root".equals(System.getProperty("user.name"))) {
      return "mounting file systems needs root";
    }
    return Files.exists(Path.of("/dev/loop-control")) ? "" : "there are no loop devices";
  }

  /** Takes away file systems that a trial left mounted. */
  void unmountBelow(Path work) throws IOException, InterruptedException {
    Path mounts = Path.of("/proc/self/mounts");
    if (!Files.exists(mounts)) {
      return;
    }
    for (String line : Files.readAllLines(mounts)) {
      String[] fields = line.split(" ");
      if (fields.length > 1 && Path.of(fields[1]).startsWith(work)) {
        must(folder, "umount", fields[1]);
      }
    }
  }

  /** Whether a program is on the PATH. */
  static boolean has(String program) {
    for (String folder : System.getenv().getOrDefault("PATH", "").split(":")) {
      if (Files.isExecutable(Path.of(folder, program))) {
        return true;
      }
    }
    return false;
  }

  /** Command line of a class of ours; small and quick to start. */
  List<String> java(String heap, boolean quickStart, Class<?> main, String... arguments) {
    return java(heap, quickStart, main.getName(), arguments);
  }

  /** The same, the class by its name. */
  List<String> java(String heap, boolean quickStart, String main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.add("@" + root.resolve("jvm.args"));
    command.add("-Xmx" + heap);
    command.add("-XX:+ExitOnOutOfMemoryError");
    command.add("-XX:ErrorFile=" + folder.resolve("hs_err_%p.log"));
    if (quickStart) {
      command.add("-XX:TieredStopAtLevel=1");
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
    command.addAll(List.of(arguments));
    return command;
  }

  /** The words of a command as one line for a shell. */
  static String quoted(List<String> command) {
    List<String> words = new ArrayList<>();
    for (String word : command) {
      words.add("'" + word.replace("'", "'\\''") + "'");
    }
    return String.join(" ", words);
  }

  /** What a program left: its exit status, or -1 if it had to be ended, and all its output. */
  record Finished(int status, String output) {}

  /** Runs a program to its end; ends it after some seconds. */
  static Finished run(
      Path folder, int seconds, Map<String, String> environment, List<String> command)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile(folder, "output", ".txt");
    try {
      ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.redirectOutput(output.toFile());
      builder.environment().putAll(environment);
      Process process = builder.start();
      boolean ended = process.waitFor(seconds, TimeUnit.SECONDS);
      if (!ended) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
      }
      return new Finished(
          ended ? process.exitValue() : -1,
          new String(Files.readAllBytes(output), StandardCharsets.UTF_8));
    } finally {
      Files.deleteIfExists(output);
    }
  }

  /** Runs a program that must succeed. */
  static void must(Path folder, String... command) throws IOException, InterruptedException {
    Finished finished = run(folder, 60, Map.of(), List.of(command));
    if (finished.status() != 0) {
      throw new IOException(
          "failed: " + String.join(" ", command) + ": " + finished.output().strip());
    }
  }

  /** Sends a signal to one process. */
  static void signal(Process process, String name) throws IOException, InterruptedException {
    must(Path.of(System.getProperty("java.io.tmpdir")), "kill", "-" + name, "" + process.pid());
  }

  /** Deletes a folder with all that is in it. */
  static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}

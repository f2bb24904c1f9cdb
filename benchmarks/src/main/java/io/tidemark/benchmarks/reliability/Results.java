package io.tidemark.benchmarks.reliability;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.benchmarks.Setting;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The file {@code results.jsonl} of a folder: one line a batch of runs, only ever appended to. A
 * line that a crash of the suite cut off is left out.
 */
final class Results {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final List<JsonNode> lines = new ArrayList<>();

  private Results(Path file) {
    this.file = file;
  }

  /** Reads what is there. */
  static Results open(Path folder) throws IOException {
    Results results = new Results(folder.resolve("results.jsonl"));
    if (Files.exists(results.file)) {
      for (String line : Files.readAllLines(results.file)) {
        try {
          results.lines.add(JSON.readTree(line));
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
          // cut off
        }
      }
    }
    return results;
  }

  /** All lines, oldest first. */
  List<JsonNode> lines() {
    return List.copyOf(lines);
  }

  /** Runs recorded of a fault. */
  long runs(String fault) {
    return lines.stream()
        .filter(line -> line.path("fault").asText().equals(fault))
        .mapToLong(line -> line.path("runs").asLong())
        .sum();
  }

  /** Batches recorded of a fault. */
  int batches(String fault) {
    return (int) lines.stream().filter(line -> line.path("fault").asText().equals(fault)).count();
  }

  /** Appends a batch. */
  void append(
      Fault fault, long baseSeed, long seed, Setting setting, double seconds, Outcome outcome)
      throws IOException {
    ObjectNode line = JSON.createObjectNode();
    line.put("fault", fault.name());
    line.put("baseSeed", baseSeed);
    line.put("seed", seed);
    line.put("commit", setting.commit());
    line.put("date", setting.date());
    line.put("java", setting.java());
    line.put("cores", setting.cores());
    line.put("memoryMiB", setting.memoryMiB());
    line.put("kernel", setting.kernel());
    // What else the machine did: without it no time can be judged.
    line.put(
        "load",
        Math.round(ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage() * 10)
            / 10.0);
    line.put("seconds", Math.round(seconds * 10) / 10.0);
    line.put("runs", outcome.runs);
    line.put("acknowledged", outcome.acknowledged);
    line.put("lost", outcome.lost);
    line.put("doubled", outcome.doubled);
    line.put("wrong", outcome.wrong);
    line.put("crashes", outcome.crashes);
    line.put("afterFailure", outcome.afterFailure);
    ObjectNode notes = line.putObject("notes");
    outcome.notes().forEach(notes::put);
    ObjectNode measures = line.putObject("measures");
    outcome.measures().forEach((name, values) -> values.forEach(measures.withArray(name)::add));
    ArrayNode problems = line.putArray("problems");
    outcome.problems().forEach(problems::add);
    Files.write(
        file,
        (line + "\n").getBytes(StandardCharsets.UTF_8),
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
    lines.add(line);
  }

  /** The lines by fault, in order. */
  Map<String, List<JsonNode>> byFault() {
    Map<String, List<JsonNode>> faults = new HashMap<>();
    for (JsonNode line : lines) {
      faults.computeIfAbsent(line.path("fault").asText(), name -> new ArrayList<>()).add(line);
    }
    return faults;
  }
}

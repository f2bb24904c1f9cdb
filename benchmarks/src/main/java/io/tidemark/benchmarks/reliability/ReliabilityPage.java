package io.tidemark.benchmarks.reliability;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.DoubleSummaryStatistics;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The tables of {@code docs/reliability.md}, between markers, and the summary {@code
 * docs/reliability-results.json} they are rendered from. The summary ends in a digest of itself, so
 * that nobody corrects a figure by hand without noticing.
 */
final class ReliabilityPage {
  static final String PAGE = "docs/reliability.md";
  static final String SUMMARY = "docs/reliability-results.json";
  static final String BEGIN = "<!-- written by ./tidemark bench reliability; do not edit -->";
  static final String END = "<!-- end of what was written -->";

  /** Counts of a fault, in the order of the columns. */
  static final List<String> COUNTS =
      List.of("runs", "acknowledged", "lost", "doubled", "wrong", "crashes", "afterFailure");

  private static final ObjectMapper JSON = new ObjectMapper();

  private ReliabilityPage() {}

  /** Adds up results; faults come in the order of the catalogue. */
  static ObjectNode summarize(List<Fault> faults, Results results, Map<String, String> missing) {
    ObjectNode summary = JSON.createObjectNode();
    ArrayNode rows = summary.putArray("faults");
    Map<String, List<JsonNode>> byFault = results.byFault();
    for (Fault fault : faults) {
      List<JsonNode> lines = byFault.getOrDefault(fault.name(), List.of());
      ObjectNode row = rows.addObject();
      row.put("fault", fault.name());
      row.put("number", fault.number());
      row.put("injection", fault.injection());
      long runs = 0;
      for (String count : COUNTS) {
        long sum = lines.stream().mapToLong(line -> line.path(count).asLong()).sum();
        row.put(count, sum);
        runs = count.equals("runs") ? sum : runs;
      }
      row.put("complete", fault.isDone(runs, lines.size()));
      if (lines.isEmpty()) {
        row.put("notRun", missing.getOrDefault(fault.name(), "not run yet"));
      }
      for (String each : List.of("commit", "baseSeed", "date", "java", "kernel")) {
        TreeSet<String> values = new TreeSet<>();
        lines.forEach(line -> values.add(line.path(each).asText()));
        ArrayNode list = row.putArray(each);
        values.forEach(list::add);
      }
      TreeSet<String> machines = new TreeSet<>();
      lines.forEach(
          line ->
              machines.add(
                  line.path("cores").asInt()
                      + " cores, "
                      + Math.round(line.path("memoryMiB").asLong() / 1024.0)
                      + " GiB"));
      ArrayNode machineList = row.putArray("machine");
      machines.forEach(machineList::add);
      DoubleSummaryStatistics load =
          lines.stream()
              .filter(line -> line.has("load"))
              .mapToDouble(line -> line.path("load").asDouble())
              .summaryStatistics();
      if (load.getCount() > 0) {
        row.putArray("load").add(load.getMin()).add(load.getMax());
      }
      addNotes(row, lines);
    }
    summary.put("digest", digest(summary));
    return summary;
  }

  private static void addNotes(ObjectNode row, List<JsonNode> lines) {
    Map<String, Long> notes = new TreeMap<>();
    Map<String, List<Double>> measures = new TreeMap<>();
    int problems = 0;
    for (JsonNode line : lines) {
      problems += line.path("problems").size();
      for (Iterator<String> names = line.path("notes").fieldNames(); names.hasNext(); ) {
        String name = names.next();
        notes.merge(name, line.path("notes").path(name).asLong(), Long::sum);
      }
      for (Iterator<String> names = line.path("measures").fieldNames(); names.hasNext(); ) {
        String name = names.next();
        line.path("measures")
            .path(name)
            .forEach(
                value ->
                    measures.computeIfAbsent(name, key -> new ArrayList<>()).add(value.asDouble()));
      }
    }
    row.put("problems", problems);
    ObjectNode noteObject = row.putObject("notes");
    notes.forEach(noteObject::put);
    ObjectNode measureObject = row.putObject("measures");
    measures.forEach(
        (name, values) -> {
          Collections.sort(values);
          ObjectNode measure = measureObject.putObject(name);
          measure.put("count", values.size());
          measure.put("least", values.getFirst());
          measure.put("median", values.get(values.size() / 2));
          measure.put("greatest", values.getLast());
        });
  }

  /** SHA-256 of a summary without its digest. */
  static String digest(JsonNode summary) {
    try {
      byte[] text = JSON.writeValueAsBytes(summary.path("faults"));
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
    } catch (NoSuchAlgorithmException | JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The tables, as they stand between the markers. */
  static String render(JsonNode summary) {
    StringBuilder page = new StringBuilder();
    page.append(
        "| fault | how it is injected | runs | acknowledged samples | lost | doubled | wrong"
            + " | crashes | acknowledged after a failed force | seed | commit |\n");
    page.append("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
    List<String> asides = new ArrayList<>();
    for (JsonNode row : summary.path("faults")) {
      String name = row.path("fault").asText();
      page.append("| `").append(name).append("` ").append(row.path("number").asText());
      page.append(" | ").append(row.path("injection").asText());
      if (row.has("notRun")) {
        page.append(" | 0 | | | | | | | | not run: ").append(row.path("notRun").asText());
      } else {
        for (String count : COUNTS) {
          long value = row.path(count).asLong();
          // Damage and journaled samples: there was nothing to lose.
          boolean none = count.equals("acknowledged") && value == 0;
          page.append(" | ").append(none ? "–" : grouped(value));
        }
        page.append(" | ").append(joined(row.path("baseSeed")));
        page.append(" | ").append(joined(row.path("commit")));
      }
      page.append(" |\n");
      aside(asides, row);
    }
    page.append('\n');
    asides.forEach(each -> page.append("- ").append(each).append('\n'));
    page.append('\n').append(settings(summary)).append('\n');
    return page.toString();
  }

  private static void aside(List<String> asides, JsonNode row) {
    List<String> parts = new ArrayList<>();
    row.path("measures")
        .properties()
        .forEach(
            each -> {
              JsonNode measure = each.getValue();
              String values =
                  measure.path("count").asInt() == 1
                      ? number(measure.path("median").asDouble())
                      : number(measure.path("median").asDouble())
                          + " ("
                          + number(measure.path("least").asDouble())
                          + " to "
                          + number(measure.path("greatest").asDouble())
                          + ")";
              parts.add(each.getKey() + " " + values);
            });
    row.path("notes")
        .properties()
        .forEach(each -> parts.add(each.getKey() + ": " + grouped(each.getValue().asLong())));
    if (row.path("problems").asInt() > 0) {
      parts.add("**problems recorded: " + row.path("problems").asInt() + "**");
    }
    if (!parts.isEmpty()) {
      asides.add("`" + row.path("fault").asText() + "`: " + String.join("; ", parts));
    }
  }

  private static String settings(JsonNode summary) {
    TreeSet<String> dates = new TreeSet<>();
    TreeSet<String> machines = new TreeSet<>();
    TreeSet<String> javas = new TreeSet<>();
    TreeSet<String> kernels = new TreeSet<>();
    TreeSet<Double> loads = new TreeSet<>();
    for (JsonNode row : summary.path("faults")) {
      row.path("date").forEach(each -> dates.add(each.asText()));
      row.path("machine").forEach(each -> machines.add(each.asText()));
      row.path("java").forEach(each -> javas.add(each.asText()));
      row.path("kernel").forEach(each -> kernels.add(each.asText()));
      row.path("load").forEach(each -> loads.add(each.asDouble()));
    }
    if (dates.isEmpty()) {
      return "Nothing has been run.";
    }
    return "Run from "
        + dates.first()
        + " to "
        + dates.last()
        + " on "
        + String.join("; ", machines)
        + ", "
        + String.join("; ", kernels)
        + ", Java "
        + String.join("; ", javas)
        + (loads.isEmpty()
            ? ", load average not recorded."
            : ", load average " + loads.first() + " to " + loads.last() + ".");
  }

  private static String number(double value) {
    return value >= 100
        ? grouped(Math.round(value))
        : String.format(Locale.ROOT, value >= 10 ? "%.1f" : "%.2f", value);
  }

  /** Digits in groups of three, as elsewhere in the docs. */
  static String grouped(long value) {
    return value < 10_000
        ? Long.toString(value)
        : String.format(Locale.ROOT, "%,d", value).replace(',', ' ');
  }

  private static String joined(JsonNode list) {
    List<String> values = new ArrayList<>();
    list.forEach(each -> values.add(each.asText()));
    return String.join(", ", values);
  }

  /** Puts the tables between the markers of a page. */
  static String insert(String page, String tables) {
    int begin = page.indexOf(BEGIN);
    int end = page.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new IllegalArgumentException("page has no markers: page=" + PAGE);
    }
    return page.substring(0, begin + BEGIN.length()) + "\n" + tables + page.substring(end);
  }

  /** Writes summary and page of a repository. */
  static void write(Path root, JsonNode summary) throws IOException {
    Files.write(
        root.resolve(SUMMARY),
        (JSON.writerWithDefaultPrettyPrinter().writeValueAsString(summary) + "\n")
            .getBytes(StandardCharsets.UTF_8));
    Path page = root.resolve(PAGE);
    Files.write(
        page, insert(Files.readString(page), render(summary)).getBytes(StandardCharsets.UTF_8));
  }

  /** Reads the summary of a repository. */
  static JsonNode read(Path root) throws IOException {
    return JSON.readTree(root.resolve(SUMMARY).toFile());
  }
}

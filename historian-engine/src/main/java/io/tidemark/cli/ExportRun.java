package io.tidemark.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One export: asks the server for a plan, fetches its parts one after the other, and writes each
 * into a file. Rows are never held. One thread; used once.
 */
final class ExportRun {
  private static final int WAIT_MAX_S = 30;

  private final ServerClient client;
  private final ObjectNode question;
  private final ExportFormat format;
  private final @Nullable String asOf;
  private final int retries;
  private final PrintWriter said;
  private final ExportProgress progress;

  /**
   * An export.
   *
   * @param question as the server reads it
   * @param asOf data version to export; null for the newest
   * @param retries how often to try again when the server goes away or has no time
   * @param said is told what goes wrong for a while
   * @param progress is told how far it is
   */
  ExportRun(
      ServerClient client,
      ObjectNode question,
      ExportFormat format,
      @Nullable String asOf,
      int retries,
      PrintWriter said,
      ExportProgress progress) {
    this.client = client;
    this.question = question;
    this.format = format;
    this.asOf = asOf;
    this.retries = retries;
    this.said = said;
    this.progress = progress;
  }

  /** What came of it. */
  record Outcome(int files, long rows, long bytes, String dataVersion) {}

  /** Writes all rows into one file, which appears once they are there. */
  void toFile(Path path, boolean replace) throws IOException {
    ObjectNode asked = question.deepCopy();
    if (asOf != null) {
      asked.put("asOf", asOf);
    }
    try (OutputFile file = new OutputFile(path, replace)) {
      repeated(
          () -> {
            try (StreamedAnswer answer =
                    client.open("POST", "/api/v1/export", asked.toString(), format.accept());
                OutputStream out = file.stream()) {
              answer.body().transferTo(out);
            }
            return "";
          });
      file.commit();
    }
  }

  /** Writes a data set into a folder, or what is missing of it. */
  Outcome toFolder(Path path, boolean force) throws IOException {
    ObjectNode asked = JsonNodeFactory.instance.objectNode();
    asked.set("query", question);
    asked.put("format", format.name());
    ExportFolder folder = ExportFolder.open(path, asked, asOf, force);
    JsonNode plan = plan(folder.fixed());
    String dataVersion = plan.path("dataVersion").asText();
    folder.begin(asked, dataVersion, plan.path("now").asText());
    ArrayNode files = JsonNodeFactory.instance.arrayNode();
    Map<String, ObjectNode> columns = new LinkedHashMap<>();
    long rows = 0;
    long bytes = 0;
    int count = plan.path("parts").size();
    int statements = 0;
    for (JsonNode part : plan.path("parts")) {
      statements += part.path("statements").size();
    }
    progress.begin(count, statements);
    for (JsonNode part : plan.path("parts")) {
      String name = ExportPaths.of(part.path("partition"), format);
      ObjectNode known = folder.finished(name);
      ObjectNode file = known == null ? fetch(folder, name, part, plan) : known;
      rows += file.path("rows").asLong();
      bytes += file.path("bytes").asLong();
      merge(columns, file.path("columns"));
      ObjectNode described = file.deepCopy();
      described.remove("columns");
      files.add(described);
      progress.file(part.path("statements").size(), known != null);
    }
    progress.end();
    folder.complete(description(plan, columns, rows, files));
    return new Outcome(count, rows, bytes, dataVersion);
  }

  private JsonNode plan(@Nullable JsonNode fixed) throws IOException {
    ObjectNode asked = question.deepCopy().put("plan", true);
    if (fixed != null) {
      asked.put("asOf", fixed.path("dataVersion").asText());
      asked.put("now", fixed.path("now").asText());
    } else if (asOf != null) {
      asked.put("asOf", asOf);
    }
    return repeated(
        () -> ServerClient.json(client.sendPatiently("POST", "/api/v1/export", asked.toString())));
  }

  private ObjectNode fetch(ExportFolder folder, String name, JsonNode part, JsonNode plan)
      throws IOException {
    Map<String, String> uoms = new TreeMap<>();
    part.path("uoms").properties().forEach(uom -> uoms.put(uom.getKey(), uom.getValue().asText()));
    return repeated(
        () -> {
          ExportFormat.Written written;
          try (OutputFile file = folder.file(name)) {
            written = format.write(answers(part, plan), uoms, file.beside());
            file.commit();
          }
          return folder.finish(name, part.path("partition"), written);
        });
  }

  private List<Supplier<InputStream>> answers(JsonNode part, JsonNode plan) {
    List<Supplier<InputStream>> answers = new ArrayList<>();
    for (JsonNode statement : part.path("statements")) {
      ObjectNode body = statement.deepCopy();
      body.put("asOf", plan.path("dataVersion").asText());
      body.put("timeZone", plan.path("timeZone").asText());
      int before = answers.size();
      answers.add(
          () ->
              progress.counted(
                  client.open("POST", "/api/v1/sql", body.toString(), format.accept()).body(),
                  before));
    }
    return answers;
  }

  /** Something that may be done again. */
  private interface Attempt<T> {
    T make() throws IOException;
  }

  /** Does it until the server is there and has time. */
  private <T> T repeated(Attempt<T> attempt) throws IOException {
    for (int failed = 0; ; ) {
      try {
        return attempt.make();
      } catch (HistorianException e) {
        boolean isPassing =
            e.code() == ErrorCode.UNAVAILABLE || e.code() == ErrorCode.BACK_PRESSURED;
        if (!isPassing || failed == retries) {
          progress.end();
          throw isPassing
              ? new HistorianException(
                  e.code(),
                  e.messageText() + (retries > 0 ? ", tries=" + (retries + 1) : ""),
                  null,
                  "repeat the command: it goes on where it ended",
                  e)
              : e;
        }
        failed++;
        int seconds = (int) Math.min(WAIT_MAX_S, 1L << (failed - 1));
        progress.end();
        said.println(Main.message(e));
        said.printf("trying again in %d s (%d of %d)%n", seconds, failed, retries);
        said.flush();
        try {
          Thread.sleep(Duration.ofSeconds(seconds));
        } catch (InterruptedException interrupt) {
          throw ServerClient.interrupted(interrupt);
        }
      }
    }
  }

  /** Columns of all files; a unit stands for a column if all files that have it agree. */
  private static void merge(Map<String, ObjectNode> columns, JsonNode ofFile) {
    for (JsonNode column : ofFile) {
      ObjectNode known = columns.get(column.path("name").asText());
      if (known == null) {
        columns.put(column.path("name").asText(), column.deepCopy());
      } else if (!known.path("uom").equals(column.path("uom"))) {
        known.put("uom", "");
      }
    }
  }

  private ObjectNode description(
      JsonNode plan, Map<String, ObjectNode> columns, long rows, ArrayNode files) {
    ObjectNode description = JsonNodeFactory.instance.objectNode();
    description.put("dataset", 1);
    description.set("query", question);
    description.put("dataVersion", plan.path("dataVersion").asText());
    description.set("startTime", plan.path("startTime"));
    description.set("endTime", plan.path("endTime"));
    description.put("timeZone", plan.path("timeZone").asText());
    description.put("format", format.name());
    ArrayNode partitionBy = description.putArray("partitionBy");
    question.path("partitionBy").forEach(partitionBy::add);
    ArrayNode named = description.putArray("columns");
    columns.values().forEach(named::add);
    description.set("tags", plan.path("tags"));
    description.put("rows", rows);
    description.set("files", files);
    return description;
  }
}

package io.tidemark.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.csv.CsvBadRow;
import io.tidemark.csv.CsvColumn;
import io.tidemark.csv.CsvImport;
import io.tidemark.csv.CsvMapping;
import io.tidemark.csv.CsvPreview;
import io.tidemark.csv.CsvResult;
import io.tidemark.csv.CsvSink;
import io.tidemark.csv.CsvTimeUnit;
import io.tidemark.csv.TimeBase;
import io.tidemark.model.ErrorText;
import io.tidemark.model.SampleType;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tidemark import}. */
@Command(
    name = "import",
    mixinStandardHelpOptions = true,
    description = "Imports a CSV file into a server: samples, tags, batches and phases.",
    footer = {
      "",
      "What is not said is found out from the file; --dry-run shows it and stores nothing.",
      "",
      "Examples:",
      "  tidemark import plant.csv --time-zone Europe/Berlin --batch-column Batch --unit-id R9"
          + " --dry-run",
      "  tidemark import dryer.csv --time-column ClockTime --time-unit m"
          + " --time-base '2024-02-01T00:00Z+6h*batch' --batch-column batch_id --unit-id DRYER"
    })
final class ImportCommand implements Callable<Integer> {
  private static final int SAMPLES_PER_REQUEST = 5000;
  private static final int ITEMS_PER_REQUEST = 5000;
  private static final int BAD_ROWS_SHOWN = 20;
  private static final int PARTLY_REFUSED = 3;

  @Mixin private ServerClient client = new ServerClient();

  @Parameters(paramLabel = "FILE", description = "CSV file.")
  private Path file = Path.of("");

  @Option(names = "--time-column", paramLabel = "COL", description = "Column of the times.")
  private @Nullable String timeColumn;

  @Option(names = "--time-zone", paramLabel = "ZONE", description = "Zone of times without offset.")
  private @Nullable ZoneId timeZone;

  @Option(
      names = "--time-unit",
      paramLabel = "U",
      description = "Unit of numbers: ns us ms s m h d.")
  private @Nullable String timeUnit;

  @Option(
      names = "--time-base",
      paramLabel = "BASE",
      description = "Where numbers count from: " + TimeBase.SYNTAX + ".")
  private @Nullable String timeBase;

  @Option(
      names = "--time-format",
      paramLabel = "F",
      description = "Form of the times, for example dd/MM/yyyy HH:mm.")
  private @Nullable String timeFormat;

  @Option(names = "--batch-column", paramLabel = "COL", description = "Column of batch ids.")
  private @Nullable String batchColumn;

  @Option(names = "--batch-prefix", paramLabel = "P", description = "Put before each batch id.")
  private @Nullable String batchPrefix;

  @Option(names = "--phase-column", paramLabel = "COL", description = "Column of phase names.")
  private @Nullable String phaseColumn;

  @Option(names = "--unit-id", paramLabel = "ID", description = "Unit that the batches ran on.")
  private @Nullable String unitId;

  @Option(names = "--product-id", paramLabel = "ID", description = "Product of the batches.")
  private @Nullable String productId;

  @Option(names = "--order-id", paramLabel = "ID", description = "Order of the batches.")
  private @Nullable String orderId;

  @Option(names = "--tag-prefix", paramLabel = "P", description = "Put before each tag name.")
  private @Nullable String tagPrefix;

  @Option(
      names = "--tag-column",
      paramLabel = "COL",
      description = "Long form: column of tag names.")
  private @Nullable String tagColumn;

  @Option(
      names = "--value-column",
      paramLabel = "COL",
      description = "Long form: column of values.")
  private @Nullable String valueColumn;

  @Option(
      names = "--status-column",
      paramLabel = "COL",
      description = "Long form: column of StatusCodes.")
  private @Nullable String statusColumn;

  @Option(names = "--uom", paramLabel = "COL=UNIT", description = "Unit of measure of a column.")
  private Map<String, String> uoms = new LinkedHashMap<>();

  @Option(names = "--type", paramLabel = "COL=TYPE", description = "Type of a column's tag.")
  private Map<String, String> types = new LinkedHashMap<>();

  @Option(names = "--step", paramLabel = "COL", description = "A column whose values hold.")
  private List<String> stepped = new ArrayList<>();

  @Option(names = "--ignore", paramLabel = "COL", description = "A column to leave out.")
  private List<String> ignored = new ArrayList<>();

  @Option(names = "--dry-run", description = "Shows what would be done.")
  private boolean dryRun;

  @Spec private CommandSpec spec = CommandSpec.create();

  ImportCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    CsvMapping mapping = mapping();
    CsvPreview preview = CsvImport.preview(file, mapping);
    print(out, preview);
    if (dryRun) {
      out.println("nothing was stored (--dry-run)");
      return preview.result().badRows() == 0 ? 0 : PARTLY_REFUSED;
    }
    defineTags(preview.columns());
    Sender sender = new Sender();
    CsvResult result = CsvImport.run(file, mapping, sender, progress());
    sender.flush();
    for (String body : result.context().bodies(ITEMS_PER_REQUEST)) {
      sender.refusals(
          client.send("POST", "/api/v1/context", "application/json", body, "application/json"));
    }
    out.printf(
        "%n%d samples stored, %d rows and cells left out, %d refused by the server, %d batches, %d"
            + " phases%n",
        result.samples() - sender.refused,
        result.badRows(),
        sender.refused,
        result.context().batches().size(),
        result.context().phases().size());
    return result.badRows() + sender.refused == 0 ? 0 : PARTLY_REFUSED;
  }

  private CsvMapping mapping() {
    CsvMapping.Builder builder = CsvMapping.builder();
    if (timeColumn != null) {
      builder.timeColumn(timeColumn);
    }
    if (timeZone != null) {
      builder.zone(timeZone);
    }
    if (timeUnit != null) {
      builder.timeUnit(CsvTimeUnit.ofLabel(timeUnit));
    }
    if (timeBase != null) {
      builder.timeBase(TimeBase.parse(timeBase, Path.of("")));
    }
    if (timeFormat != null) {
      builder.timeFormat(timeFormat);
    }
    if (batchColumn != null) {
      builder.batchColumn(batchColumn);
    }
    if (batchPrefix != null) {
      builder.batchPrefix(batchPrefix);
    }
    if (phaseColumn != null) {
      builder.phaseColumn(phaseColumn);
    }
    if (unitId != null) {
      builder.unitId(unitId);
    }
    if (productId != null) {
      builder.productId(productId);
    }
    if (orderId != null) {
      builder.orderId(orderId);
    }
    if (tagPrefix != null) {
      builder.tagPrefix(tagPrefix);
    }
    if (tagColumn != null) {
      builder.tagColumn(tagColumn);
    }
    if (valueColumn != null) {
      builder.valueColumn(valueColumn);
    }
    if (statusColumn != null) {
      builder.statusColumn(statusColumn);
    }
    uoms.forEach(builder::uom);
    types.forEach((column, type) -> builder.type(column, SampleType.ofLabel(type)));
    stepped.forEach(builder::stepped);
    ignored.forEach(builder::ignore);
    return builder.build();
  }

  private static void print(PrintWriter out, CsvPreview preview) {
    out.printf("times: column %s, %s%n%n", preview.timeColumn(), preview.timeFormat());
    TextTable table =
        new TextTable(
            List.of("column", "tag", "type", "uom", "step", "values", "bad"),
            List.of(false, false, false, false, false, true, true));
    for (CsvColumn column : preview.columns()) {
      table.add(
          List.of(
              column.heading(),
              column.tag(),
              column.type().label(),
              column.uom(),
              Boolean.toString(column.stepped()),
              Long.toString(column.values()),
              Long.toString(column.badValues())));
    }
    table.print(out);
    CsvResult result = preview.result();
    out.printf(
        "%n%d rows, %d samples, %s to %s, %d batches, %d phases%n",
        result.rows(),
        result.samples(),
        ErrorText.time(result.startNs()),
        ErrorText.time(result.endNs()),
        result.context().batches().size(),
        result.context().phases().size());
    preview.notes().forEach(note -> out.println("note: " + note));
    int shown = 0;
    for (CsvBadRow bad : preview.badRows()) {
      if (shown++ == BAD_ROWS_SHOWN) {
        out.printf("… %d rows and cells are left out in all%n", result.badRows());
        break;
      }
      out.printf(
          "left out: line %d%s: %s%n",
          bad.line(), bad.column().isEmpty() ? "" : ", column " + bad.column(), bad.reason());
    }
  }

  private void defineTags(List<CsvColumn> columns) throws IOException, InterruptedException {
    ObjectNode body = ServerClient.JSON.createObjectNode();
    ArrayNode tags = body.putArray("tags");
    for (CsvColumn column : columns) {
      ObjectNode tag = tags.addObject();
      tag.put("name", column.tag());
      tag.put("type", column.type().label());
      tag.put("uom", column.uom());
      tag.put("step", column.stepped());
      if (!column.states().isEmpty()) {
        ArrayNode states = tag.putArray("states");
        column.states().forEach(states::add);
      }
    }
    if (!tags.isEmpty()) {
      new Sender()
          .refusals(
              client.send(
                  "PUT", "/api/v1/tags", "application/json", body.toString(), "application/json"));
    }
  }

  /** Reports tenths of the two readings of the file. */
  private LongConsumer progress() throws IOException {
    long length = Math.max(1, 2 * Files.size(file));
    long[] tenth = {-1};
    long[] last = {0};
    long[] before = {0};
    return bytes -> {
      if (bytes < last[0]) {
        before[0] += last[0];
      }
      last[0] = bytes;
      long now = 10 * (before[0] + bytes) / length;
      if (now != tenth[0]) {
        tenth[0] = now;
        spec.commandLine().getErr().printf("import: %d %%%n", Math.min(100, 10 * now));
      }
    };
  }

  /** Sends samples in requests of a few thousand. One thread. */
  private final class Sender implements CsvSink {
    private ArrayNode samples = ServerClient.JSON.createArrayNode();
    private long refused;

    private ObjectNode sample(String tag, long timeNs, int status) {
      if (samples.size() == SAMPLES_PER_REQUEST) {
        try {
          flush();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new IllegalStateException("interrupted", e);
        }
      }
      ObjectNode sample = samples.addObject().put("tag", tag).put("ts", timeNs);
      if (status != 0) {
        sample.put("status", Integer.toUnsignedLong(status));
      }
      return sample;
    }

    @Override
    public void integer(String tag, long timeNs, long value, int status, long line) {
      sample(tag, timeNs, status).put("value", value);
    }

    @Override
    public void decimal(String tag, long timeNs, double value, int status, long line) {
      sample(tag, timeNs, status).put("value", value);
    }

    @Override
    public void bool(String tag, long timeNs, boolean value, int status, long line) {
      sample(tag, timeNs, status).put("value", value);
    }

    @Override
    public void text(String tag, long timeNs, String value, int status, long line) {
      sample(tag, timeNs, status).put("value", value);
    }

    @Override
    public void absent(String tag, long timeNs, int status, long line) {
      sample(tag, timeNs, status).putNull("value");
    }

    @Override
    public void badRow(long line, String column, String reason) {
      // Counted in the result; the preview has shown the first of them.
    }

    void flush() throws IOException, InterruptedException {
      if (samples.isEmpty()) {
        return;
      }
      ObjectNode body = ServerClient.JSON.createObjectNode();
      body.set("samples", samples);
      samples = ServerClient.JSON.createArrayNode();
      refusals(
          client.send(
              "POST",
              "/api/v1/write?precision=ns",
              "application/json",
              body.toString(),
              "application/json"));
    }

    /** Prints and counts the items that an answer refuses. */
    void refusals(HttpResponse<String> response) throws IOException {
      if (response.statusCode() != 207) {
        return;
      }
      JsonNode answer = ServerClient.JSON.readTree(response.body());
      refused += Math.max(answer.path("errorCount").asLong(), answer.path("errors").size());
      for (JsonNode error : answer.path("errors")) {
        spec.commandLine()
            .getErr()
            .printf(
                "refused: %s: %s%n", error.path("path").asText(), error.path("message").asText());
      }
    }
  }
}

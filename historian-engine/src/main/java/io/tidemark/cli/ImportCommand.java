package io.tidemark.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.csv.CsvColumn;
import io.tidemark.csv.CsvImport;
import io.tidemark.csv.CsvMapping;
import io.tidemark.csv.CsvObjects;
import io.tidemark.csv.CsvResult;
import io.tidemark.csv.CsvSink;
import io.tidemark.csv.CsvTimeUnit;
import io.tidemark.csv.TimeBase;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.NearestName;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatusCodes;
import io.tidemark.query.context.ContextKind;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/**
 * {@code tidemark import}: two passes over the file, the first to find out what it holds, the
 * second to send it. Long by its options and by what it tells before, while and after; how files
 * are read is in {@code io.tidemark.csv}.
 */
@Command(
    name = "import",
    mixinStandardHelpOptions = true,
    description =
        "Imports a CSV file into a server: samples with their tags, batches and phases; or orders"
            + " and other context.",
    footer = {
      "",
      "What is not said is found out from the file; --dry-run shows it and stores nothing.",
      "",
      "Examples:",
      "  tidemark import plant.csv --time-zone Europe/Berlin --batch-column Batch --unit-id R9"
          + " --dry-run",
      "  tidemark import dryer.csv --time-column ClockTime --time-unit m"
          + " --time-base '2024-02-01T00:00Z+6h*batch' --batch-column batch_id --unit-id DRYER",
      "  tidemark import orders.csv --context orders --time-zone Europe/Berlin"
    })
final class ImportCommand implements Callable<Integer> {
  private static final int ITEMS_PER_REQUEST = 2000;
  private static final int TAGS_PER_REQUEST = 10_000;
  private static final int PARTLY_REFUSED = 3;

  /** What stands before the fraction of a number. */
  enum Decimal {
    point,
    comma
  }

  /** Reads the name of a kind. */
  static final class KindConverter implements ITypeConverter<ContextKind> {
    @Override
    public ContextKind convert(String value) {
      List<String> labels = new ArrayList<>();
      for (ContextKind kind : ContextKind.values()) {
        if (kind.label().equals(value)) {
          return kind;
        }
        labels.add(kind.label());
      }
      String nearest = NearestName.find(value, labels);
      throw new TypeConversionException(
          "no such kind: "
              + ErrorText.quote(value)
              + (nearest == null ? "" : ", did you mean " + nearest + "?")
              + " Kinds are "
              + String.join(", ", labels));
    }
  }

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

  @Option(
      names = "--type",
      paramLabel = "COL=TYPE",
      description =
          "Type of a column's tag: float64, float32, int64, int32, bool, digital, string.")
  private Map<String, String> types = new LinkedHashMap<>();

  @Option(names = "--step", paramLabel = "COL", description = "A column whose values hold.")
  private List<String> stepped = new ArrayList<>();

  @Option(names = "--ignore", paramLabel = "COL", description = "A column to leave out.")
  private List<String> ignored = new ArrayList<>();

  @Option(
      names = "--bad-value",
      paramLabel = "WORD",
      description = "A text that means there is no value; blank, ?, Bad, No Data and others do.")
  private List<String> badWords = new ArrayList<>();

  @Option(names = "--skip-blank", description = "A blank cell is no sample instead of a Bad one.")
  private boolean skipBlank;

  @Option(
      names = "--delimiter",
      paramLabel = "C",
      description = "Between cells: one character or tab; found out from the file.")
  private @Nullable String delimiter;

  @Option(
      names = "--decimal",
      paramLabel = "MARK",
      description = "Before fractions: ${COMPLETION-CANDIDATES}; found out from the file.")
  private @Nullable Decimal decimal;

  @Option(
      names = "--encoding",
      paramLabel = "NAME",
      description = "Encoding of the file, for example windows-1252; default UTF-8.")
  private @Nullable Charset encoding;

  @Option(
      names = "--context",
      paramLabel = "KIND",
      converter = KindConverter.class,
      description =
          "The rows are not samples but objects: equipment attributes products orders lots batches"
              + " steps events.")
  private @Nullable ContextKind context;

  @Option(
      names = "--rejects",
      paramLabel = "FILE",
      description = "Writes line, column and reason of all that is not stored into a CSV file.")
  private @Nullable Path rejects;

  @Option(names = "--dry-run", description = "Shows what would be done and stores nothing.")
  private boolean dryRun;

  @Spec private CommandSpec spec = CommandSpec.create();

  ImportCommand() {}

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    CsvMapping mapping = mapping();
    if (rejects != null && Files.exists(rejects) && Files.isSameFile(rejects, file)) {
      throw new HistorianException(
          ErrorCode.CONFLICT, "--rejects would overwrite the file itself: file=" + file);
    }
    ImportProgress progress =
        new ImportProgress(
            spec.commandLine().getErr(), isTerminal(), Files.size(file), System::nanoTime);
    try (RowReport report = new RowReport(rejects)) {
      if (context != null) {
        importObjects(CsvObjects.open(file, context, mapping), report, progress);
      } else if (dryRun) {
        preview(mapping, report, progress);
      } else {
        importSamples(mapping, report, progress);
      }
      report.print(out);
      if (dryRun) {
        out.println("nothing was stored (--dry-run)");
      }
      return report.count() == 0 ? 0 : PARTLY_REFUSED;
    } finally {
      progress.end();
    }
  }

  private static boolean isTerminal() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  private void preview(CsvMapping mapping, RowReport report, ImportProgress progress)
      throws IOException {
    progress.begin("reading");
    CsvImport csv = CsvImport.open(file, mapping, progress);
    printMapping(csv.mappingLines(), csv.columns());
    progress.begin("checking");
    CsvResult result = csv.run(new Checking(report), progress);
    progress.end();
    printResult(result);
  }

  private void importSamples(CsvMapping mapping, RowReport report, ImportProgress progress)
      throws IOException {
    client.send("GET", "/api/v1/tags?limit=1", null, "application/json"); // is it there at all?
    progress.begin("reading");
    CsvImport inferred = CsvImport.open(file, mapping, progress);
    progress.end();
    Map<String, JsonNode> known = knownTags(inferred.columns());
    Map<String, SampleType> types = new HashMap<>();
    known.forEach((name, tag) -> types.put(name, SampleType.ofLabel(tag.path("type").asText())));
    CsvImport csv = inferred.withTypes(types);
    printMapping(csv.mappingLines(), csv.columns());
    defineTags(csv.columns(), known);
    SampleSender sender = new SampleSender(client, report);
    progress.begin("importing");
    CsvResult result;
    try {
      result = csv.run(sender, progress);
      sender.flush();
    } catch (HistorianException e) {
      progress.end();
      spec.commandLine()
          .getErr()
          .printf("stopped: %d samples of %s are stored%n", sender.stored(), file);
      throw e;
    }
    progress.end();
    for (String body : result.context().bodies(ITEMS_PER_REQUEST)) {
      JsonNode errors =
          ServerClient.json(client.sendPatiently("POST", "/api/v1/context", body)).path("errors");
      if (!errors.isEmpty()) {
        throw new HistorianException(
            ErrorCode.CONFLICT,
            "samples are stored, but batches or phases were refused: refused="
                + errors.size()
                + ", first="
                + errors.path(0).path("path").asText()
                + ": "
                + errors.path(0).path("message").asText());
      }
    }
    printResult(result);
    spec.commandLine()
        .getOut()
        .printf("%d samples stored, %d not stored%n", sender.stored(), report.count());
  }

  private void importObjects(CsvObjects csv, RowReport report, ImportProgress progress)
      throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    TextTable table = new TextTable(List.of("column", "field"), List.of(false, false));
    csv.columns().forEach(column -> table.add(List.of(column.heading(), column.field())));
    table.print(out);
    BulkSender sender =
        new BulkSender(client, "/api/v1/context", Objects.requireNonNull(context).label(), report);
    progress.begin(dryRun ? "checking" : "importing");
    long rows =
        csv.run(
            new CsvObjects.Sink() {
              @Override
              public void object(String json, long line) {
                if (!dryRun) {
                  sender.add(json, "", line);
                }
              }

              @Override
              public void badRow(long line, String column, String reason) {
                report.add(line, column, reason);
              }
            },
            progress);
    sender.flush();
    progress.end();
    out.printf("%n%d rows, %d stored, %d not stored%n", rows, sender.stored(), report.count());
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
    badWords.forEach(word -> builder.badWord(word, StatusCodes.BAD_NO_DATA));
    builder.skipBlank(skipBlank);
    if (delimiter != null) {
      builder.delimiter(delimiterOf(delimiter));
    }
    if (decimal != null) {
      builder.decimalComma(decimal == Decimal.comma);
    }
    if (encoding != null) {
      builder.charset(encoding);
    }
    return builder.build();
  }

  private static char delimiterOf(String option) {
    if (option.equalsIgnoreCase("tab")) {
      return '\t';
    }
    if (option.length() != 1) {
      throw new HistorianException(
          ErrorCode.OUT_OF_RANGE,
          "delimiter is one character or tab: delimiter=" + ErrorText.quote(option));
    }
    return option.charAt(0);
  }

  private void printMapping(List<String> lines, List<CsvColumn> columns) {
    PrintWriter out = spec.commandLine().getOut();
    lines.forEach(out::println);
    out.println();
    TextTable table =
        new TextTable(
            List.of("column", "tag", "type", "uom", "step", "values", "bad"),
            List.of(false, false, false, false, false, true, true));
    for (CsvColumn column : columns) {
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
  }

  private void printResult(CsvResult result) {
    boolean isEmpty = result.startNs() > result.endNs();
    spec.commandLine()
        .getOut()
        .printf(
            "%n%d rows, %d samples%s, %d batches, %d phases%n",
            result.rows(),
            result.samples(),
            isEmpty
                ? ""
                : " from "
                    + ErrorText.time(result.startNs())
                    + " to "
                    + ErrorText.time(result.endNs()),
            result.context().batches().size(),
            result.context().phases().size());
  }

  /** Those tags of the file that the server has already. */
  private Map<String, JsonNode> knownTags(List<CsvColumn> columns) {
    Set<String> wanted = new HashSet<>();
    columns.forEach(column -> wanted.add(column.tag()));
    Map<String, JsonNode> known = new HashMap<>();
    long total = 1;
    for (long offset = 0; offset < total; offset += TAGS_PER_REQUEST) {
      JsonNode page =
          ServerClient.json(
              client.send(
                  "GET",
                  "/api/v1/tags?limit=" + TAGS_PER_REQUEST + "&offset=" + offset,
                  null,
                  "application/json"));
      total = page.path("total").asLong();
      for (JsonNode tag : page.path("tags")) {
        if (wanted.contains(tag.path("name").asText())) {
          known.put(tag.path("name").asText(), tag);
        }
      }
    }
    return known;
  }

  /** Makes new tags; of a tag that is there it changes only what the file or an option says. */
  private void defineTags(List<CsvColumn> columns, Map<String, JsonNode> known) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    ArrayNode tags = body.putArray("tags");
    for (CsvColumn column : columns) {
      JsonNode before = known.get(column.tag());
      ObjectNode tag = tags.addObject();
      tag.put("name", column.tag());
      tag.put("type", column.type().label());
      if (!column.uom().isEmpty()) {
        tag.put("uom", column.uom());
      }
      if (before == null || (column.stepped() && column.type().isContinuous())) {
        tag.put("step", column.stepped());
      }
      if (!column.states().isEmpty()) {
        Set<String> states = new LinkedHashSet<>();
        if (before != null) {
          before.path("states").forEach(state -> states.add(state.asText()));
        }
        states.addAll(column.states());
        ArrayNode list = tag.putArray("states");
        states.forEach(list::add);
      }
    }
    JsonNode errors =
        ServerClient.json(client.send("PUT", "/api/v1/tags", body.toString(), "application/json"))
            .path("errors");
    if (!errors.isEmpty()) {
      throw new HistorianException(
          ErrorCode.CONFLICT,
          "nothing was imported, tags were refused: refused="
              + errors.size()
              + ", first="
              + errors.path(0).path("path").asText()
              + ": "
              + errors.path(0).path("message").asText());
    }
  }

  /** Stores nothing. */
  private record Checking(RowReport report) implements CsvSink {
    @Override
    public void integer(String tag, long timeNs, long value, int status, long line) {}

    @Override
    public void decimal(String tag, long timeNs, double value, int status, long line) {}

    @Override
    public void bool(String tag, long timeNs, boolean value, int status, long line) {}

    @Override
    public void text(String tag, long timeNs, String value, int status, long line) {}

    @Override
    public void absent(String tag, long timeNs, int status, long line) {}

    @Override
    public void badRow(long line, String column, String reason) {
      report.add(line, column, reason);
    }
  }
}

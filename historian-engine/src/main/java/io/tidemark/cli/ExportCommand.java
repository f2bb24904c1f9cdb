package io.tidemark.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tidemark export}. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    description =
        "Writes samples of tags or batches, or the rows of a statement, into the files of a data"
            + " set. An export that was interrupted goes on when the command is repeated.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the data set is complete",
      "1:something failed; what is whole stays, repeat the command to go on",
      "2:wrong usage"
    },
    footer = {
      "",
      "Examples:",
      "  tidemark export --tag 'R1.T*.PV' --start '*-7d' --every 1m --out week/",
      "  tidemark export --product P-100 --attribute 'Reactor Temperature' --every 10s"
          + " --partition-by batch_id --out ds/",
      "  tidemark export --order PO-1007 --summary --every phase --format csv --out phases/",
      "  tidemark export --product P-100 --fields minimum,maximum,percent_good --every phase"
          + " --layout wide --out kpi/",
      "  tidemark export --batch B-0041 --every 10s --layout wide --format xlsx --out b41.xlsx",
      "  tidemark export --sql 'SELECT * FROM batches ORDER BY batch_id' --out batches/"
    })
final class ExportCommand implements Callable<Integer> {
  @Mixin private ServerClient client = new ServerClient();

  @Option(
      names = {"--tag", "--tags"},
      paramLabel = "TAG",
      description = "Tag, or several by * and ?; repeat it for more.")
  private List<String> tags = new ArrayList<>();

  @Option(
      names = "--attribute",
      paramLabel = "NAME",
      description = "Property such as 'Jacket Temperature': of batches the tag follows the unit.")
  private List<String> attributes = new ArrayList<>();

  @Option(names = "--batch", paramLabel = "ID", description = "Batch to export.")
  private List<String> batches = new ArrayList<>();

  @Option(names = "--order", paramLabel = "ID", description = "Order whose batches to export.")
  private List<String> orders = new ArrayList<>();

  @Option(names = "--product", paramLabel = "ID", description = "Product of batches to export.")
  private List<String> products = new ArrayList<>();

  @Option(names = "--unit", paramLabel = "ID", description = "Unit where batches ran.")
  private List<String> units = new ArrayList<>();

  @Option(names = "--sql", paramLabel = "SELECT", description = "Statement whose rows to export.")
  private @Nullable String sql;

  @Option(names = "--param", paramLabel = "V", description = "Value of the next ? in --sql.")
  private List<String> parameters = new ArrayList<>();

  @Option(
      names = "--start",
      paramLabel = "TIME",
      description = "First instant, such as *-8h; default the batch, or of tags *-1d.")
  private @Nullable String start;

  @Option(
      names = "--end",
      paramLabel = "TIME",
      description = "First instant after; default the batch's end, or of tags now.")
  private @Nullable String end;

  @Option(
      names = "--every",
      paramLabel = "LENGTH",
      description =
          "Values at even times, such as 10s, in place of recorded samples; with --summary the"
              + " length of intervals, or: phase.")
  private @Nullable String every;

  @Option(names = "--summary", description = "Averages, extremes, percent good, not values.")
  private boolean summary;

  @Option(
      names = "--fields",
      paramLabel = "FIELD",
      split = ",",
      description =
          "Fields of a summary, such as minimum,maximum,time_average,percent_good; default the"
              + " usual ten. Implies --summary.")
  private List<String> fields = new ArrayList<>();

  @Option(
      names = "--layout",
      paramLabel = "L",
      defaultValue = "long",
      description = "long, or wide: a column for each tag or attribute; default ${DEFAULT-VALUE}.")
  private String layout = "long";

  @Option(
      names = "--partition-by",
      paramLabel = "COL",
      split = ",",
      description =
          "A folder for each batch_id, order_id, product_id, unit_id, tag or day; of --sql any"
              + " column.")
  private List<String> partitionBy = new ArrayList<>();

  @Option(
      names = "--format",
      paramLabel = "F",
      description = "${COMPLETION-CANDIDATES}; default parquet, or what a file of --out ends in.")
  private @Nullable ExportFormat format;

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      required = true,
      description = "Folder of the data set; of xlsx the file.")
  private Path out = Path.of("");

  @Option(
      names = "--force",
      description = "Begin anew where another export is; what is not of it stays.")
  private boolean force;

  @Option(
      names = "--as-of",
      paramLabel = "VERSION",
      description = "Data version that a data set or an answer named: everything as it was.")
  private @Nullable String asOf;

  @Option(
      names = "--time-zone",
      paramLabel = "ZONE",
      description = "Zone of words such as t, of CSV's times and a workbook's local ones.")
  private @Nullable String timeZone;

  @Option(
      names = "--retries",
      paramLabel = "N",
      defaultValue = "6",
      description = "How often to try again when the server goes away; default ${DEFAULT-VALUE}.")
  private int retries = 6;

  @Option(names = "--quiet", description = "Say nothing of the progress.")
  private boolean quiet;

  @Spec private CommandSpec spec = CommandSpec.create();

  ExportCommand() {}

  @Override
  public Integer call() throws IOException {
    boolean endsInXlsx = out.toString().toLowerCase(Locale.ROOT).endsWith(".xlsx");
    ExportFormat chosen = format;
    if (chosen == null) {
      chosen = endsInXlsx ? ExportFormat.xlsx : ExportFormat.parquet;
    }
    if (chosen == ExportFormat.xlsx && !partitionBy.isEmpty()) {
      throw usage("a workbook is one file: leave --partition-by out, or choose another --format");
    }
    if (chosen == ExportFormat.xlsx && !endsInXlsx) {
      throw usage("a workbook is one file: --out must end in .xlsx");
    }
    if (!layout.equals("long") && !layout.equals("wide")) {
      throw usage("--layout must be long or wide: layout=" + layout);
    }
    if (retries < 0) {
      throw usage("--retries must not be negative: retries=" + retries);
    }
    PrintWriter err =
        quiet ? new PrintWriter(PrintWriter.nullWriter()) : spec.commandLine().getErr();
    Console console = System.console();
    ExportProgress progress =
        new ExportProgress(err, console != null && console.isTerminal(), System::nanoTime);
    ExportRun run = new ExportRun(client, question(), chosen, asOf, retries, err, progress);
    PrintWriter said = spec.commandLine().getOut();
    if (chosen == ExportFormat.xlsx) {
      run.toFile(out, force);
      said.println("written: " + out);
    } else {
      ExportRun.Outcome outcome = run.toFolder(out, force);
      said.printf(
          "%d files, %d rows, data version %s%n",
          outcome.files(), outcome.rows(), outcome.dataVersion());
    }
    said.flush();
    return 0;
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private ObjectNode question() {
    ObjectNode question = JsonNodeFactory.instance.objectNode();
    put(question, "sql", sql == null ? null : statement(sql));
    put(question, "params", parameters);
    put(question, "tags", tags);
    put(question, "attributes", attributes);
    put(question, "batches", batches);
    put(question, "orders", orders);
    put(question, "products", products);
    put(question, "units", units);
    boolean isSummary = summary || !fields.isEmpty();
    put(question, "mode", isSummary ? "summary" : every != null ? "interpolated" : null);
    put(question, "every", every);
    put(question, "fields", fields);
    put(question, "layout", layout.equals("wide") ? layout : null);
    put(question, "partitionBy", partitionBy);
    put(question, "startTime", start);
    put(question, "endTime", end);
    put(question, "timeZone", timeZone);
    return question;
  }

  private static void put(ObjectNode question, String field, @Nullable String value) {
    if (value != null) {
      question.put(field, value);
    }
  }

  private static void put(ObjectNode question, String field, List<String> values) {
    if (!values.isEmpty()) {
      values.forEach(question.withArray(field)::add);
    }
  }

  /** Without the semicolon behind it. */
  private String statement(String text) {
    List<String> statements = SqlText.statements(text);
    if (statements.size() != 1) {
      throw usage("--sql must be one statement: statements=" + statements.size());
    }
    return statements.getFirst();
  }
}

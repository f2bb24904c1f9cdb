package io.tidemark.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tidemark sql}. */
@Command(
    name = "sql",
    mixinStandardHelpOptions = true,
    description = "Runs one SELECT on a server and prints its rows.",
    footer = {
      "",
      "Examples:",
      "  tidemark sql \"SELECT * FROM batches WHERE order_id = ?\" --param PO-1007",
      "  tidemark sql --format csv - < report.sql"
    })
final class SqlCommand implements Callable<Integer> {
  /** Forms of output. */
  enum Format {
    table,
    csv,
    json
  }

  @Mixin private ServerClient client = new ServerClient();

  @Parameters(
      paramLabel = "STATEMENT",
      description = "One SELECT, or - to read it from standard input.")
  private String statement = "";

  @Option(
      names = "--format",
      paramLabel = "F",
      defaultValue = "table",
      description = "${COMPLETION-CANDIDATES}; default ${DEFAULT-VALUE}.")
  private Format format = Format.table;

  @Option(
      names = "--param",
      paramLabel = "V",
      description = "Value of the next ? in the statement.")
  private List<String> parameters = new ArrayList<>();

  @Option(names = "--time-zone", paramLabel = "ZONE", description = "Zone of calendars and times.")
  private @Nullable String timeZone;

  @Spec private CommandSpec spec = CommandSpec.create();

  SqlCommand() {}

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    String sql =
        statement.equals("-")
            ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8)
            : statement;
    ObjectNode body = JsonNodeFactory.instance.objectNode().put("sql", sql);
    ArrayNode values = body.putArray("params");
    parameters.forEach(values::add);
    if (timeZone != null) {
      body.put("timeZone", timeZone);
    }
    String answer =
        client.send(
            "POST",
            "/api/v1/sql",
            body.toString(),
            format == Format.csv ? "text/csv" : "application/json");
    if (format != Format.table) {
      // What reads a pipe takes a byte-order mark for a part of the first heading.
      out.println((answer.startsWith("\uFEFF") ? answer.substring(1) : answer).stripTrailing());
      return 0;
    }
    JsonNode result = ServerClient.json(answer);
    List<String> headings = new ArrayList<>();
    List<Boolean> right = new ArrayList<>();
    for (JsonNode column : result.path("columns")) {
      String uom = column.path("uom").asText("");
      headings.add(column.path("name").asText() + (uom.isEmpty() ? "" : " [" + uom + "]"));
      right.add(
          column
              .path("type")
              .asText()
              .matches("DOUBLE|FLOAT|DECIMAL.*|U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?"));
    }
    TextTable table = new TextTable(headings, right);
    for (JsonNode row : result.path("rows")) {
      List<String> cells = new ArrayList<>();
      for (JsonNode cell : row) {
        cells.add(cell.isNull() ? "" : cell.isValueNode() ? cell.asText() : cell.toString());
      }
      table.add(cells);
    }
    table.print(out);
    out.printf(
        "%n%s rows, %d ms%n",
        result.path("rowCount").asText(), Math.round(result.path("elapsedMs").asDouble()));
    return 0;
  }
}

package io.tidemark.cli;

import io.tidemark.cli.shell.ShellTerminal;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code tidemark sql}. */
@Command(
    name = "sql",
    mixinStandardHelpOptions = true,
    description =
        "Runs one SELECT on a server and gives its rows out. Without a statement it reads one from"
            + " standard input, or talks with you if that is a terminal.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all rows are there",
      "1:the statement, the server or the file failed; nothing is left in --out",
      "2:wrong usage"
    },
    footer = {
      "",
      "Examples:",
      "  tidemark sql",
      "  tidemark sql \"SELECT tag, value FROM current WHERE tag LIKE 'R1.%%'\"",
      "  tidemark sql \"SELECT * FROM batches WHERE order_id = ?\" --param PO-1007",
      "  tidemark sql --format csv - < report.sql",
      "  tidemark sql -f report.sql --out report.parquet"
    })
final class SqlCommand implements Callable<Integer> {
  /** What the server takes, and a little more, so that it is the server that explains. */
  private static final int STATEMENT_BYTES_MAX = 1 << 20;

  @ParentCommand private @Nullable Main tidemark;

  @Mixin private ServerClient client = new ServerClient();

  @Parameters(
      arity = "0..1",
      paramLabel = "STATEMENT",
      description = "One SELECT, or - to read it from standard input.")
  private @Nullable String statement;

  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      description = "File with the statement.")
  private @Nullable Path file;

  @Option(
      names = "--format",
      paramLabel = "F",
      description = "${COMPLETION-CANDIDATES}; default what the name of --out ends in, else table.")
  private @Nullable ResultFormat format;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Write the rows into a file, which appears once all are there.")
  private @Nullable Path out;

  @Option(names = "--force", description = "Replace the file of --out.")
  private boolean force;

  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Most rows of a table; 0 for all; default ${DEFAULT-VALUE}.")
  private long rowsMax = 1000;

  @Option(
      names = "--param",
      paramLabel = "V",
      description = "Value of the next ? in the statement.")
  private List<String> parameters = new ArrayList<>();

  @Option(names = "--time-zone", paramLabel = "ZONE", description = "Zone of calendars and times.")
  private @Nullable String timeZone;

  @Option(
      names = "--as-of",
      paramLabel = "VERSION",
      description = "Read a data version that an answer named: samples and context as they were.")
  private @Nullable String asOf;

  @Option(names = "--timing", description = "Say on standard error how long it took.")
  private boolean timing;

  @Spec private CommandSpec spec = CommandSpec.create();

  SqlCommand() {}

  @Override
  public Integer call() throws IOException {
    StandardStreams streams = tidemark == null ? StandardStreams.ofProcess() : tidemark.streams();
    if (rowsMax < 0) {
      throw usage("--rows must not be negative: rows=" + rowsMax);
    }
    if (statement != null && file != null) {
      throw usage("name a statement or -f FILE, not both");
    }
    ResultFormat chosen = format;
    if (chosen == null) {
      ResultFormat named = out == null ? null : ResultFormat.ofName(out);
      chosen = named == null ? ResultFormat.table : named;
    }
    boolean isGiven = statement != null || file != null;
    if (!isGiven
        && streams.isInputTerminal().getAsBoolean()
        && streams.isOutputTerminal().getAsBoolean()
        && out == null) {
      return talk(chosen);
    }
    checkTarget(chosen, streams);
    int columns = out == null ? streams.columns().getAsInt() : 0;
    String sql = onlyStatement(text(streams));
    SqlRun.Layout layout = new SqlRun.Layout(chosen, rowsMax, columns, false);
    try (SqlRun run =
        new SqlRun(client, new SqlStatement(sql, parameters, timeZone, asOf), layout)) {
      if (out == null) {
        run.toStream(streams.out());
      } else {
        run.toFile(out, force);
      }
      if (timing) {
        spec.commandLine().getErr().println(run.timing());
      }
      return 0;
    } catch (HistorianException e) {
      spec.commandLine().getErr().println(SqlText.error(e, sql));
      return 1;
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private void checkTarget(ResultFormat chosen, StandardStreams streams) {
    if (out == null && chosen == ResultFormat.parquet) {
      throw usage("parquet goes into a file only: add --out FILE");
    }
    if (out == null && chosen.isBinary() && streams.isOutputTerminal().getAsBoolean()) {
      throw usage(chosen + " is not for a terminal: add --out FILE, or redirect the output");
    }
  }

  private String text(StandardStreams streams) throws IOException {
    if (file != null) {
      try (InputStream in = Files.newInputStream(file)) {
        return text(in, file.toString());
      }
    }
    return statement == null || statement.equals("-")
        ? text(streams.in(), "standard input")
        : statement;
  }

  private static String text(InputStream in, String name) throws IOException {
    byte[] bytes = in.readNBytes(STATEMENT_BYTES_MAX + 1);
    if (bytes.length > STATEMENT_BYTES_MAX) {
      throw new HistorianException(
          ErrorCode.TOO_LONG,
          "statement is too long: from=" + name + ", limit=" + STATEMENT_BYTES_MAX + " bytes");
    }
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return text.startsWith("\uFEFF") ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw new HistorianException(
          ErrorCode.MALFORMED, "statement is not UTF-8: from=" + name, null, "save it as UTF-8", e);
    }
  }

  /** What the server is to say of several statements is said here: only one runs. */
  private String onlyStatement(String text) {
    List<String> statements = SqlText.statements(text);
    if (statements.isEmpty()) {
      throw usage("no statement: name one, or -f FILE, or - for standard input");
    }
    return statements.size() == 1 ? statements.getFirst() : text;
  }

  private int talk(ResultFormat chosen) throws IOException {
    Supplier<SqlSchema> schema = new KnownSchema(client);
    SqlCompleter completer = new SqlCompleter(client, schema);
    Path history = SqlShell.historyFile(System.getenv(), System.getProperty("user.home"));
    client.send("GET", "/health/live", null, "application/json"); // or say at once how to start one
    try (ShellTerminal terminal = ShellTerminal.ofProcess(completer, history)) {
      new SqlShell(
              client,
              terminal,
              schema,
              System.getenv(),
              new SqlRun.Layout(chosen, rowsMax, 0, false),
              timing,
              timeZone)
          .run();
      PrintWriter last = terminal.out();
      last.flush();
    }
    return 0;
  }

  /** The schema, asked for once it is wanted. One thread. */
  private static final class KnownSchema implements Supplier<SqlSchema> {
    private final ServerClient client;
    private @Nullable SqlSchema schema;

    KnownSchema(ServerClient client) {
      this.client = client;
    }

    @Override
    public SqlSchema get() {
      SqlSchema known = schema;
      if (known == null) {
        known = SqlSchema.of(client);
        schema = known;
      }
      return known;
    }
  }
}

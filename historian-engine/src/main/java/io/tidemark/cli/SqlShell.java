package io.tidemark.cli;

import io.tidemark.cli.shell.ShellTerminal;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The conversation of {@code tidemark sql} with a person: reads statements and commands, shows rows
 * and errors. One thread, but for Ctrl-C.
 */
final class SqlShell {
  static final String PROMPT = "tidemark> ";

  /** Results of more rows are not held for the pager. */
  private static final long PAGED_ROWS_MAX = 10_000;

  private final ServerClient client;
  private final ShellTerminal terminal;
  private final Supplier<SqlSchema> schema;
  private final Map<String, String> environment;
  private final long rowsMax;
  private ResultFormat format;
  private boolean isTimed;
  private boolean isExpanded;
  private @Nullable String timeZone;
  private @Nullable Path target;
  private String last = "";

  /**
   * A shell that has not begun.
   *
   * @param environment where {@code VISUAL}, {@code EDITOR} and {@code PAGER} are looked for
   */
  SqlShell(
      ServerClient client,
      ShellTerminal terminal,
      Supplier<SqlSchema> schema,
      Map<String, String> environment,
      SqlRun.Layout layout,
      boolean isTimed,
      @Nullable String timeZone) {
    this.client = client;
    this.terminal = terminal;
    this.schema = schema;
    this.environment = environment;
    this.rowsMax = layout.rowsMax();
    this.format = layout.format();
    this.isExpanded = layout.isExpanded();
    this.isTimed = isTimed;
    this.timeZone = timeZone;
  }

  /** Where the history is kept: in the user's folder for states. */
  static Path historyFile(Map<String, String> environment, String home) {
    String state = environment.getOrDefault("XDG_STATE_HOME", "");
    Path folder = state.startsWith("/") ? Path.of(state) : Path.of(home, ".local", "state");
    return folder.resolve("tidemark").resolve("sql_history");
  }

  /** Talks until the person leaves. */
  void run() {
    PrintWriter out = terminal.out();
    out.println(client.address() + "   statements end with ;   \\? helps, \\q leaves");
    while (true) {
      ShellTerminal.Input input = terminal.read(PROMPT);
      switch (input.outcome()) {
        case ENDED -> {
          return;
        }
        case CLEARED -> {}
        case ENTERED -> {
          if (!handle(input.text())) {
            return;
          }
        }
      }
    }
  }

  private boolean handle(String text) {
    try {
      if (!text.strip().startsWith("\\")) {
        statements(text);
        return true;
      }
      ShellCommand command = ShellCommand.of(text);
      if (command.name().equals("\\q")) {
        return false;
      }
      obey(command);
    } catch (HistorianException e) {
      say(SqlText.error(e, null));
    } catch (IOException e) {
      say(Main.message(e));
    }
    return true;
  }

  private void say(String text) {
    terminal.out().println(text);
    terminal.out().flush();
  }

  private void statements(String text) throws IOException {
    for (String sql : SqlText.statements(text)) {
      last = sql;
      if (!statement(sql)) {
        return;
      }
    }
  }

  /** Runs a statement and says whether it was answered. */
  private boolean statement(String sql) throws IOException {
    if (format.isBinary() && target == null) {
      say(format + " is not for a terminal: name a file with \\o FILE, or another form with \\f");
      return false;
    }
    SqlRun.Layout layout =
        new SqlRun.Layout(format, rowsMax, target == null ? terminal.columns() : 0, isExpanded);
    try (SqlRun run =
        new SqlRun(client, new SqlStatement(sql, List.of(), timeZone, null), layout)) {
      Runnable asBefore = terminal.onInterrupt(run::cancel);
      try {
        show(run);
      } finally {
        asBefore.run();
      }
      if (isTimed) {
        say(run.timing());
      }
      return true;
    } catch (HistorianException e) {
      say(e.code() == ErrorCode.CANCELLED ? "cancelled" : SqlText.error(e, sql));
      return false;
    }
  }

  private void show(SqlRun run) throws IOException {
    Path file = target;
    if (file != null) {
      run.toFile(file, false);
      target = null;
      say("written: file=" + file);
    } else if (format == ResultFormat.table && rowsMax > 0 && rowsMax <= PAGED_ROWS_MAX) {
      ByteArrayOutputStream text = new ByteArrayOutputStream();
      run.toStream(text);
      page(text.toString(StandardCharsets.UTF_8));
    } else {
      terminal.out().flush();
      run.toStream(terminal.output());
    }
  }

  private void page(String text) throws IOException {
    String pager = environment.getOrDefault("PAGER", "");
    if (pager.isEmpty() || terminal.fits(text)) {
      terminal.page(text);
      return;
    }
    Process process =
        new ProcessBuilder("sh", "-c", pager)
            .redirectOutput(ProcessBuilder.Redirect.INHERIT)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (PrintWriter to =
        new PrintWriter(process.getOutputStream(), false, StandardCharsets.UTF_8)) {
      to.print(text); // a pager that is left early reads no further, which is no error
    }
    await(process);
  }

  private static void await(Process process) {
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      throw ServerClient.interrupted(e);
    }
  }

  private void obey(ShellCommand command) throws IOException {
    String argument = command.argument();
    switch (command.name()) {
      case "\\?" -> ShellCommand.ALL.forEach((name, what) -> say("%-9s%s".formatted(name, what)));
      case "\\d" -> describe(argument);
      case "\\f" -> {
        format = format(argument);
        say("format: " + format);
      }
      case "\\o" -> {
        target = argument.isEmpty() ? null : path(argument);
        ResultFormat named = target == null ? null : ResultFormat.ofName(target);
        if (named != null) {
          format = named;
        }
        say(target == null ? "rows: screen" : "next rows: file=" + target + ", format=" + format);
      }
      case "\\x" -> {
        isExpanded = !isExpanded;
        say("one column a line: " + (isExpanded ? "on" : "off"));
      }
      case "\\timing" -> {
        isTimed = !isTimed;
        say("timing: " + (isTimed ? "on" : "off"));
      }
      case "\\z" -> {
        timeZone = argument.isEmpty() ? null : zone(argument);
        say("time zone: " + (timeZone == null ? "the server's" : timeZone));
      }
      case "\\e" -> edit();
      default ->
          throw new HistorianException(
              ErrorCode.MALFORMED,
              "no such command: command=" + command.name(),
              null,
              "\\? shows all",
              null);
    }
  }

  private static ResultFormat format(String name) {
    for (ResultFormat format : ResultFormat.values()) {
      if (format.name().equals(name.toLowerCase(Locale.ROOT))) {
        return format;
      }
    }
    throw new HistorianException(
        ErrorCode.MALFORMED,
        "no such format: format=" + name,
        null,
        "one of " + List.of(ResultFormat.values()),
        null);
  }

  private static Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new HistorianException(ErrorCode.MALFORMED, "not a file's name: file=" + text, e);
    }
  }

  private static String zone(String text) {
    try {
      return ZoneId.of(text).getId();
    } catch (DateTimeException e) {
      throw new HistorianException(
          ErrorCode.BAD_TIME,
          "no such time zone: timeZone=" + text,
          null,
          "for example Europe/Berlin, UTC or +01:00",
          e);
    }
  }

  private void describe(String name) {
    SqlSchema known = schema.get();
    if (known.equals(SqlSchema.EMPTY)) {
      say("this server does not describe its relations; docs/sql.md does");
      return;
    }
    TextTable table =
        new TextTable(
            name.isEmpty()
                ? List.of("name", "kind", "description")
                : List.of("name", "type", "default", "description"),
            List.of(false, false, false, false),
            List.of(true, true, true, false),
            terminal.columns());
    for (SqlSchema.Relation relation : known.relations()) {
      if (name.isEmpty()) {
        table.add(List.of(relation.name(), "relation", relation.description()));
      } else if (relation.name().equalsIgnoreCase(name)) {
        relation
            .columns()
            .forEach(c -> table.add(List.of(c.name(), c.type(), "", c.description())));
      }
    }
    for (SqlSchema.Function function : known.functions()) {
      if (name.isEmpty()) {
        table.add(List.of(function.name(), "function", function.description()));
      } else if (function.name().equalsIgnoreCase(name)) {
        for (SqlSchema.Parameter p : function.parameters()) {
          String byDefault = p.defaultValue() == null ? "must" : p.defaultValue();
          table.add(List.of(p.name() + " =>", p.type(), byDefault, p.description()));
        }
        function
            .columns()
            .forEach(c -> table.add(List.of(c.name(), c.type(), "", c.description())));
      }
    }
    if (table.size() == 0) {
      throw new HistorianException(
          ErrorCode.NOT_FOUND,
          "no such relation or function: name=" + name,
          null,
          "\\d shows all",
          null);
    }
    table.print(terminal.out());
    terminal.out().flush();
  }

  private void edit() throws IOException {
    String editor =
        environment.getOrDefault("VISUAL", environment.getOrDefault("EDITOR", "vi")).strip();
    Path file = Files.createTempFile("tidemark-", ".sql"); // its owner's only
    try {
      Files.writeString(file, last.isEmpty() ? "" : last + ";\n");
      Process process =
          new ProcessBuilder("sh", "-c", editor + " \"$1\"", "sh", file.toString())
              .inheritIO()
              .start();
      await(process);
      if (process.exitValue() != 0) {
        throw new HistorianException(
            ErrorCode.CANCELLED,
            "editor failed, nothing is run: editor=" + editor + ", exit=" + process.exitValue(),
            null,
            "set VISUAL or EDITOR",
            null);
      }
      String edited = Files.readString(file);
      say(edited.stripTrailing());
      statements(edited);
    } finally {
      Files.deleteIfExists(file);
    }
  }
}

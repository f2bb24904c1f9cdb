package io.tidemark.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code tidemark quarantine}. */
@Command(
    name = "quarantine",
    mixinStandardHelpOptions = true,
    description =
        "Shows, replays and clears samples that a rule refused: too far ahead, before retention,"
            + " out of range, of another type, over a quota.",
    subcommands = {
      QuarantineCommand.ListAll.class,
      QuarantineCommand.Replay.class,
      QuarantineCommand.Clear.class
    },
    footer = {
      "",
      "Examples:",
      "  tidemark quarantine list",
      "  tidemark quarantine replay     after the setting or the tag was changed"
    })
final class QuarantineCommand implements Runnable {
  private static final String PATH = "/api/v1/quarantine";

  @Spec private CommandSpec spec = CommandSpec.create();

  QuarantineCommand() {}

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  /** {@code tidemark quarantine list}. */
  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Counts them by reason and shows the newest 100.")
  static final class ListAll implements Callable<Integer> {
    @Mixin private ServerClient server = new ServerClient();
    @Spec private CommandSpec spec = CommandSpec.create();

    ListAll() {}

    @Override
    public Integer call() {
      JsonNode answer = ServerClient.json(server.send("GET", PATH, null, "application/json"));
      PrintWriter out = spec.commandLine().getOut();
      List<String> columns = List.of("receivedAt", "name", "tag", "ts", "value", "code");
      TextTable table = new TextTable(columns, List.of(false, false, false, false, true, false));
      for (JsonNode each : answer.path("newest")) {
        table.add(columns.stream().map(column -> each.path(column).asText()).toList());
      }
      table.print(out);
      out.printf(
          "%n%s samples, %s bytes%n",
          answer.path("samples").asText(), answer.path("bytes").asText());
      for (Map.Entry<String, JsonNode> code : answer.path("codes").properties()) {
        out.printf("  %s: %s%n", code.getKey(), code.getValue().asText());
      }
      return 0;
    }
  }

  /** {@code tidemark quarantine replay}. */
  @Command(
      name = "replay",
      mixinStandardHelpOptions = true,
      description = "Tries all of them again; those that are refused again stay.")
  static final class Replay implements Callable<Integer> {
    @Mixin private ServerClient server = new ServerClient();
    @Spec private CommandSpec spec = CommandSpec.create();

    Replay() {}

    @Override
    public Integer call() {
      JsonNode answer =
          ServerClient.json(server.send("POST", PATH + "/replay", null, "application/json"));
      PrintWriter out = spec.commandLine().getOut();
      out.printf("stored: %s%n", answer.path("stored").asText());
      int errors = answer.path("errorCount").asInt(answer.path("errors").size());
      if (errors > 0) {
        out.printf(
            "refused again: %d, the first: %s%n", errors, answer.at("/errors/0/message").asText());
      }
      return 0;
    }
  }

  /** {@code tidemark quarantine clear}. */
  @Command(name = "clear", mixinStandardHelpOptions = true, description = "Forgets all of them.")
  static final class Clear implements Callable<Integer> {
    @Mixin private ServerClient server = new ServerClient();
    @Spec private CommandSpec spec = CommandSpec.create();

    Clear() {}

    @Override
    public Integer call() {
      server.send("DELETE", PATH, null, "application/json");
      spec.commandLine().getOut().println("forgotten");
      return 0;
    }
  }
}

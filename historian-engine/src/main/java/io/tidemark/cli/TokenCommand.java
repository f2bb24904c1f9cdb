package io.tidemark.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tidemark token}. */
@Command(
    name = "token",
    mixinStandardHelpOptions = true,
    description = "Makes, lists and revokes tokens: what programs log in with.",
    subcommands = {
      TokenCommand.Create.class,
      TokenCommand.ListAll.class,
      TokenCommand.Revoke.class
    },
    footer = {
      "",
      "Examples:",
      "  tidemark token create mes --role engineer",
      "  tidemark token create trend --role reader --area TIDE/AREA1 --expires '*+90d'",
      "  tidemark token list",
      "  tidemark token revoke mes"
    })
final class TokenCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  TokenCommand() {}

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  /** {@code tidemark token create}. */
  @Command(
      name = "create",
      mixinStandardHelpOptions = true,
      description = "Makes a token and prints it: this once, the server keeps a hash only.")
  static final class Create implements Callable<Integer> {
    @Mixin private ServerClient server = new ServerClient();
    @Mixin private AccountOptions options = new AccountOptions();

    @Parameters(paramLabel = "NAME", description = "Name under which changes are recorded.")
    private String name = "";

    @Option(
        names = {"-q", "--quiet"},
        description = "Prints the token and nothing else.")
    private boolean quiet;

    @Spec private CommandSpec spec = CommandSpec.create();

    Create() {}

    @Override
    public Integer call() {
      String body = options.body(name, "token").toString();
      JsonNode made =
          ServerClient.json(server.send("POST", "/api/v1/accounts", body, "application/json"));
      PrintWriter out = spec.commandLine().getOut();
      String token = made.path("token").asText();
      if (quiet) {
        out.println(token);
        return 0;
      }
      out.printf("%s%n%n", token);
      out.println("This is the only time it is shown. Programs send it as");
      out.printf("  Authorization: Bearer %s%n", token);
      out.printf("or log in as %s with it as password; tidemark reads TIDEMARK_TOKEN.%n", name);
      return 0;
    }
  }

  /** {@code tidemark token list}. */
  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Lists the tokens, without their secrets.")
  static final class ListAll implements Callable<Integer> {
    @Mixin private ServerClient server = new ServerClient();
    @Spec private CommandSpec spec = CommandSpec.create();

    ListAll() {}

    @Override
    public Integer call() {
      AccountOptions.list(server, spec.commandLine().getOut(), "token");
      return 0;
    }
  }

  /** {@code tidemark token revoke}. */
  @Command(
      name = "revoke",
      mixinStandardHelpOptions = true,
      description = "Ends a token at once and for good.")
  static final class Revoke implements Callable<Integer> {
    @Mixin private ServerClient server = new ServerClient();

    @Parameters(paramLabel = "NAME", description = "Name of the token.")
    private String name = "";

    @Spec private CommandSpec spec = CommandSpec.create();

    Revoke() {}

    @Override
    public Integer call() {
      AccountOptions.revoke(server, spec.commandLine().getOut(), name);
      return 0;
    }
  }
}

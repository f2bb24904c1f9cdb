package io.tidemark.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code tidemark user}. */
@Command(
    name = "user",
    mixinStandardHelpOptions = true,
    description = "Makes, lists and revokes users: people who log in with a password.",
    subcommands = {
      UserCommand.Create.class,
      UserCommand.Password.class,
      UserCommand.ListAll.class,
      UserCommand.Revoke.class
    },
    footer = {
      "",
      "Passwords are asked for on a terminal, and else are the first line of the input.",
      "",
      "Examples:",
      "  tidemark user create anna --role engineer",
      "  tidemark user password anna < new-password",
      "  tidemark user list"
    })
final class UserCommand implements Runnable {
  @ParentCommand private @Nullable Main main;
  @Spec private CommandSpec spec = CommandSpec.create();

  UserCommand() {}

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  private String password(String name) throws IOException {
    Console console = System.console();
    if (console != null && console.isTerminal()) {
      char[] first = console.readPassword("Password of %s: ", name);
      char[] again = console.readPassword("The same again: ");
      if (first == null || again == null || !new String(first).equals(new String(again))) {
        throw new HistorianException(ErrorCode.MALFORMED, "the two passwords differ");
      }
      return new String(first);
    }
    if (main == null) {
      throw new IllegalStateException("command has no parent");
    }
    BufferedReader in =
        new BufferedReader(new InputStreamReader(main.streams().in(), StandardCharsets.UTF_8));
    String line = in.readLine();
    if (line == null || line.isEmpty()) {
      throw new HistorianException(
          ErrorCode.MISSING_FIELD,
          "no password: the input is empty",
          null,
          "run it on a terminal, or send the password as the first line of the input",
          null);
    }
    return line;
  }

  /** {@code tidemark user create}. */
  @Command(name = "create", mixinStandardHelpOptions = true, description = "Makes a user.")
  static final class Create implements Callable<Integer> {
    @ParentCommand private @Nullable UserCommand parent;
    @Mixin private ServerClient server = new ServerClient();
    @Mixin private AccountOptions options = new AccountOptions();

    @Parameters(paramLabel = "NAME", description = "Name to log in with.")
    private String name = "";

    @Spec private CommandSpec spec = CommandSpec.create();

    Create() {}

    @Override
    public Integer call() throws IOException {
      if (parent == null) {
        throw new IllegalStateException("command has no parent");
      }
      String body = options.body(name, "user").put("password", parent.password(name)).toString();
      server.send("POST", "/api/v1/accounts", body, "application/json");
      spec.commandLine().getOut().printf("made: %s%n", name);
      return 0;
    }
  }

  /** {@code tidemark user password}. */
  @Command(
      name = "password",
      mixinStandardHelpOptions = true,
      description = "Gives a user another password.")
  static final class Password implements Callable<Integer> {
    @ParentCommand private @Nullable UserCommand parent;
    @Mixin private ServerClient server = new ServerClient();

    @Parameters(paramLabel = "NAME", description = "Name of the user.")
    private String name = "";

    @Spec private CommandSpec spec = CommandSpec.create();

    Password() {}

    @Override
    public Integer call() throws IOException {
      if (parent == null) {
        throw new IllegalStateException("command has no parent");
      }
      String body =
          JsonNodeFactory.instance.objectNode().put("password", parent.password(name)).toString();
      server.send("PUT", AccountOptions.path(name) + "/password", body, "application/json");
      spec.commandLine().getOut().printf("changed: %s%n", name);
      return 0;
    }
  }

  /** {@code tidemark user list}. */
  @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists the users.")
  static final class ListAll implements Callable<Integer> {
    @Mixin private ServerClient server = new ServerClient();
    @Spec private CommandSpec spec = CommandSpec.create();

    ListAll() {}

    @Override
    public Integer call() {
      AccountOptions.list(server, spec.commandLine().getOut(), "user");
      return 0;
    }
  }

  /** {@code tidemark user revoke}. */
  @Command(
      name = "revoke",
      mixinStandardHelpOptions = true,
      description = "Ends a user's account at once and for good.")
  static final class Revoke implements Callable<Integer> {
    @Mixin private ServerClient server = new ServerClient();

    @Parameters(paramLabel = "NAME", description = "Name of the user.")
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

package io.tidemark.cli;

import io.tidemark.engine.HistorianConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tidemark forward}: a server that also sends everything to another one. */
@Command(
    name = "forward",
    mixinStandardHelpOptions = true,
    description =
        "Starts a server next to the source that keeps all samples on its disk until another server"
            + " has them.",
    footer = {
      "",
      "Example:",
      "  tidemark forward --data /var/lib/tidemark --to https://historian.example:7300 \\",
      "      --token-file /etc/tidemark/token"
    })
final class ForwardCommand implements Callable<Integer> {
  @Mixin private ServerOptions options = new ServerOptions();

  @Option(
      names = "--to",
      paramLabel = "URL",
      description = "The other server; default: forward.to of the configuration.")
  private @Nullable String to;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "Holds the token of an account that may write and define there.")
  private @Nullable Path tokenFile;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "Name of this one there; default: the machine's.")
  private @Nullable String name;

  @Spec private CommandSpec spec = CommandSpec.create();

  ForwardCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    Map<String, String> flags = new LinkedHashMap<>();
    if (to != null) {
      flags.put(HistorianConfig.Setting.FORWARD_TO.key(), to);
    }
    if (tokenFile != null) {
      flags.put(HistorianConfig.Setting.FORWARD_TOKEN_FILE.key(), tokenFile.toString());
    }
    if (name != null) {
      flags.put(HistorianConfig.Setting.FORWARD_NAME.key(), name);
    }
    HistorianConfig config =
        options.load(Map.of(HistorianConfig.Setting.STORE_JOURNAL.key(), "chronicle"), flags);
    PrintWriter err = spec.commandLine().getErr();
    if (!config.forward().isWanted()) {
      err.println("no server to forward to: give --to URL, or forward.to in the configuration");
      return spec.exitCodeOnInvalidInput();
    }
    return ServeCommand.run(config, spec.commandLine().getOut(), err);
  }
}

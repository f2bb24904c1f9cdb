package io.tidemark.cli;

import io.tidemark.engine.HistorianConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code tidemark serve}. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    description = "Starts the server on a data folder and runs until it is stopped.",
    footer = {
      "",
      "Example:",
      "  tidemark serve --data /var/lib/tidemark --port 7300 --set store.hotBytesMax=512MiB"
    })
final class ServeCommand implements Callable<Integer> {
  @Mixin private ServerOptions options = new ServerOptions();
  @Spec private CommandSpec spec = CommandSpec.create();

  ServeCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    HistorianConfig config = options.load(Map.of());
    RunningServer server = RunningServer.start(config, spec.commandLine().getErr());
    PrintWriter out = spec.commandLine().getOut();
    if (server.flightAddress() != null) {
      out.printf("Flight SQL at %s%n", server.flightAddress());
    }
    if (server.pgPort() >= 0) {
      out.printf("PostgreSQL at 127.0.0.1:%d%n", server.pgPort());
    }
    // The last line: who waits for it may begin.
    out.printf("tidemark serves %s at %s%n", config.dataDir(), server.address());
    server.awaitStop(() -> {});
    return ExitCodes.STOPPED;
  }
}

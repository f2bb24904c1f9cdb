package io.tidemark.cli;

import io.tidemark.engine.HistorianConfig;
import io.tidemark.forward.ForwardStatus;
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
    return run(options.load(Map.of()), spec.commandLine().getOut(), spec.commandLine().getErr());
  }

  /** Starts a server and runs until it is stopped. */
  static int run(HistorianConfig config, PrintWriter out, PrintWriter err)
      throws IOException, InterruptedException {
    RunningServer server = RunningServer.start(config, err);
    if (server.flightAddress() != null) {
      out.printf("Flight SQL at %s%n", server.flightAddress());
    }
    if (server.pgPort() >= 0) {
      out.printf("PostgreSQL at 127.0.0.1:%d%n", server.pgPort());
    }
    ForwardStatus forwarding = server.engine().forwardStatus();
    if (forwarding != null) {
      out.printf(
          "forwarding to %s as %s, frames that wait: %d%n",
          config.forward().to(), config.forward().name(), forwarding.backlogFrames());
    }
    // The last line: who waits for it may begin.
    out.printf("tidemark serves %s at %s%n", config.dataDir(), server.address());
    server.awaitStop(() -> {});
    return ExitCodes.STOPPED;
  }
}

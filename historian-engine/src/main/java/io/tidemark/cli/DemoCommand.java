package io.tidemark.cli;

import io.tidemark.demo.DemoRunner;
import io.tidemark.demo.EngineTarget;
import io.tidemark.demo.FillProgress;
import io.tidemark.engine.HistorianConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tidemark demo}. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description =
        "Starts a server with a simulated plant: history, batches, disturbances, live data.",
    footer = {"", "Example:", "  tidemark demo --days 7 --data /tmp/plant --port 7310"})
final class DemoCommand implements Callable<Integer> {
  private static final int BAR_WIDTH = 30;

  @Mixin private ServerOptions options = new ServerOptions();

  @Option(names = "--seed", paramLabel = "N", description = "Seed of the plant; default 42.")
  private @Nullable Long seed;

  @Option(names = "--days", paramLabel = "N", description = "Days of history; default 30.")
  private @Nullable Integer days;

  @Option(names = "--fresh", description = "Throws an old demo plant in the data folder away.")
  private boolean fresh;

  @Spec private CommandSpec spec = CommandSpec.create();

  DemoCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    HistorianConfig config =
        options.load(Map.of("dataDir", "data/demo", "timeZone", "Europe/Berlin"));
    if (fresh) {
      DemoRunner.clear(config.dataDir());
    }
    RunningServer server = RunningServer.start(config, spec.commandLine().getErr());
    ProgressBar progress = new ProgressBar(spec.commandLine().getErr());
    DemoRunner runner =
        DemoRunner.open(
            config.dataDir(),
            seed,
            days,
            new EngineTarget(server.engine()),
            progress,
            server.engine()::nowNs);
    runner.prepare();
    String a = server.address();
    out.println();
    out.printf("The demo plant runs at  %s%n%n", a);
    out.printf(
        "engineer:  curl '%s/api/v1/values/summary?tag=R1.TIC101.PV&startTime=*-8h&interval=1h'%n",
        a);
    out.printf(
        "analyst:   curl -o r1.csv '%s/api/v1/values/interpolated?tag=R1.TIC101.PV&tag=R1.TI102.PV"
            + "&startTime=*-1d&interval=10m&layout=wide&format=csv'%n",
        a);
    out.printf(
        "MES:       ./tidemark sql --server %s \"SELECT batch_id, order_id, start_time, end_time"
            + " FROM batches ORDER BY start_time DESC LIMIT 5\"%n",
        a);
    if (server.pgPort() >= 0) {
      out.printf(
          "           psql 'host=127.0.0.1 port=%d user=%s dbname=tidemark' -c '\\dt'%n",
          server.pgPort(), System.getProperty("user.name"));
    }
    if (server.flightAddress() != null) {
      out.printf(
          "           Flight SQL for Python, JDBC and Grafana: %s%n", server.flightAddress());
    }
    out.println();
    out.println("Ctrl-C stops it; the next start goes on where this one ends.");
    AtomicBoolean stop = new AtomicBoolean();
    Thread plant =
        Thread.ofPlatform()
            .name("tidemark-demo")
            .start(
                () -> {
                  while (!stop.get()) {
                    if (runner.doWork() == 0) {
                      LockSupport.parkNanos(100_000_000);
                    }
                  }
                });
    server.awaitStop(
        () -> {
          stop.set(true);
          LockSupport.unpark(plant);
          try {
            plant.join(30_000);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          runner.close();
        });
    return ExitCodes.STOPPED;
  }

  /** A bar that redraws itself on a terminal, and a line every tenth elsewhere. */
  private static final class ProgressBar implements FillProgress {
    private final PrintWriter err;
    private final boolean terminal = isTerminal();
    private long lastTenth = -1;

    private static boolean isTerminal() {
      java.io.Console console = System.console();
      return console != null && console.isTerminal();
    }

    ProgressBar(PrintWriter err) {
      this.err = err;
    }

    @Override
    public void report(String what, long done, long total) {
      if (total <= 0) {
        return;
      }
      if (terminal) {
        int full = (int) (BAR_WIDTH * done / total);
        err.printf(
            "\rhistory [%s%s] %3d %%  %-20s",
            "#".repeat(full), "-".repeat(BAR_WIDTH - full), 100 * done / total, what);
        if (done >= total) {
          err.println();
        }
        err.flush();
        return;
      }
      long tenth = 10 * done / total;
      if (tenth != lastTenth) {
        lastTenth = tenth;
        err.printf("history: %d of %d hours, %s%n", done, total, what);
      }
    }
  }
}

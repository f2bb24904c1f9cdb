package io.tidemark.cli;

import io.tidemark.model.HistorianException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * The command {@code tidemark}. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 partly refused;
 * serve, demo, verify and dump have their own.
 */
@Command(
    name = "tidemark",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    description =
        "A process historian: records samples, knows batches, answers questions about both.",
    subcommands = {
      DemoCommand.class,
      ServeCommand.class,
      ForwardCommand.class,
      ImportCommand.class,
      ExportCommand.class,
      SqlCommand.class,
      TagsCommand.class,
      TokenCommand.class,
      QuarantineCommand.class,
      UserCommand.class,
      VerifyCommand.class,
      DumpCommand.class
    },
    footer = {
      "",
      "In a clone of the repository, ./tidemark bench measures what the machine can do.",
      "",
      "Examples:",
      "  tidemark demo",
      "  tidemark serve --data /var/lib/tidemark",
      "  tidemark sql \"SELECT tag, value FROM current WHERE tag LIKE 'R1.%%'\"",
      "  tidemark export --tag 'R1.T*.PV' --start '*-7d' --every 1m --out week/",
      "  tidemark tags 'R1.*'",
      "  tidemark token create mes --role engineer",
      "  tidemark verify --mode full --data /var/lib/tidemark"
    })
public final class Main implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  private final StandardStreams streams;

  private Main(StandardStreams streams) {
    this.streams = streams;
  }

  /** Standard input and output. */
  StandardStreams streams() {
    return streams;
  }

  /** Runs the command and ends the process. */
  public static void main(String[] arguments) {
    System.exit(
        run(
            StandardStreams.ofProcess(),
            new PrintWriter(System.out, true, StandardCharsets.UTF_8),
            new PrintWriter(System.err, true, StandardCharsets.UTF_8),
            arguments));
  }

  /** Runs the command in this process, without input, and returns its exit code; rows are text. */
  public static int run(PrintWriter out, PrintWriter err, String... arguments) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int code = run(InputStream.nullInputStream(), bytes, out, err, arguments);
    out.print(bytes.toString(StandardCharsets.UTF_8));
    out.flush();
    return code;
  }

  /**
   * Runs the command in this process between two pipes and returns its exit code.
   *
   * @param bytes where rows go
   * @param out where other output goes
   */
  public static int run(
      InputStream in, OutputStream bytes, PrintWriter out, PrintWriter err, String... arguments) {
    return run(StandardStreams.ofPipes(in, bytes), out, err, arguments);
  }

  static int run(StandardStreams streams, PrintWriter out, PrintWriter err, String... arguments) {
    return new CommandLine(new Main(streams))
        .setOut(out)
        .setErr(err)
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> {
              command.getErr().println(message(failure));
              if (failure instanceof HistorianException refused && refused.hint() != null) {
                command.getErr().println("hint: " + refused.hint());
              }
              boolean starts =
                  command.getCommand() instanceof ServeCommand
                      || command.getCommand() instanceof ForwardCommand
                      || command.getCommand() instanceof DemoCommand;
              return starts ? ExitCodes.of(failure) : CommandLine.ExitCode.SOFTWARE;
            })
        .execute(arguments);
  }

  static String message(Exception failure) {
    return switch (failure) {
      case HistorianException refused -> refused.code() + ": " + refused.messageText();
      case NoSuchFileException missing -> "no such file: file=" + missing.getFile();
      case AccessDeniedException denied ->
          "file must not be read or written: file=" + denied.getFile();
      case IOException io when io.getMessage() != null -> io.getMessage();
      case UncheckedIOException io when io.getMessage() != null -> io.getMessage();
      default -> failure.toString();
    };
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  /** The version of the jar. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {
        "tidemark " + (version == null ? "development" : version), "Java " + Runtime.version()
      };
    }
  }
}

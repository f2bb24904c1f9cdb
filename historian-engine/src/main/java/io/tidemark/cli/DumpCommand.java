package io.tidemark.cli;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.storage.FileDump;
import io.tidemark.storage.io.Disk;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tidemark dump}. */
@Command(
    name = "dump",
    mixinStandardHelpOptions = true,
    description =
        "Prints a file of a store: manifest, segment, ledger, journal file or lock. What is damaged"
            + " is marked with !!, and printing goes on behind it.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the file is whole",
      "1:the file is damaged",
      "2:wrong usage, or no such tag",
      "3:the file cannot be read, or is none of a store's"
    },
    footer = {
      "",
      "Examples:",
      "  tidemark dump data/manifest/manifest-000000000007.tman",
      "  tidemark dump data/segments/000000000003.tseg --tag R1.TIC101.PV --limit 0"
    })
final class DumpCommand implements Callable<Integer> {
  private static final int DAMAGED = 1;
  private static final int UNREADABLE = 3;

  @Parameters(paramLabel = "FILE", description = "File in a data folder.")
  private Path file = Path.of("");

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "1000",
      description =
          "Most chunks, blocks, frames, records and rows to print; 0 for all; default"
              + " ${DEFAULT-VALUE}.")
  private long limit;

  @Option(
      names = "--tag",
      paramLabel = "NAME",
      description = "Only this tag, by name or id, and its samples row by row.")
  private @Nullable String tag;

  @Spec private CommandSpec spec = CommandSpec.create();

  DumpCommand() {}

  @Override
  public Integer call() {
    if (limit < 0) {
      throw new ParameterException(
          spec.commandLine(), "--limit must not be negative: limit=" + limit);
    }
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    try {
      return FileDump.print(Disk.REAL, file, limit, tag, out::println) ? 0 : DAMAGED;
    } catch (HistorianException e) {
      err.println(Main.message(e));
      if (e.hint() != null) {
        err.println("hint: " + e.hint());
      }
      return e.code() == ErrorCode.UNKNOWN_TAG ? 2 : UNREADABLE;
    } catch (IOException e) {
      err.println("file cannot be read: " + Main.message(e));
      return UNREADABLE;
    } finally {
      out.flush();
    }
  }
}

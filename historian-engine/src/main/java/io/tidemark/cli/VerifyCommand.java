package io.tidemark.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.model.ErrorText;
import io.tidemark.query.context.ContextStore;
import io.tidemark.storage.StoreVerifier;
import io.tidemark.storage.io.Disk;
import io.tidemark.storage.io.Finding;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tidemark verify}. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description = {
      "Checks the files of a data folder and changes nothing: on a read-only disk, or beside a"
          + " running server.",
      "",
      "quick looks at manifests, headers, footers, lengths and indexes; full at every byte too;"
          + " deep at every row and record too."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:nothing is wrong",
      "1:damage was found",
      "2:wrong usage",
      "3:the folder is missing, no store, or cannot be read",
      "4:only warnings were found"
    },
    footer = {
      "",
      "Examples:",
      "  tidemark verify --data /var/lib/tidemark",
      "  tidemark verify --mode deep --data /backup/tidemark --format json"
    })
final class VerifyCommand implements Callable<Integer> {
  private static final int DAMAGE = 1;
  private static final int UNREADABLE = 3;
  private static final int WARNINGS = 4;

  /** How much is checked. */
  enum Mode {
    quick,
    full,
    deep
  }

  /** Forms of output. */
  enum Format {
    text,
    json
  }

  @Option(
      names = "--mode",
      paramLabel = "M",
      defaultValue = "full",
      description = "${COMPLETION-CANDIDATES}; default ${DEFAULT-VALUE}.")
  private Mode mode = Mode.full;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "data",
      description = "Data folder; default ${DEFAULT-VALUE}.")
  private Path data = Path.of("data");

  @Option(
      names = "--format",
      paramLabel = "F",
      defaultValue = "text",
      description = "${COMPLETION-CANDIDATES}; default ${DEFAULT-VALUE}.")
  private Format format = Format.text;

  @Spec private CommandSpec spec = CommandSpec.create();

  VerifyCommand() {}

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    Console console = System.console();
    VerifyProgress progress =
        new VerifyProgress(err, console != null && console.isTerminal(), System::nanoTime);
    StoreVerifier.Report report;
    try {
      report =
          StoreVerifier.verify(
              Disk.REAL,
              data,
              StoreVerifier.Mode.valueOf(mode.name().toUpperCase(Locale.ROOT)),
              ContextStore::checkRecord,
              progress);
    } catch (IOException e) {
      err.println("data folder cannot be checked: " + Main.message(e));
      return UNREADABLE;
    } finally {
      progress.end();
    }
    switch (format) {
      case text -> text(report, out);
      case json -> out.println(json(report).toPrettyString());
    }
    out.flush();
    return report.count(Finding.Severity.DAMAGE) > 0
        ? DAMAGE
        : report.count(Finding.Severity.WARNING) > 0 ? WARNINGS : 0;
  }

  private void text(StoreVerifier.Report report, PrintWriter out) {
    for (Finding finding : report.findings()) {
      text(finding, out);
    }
    long findings = report.bySeverity().values().stream().mapToLong(Long::longValue).sum();
    if (findings > report.findings().size()) {
      out.printf("... and %d findings more%n", findings - report.findings().size());
    }
    StoreVerifier.Counts counts = report.counts();
    out.printf(
        Locale.ROOT,
        "store %s, generation %s, mode %s%n",
        report.storeId() == null ? "unknown" : report.storeId(),
        report.generation() < 0 ? "unknown" : report.generation(),
        mode);
    out.printf(
        Locale.ROOT,
        "checked: %d files, %.1f MB%s%n",
        counts.files(),
        counts.bytes() / 1e6,
        mode == Mode.quick
            ? ""
            : String.format(
                Locale.ROOT,
                ", %d blocks, %d samples, %d frames, %d records",
                counts.blocks(),
                counts.samples(),
                counts.frames(),
                counts.records()));
    out.printf(
        Locale.ROOT,
        "found: damage %d, warnings %d, information %d%n",
        report.count(Finding.Severity.DAMAGE),
        report.count(Finding.Severity.WARNING),
        report.count(Finding.Severity.INFORMATION));
  }

  private static void text(Finding finding, PrintWriter out) {
    StringBuilder where = new StringBuilder(finding.file());
    if (finding.offset() != null) {
      where.append(", offset ").append(finding.offset());
    }
    if (finding.block() != null) {
      where.append(", block ").append(finding.block());
    }
    out.printf("%s: %s: %s%n", finding.severity(), where, finding.what());
    Integer tagId = finding.tagId();
    if (tagId != null) {
      out.printf("  tag:      %s (id %d)%n", finding.tag() == null ? "?" : finding.tag(), tagId);
    }
    Long first = finding.firstTimeNs();
    Long last = finding.lastTimeNs();
    if (first != null && last != null) {
      out.printf("  times:    %s to %s%n", ErrorText.time(first), ErrorText.time(last));
    }
    if (!finding.expected().isEmpty()) {
      out.printf("  expected: %s%n", finding.expected());
    }
    if (!finding.found().isEmpty()) {
      out.printf("  found:    %s%n", finding.found());
    }
    if (finding.severity() != Finding.Severity.INFORMATION) {
      out.printf("  lost:     %s%n", finding.lost());
    }
  }

  private static ObjectNode json(StoreVerifier.Report report) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("mode", report.mode().name().toLowerCase(Locale.ROOT));
    root.put("storeId", report.storeId() == null ? null : report.storeId().toString());
    root.put("generation", report.generation() < 0 ? null : report.generation());
    StoreVerifier.Counts counts = report.counts();
    root.putObject("checked")
        .put("files", counts.files())
        .put("bytes", counts.bytes())
        .put("blocks", counts.blocks())
        .put("samples", counts.samples())
        .put("frames", counts.frames())
        .put("records", counts.records());
    ObjectNode found = root.putObject("found");
    report
        .bySeverity()
        .forEach((severity, count) -> found.put(severity.name().toLowerCase(Locale.ROOT), count));
    ArrayNode findings = root.putArray("findings");
    for (Finding finding : report.findings()) {
      findings
          .addObject()
          .put("severity", finding.severity().name().toLowerCase(Locale.ROOT))
          .put("file", finding.file())
          .put("offset", finding.offset())
          .put("block", finding.block())
          .put("tagId", finding.tagId())
          .put("tag", finding.tag())
          .put("startTime", time(finding.firstTimeNs()))
          .put("endTime", time(finding.lastTimeNs()))
          .put("what", finding.what())
          .put("expected", finding.expected())
          .put("found", finding.found())
          .put("lost", finding.lost());
    }
    return root;
  }

  private static @Nullable String time(@Nullable Long timeNs) {
    return timeNs == null ? null : ErrorText.time(timeNs);
  }
}

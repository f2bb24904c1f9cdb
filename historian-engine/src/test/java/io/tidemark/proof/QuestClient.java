package io.tidemark.proof;

import io.questdb.client.Sender;
import io.questdb.client.cutlass.line.LineSenderException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * QuestDB's client in a process of its own. It writes into objects by offsets that it counts
 * itself, and ends a JVM that has compact object headers, as ours does.
 */
public final class QuestClient {
  private static final String DONE = "done";

  private QuestClient() {}

  /**
   * Writes rows of a table, in which {@code temp} is the number of the row and a half.
   *
   * @param config of the client, which names server and credentials
   * @param textRow the row whose {@code temp} is a text instead; -1 for none
   * @return what the client said of an error; empty if there was none
   */
  static String write(String config, String table, long startNs, int rows, int textRow)
      throws IOException, InterruptedException {
    List<String> command =
        List.of(
            ProcessHandle.current().info().command().orElse("java"),
            "--sun-misc-unsafe-memory-access=allow",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            QuestClient.class.getName(),
            config,
            table,
            Long.toString(startNs),
            Integer.toString(rows),
            Integer.toString(textRow));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (process.waitFor() != 0) {
      throw new AssertionError("client ended: " + said);
    }
    return said.endsWith(DONE) ? "" : said;
  }

  /** Writes. Arguments: those of {@link #write}. */
  public static void main(String[] args) {
    long startNs = Long.parseLong(args[2]);
    int rows = Integer.parseInt(args[3]);
    int textRow = Integer.parseInt(args[4]);
    try (Sender sender = Sender.fromConfig(args[0])) {
      for (int row = 0; row < rows; row++) {
        sender.table(args[1]).symbol("unit", "U 1");
        if (row == textRow) {
          sender.stringColumn("temp", "hot");
        } else {
          sender.doubleColumn("temp", row + 0.5);
        }
        sender.longColumn("runs", row).at(startNs + row * 1_000_000L, ChronoUnit.NANOS);
      }
      try {
        sender.flush();
        System.out.println(DONE);
      } catch (LineSenderException e) {
        System.out.println(e.getMessage());
        sender.reset();
      }
    } catch (LineSenderException e) {
      System.out.println(e.getMessage());
    }
  }
}

package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.query.sql.SqlLoad;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that open a long answer, read a little and cut the connection, many at a time: nothing of
 * their statements stays. No time limit helps: queries may run for an hour.
 */
class KilledClientsTest {
  private static final int CLIENTS_AT_A_TIME = 8;
  private static final int SAMPLES = 20_000;

  /** Long enough for whatever still runs to notice. */
  private static final long NOTICE_SECONDS_MAX = 60;

  /** Stream; are held by the engine; call functions; plan over many scans; never yield a row. */
  private static final List<String> STATEMENTS =
      List.of(
          "SELECT s.*, r.range FROM samples s, range(1000) r",
          "SELECT [s.value, r.range] AS pair, s.tag FROM samples s, range(10) r",
          "SELECT * FROM recorded('*', 0, 2000000000) s, range(1000) r",
          "SELECT * FROM samples UNION ALL SELECT * FROM current UNION ALL SELECT * FROM samples",
          "SELECT s.ts, t.tag FROM samples s JOIN tags t USING (tag), range(1000) r",
          "SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b");

  /** Needs more memory than there is, so that it goes to disk. */
  private static final String SPILLING =
      "SELECT s.*, r.range FROM samples s, range(100) r ORDER BY r.range, s.value DESC, s.ts";

  @TempDir Path folder;

  @Test
  void hundredsLeaveNothingBehind() throws Exception {
    kill(300);
  }

  @Test
  @Tag("long")
  void tenThousandLeaveNothingBehind() throws Exception {
    kill(Integer.getInteger("tidemark.clients", 10_000));
  }

  private void kill(int clients) throws Exception {
    try (TestServer server =
        TestServer.start(
            folder,
            Map.of(
                "query.timeLimit", "1h",
                "query.sqlConcurrent", "4",
                "query.sqlMemoryBytesMax", "64MiB"))) {
      StringBuilder lines = new StringBuilder();
      for (int i = 0; i < SAMPLES; i++) {
        lines.append("m,tag=K").append(i % 4).append(" value=").append(i % 997).append(' ');
        lines.append(i * 1000L).append('\n');
      }
      server.api().writeLines(lines.toString());
      server.engine().sealNow();
      assertThat(server.api().sql("SELECT count(*) FROM samples").path("rows").path(0).path(0))
          .hasToString(String.valueOf(SAMPLES));
      await(
          () -> isIdle(server.engine().sqlEngine().load()),
          () -> server.engine().sqlEngine().load());
      int viewsBefore = server.engine().openViews();

      long answered = 0;
      try (ExecutorService threads = Executors.newFixedThreadPool(CLIENTS_AT_A_TIME)) {
        List<Future<Boolean>> ends = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
          int number = i;
          ends.add(threads.submit(() -> readAndCut(server, number)));
        }
        for (Future<Boolean> end : ends) {
          answered += end.get() ? 1 : 0;
        }
      } catch (ExecutionException e) {
        throw new AssertionError("client failed", e);
      }
      assertThat(answered).as("clients that were cut within an answer").isPositive();

      await(
          () -> isIdle(server.engine().sqlEngine().load()),
          () -> server.engine().sqlEngine().load());
      await(() -> server.engine().openViews() == viewsBefore, () -> server.engine().openViews());
      await(() -> spilled().isEmpty(), this::spilled);
      assertThat(threads("tidemark-query-")).isLessThanOrEqualTo(cores());
      assertThat(server.api().get("/metrics").body())
          .contains("tidemark_sql_running 0.0")
          .contains("tidemark_sql_waiting 0.0")
          .contains("tidemark_sql_sessions 0.0")
          .contains("tidemark_sql_scans 0.0");
      assertThat(server.api().sql("SELECT count(*) FROM samples").path("rows").path(0).path(0))
          .hasToString(String.valueOf(SAMPLES));
    }
  }

  /** One client. Whether it had begun to read an answer when it left. */
  private static boolean readAndCut(TestServer server, int number) throws IOException {
    SplittableRandom random = new SplittableRandom(number);
    String statement =
        number % 60 == 59 ? SPILLING : STATEMENTS.get(random.nextInt(STATEMENTS.size()));
    String format = List.of("json", "csv", "arrow").get(random.nextInt(3));
    try (Socket socket = new Socket("127.0.0.1", server.http().port())) {
      socket.setSoTimeout(random.nextInt(1, 1_000));
      socket.setSoLinger(random.nextBoolean(), 0); // a reset, or an orderly end
      String request =
          "POST /api/v1/sql?format="
              + format
              + " HTTP/1.1\r\nHost: 127.0.0.1:"
              + server.http().port()
              + "\r\nContent-Type: text/plain\r\nContent-Length: "
              + statement.length()
              + "\r\n\r\n"
              + statement;
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      byte[] some = new byte[random.nextInt(1, 200_000)];
      InputStream in = socket.getInputStream();
      return in.readNBytes(some, 0, some.length) > 0;
    } catch (java.net.SocketTimeoutException | SocketException e) {
      return false; // it did not want to wait for an answer
    }
  }

  private static boolean isIdle(SqlLoad load) {
    return load.running() == 0
        && load.waiting() == 0
        && load.sessions() == 0
        && load.plannerSessions() == 0
        && load.scans() == 0;
  }

  /** Files of what was spilled; one more says whose folder it is, as long as the engine lives. */
  private List<String> spilled() {
    try (Stream<Path> files = Files.list(folder.resolve("sql"))) {
      return files.map(Path::toString).filter(name -> !name.endsWith("_owner")).toList();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static long threads(String prefix) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith(prefix))
        .count();
  }

  private static long cores() {
    return Runtime.getRuntime().availableProcessors();
  }

  private static void await(BooleanSupplier condition, Supplier<?> held)
      throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(NOTICE_SECONDS_MAX);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - end).as("still held: %s", held.get()).isNegative();
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }
}

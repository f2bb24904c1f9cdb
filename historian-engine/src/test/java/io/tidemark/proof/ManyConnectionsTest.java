package io.tidemark.proof;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.engine.security.LoopbackAccess;
import io.tidemark.wire.flight.FlightConfig;
import io.tidemark.wire.flight.FlightDoor;
import io.tidemark.wire.http.HttpConfig;
import io.tidemark.wire.pg.PgConfig;
import io.tidemark.wire.pg.PgServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.sql.FlightSqlClient;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Thousands of connections that say nothing, at each door in turn: what is too much is closed or
 * told so, and counted; whoever was there before goes on working, and nothing stays.
 */
@SuppressWarnings("try") // closing may be interrupted, as Flight has it
class ManyConnectionsTest {
  private static final Logger LOG = LoggerFactory.getLogger(ManyConnectionsTest.class);

  /** Connections above the limit that a door may hold for the moment it takes to say so. */
  private static final int SLACK = 128;

  @TempDir Path folder;

  private enum Door {
    HTTP,
    FLIGHT,
    PG
  }

  /** What a door says of itself. */
  private interface Counts {
    long open(Door door) throws Exception;

    long refused(Door door) throws Exception;
  }

  @Test
  void fewHundreds() throws Exception {
    HttpConfig http = HttpConfig.defaults();
    HttpConfig httpLimits =
        new HttpConfig(
            http.bindAddress(),
            0,
            http.hostNames(),
            http.bodyBytesMax(),
            40,
            http.requestTimeout(),
            http.stallTimeout(),
            http.readThreads(),
            http.sqlThreads(),
            http.writeThreads(),
            http.liveStreamsMax(),
            http.tagsMax(),
            http.timesMax(),
            http.stopTimeout(),
            http.sessionIdle());
    PgConfig pgLimits =
        PgConfig.defaults()
            .withPort(0)
            .withLimits(40, Duration.ofMinutes(5), Duration.ofMinutes(5));
    try (TestServer server = TestServer.start(folder, Map.of(), httpLimits);
        FlightDoor flight =
            new FlightDoor(
                FlightConfig.defaults().withPort(0).withConnections(40),
                server.engine(),
                new LoopbackAccess(),
                null);
        PgServer pg = new PgServer(pgLimits, server.engine(), new LoopbackAccess(), null)) {
      flight.start();
      pg.start();
      Map<Door, Integer> ports =
          Map.of(Door.HTTP, server.http().port(), Door.FLIGHT, flight.port(), Door.PG, pg.port());
      try (Workers workers = new Workers(server.api(), flight.port(), pg.port())) {
        Api held = workers.http();
        Counts counts =
            new Counts() {
              @Override
              public long open(Door door) {
                return switch (door) {
                  case HTTP -> metric(held, "tidemark_http_connections");
                  case FLIGHT -> flight.connections();
                  case PG -> pg.connections();
                };
              }

              @Override
              public long refused(Door door) {
                return switch (door) {
                  case HTTP -> metric(held, "tidemark_http_connections_refused_total");
                  case FLIGHT -> flight.connectionsRefused();
                  case PG -> pg.refusedTotal();
                };
              }
            };
        for (Door door : Door.values()) {
          flood(door, ports.get(door), 300, 40, counts, workers);
        }
      }
    }
  }

  /** A server as it is started, with the limits that it has. */
  @Test
  @Tag("long")
  void tenThousands() throws Exception {
    try (ServerProcess server = ServerProcess.start(folder)) {
      Pattern ports = Pattern.compile("flightPort=(\\d+), pgPort=(\\d+)");
      Matcher found = ports.matcher(server.output());
      assertThat(found.find()).as(server.output()).isTrue();
      int flightPort = Integer.parseInt(found.group(1));
      int pgPort = Integer.parseInt(found.group(2));
      Map<Door, Integer> limits = Map.of(Door.HTTP, 1_000, Door.FLIGHT, 500, Door.PG, 1_000);
      Map<Door, Integer> at =
          Map.of(Door.HTTP, server.port(), Door.FLIGHT, flightPort, Door.PG, pgPort);
      try (Workers workers = new Workers(server.api(), flightPort, pgPort)) {
        Api held = workers.http();
        Counts counts =
            new Counts() {
              private String name(Door door) {
                return "tidemark_" + door.name().toLowerCase(Locale.ROOT) + "_connections";
              }

              @Override
              public long open(Door door) {
                return metric(held, name(door));
              }

              @Override
              public long refused(Door door) {
                return metric(held, name(door) + "_refused_total");
              }
            };
        for (int round = 0; round < 2; round++) {
          for (Door door : Door.values()) {
            long before = descriptors(server);
            Flood flood = flood(door, at.get(door), 10_000, limits.get(door), counts, workers);
            await(() -> descriptors(server) <= before + 16);
            LOG.info(
                "door={}, connections=10000, {}, descriptorsBefore={}, descriptorsAfter={},"
                    + " residentMiB={}",
                door,
                flood,
                before,
                descriptors(server),
                residentMiB(server));
          }
        }
        assertThat(server.output()).doesNotContain("Too many open files", " ERROR ");
        LOG.info("lines of the server's log: {}", server.output().lines().count());
        assertThat(server.output().lines().count()).isLessThan(200);
      }
    }
  }

  private static long descriptors(ServerProcess server) throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(server.pid()), "fd"))) {
      return open.count();
    }
  }

  private static long residentMiB(ServerProcess server) throws IOException {
    for (String line :
        Files.readAllLines(Path.of("/proc", Long.toString(server.pid()), "status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
      }
    }
    return -1;
  }

  private static long metric(Api api, String name) {
    String text = api.get("/metrics").body();
    Matcher line = Pattern.compile("(?m)^" + name + " ([0-9.E]+)$").matcher(text);
    assertThat(line.find()).as("%s in %s", name, text).isTrue();
    return (long) Double.parseDouble(line.group(1));
  }

  /**
   * What came of it.
   *
   * @param open connections that the door held at most, as far as was seen
   * @param answers of the clients that were there before, meanwhile
   */
  private record Flood(long open, long refused, int answers, double seconds) {}

  private static Flood flood(
      Door door, int port, int connections, int max, Counts counts, Workers workers)
      throws Exception {
    final long refusedBefore = counts.refused(door);
    final long openBefore = counts.open(door);
    final int answersBefore = workers.answers();
    final long start = System.nanoTime();
    List<Socket> sockets = new ArrayList<>();
    long openMost = 0;
    try {
      for (int i = 0; i < connections; i++) {
        sockets.add(new Socket(InetAddress.getLoopbackAddress(), port));
        if (i % 1_000 == 999) {
          openMost = Math.max(openMost, counts.open(door));
        }
      }
      await(() -> closed(sockets) >= connections - max - SLACK);
      openMost = Math.max(openMost, counts.open(door));
      assertThat(openMost).as("open at %s", door).isLessThanOrEqualTo(max + SLACK);
      // The HTTP door's protocol library closes some of a burst before they are counted; it logs
      // them.
      long countedLeast = door == Door.HTTP ? 1 : connections - max - SLACK;
      await(() -> counts.refused(door) - refusedBefore >= countedLeast);
      if (door == Door.PG) {
        assertToldSo(sockets);
      }
      workers.awaitAnswers(3); // of each, while all of this is open
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
    await(() -> counts.open(door) <= openBefore);
    workers.assertUnharmed();
    return new Flood(
        openMost,
        counts.refused(door) - refusedBefore,
        workers.answers() - answersBefore,
        (System.nanoTime() - start) / 1e9);
  }

  /** How many the server has closed. */
  private static int closed(List<Socket> sockets) throws IOException {
    int closed = 0;
    for (Socket socket : sockets) {
      socket.setSoTimeout(1);
      try {
        closed += socket.getInputStream().read() < 0 ? 1 : 0;
      } catch (SocketTimeoutException e) {
        // Open, and says nothing.
      } catch (SocketException e) {
        closed++;
      }
    }
    return closed;
  }

  /** Those a little above the limit are told so in the words of the protocol. */
  private static void assertToldSo(List<Socket> sockets) throws IOException {
    byte[] startup = "\0\0\0\u0012\0\u0003\0\0user\0mes\0\0".getBytes(StandardCharsets.ISO_8859_1);
    int told = 0;
    for (Socket socket : sockets) {
      socket.setSoTimeout(20_000);
    }
    for (int i = sockets.size() - 1; i >= 0 && told == 0; i--) {
      try {
        sockets.get(i).getOutputStream().write(startup);
        String answer =
            new String(sockets.get(i).getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        told += answer.contains("C53300") ? 1 : 0;
      } catch (SocketException e) {
        assertThat(e).hasMessageFindingMatch("(?i)reset|broken|closed|aborted");
      }
    }
    assertThat(told).isEqualTo(1);
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(Condition condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
    while (!condition.holds() && System.nanoTime() - end < 0) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
    assertThat(condition.holds()).isTrue();
  }

  /** A client of each door that was there before, and asks all the time. */
  private static final class Workers implements AutoCloseable {
    private final Api http;
    private final BufferAllocator allocator = new RootAllocator();
    private final FlightSqlClient flight;
    private final Connection pg;
    private final AtomicBoolean stop = new AtomicBoolean();
    private final Map<Door, AtomicInteger> answers =
        Map.of(
            Door.HTTP, new AtomicInteger(),
            Door.FLIGHT, new AtomicInteger(),
            Door.PG, new AtomicInteger());
    private final List<Thread> threads = new ArrayList<>();
    private volatile @Nullable Throwable failure;

    Workers(Api http, int flightPort, int pgPort) throws Exception {
      this.http = http;
      http.get("/health/live");
      flight =
          new FlightSqlClient(
              FlightClient.builder(allocator, Location.forGrpcInsecure("127.0.0.1", flightPort))
                  .build());
      pg =
          DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + pgPort + "/tidemark?user=a");
      work(
          Door.HTTP,
          () -> assertThat(http.sql("SELECT 1 AS x").at("/rows/0/0").asInt()).isEqualTo(1));
      work(
          Door.FLIGHT,
          () -> {
            try (FlightStream stream =
                flight.getStream(
                    flight.execute("SELECT 1 AS x").getEndpoints().getFirst().getTicket())) {
              assertThat(stream.next()).isTrue();
              assertThat(stream.getRoot().getRowCount()).isEqualTo(1);
            }
          });
      work(
          Door.PG,
          () -> {
            try (ResultSet rows = pg.createStatement().executeQuery("SELECT 1 AS x")) {
              assertThat(rows.next()).isTrue();
            }
          });
      awaitAnswers(1);
    }

    private interface Work {
      void run() throws Exception;
    }

    private void work(Door door, Work work) {
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    while (!stop.get()) {
                      try {
                        work.run();
                        answers.get(door).incrementAndGet();
                        TimeUnit.MILLISECONDS.sleep(5);
                      } catch (Throwable e) {
                        failure = new AssertionError("client of " + door, e);
                        return;
                      }
                    }
                  }));
    }

    Api http() {
      return http;
    }

    int answers() {
      return answers.values().stream().mapToInt(AtomicInteger::get).sum();
    }

    void awaitAnswers(int more) throws Exception {
      for (Door door : Door.values()) {
        int wanted = answers.get(door).get() + more;
        await(() -> failure != null || answers.get(door).get() >= wanted);
        assertUnharmed();
      }
    }

    void assertUnharmed() {
      Throwable failed = failure;
      if (failed != null) {
        throw new AssertionError("others are harmed", failed);
      }
    }

    @Override
    public void close() throws Exception {
      stop.set(true);
      for (Thread thread : threads) {
        thread.join();
      }
      pg.close();
      flight.close();
      allocator.close();
    }
  }
}

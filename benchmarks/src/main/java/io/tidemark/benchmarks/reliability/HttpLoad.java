package io.tidemark.benchmarks.reliability;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Clients of a server that write over HTTP on connections of their own, and the ledger of what they
 * sent and what was acknowledged. It outlives the server; every send and every acknowledgement is
 * in the file {@code ledger.txt} too.
 *
 * <p>Two clients send line protocol, one JSON, one makes tags and orders. Sample n of a tag has
 * time n ms and value n + 0.5.
 */
final class HttpLoad implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long BASE_MS = 1_700_000_000_000L;
  private static final List<String> TAGS = List.of("L0", "L1", "J0");
  private static final int ROWS = 100;
  private static final int ORDERS = 20;
  private static final int RETRY_MILLIS = 20;
  private static final String RANGE = "startTime=2023-11-14T00:00:00Z&endTime=2023-11-20T00:00:00Z";

  /** What one client knows. */
  private static final class Ledger {
    final BitSet sent = new BitSet();
    final BitSet acknowledged = new BitSet();
  }

  private final PrintWriter log;
  private final Map<String, Ledger> samples = new HashMap<>();
  private final Ledger made = new Ledger(); // tag N-n with its unit, tag F-n by its first sample
  private final Map<Integer, Long> orderSent = new HashMap<>();
  private final Map<Integer, Long> orderAcknowledged = new HashMap<>();
  private final Map<String, Long> refusals = new TreeMap<>();
  private final AtomicLong acknowledgements = new AtomicLong();
  private final List<Thread> threads = new ArrayList<>();
  private volatile String address = "";
  private volatile boolean running;

  HttpLoad(Path folder) throws IOException {
    log =
        new PrintWriter(
            Files.newBufferedWriter(
                folder.resolve("ledger.txt"),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND));
    TAGS.forEach(tag -> samples.put(tag, new Ledger()));
  }

  /** Starts the clients against a server. */
  void start(String serverAddress) {
    address = serverAddress;
    running = true;
    for (String tag : TAGS) {
      threads.add(Thread.ofPlatform().start(() -> writeSamples(tag)));
    }
    threads.add(Thread.ofPlatform().start(this::writeDefinitions));
  }

  /** Stops the clients; requests that are under way still count. */
  void stop() throws InterruptedException {
    running = false;
    for (Thread thread : threads) {
      thread.join();
    }
    threads.clear();
    synchronized (log) {
      log.flush();
    }
  }

  /** Requests acknowledged so far. */
  long acknowledgements() {
    return acknowledgements.get();
  }

  /** Waits for another acknowledgement; seconds it took, or -1 if none came in time. */
  double awaitAcknowledgement(int secondsMax) throws InterruptedException {
    long before = acknowledgements.get();
    long start = System.nanoTime();
    while (acknowledgements.get() == before) {
      if (System.nanoTime() - start > secondsMax * 1_000_000_000L) {
        return -1;
      }
      Thread.sleep(2);
    }
    return (System.nanoTime() - start) / 1e9;
  }

  /** Requests refused so far, by status. */
  Map<String, Long> refusals() {
    synchronized (refusals) {
      return new TreeMap<>(refusals);
    }
  }

  private void note(String line) {
    synchronized (log) {
      log.println(line);
    }
  }

  private static HttpClient client() {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .connectTimeout(Duration.ofSeconds(5))
        .build();
  }

  private static HttpResponse<String> send(
      HttpClient client, String method, String address, String type, String body)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(URI.create(address))
            .timeout(Duration.ofSeconds(60))
            .header("Content-Type", type)
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  /** Sends until it is acknowledged, refused or cut off; true only for an acknowledgement. */
  private boolean acknowledged(
      HttpClient client, String method, String path, String type, String body)
      throws InterruptedException {
    String outcome;
    try {
      HttpResponse<String> response = send(client, method, address + path, type, body);
      if (response.statusCode() < 300 && response.statusCode() != 207) {
        acknowledgements.incrementAndGet();
        return true;
      }
      outcome = Integer.toString(response.statusCode());
      if (response.statusCode() == 207 || response.statusCode() == 400) {
        outcome += " " + response.body();
      }
    } catch (IOException e) {
      outcome = "cut off";
    }
    synchronized (refusals) {
      refusals.merge(outcome, 1L, Long::sum);
    }
    Thread.sleep(RETRY_MILLIS);
    return false;
  }

  private void writeSamples(String tag) {
    Ledger ledger = java.util.Objects.requireNonNull(samples.get(tag));
    boolean json = tag.startsWith("J");
    try (HttpClient client = client()) {
      while (running) {
        int first = ledger.sent.length();
        StringBuilder body = new StringBuilder();
        if (json) {
          body.append("{\"series\":[{\"tag\":\"").append(tag).append("\",\"samples\":[");
        }
        for (int n = first; n < first + ROWS; n++) {
          if (json) {
            body.append(n == first ? "" : ",");
            body.append('[').append(BASE_MS + n).append(',').append(n).append(".5,0]");
          } else {
            body.append("load,tag=").append(tag).append(" value=").append(n).append(".5 ");
            body.append(BASE_MS + n).append('\n');
          }
        }
        if (json) {
          body.append("]}]}");
        }
        ledger.sent.set(first, first + ROWS);
        note("sent " + tag + " " + first + " to " + (first + ROWS - 1));
        if (acknowledged(
            client,
            "POST",
            "/api/v1/write?precision=ms",
            json ? "application/json" : "text/plain",
            body.toString())) {
          ledger.acknowledged.set(first, first + ROWS);
          note("acknowledged " + tag + " " + first + " to " + (first + ROWS - 1));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void writeDefinitions() {
    try (HttpClient client = client()) {
      while (running) {
        int n = made.sent.length();
        made.sent.set(n);
        note("sent definitions " + n);
        int order = n % ORDERS;
        orderSent.put(order, (long) n);
        if (acknowledged(
            client,
            "PUT",
            "/api/v1/context/orders/O-" + order,
            "application/json",
            "{\"quantity\":" + n + ",\"quantityUom\":\"kg\"}")) {
          orderAcknowledged.put(order, (long) n);
          note("acknowledged order " + n);
        }
        boolean both =
            acknowledged(
                client,
                "PUT",
                "/api/v1/tags",
                "application/json",
                "{\"name\":\"N-" + n + "\",\"uom\":\"u" + n + "\"}");
        both &=
            acknowledged(
                client,
                "POST",
                "/api/v1/write?precision=ms",
                "text/plain",
                "load,tag=F-" + n + " value=" + n + ".5 " + BASE_MS);
        if (both) {
          made.acknowledged.set(n);
          note("acknowledged definitions " + n);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Collects what does not agree. */
  private static final class Findings {
    private static final int PROBLEMS_MAX = 5;

    long acknowledged;
    long lost;
    long doubled;
    long wrong;
    final List<String> problems = new ArrayList<>();

    void problem(String text) {
      if (problems.size() < PROBLEMS_MAX) {
        problems.add(text);
      }
    }

    StoreCheck check() {
      return new StoreCheck(acknowledged, lost, doubled, wrong, String.join("; ", problems));
    }
  }

  /** Reads everything back, through REST and through SQL, and compares. */
  StoreCheck check(String serverAddress) throws InterruptedException {
    Findings findings = new Findings();
    try (HttpClient client = client()) {
      for (String tag : TAGS) {
        checkSamples(client, serverAddress, tag, findings);
      }
      checkDefinitions(client, serverAddress, findings);
    } catch (IOException e) {
      findings.wrong++;
      findings.problem("cannot be read: " + e);
    }
    return findings.check();
  }

  private static JsonNode get(HttpClient client, String address)
      throws IOException, InterruptedException {
    HttpResponse<String> response =
        client.send(
            HttpRequest.newBuilder(URI.create(address)).timeout(Duration.ofSeconds(60)).build(),
            HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IOException(response.statusCode() + " " + response.body());
    }
    return JSON.readTree(response.body());
  }

  private static JsonNode sql(HttpClient client, String address, String statement)
      throws IOException, InterruptedException {
    HttpResponse<String> response =
        send(client, "POST", address + "/api/v1/sql", "text/plain", statement);
    if (response.statusCode() != 200) {
      throw new IOException(response.statusCode() + " " + response.body());
    }
    return JSON.readTree(response.body()).path("rows");
  }

  /** Whether samples can be read at all, through REST and SQL; asked while something is wrong. */
  static boolean reads(String serverAddress) throws InterruptedException {
    try (HttpClient client = client()) {
      JsonNode answer =
          get(client, serverAddress + "/api/v1/values/recorded?tag=L0&limit=10&" + RANGE);
      JsonNode rows = sql(client, serverAddress, "SELECT count(*) AS n FROM samples");
      return !answer.path("tags").path(0).path("values").isEmpty()
          && rows.path(0).path(0).asLong() > 0;
    } catch (IOException e) {
      return false;
    }
  }

  /** State of the server, as its health report says it; empty if it does not answer. */
  static String state(String serverAddress) throws InterruptedException {
    try (HttpClient client = client()) {
      HttpResponse<String> response =
          client.send(
              HttpRequest.newBuilder(URI.create(serverAddress + "/health/status"))
                  .timeout(Duration.ofSeconds(10))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      return JSON.readTree(response.body()).path("state").asText();
    } catch (IOException e) {
      return "";
    }
  }

  private void checkSamples(HttpClient client, String serverAddress, String tag, Findings findings)
      throws IOException, InterruptedException {
    Ledger ledger = java.util.Objects.requireNonNull(samples.get(tag));
    findings.acknowledged += ledger.acknowledged.cardinality();
    if (ledger.acknowledged.isEmpty()) {
      return;
    }
    JsonNode answer =
        get(
            client,
            serverAddress
                + "/api/v1/values/recorded?layout=compact&includeBad=true&tag="
                + tag
                + "&"
                + RANGE);
    BitSet found = new BitSet();
    double sum = 0;
    for (JsonNode row : answer.path("tags").path(0).path("values")) {
      double value = row.path(1).asDouble();
      int n = (int) Math.floor(value);
      boolean right =
          java.time.OffsetDateTime.parse(row.path(0).asText()).toInstant().toEpochMilli()
                  == BASE_MS + n
              && value == n + 0.5
              && row.path(2).asLong() == 0
              && ledger.sent.get(n);
      if (!right) {
        findings.wrong++;
        findings.problem("wrong: tag=" + tag + ", row=" + row);
      } else if (found.get(n)) {
        findings.doubled++;
        findings.problem("twice: tag=" + tag + ", n=" + n);
      }
      found.set(n);
      sum += value;
    }
    BitSet lost = (BitSet) ledger.acknowledged.clone();
    lost.andNot(found);
    if (!lost.isEmpty()) {
      findings.lost += lost.cardinality();
      findings.problem("lost: tag=" + tag + ", first=" + lost.nextSetBit(0));
    }
    JsonNode row =
        sql(
                client,
                serverAddress,
                "SELECT count(*), count(DISTINCT ts_ns), coalesce(sum(value), 0) FROM samples"
                    + " WHERE tag = '"
                    + tag
                    + "'")
            .path(0);
    if (row.path(0).asLong() != found.cardinality()
        || row.path(1).asLong() != found.cardinality()
        || row.path(2).asDouble() != sum) {
      findings.wrong++;
      findings.problem(
          "SQL differs: tag="
              + tag
              + ", row="
              + row
              + ", restCount="
              + found.cardinality()
              + ", restSum="
              + sum);
    }
  }

  private void checkDefinitions(HttpClient client, String serverAddress, Findings findings)
      throws IOException, InterruptedException {
    Map<String, String> units = new HashMap<>();
    for (JsonNode tag :
        get(
                client,
                serverAddress
                    + "/api/v1/tags?limit=100000&filter="
                    + URLEncoder.encode("N-*", StandardCharsets.UTF_8))
            .path("tags")) {
      if (units.put(tag.path("name").asText(), tag.path("uom").asText()) != null) {
        findings.doubled++;
        findings.problem("twice: tag=" + tag);
      }
    }
    Map<String, Double> firsts = new HashMap<>();
    for (JsonNode row :
        sql(client, serverAddress, "SELECT tag, value FROM samples WHERE tag LIKE 'F-%'")) {
      if (firsts.put(row.path(0).asText(), row.path(1).asDouble()) != null) {
        findings.doubled++;
        findings.problem("twice: sample=" + row);
      }
    }
    for (int n = made.acknowledged.nextSetBit(0); n >= 0; n = made.acknowledged.nextSetBit(n + 1)) {
      findings.acknowledged += 2;
      if (!("u" + n).equals(units.get("N-" + n))) {
        findings.lost++;
        findings.problem("lost: tag=N-" + n + ", uom=" + units.get("N-" + n));
      }
      if (!Double.valueOf(n + 0.5).equals(firsts.get("F-" + n))) {
        findings.lost++;
        findings.problem("lost: first sample of F-" + n + ", found=" + firsts.get("F-" + n));
      }
    }
    Map<Integer, Long> orders = new HashMap<>();
    for (JsonNode row : sql(client, serverAddress, "SELECT order_id, quantity FROM orders")) {
      int order = Integer.parseInt(row.path(0).asText().substring(2));
      if (orders.put(order, row.path(1).asLong()) != null) {
        findings.doubled++;
        findings.problem("twice: order=" + row);
      }
    }
    orderAcknowledged.forEach(
        (order, quantity) -> {
          findings.acknowledged++;
          Long found = orders.get(order);
          if (found == null || found < quantity) {
            findings.lost++;
            findings.problem(
                "lost: order=O-" + order + ", acknowledged=" + quantity + ", found=" + found);
          } else if (found > orderSent.getOrDefault(order, -1L)) {
            findings.wrong++;
            findings.problem("wrong: order=O-" + order + ", found=" + found);
          }
        });
    for (int order : orderAcknowledged.keySet()) {
      long rest =
          get(client, serverAddress + "/api/v1/context/orders/O-" + order)
              .path("quantity")
              .path("value")
              .asLong();
      if (!Long.valueOf(rest).equals(orders.get(order))) {
        findings.wrong++;
        findings.problem("REST and SQL differ: order=O-" + order + ", rest=" + rest);
      }
    }
  }

  @Override
  public void close() {
    running = false;
    threads.forEach(Thread::interrupt);
    log.close();
  }
}

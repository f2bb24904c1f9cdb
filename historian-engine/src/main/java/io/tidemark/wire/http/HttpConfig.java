package io.tidemark.wire.http;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.time.Duration;
import java.util.List;

/**
 * Settings of the HTTP door. Operators can set those that {@code HistorianConfig} names; the others
 * are fixed, so that no message may advise to change them.
 *
 * @param bindAddress address to listen on, {@code http.address} of the configuration
 * @param port port to listen on; 0 takes a free one
 * @param hostNames names of the server besides localhost that requests may use as {@code Host}
 * @param bodyBytesMax longest request body, before and after decompression
 * @param connectionsMax open connections; more are closed at once
 * @param requestTimeout from the first byte of a request to the first byte of its answer
 * @param stallTimeout how long an answer waits for a client that does not read
 * @param readThreads reads that run at a time
 * @param sqlThreads statements that run or wait at a time; the engine refuses sooner
 * @param writeThreads writes that run at a time
 * @param liveStreamsMax open server-sent event streams
 * @param tagsMax tags that one request may ask for
 * @param timesMax times or intervals for each tag that one request may ask for
 * @param stopTimeout how long running requests may take once the server stops
 * @param sessionIdle after which a login of the page ends
 */
public record HttpConfig(
    String bindAddress,
    int port,
    List<String> hostNames,
    int bodyBytesMax,
    int connectionsMax,
    Duration requestTimeout,
    Duration stallTimeout,
    int readThreads,
    int sqlThreads,
    int writeThreads,
    int liveStreamsMax,
    int tagsMax,
    int timesMax,
    Duration stopTimeout,
    Duration sessionIdle) {

  /** Port of the HTTP door unless configured otherwise. */
  public static final int PORT = 7300;

  /** Checks every limit. */
  public HttpConfig {
    hostNames = List.copyOf(hostNames);
    requireRange("port", port, 0, 65_535);
    requireRange("bodyBytesMax", bodyBytesMax, 1, 1 << 30);
    requireRange("connectionsMax", connectionsMax, 1, 1_000_000);
    requireRange("readThreads", readThreads, 1, 1_000);
    requireRange("sqlThreads", sqlThreads, 1, 2_000);
    requireRange("writeThreads", writeThreads, 1, 1_000);
    requireRange("liveStreamsMax", liveStreamsMax, 0, 100_000);
    requireRange("tagsMax", tagsMax, 1, 1_000_000);
    requireRange("timesMax", timesMax, 1, 100_000_000);
    requirePositive("requestTimeout", requestTimeout);
    requirePositive("stallTimeout", stallTimeout);
    requirePositive("stopTimeout", stopTimeout);
    requirePositive("sessionIdle", sessionIdle);
  }

  private static void requireRange(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new HistorianException(
          ErrorCode.OUT_OF_RANGE,
          "setting is out of range: http." + name + "=" + value + ", min=" + min + ", max=" + max);
    }
  }

  private static void requirePositive(String name, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new HistorianException(
          ErrorCode.OUT_OF_RANGE, "setting must be positive: http." + name + "=" + value);
    }
  }

  /** The defaults: loopback, port 7300, bodies of 64 MiB. */
  public static HttpConfig defaults() {
    return new HttpConfig(
        "127.0.0.1",
        PORT,
        List.of(),
        64 << 20,
        1_000,
        Duration.ofSeconds(60),
        Duration.ofSeconds(60),
        32,
        128,
        16,
        200,
        1_000,
        1_000_000,
        Duration.ofSeconds(10),
        Duration.ofMinutes(15));
  }

  /** The same on another port. */
  public HttpConfig withPort(int newPort) {
    return at(bindAddress, newPort);
  }

  /** The same on another address. */
  public HttpConfig withAddress(String newAddress) {
    return at(newAddress, port);
  }

  private HttpConfig at(String newAddress, int newPort) {
    return new HttpConfig(
        newAddress,
        newPort,
        hostNames,
        bodyBytesMax,
        connectionsMax,
        requestTimeout,
        stallTimeout,
        readThreads,
        sqlThreads,
        writeThreads,
        liveStreamsMax,
        tagsMax,
        timesMax,
        stopTimeout,
        sessionIdle);
  }
}

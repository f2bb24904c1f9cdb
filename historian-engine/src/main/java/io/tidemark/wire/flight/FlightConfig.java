package io.tidemark.wire.flight;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.time.Duration;

/**
 * Settings of the Flight SQL door.
 *
 * @param bindAddress address to listen on
 * @param port port to listen on; 0 takes a free one
 * @param connectionsMax open connections; more are closed at once
 * @param streamsMax results under way at a time; four times as many wait for their turn
 * @param messageBytesMax longest message of a client
 * @param sendBytesMax bytes of a stream that wait for its client before the next batch does too
 * @param preparedMax prepared statements at a time
 * @param preparedPerClientMax those of one client, that is of one principal at one address
 * @param preparedIdleMax how long a prepared statement is kept that nobody uses
 * @param stallTimeout how long a stream waits for a client that does not read, or does not send
 * @param stopTimeout how long calls under way may take once the server stops
 */
public record FlightConfig(
    String bindAddress,
    int port,
    int connectionsMax,
    int streamsMax,
    int messageBytesMax,
    int sendBytesMax,
    int preparedMax,
    int preparedPerClientMax,
    Duration preparedIdleMax,
    Duration stallTimeout,
    Duration stopTimeout) {

  /** Port of the Flight SQL door unless configured otherwise. */
  public static final int PORT = 7301;

  /** Checks every limit. */
  public FlightConfig {
    requireRange("port", port, 0, 65_535);
    requireRange("connectionsMax", connectionsMax, 1, 1_000_000);
    requireRange("streamsMax", streamsMax, 1, 2_000);
    requireRange("messageBytesMax", messageBytesMax, 128 << 10, 64 << 20);
    requireRange("sendBytesMax", sendBytesMax, 64 << 10, 64 << 20);
    requireRange("preparedMax", preparedMax, 1, 1_000_000);
    requireRange("preparedPerClientMax", preparedPerClientMax, 1, preparedMax);
    requirePositive("preparedIdleMax", preparedIdleMax);
    requirePositive("stallTimeout", stallTimeout);
    requirePositive("stopTimeout", stopTimeout);
  }

  private static void requireRange(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new HistorianException(
          ErrorCode.OUT_OF_RANGE,
          "setting is out of range: flight."
              + name
              + "="
              + value
              + ", min="
              + min
              + ", max="
              + max);
    }
  }

  private static void requirePositive(String name, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new HistorianException(
          ErrorCode.OUT_OF_RANGE, "setting must be positive: flight." + name + "=" + value);
    }
  }

  /** The defaults: loopback, port 7301, messages of 16 MiB. */
  public static FlightConfig defaults() {
    return new FlightConfig(
        "127.0.0.1",
        PORT,
        500,
        64,
        16 << 20,
        4 << 20,
        4_096,
        256,
        Duration.ofMinutes(30),
        Duration.ofSeconds(60),
        Duration.ofSeconds(10));
  }

  /** The same on another port. */
  public FlightConfig withPort(int newPort) {
    return new FlightConfig(
        bindAddress,
        newPort,
        connectionsMax,
        streamsMax,
        messageBytesMax,
        sendBytesMax,
        preparedMax,
        preparedPerClientMax,
        preparedIdleMax,
        stallTimeout,
        stopTimeout);
  }

  /** The same with another number of connections. */
  public FlightConfig withConnections(int connections) {
    return new FlightConfig(
        bindAddress,
        port,
        connections,
        streamsMax,
        messageBytesMax,
        sendBytesMax,
        preparedMax,
        preparedPerClientMax,
        preparedIdleMax,
        stallTimeout,
        stopTimeout);
  }

  /** The same with another patience for clients that do not read, or do not send. */
  public FlightConfig withStallTimeout(Duration stall) {
    return new FlightConfig(
        bindAddress,
        port,
        connectionsMax,
        streamsMax,
        messageBytesMax,
        sendBytesMax,
        preparedMax,
        preparedPerClientMax,
        preparedIdleMax,
        stall,
        stopTimeout);
  }

  /** The same at another address. */
  public FlightConfig withAddress(String newAddress) {
    return new FlightConfig(
        newAddress,
        port,
        connectionsMax,
        streamsMax,
        messageBytesMax,
        sendBytesMax,
        preparedMax,
        preparedPerClientMax,
        preparedIdleMax,
        stallTimeout,
        stopTimeout);
  }
}

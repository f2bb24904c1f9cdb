package io.tidemark.wire.pg;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.time.Duration;

/**
 * Settings of the PostgreSQL door.
 *
 * @param bindAddress address to listen on
 * @param port port to listen on; 0 takes a free one
 * @param connectionsMax open connections; further ones get SQLSTATE 53300
 * @param workers statements that run or wait at a time; the engine refuses sooner
 * @param messageBytesMax longest message of a client
 * @param statementsMax prepared statements of a connection
 * @param portalsMax open portals of a connection
 * @param isTls12Allowed whether clients may use TLS 1.2 besides 1.3
 * @param loginTimeout from the first byte of a connection to the end of its login
 * @param stallTimeout how long an answer waits for a client that does not read
 * @param stopTimeout how long running statements may take once the server stops
 */
public record PgConfig(
    String bindAddress,
    int port,
    int connectionsMax,
    int workers,
    int messageBytesMax,
    int statementsMax,
    int portalsMax,
    boolean isTls12Allowed,
    Duration loginTimeout,
    Duration stallTimeout,
    Duration stopTimeout) {

  /** Port of the PostgreSQL door unless configured otherwise. */
  public static final int PORT = 7302;

  /** Checks every limit. */
  public PgConfig {
    requireRange("port", port, 0, 65_535);
    requireRange("connectionsMax", connectionsMax, 1, 100_000);
    requireRange("workers", workers, 1, 2_000);
    requireRange("messageBytesMax", messageBytesMax, 64 << 10, 256 << 20);
    requireRange("statementsMax", statementsMax, 1, 100_000);
    requireRange("portalsMax", portalsMax, 1, 10_000);
    requirePositive("loginTimeout", loginTimeout);
    requirePositive("stallTimeout", stallTimeout);
    requirePositive("stopTimeout", stopTimeout);
  }

  private static void requireRange(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new HistorianException(
          ErrorCode.OUT_OF_RANGE,
          "setting is out of range: pg." + name + "=" + value + ", min=" + min + ", max=" + max);
    }
  }

  private static void requirePositive(String name, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new HistorianException(
          ErrorCode.OUT_OF_RANGE, "setting must be positive: pg." + name + "=" + value);
    }
  }

  /** The defaults: loopback, port 7302, 1 000 connections, messages of 16 MiB. */
  public static PgConfig defaults() {
    return new PgConfig(
        "127.0.0.1",
        PORT,
        1_000,
        128,
        16 << 20,
        1_000,
        64,
        false,
        Duration.ofSeconds(10),
        Duration.ofSeconds(60),
        Duration.ofSeconds(10));
  }

  /** The same at another address. */
  public PgConfig withAddress(String newAddress) {
    return at(newAddress, port);
  }

  /** The same on another port. */
  public PgConfig withPort(int newPort) {
    return at(bindAddress, newPort);
  }

  private PgConfig at(String newAddress, int newPort) {
    return new PgConfig(
        newAddress,
        newPort,
        connectionsMax,
        workers,
        messageBytesMax,
        statementsMax,
        portalsMax,
        isTls12Allowed,
        loginTimeout,
        stallTimeout,
        stopTimeout);
  }

  /** The same with another number of connections and other times. */
  public PgConfig withLimits(int connections, Duration login, Duration stall) {
    return new PgConfig(
        bindAddress,
        port,
        connections,
        workers,
        messageBytesMax,
        statementsMax,
        portalsMax,
        isTls12Allowed,
        login,
        stall,
        stopTimeout);
  }
}

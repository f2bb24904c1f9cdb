package io.tidemark.wire.http;

/**
 * One method of one path.
 *
 * @param method the HTTP method
 * @param path the path, decoded; {@code /*} at its end stands for any rest
 * @param lane the threads it runs on
 * @param bodyBytesMax longest body it reads, 0 if it reads none
 * @param isOpen whether it answers whoever asks, without credentials
 * @param handler answers
 */
record Route(
    String method, String path, Lane lane, int bodyBytesMax, boolean isOpen, Handler handler) {
  /** Longest body of a route that reads a question, not data. */
  static final int QUESTION_BYTES_MAX = 4 << 20;

  /** Who waits for whom: a request waits only for those of its own lane. */
  enum Lane {
    /** Health and metrics: answer while everything else is stuck. */
    PROBE,
    /** Logins, which compute hashes of passwords. */
    LOGIN,
    /** Questions. */
    READ,
    /** SQL statements, which wait for their turn. */
    SQL,
    /** Samples, tags and context. */
    WRITE
  }

  /** Answers a request on a thread that may block. */
  interface Handler {
    /** Answers, or throws what becomes the error. */
    void handle(Exchange exchange) throws Exception;
  }

  /** A route for those who have the right to what it does. */
  Route(String method, String path, Lane lane, int bodyBytesMax, Handler handler) {
    this(method, path, lane, bodyBytesMax, false, handler);
  }

  /** A route without a body. */
  static Route get(String path, Lane lane, Handler handler) {
    return new Route("GET", path, lane, 0, handler);
  }

  /** The same for whoever asks: it must say nothing of plant or server. */
  Route open() {
    return new Route(method, path, lane, bodyBytesMax, true, handler);
  }

  boolean isPrefix() {
    return path.endsWith("/*");
  }

  /** The path up to and with its last slash. */
  String prefix() {
    return path.substring(0, path.length() - 1);
  }
}

package io.tidemark.wire.http;

/**
 * One method of one path.
 *
 * @param method the HTTP method
 * @param path the path, decoded; {@code /*} at its end stands for any rest
 * @param lane the threads it runs on
 * @param bodyBytesMax longest body it reads, 0 if it reads none
 * @param handler answers
 */
record Route(String method, String path, Lane lane, int bodyBytesMax, Handler handler) {
  /** Longest body of a route that reads a question, not data. */
  static final int QUESTION_BYTES_MAX = 4 << 20;

  /** Who waits for whom: a request waits only for those of its own lane. */
  enum Lane {
    /** Health and metrics: answer while everything else is stuck. */
    PROBE,
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

  /** A route without a body. */
  static Route get(String path, Lane lane, Handler handler) {
    return new Route("GET", path, lane, 0, handler);
  }

  boolean isPrefix() {
    return path.endsWith("/*");
  }

  /** The path up to and with its last slash. */
  String prefix() {
    return path.substring(0, path.length() - 1);
  }
}

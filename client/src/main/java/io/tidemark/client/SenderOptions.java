package io.tidemark.client;

import java.net.URI;
import java.time.Duration;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Where and how requests are sent.
 *
 * @param server scheme, host and port, such as {@code https://historian.example:7300}
 * @param token asked before every attempt; gives null where none is needed
 * @param tls what certificates are trusted, or null for what the JDK trusts
 * @param connectTimeout how long a connection may take
 * @param answerTimeout how long an answer may take; then the request is sent again
 * @param retry pauses between attempts
 * @param gzipBytesMin bodies of so many bytes and more are compressed; {@link #NEVER_GZIP} for none
 */
public record SenderOptions(
    URI server,
    Supplier<@Nullable String> token,
    @Nullable SSLContext tls,
    Duration connectTimeout,
    Duration answerTimeout,
    RetryRule retry,
    int gzipBytesMin) {
  /** No body is compressed. */
  public static final int NEVER_GZIP = Integer.MAX_VALUE;

  /** A server waits up to a minute for its disk before it says that it does not know. */
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(90);

  /** Checks the address. */
  public SenderOptions {
    String scheme = server.getScheme();
    if (server.getHost() == null || !("http".equals(scheme) || "https".equals(scheme))) {
      throw new IllegalArgumentException(
          "server must be an address such as http://127.0.0.1:7300: server=" + server);
    }
  }

  /** No token, the JDK's trust, bodies from 4 KiB on compressed. */
  public static SenderOptions to(URI server) {
    return new SenderOptions(
        server,
        () -> null,
        null,
        Duration.ofSeconds(10),
        ANSWER_TIMEOUT,
        RetryRule.DEFAULT,
        4 << 10);
  }

  /** This with a token. */
  public SenderOptions withToken(Supplier<@Nullable String> newToken) {
    return new SenderOptions(
        server, newToken, tls, connectTimeout, answerTimeout, retry, gzipBytesMin);
  }

  /** This with another trust. */
  public SenderOptions withTls(@Nullable SSLContext newTls) {
    return new SenderOptions(
        server, token, newTls, connectTimeout, answerTimeout, retry, gzipBytesMin);
  }

  /** This with other pauses. */
  public SenderOptions withRetry(RetryRule newRetry) {
    return new SenderOptions(
        server, token, tls, connectTimeout, answerTimeout, newRetry, gzipBytesMin);
  }

  /** This with another limit of what is compressed. */
  public SenderOptions withGzipBytesMin(int newGzipBytesMin) {
    return new SenderOptions(
        server, token, tls, connectTimeout, answerTimeout, retry, newGzipBytesMin);
  }
}

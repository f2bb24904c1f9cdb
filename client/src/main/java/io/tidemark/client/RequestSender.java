package io.tidemark.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests and repeats each whose outcome is unknown until it is known: after a connection
 * that broke, an answer that did not come, and the statuses 408, 429, 500, 502, 503, 504 and 507.
 *
 * <p>One thread sends, one request at a time, so that the numbers of a producer come in order; any
 * other may {@link #close} or look.
 */
public final class RequestSender implements AutoCloseable {
  private static final String PRODUCER = "tidemark-producer";
  private static final String EPOCH = "tidemark-epoch";
  private static final String SEQUENCE = "tidemark-sequence";
  private static final Pattern EXPECTED = Pattern.compile("request=(\\d+), expected=(\\d+)");
  private static final long RETRY_AFTER_S_MAX = 3600;

  private final SenderOptions options;
  private final HttpClient http;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition closing = lock.newCondition();
  private boolean closed;
  private @Nullable CompletableFuture<HttpResponse<byte[]>> underWay;

  /* Written by the sending thread. */
  private volatile @Nullable Trouble trouble;
  private volatile long repeats;

  /**
   * Why requests do not get through.
   *
   * @param sinceNanos {@link System#nanoTime} of the first attempt that failed
   * @param attempts that failed since
   * @param reason of the last one
   */
  public record Trouble(long sinceNanos, int attempts, String reason) {}

  /** A sender. Opens no connection yet. */
  public RequestSender(SenderOptions options) {
    this.options = options;
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(options.connectTimeout())
            .followRedirects(HttpClient.Redirect.NEVER);
    if (options.tls() != null) {
      builder.sslContext(options.tls());
    }
    http = builder.build();
  }

  /** What keeps the request under way from getting through; null if nothing does. */
  public @Nullable Trouble trouble() {
    return trouble;
  }

  /** How often requests were sent again. */
  public long repeats() {
    return repeats;
  }

  /**
   * Sends a request until its outcome is known, or the sender is closed or its thread interrupted.
   */
  @SuppressWarnings("NonAtomicVolatileUpdate") // one thread sends
  public RequestOutcome send(OutgoingRequest request) {
    boolean gzip = request.body().length >= options.gzipBytesMin();
    byte[] body = gzip ? compressed(request.body()) : request.body();
    long firstFailureNanos = 0;
    for (int attempt = 1; ; attempt++) {
      String reason;
      long retryAfterNs = 0;
      try {
        HttpResponse<byte[]> answer = exchange(httpRequest(request, body, gzip));
        if (answer == null) {
          return RequestOutcome.closed(attempt);
        }
        if (!isRepeated(answer.statusCode())) {
          trouble = null;
          return outcome(answer, request.number(), attempt);
        }
        reason = describe(answer);
        retryAfterNs = retryAfterNs(answer);
      } catch (IOException e) {
        reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.toString();
      }
      if (attempt == 1) {
        firstFailureNanos = System.nanoTime();
      }
      trouble = new Trouble(firstFailureNanos, attempt, reason);
      double random = ThreadLocalRandom.current().nextDouble();
      if (!pause(options.retry().pauseNs(attempt, random, retryAfterNs))) {
        return RequestOutcome.closed(attempt);
      }
      repeats++;
    }
  }

  private HttpRequest httpRequest(OutgoingRequest request, byte[] body, boolean gzip) {
    URI server = options.server();
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(server.resolve(request.path()))
            .timeout(options.answerTimeout())
            .header("Content-Type", request.contentType())
            .method(request.method(), BodyPublishers.ofByteArray(body));
    if (gzip) {
      builder.header("Content-Encoding", "gzip");
    }
    String token = options.token().get();
    if (token != null) {
      builder.header("Authorization", "Bearer " + token);
    }
    RequestNumber number = request.number();
    if (number != null) {
      builder.header(PRODUCER, number.producer());
      builder.header(EPOCH, Long.toString(number.epoch()));
      builder.header(SEQUENCE, Long.toString(number.sequence()));
    }
    return builder.build();
  }

  /** The answer, or null if the sender was closed meanwhile. */
  private @Nullable HttpResponse<byte[]> exchange(HttpRequest request) throws IOException {
    CompletableFuture<HttpResponse<byte[]>> future;
    lock.lock();
    try {
      if (closed) {
        return null;
      }
      future = http.sendAsync(request, BodyHandlers.ofByteArray());
      underWay = future;
    } finally {
      lock.unlock();
    }
    try {
      return future.get();
    } catch (InterruptedException e) {
      future.cancel(true);
      Thread.currentThread().interrupt();
      return null;
    } catch (CancellationException e) {
      return null;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw new IOException("request failed: " + e.getCause(), e);
    }
  }

  /** Waits; false if the sender was closed or its thread interrupted. */
  private boolean pause(long nanos) {
    long left = nanos;
    lock.lock();
    try {
      while (!closed && left > 0) {
        left = closing.awaitNanos(left);
      }
      return !closed;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  private static boolean isRepeated(int status) {
    return switch (status) {
      case 408, 429, 500, 502, 503, 504, 507 -> true;
      default -> false;
    };
  }

  private static long retryAfterNs(HttpResponse<byte[]> answer) {
    Optional<String> header = answer.headers().firstValue("Retry-After");
    if (header.isEmpty()) {
      return 0;
    }
    long seconds;
    String text = header.get().strip();
    try {
      seconds = Long.parseLong(text);
    } catch (NumberFormatException e) {
      try {
        Instant until = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
        seconds = until.getEpochSecond() - Instant.now().getEpochSecond();
      } catch (DateTimeParseException notADate) {
        seconds = 0;
      }
    }
    return TimeUnit.SECONDS.toNanos(Math.max(0, Math.min(seconds, RETRY_AFTER_S_MAX)));
  }

  private static String describe(HttpResponse<byte[]> answer) {
    Map<String, @Nullable Object> body = AnswerText.object(answer.body());
    String code = AnswerText.text(body, "code");
    return "status="
        + answer.statusCode()
        + (code.isEmpty() ? "" : ", " + code + ": " + AnswerText.text(body, "message"));
  }

  private static RequestOutcome outcome(
      HttpResponse<byte[]> answer, @Nullable RequestNumber number, int attempt) {
    int status = answer.statusCode();
    if (status >= 200 && status < 300 && status != 207) {
      return new RequestOutcome(RequestOutcome.Kind.STORED, status, 0, List.of(), "", "", attempt);
    }
    Map<String, @Nullable Object> body = AnswerText.object(answer.body());
    if (status == 207) {
      List<RefusedItem> refused = refused(body.get("errors"));
      String count = AnswerText.text(body, "errorCount");
      return new RequestOutcome(
          RequestOutcome.Kind.PARTLY_STORED,
          status,
          count.isEmpty() ? refused.size() : Long.parseLong(count),
          refused,
          "",
          "",
          attempt);
    }
    String code = AnswerText.text(body, "code");
    String message = AnswerText.text(body, "message");
    return new RequestOutcome(
        code.equals(RequestOutcome.SEQUENCE_GAP) && isBehind(message, number)
            ? RequestOutcome.Kind.STORED
            : RequestOutcome.Kind.REFUSED,
        status,
        0,
        List.of(),
        code.isEmpty() ? "HTTP_" + status : code,
        message,
        attempt);
  }

  /**
   * Whether the server expects the request after this one. It then has this one, and found parts in
   * the repeat that it did not find the first time, say since the time limit of a sample passed.
   */
  private static boolean isBehind(String message, @Nullable RequestNumber number) {
    Matcher matcher = EXPECTED.matcher(message);
    return number != null
        && matcher.find()
        && Long.parseLong(matcher.group(1)) == number.sequence()
        && Long.parseLong(matcher.group(2)) == number.sequence() + 1;
  }

  private static List<RefusedItem> refused(@Nullable Object errors) {
    List<RefusedItem> refused = new ArrayList<>();
    if (errors instanceof List<?> list) {
      for (Object each : list) {
        Map<String, @Nullable Object> error = AnswerText.objectOf(each);
        String line = AnswerText.text(error, "line");
        refused.add(
            new RefusedItem(
                line.isEmpty() ? AnswerText.text(error, "path") : "line " + line,
                "",
                AnswerText.text(error, "code"),
                AnswerText.text(error, "message")));
      }
    }
    return refused;
  }

  private static byte[] compressed(byte[] body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(body.length / 4 + 64);
    try (GZIPOutputStream gzip =
        new GZIPOutputStream(bytes, 8 << 10) {
          {
            def.setLevel(Deflater.BEST_SPEED);
          }
        }) {
      gzip.write(body);
    } catch (IOException e) {
      throw new UncheckedIOException("a byte array does not fail", e);
    }
    return bytes.toByteArray();
  }

  /** Gives up what is under way; whether it is stored is not known then. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      closing.signalAll();
      if (underWay != null) {
        underWay.cancel(true);
      }
    } finally {
      lock.unlock();
    }
  }
}

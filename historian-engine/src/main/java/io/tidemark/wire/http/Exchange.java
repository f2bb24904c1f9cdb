package io.tidemark.wire.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.linecorp.armeria.common.ClosedSessionException;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseCompleteException;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import com.linecorp.armeria.common.stream.AbortedStreamException;
import com.linecorp.armeria.common.stream.CancelledSubscriptionException;
import com.linecorp.armeria.common.stream.ClosedStreamException;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.tidemark.engine.security.RequestFacts;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.Principal;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request and its answer, as the routes see them. A route answers once, by {@link #json},
 * {@link #stream} or {@link #empty}, or throws. One thread at a time.
 */
final class Exchange {
  private static final Logger LOGGER = LoggerFactory.getLogger(Exchange.class);
  private static final Pattern LINE_AND_COLUMN = Pattern.compile("(\\d+):(\\d+)");

  /** Writes the fields of an answer. */
  interface JsonBody {
    /** Writes exactly one JSON value. */
    void writeTo(JsonGenerator json) throws IOException;
  }

  private final ServiceRequestContext context;
  private final RequestHeaders headers;
  private final HttpResponseWriter writer;
  private final Duration stallTimeout;
  private Principal principal = new Principal("nobody");
  private @Nullable RequestFacts facts;
  private @Nullable String sessionId;
  private Sessions.@Nullable Session session;
  private RequestBody body = RequestBody.EMPTY;
  private String tail = "";
  private @Nullable ResponseStream stream;

  Exchange(
      ServiceRequestContext context,
      RequestHeaders headers,
      HttpResponseWriter writer,
      Duration stallTimeout) {
    this.context = context;
    this.headers = headers;
    this.writer = writer;
    this.stallTimeout = stallTimeout;
  }

  /** Who asks. */
  Principal principal() {
    return principal;
  }

  void principal(Principal authenticated) {
    principal = authenticated;
  }

  /** What is known of where the request comes from. */
  RequestFacts facts() {
    RequestFacts known = facts;
    if (known == null) {
      throw new IllegalStateException("request is not admitted yet");
    }
    return known;
  }

  void facts(RequestFacts known) {
    facts = known;
  }

  /** Id of the session whose cookie was sent and counted, or null. */
  @Nullable String sessionId() {
    return sessionId;
  }

  /** The session that says who asks, or null. */
  Sessions.@Nullable Session session() {
    return session;
  }

  void session(String id, Sessions.Session found) {
    sessionId = id;
    session = found;
  }

  /** Headers of the request. */
  RequestHeaders headers() {
    return headers;
  }

  /** Query string without the question mark, or null. */
  @Nullable String query() {
    return context.query();
  }

  /** What follows the route's prefix in the path, still percent-encoded. */
  String tail() {
    return tail;
  }

  void tail(String newTail) {
    tail = newTail;
  }

  /** Body of the request. */
  RequestBody body() {
    return body;
  }

  void body(RequestBody received) {
    body = received;
  }

  /** Name of this request in answers and logs. */
  String requestId() {
    return context.id().text();
  }

  /** Runs the action if the client goes away or the server gives up before the answer is out. */
  void onCancel(Runnable action) {
    writer
        .whenComplete()
        .whenComplete(
            (nothing, cause) -> {
              if (cause != null) {
                action.run();
              }
            });
  }

  /** Answers without a body. */
  void empty(int status) {
    writer.write(ResponseHeaders.of(HttpStatus.valueOf(status)));
    writer.close();
  }

  /** Answers with JSON. */
  void json(int status, JsonBody json) throws IOException {
    json(status, Map.of(), json);
  }

  /** Answers with JSON and further headers. */
  void json(int status, Map<String, String> more, JsonBody json) throws IOException {
    ResponseStream out = stream(status, MediaType.JSON_UTF_8, null, more);
    try (JsonGenerator generator = JsonText.generator(out)) {
      json.writeTo(generator);
    }
    out.end();
  }

  /**
   * Answers with a body of any length: {@link ResponseStream#end} ends it. If the route throws
   * instead, the client gets an error, or a broken stream if it has begun.
   *
   * @param fileName name for browsers that save the answer, or null
   */
  ResponseStream stream(int status, MediaType type, @Nullable String fileName) {
    return stream(status, type, fileName, Map.of());
  }

  private ResponseStream stream(
      int status, MediaType type, @Nullable String fileName, Map<String, String> more) {
    ResponseHeadersBuilder response = ResponseHeaders.builder(HttpStatus.valueOf(status));
    response.contentType(type);
    response.set(HttpHeaderNames.CACHE_CONTROL, "no-store");
    more.forEach(response::set);
    if (fileName != null) {
      response.set(
          HttpHeaderNames.CONTENT_DISPOSITION, "attachment; filename=\"" + fileName + "\"");
    }
    ResponseStream opened =
        new ResponseStream(writer, response.build(), stallTimeout, context::clearRequestTimeout);
    stream = opened;
    return opened;
  }

  /**
   * Answers with a file that is held in memory.
   *
   * @param packed whether the bytes are gzip
   * @param tag entity tag with its quotes
   * @param caching what browsers may keep
   */
  void file(MediaType type, byte[] bytes, boolean packed, String tag, String caching) {
    ResponseHeadersBuilder response = ResponseHeaders.builder(HttpStatus.OK);
    response.contentType(type);
    response.set(HttpHeaderNames.CACHE_CONTROL, caching);
    response.set(HttpHeaderNames.ETAG, tag);
    response.set(HttpHeaderNames.VARY, "accept-encoding");
    response.contentLength(bytes.length);
    if (packed) {
      response.set(HttpHeaderNames.CONTENT_ENCODING, "gzip");
    }
    writer.write(response.build());
    writer.write(HttpData.wrap(bytes));
    writer.close();
  }

  /** Answers that the client's copy is still right. */
  void notModified(String tag, String caching) {
    writer.write(
        ResponseHeaders.builder(HttpStatus.NOT_MODIFIED)
            .set(HttpHeaderNames.CACHE_CONTROL, caching)
            .set(HttpHeaderNames.ETAG, tag)
            .build());
    writer.close();
  }

  /** Hands out the raw answer, for server-sent events. */
  HttpResponseWriter takeWriter() {
    context.clearRequestTimeout();
    return writer;
  }

  /** Answers with the error; breaks the stream if an answer has begun. */
  void fail(Throwable cause) {
    if (isClientGone(cause)) {
      LOGGER.debug("request {} ended: {}", requestId(), cause.getMessage());
      writer.close(AbortedStreamException.get()); // the library logs others with their trace
      return;
    }
    HistorianException error = toError(cause);
    if (stream != null && stream.isStarted()) {
      LOGGER.warn(
          "request {} broke off within its answer: {}: {}",
          requestId(),
          error.code(),
          error.messageText());
      writer.close(error);
      return;
    }
    int status = ErrorMap.status(error.code());
    ResponseHeadersBuilder response = ResponseHeaders.builder(HttpStatus.valueOf(status));
    response.contentType(MediaType.JSON_UTF_8);
    response.set(HttpHeaderNames.CACHE_CONTROL, "no-store");
    if (ErrorMap.isRetried(error.code())) {
      response.setInt(HttpHeaderNames.RETRY_AFTER, ErrorMap.RETRY_AFTER_S);
    }
    if (error.code() == ErrorCode.UNAUTHENTICATED) {
      // Browsers would ask for a password themselves; the page does.
      boolean isPage = headers.contains("sec-fetch-mode");
      response.set(
          HttpHeaderNames.WWW_AUTHENTICATE,
          isPage
              ? "Bearer realm=\"tidemark\""
              : "Bearer realm=\"tidemark\", Basic realm=\"tidemark\"");
    }
    if (error.code() == ErrorCode.METHOD_NOT_ALLOWED && error.path() != null) {
      response.set(HttpHeaderNames.ALLOW, error.path());
    }
    if (error.code() == ErrorCode.BODY_TOO_LARGE
        || error.code() == ErrorCode.JOURNAL_FAILED
        || error.code() == ErrorCode.UNAVAILABLE) {
      response.set(HttpHeaderNames.CONNECTION, "close");
    }
    boolean isOpen = writer.tryWrite(response.build());
    if (isOpen) {
      isOpen = writer.tryWrite(HttpData.wrap(errorBody(error, requestId())));
    }
    if (!isOpen) {
      LOGGER.debug("request {} had no client left for its error", requestId());
    }
    writer.close();
  }

  /** Whether there is nobody left to answer, which is not the server's failure. */
  private static boolean isClientGone(Throwable cause) {
    return cause instanceof ResponseStream.ClientGoneException
        || cause instanceof ClosedSessionException
        || cause instanceof ClosedStreamException
        || cause instanceof CancelledSubscriptionException
        || cause instanceof AbortedStreamException
        || cause instanceof ResponseCompleteException; // a body that comes after its answer
  }

  /** What the client may know of a failure; bugs are logged with their trace and their id. */
  private HistorianException toError(Throwable cause) {
    if (cause instanceof HistorianException error) {
      if (error.code().kind() == ErrorCode.Kind.INTERNAL) {
        LOGGER.error("request {} failed: {}", requestId(), error.code(), error);
      }
      if (error.code() != ErrorCode.INTERNAL) {
        return error;
      }
    } else {
      LOGGER.error("request {} failed", requestId(), cause);
    }
    return new HistorianException(
        ErrorCode.INTERNAL,
        "request failed in the server: requestId=" + requestId(),
        null,
        "the server's log has the reason under this requestId",
        null);
  }

  /** The JSON of an error. */
  static byte[] errorBody(HistorianException error, String requestId) {
    return JsonText.bytes(
        json -> {
          json.writeStartObject();
          json.writeStringField("code", error.code().name());
          json.writeStringField("message", error.messageText());
          writePlace(json, error);
          if (error.hint() != null) {
            json.writeStringField("hint", error.hint());
          }
          json.writeStringField("requestId", requestId);
          json.writeEndObject();
        });
  }

  private static void writePlace(JsonGenerator json, HistorianException error) throws IOException {
    String path = error.path();
    if (path == null || error.code() == ErrorCode.METHOD_NOT_ALLOWED) {
      return;
    }
    Matcher place = LINE_AND_COLUMN.matcher(path);
    if (place.matches()) {
      json.writeNumberField("line", Integer.parseInt(place.group(1)));
      json.writeNumberField("column", Integer.parseInt(place.group(2)));
    } else {
      json.writeStringField("path", path);
    }
  }
}

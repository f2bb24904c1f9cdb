package io.tidemark.wire.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import io.tidemark.engine.Historian;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.Quality;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.TagDefinition;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneId;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Server-sent events of committed samples: {@code GET /api/v1/live?tag=A&tag=B*}. One {@code
 * samples} event a tag and poll; {@code id:} is a resume token that {@code Last-Event-ID} takes
 * back. Streams are polled by one thread; a client that does not read is closed, since the store
 * itself holds what it missed.
 */
final class LiveRoutes implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LiveRoutes.class);
  private static final List<String> KNOWN = List.of("tag", "timeZone", "includeBad");
  private static final long POLL_MS = 200;
  private static final long HEARTBEAT_NS = 15_000_000_000L;
  private static final HttpData HEARTBEAT = HttpData.ofUtf8(": alive\n\n");

  private final Historian historian;
  private final HttpConfig config;
  private final Set<Stream> streams = ConcurrentHashMap.newKeySet();
  private final AtomicInteger open = new AtomicInteger();
  private @Nullable ScheduledExecutorService poller;
  private volatile boolean closed;

  LiveRoutes(Historian historian, HttpConfig config) {
    this.historian = historian;
    this.config = config;
  }

  List<Route> routes() {
    return List.of(Route.get("/api/v1/live", Route.Lane.READ, this::follow));
  }

  /** Begins to poll. */
  void start() {
    ScheduledExecutorService started =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("tidemark-http-live").factory());
    started.scheduleWithFixedDelay(this::pollAll, POLL_MS, POLL_MS, TimeUnit.MILLISECONDS);
    poller = started;
  }

  private void follow(Exchange exchange) {
    Parameters parameters = Parameters.of(exchange.query()).allow(KNOWN);
    ZoneId zone = parameters.zone("timeZone", historian.defaultZone());
    boolean includeBad = parameters.flag("includeBad");
    List<String> patterns = parameters.all("tag");
    if (patterns.isEmpty()) {
      throw Parameters.missing("tag", "R1.TIC101.PV or tag=R1.*");
    }
    IntPredicate readable = historian.readableTags(exchange.principal());
    Set<TagDefinition> tags = new LinkedHashSet<>(); // a tag of two patterns is followed once
    for (String pattern : patterns) {
      List<TagDefinition> found =
          historian.tags().match(pattern).stream().filter(tag -> readable.test(tag.id())).toList();
      if (found.isEmpty()) {
        throw new HistorianException(
            ErrorCode.UNKNOWN_TAG, "no tag of that name: tag=" + JsonText.shortened(pattern));
      }
      tags.addAll(found);
    }
    if (tags.size() > config.tagsMax()) {
      throw new HistorianException(
          ErrorCode.TOO_MANY,
          "too many tags in one stream: tags=" + tags.size() + ", tagsMax=" + config.tagsMax());
    }
    if (open.incrementAndGet() > config.liveStreamsMax()) {
      open.decrementAndGet();
      throw new HistorianException(
          ErrorCode.BACK_PRESSURED,
          "too many live streams: streamsMax=" + config.liveStreamsMax() + ", retry later");
    }
    Historian.LiveFeed feed;
    try {
      feed =
          historian.live(
              List.copyOf(tags), exchange.headers().get("last-event-id"), exchange.principal());
    } catch (RuntimeException e) {
      open.decrementAndGet();
      throw e;
    }
    HttpResponseWriter writer = exchange.takeWriter();
    boolean isOpen =
        writer.tryWrite(
                ResponseHeaders.builder(HttpStatus.OK)
                    .contentType(MediaType.EVENT_STREAM)
                    .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
                    .build())
            && writer.tryWrite(
                HttpData.ofUtf8("retry: 1000\nid: " + feed.resumeToken() + "\n: open\n\n"));
    if (!isOpen) {
      LOG.debug("client of a live stream is gone already"); // completes the writer below
    }
    Stream stream = new Stream(feed, writer, zone, includeBad, config.stallTimeout());
    streams.add(stream);
    writer
        .whenComplete()
        .whenComplete(
            (nothing, cause) -> {
              if (streams.remove(stream)) {
                open.decrementAndGet();
                feed.close();
              }
            });
    if (closed) {
      writer.close(); // it came too late to be among those that close() ends
    }
  }

  private void pollAll() {
    for (Stream stream : streams) {
      try {
        stream.poll();
      } catch (RuntimeException e) {
        LOG.warn("live stream ends", e);
        stream.writer.close(e);
      }
    }
  }

  /** Ends all streams. */
  @Override
  public void close() {
    closed = true;
    ScheduledExecutorService running = poller;
    if (running != null) {
      running.shutdownNow();
    }
    for (Stream stream : streams) {
      stream.writer.close();
    }
  }

  /** One client. Polled by one thread. */
  private static final class Stream {
    private final Historian.LiveFeed feed;
    private final HttpResponseWriter writer;
    private final ZoneId zone;
    private final boolean includeBad;
    private final Duration stallTimeout;
    private long lastWriteNanos = System.nanoTime();
    private CompletableFuture<Void> consumed = CompletableFuture.completedFuture(null);

    Stream(
        Historian.LiveFeed feed,
        HttpResponseWriter writer,
        ZoneId zone,
        boolean includeBad,
        Duration stallTimeout) {
      this.stallTimeout = stallTimeout;
      this.feed = feed;
      this.writer = writer;
      this.zone = zone;
      this.includeBad = includeBad;
    }

    void poll() {
      if (!consumed.isDone()) {
        // The client has not read the last events: the store keeps the rest.
        if (System.nanoTime() - lastWriteNanos > stallTimeout.toNanos()) {
          writer.close(
              new ResponseStream.ClientGoneException(
                  "client does not read its events: stallTimeout="
                      + stallTimeout.toSeconds()
                      + "s"));
        }
        return;
      }
      StringBuilder events = new StringBuilder();
      feed.poll((tag, block) -> append(events, tag, block));
      if (!events.isEmpty()) {
        events.append("event: mark\nid: ").append(feed.resumeToken()).append("\ndata: {}\n\n");
        send(HttpData.ofUtf8(events.toString()));
      } else if (System.nanoTime() - lastWriteNanos > HEARTBEAT_NS) {
        send(HEARTBEAT);
      }
    }

    private void send(HttpData data) {
      if (writer.tryWrite(data)) {
        consumed = writer.whenConsumed(); // asked for once: each call waits for itself
        lastWriteNanos = System.nanoTime();
      }
    }

    private void append(StringBuilder events, TagDefinition tag, SampleBlock block) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (JsonGenerator json = JsonText.generator(bytes)) {
        json.writeStartObject();
        json.writeStringField("tag", tag.name());
        json.writeArrayFieldStart("values");
        SampleJson samples = new SampleJson(json, zone);
        for (int row = 0; row < block.count(); row++) {
          boolean shows =
              block.isPresent(row) && (includeBad || !Quality.isBad(block.statuses()[row]));
          samples.write(tag, block, row, shows);
        }
        json.writeEndArray();
        json.writeEndObject();
      } catch (IOException e) {
        throw new IllegalStateException("a byte array does not fail", e);
      }
      events
          .append("event: samples\ndata: ")
          .append(bytes.toString(StandardCharsets.UTF_8))
          .append("\n\n");
    }
  }
}

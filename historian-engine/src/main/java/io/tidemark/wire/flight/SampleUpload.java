package io.tidemark.wire.flight;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.grpc.StatusRuntimeException;
import io.tidemark.engine.Historian;
import io.tidemark.ingest.Ack;
import io.tidemark.ingest.RequestId;
import io.tidemark.ingest.WriteReport;
import io.tidemark.ingest.WriteSession;
import io.tidemark.ingest.arrow.ArrowSamples;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.wire.ReportJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.arrow.flight.FlightStream;
import org.jspecify.annotations.Nullable;

/**
 * One client's stream of samples. Each record batch is a request of its own: read while earlier
 * ones still wait for the disk, and acknowledged, in the order of the batches, as soon as it is
 * safe. {@link #run} belongs to the thread of the call; acknowledgements leave on others, one at a
 * time.
 */
final class SampleUpload {
  /** Batches that wait for their acknowledgement; the next one is not read before. */
  private static final int BATCHES_WAITING_MAX = 64;

  private static final long ACK_TIMEOUT_SECONDS = 60;

  /* The client is held up meanwhile, as it is by a slow network. */
  private static final long OFFER_WAIT_NS = 30_000_000_000L;

  private static final long READER_PARK_NS = 1_000_000;
  private static final JsonFactory JSON = new JsonFactory();

  /** A batch that was handed over. */
  private record Batch(long number, @Nullable RequestId request, Ack ack, WriteReport report) {}

  /** Takes the acknowledgements of batches. */
  @FunctionalInterface
  interface Acknowledged {
    /**
     * A batch is safe.
     *
     * @param json {@code {"batch":0,"stored":8192,"errors":[]}}, with its number if it has one
     */
    void batch(byte[] json, WriteReport report);
  }

  private final Historian historian;
  private final Caller caller;
  private final FlightStream stream;
  private final StuckPuts.Put put;
  private final Acknowledged client;
  private final Executor acknowledging;

  /* Guarded by this. */
  private final ArrayDeque<Batch> waiting = new ArrayDeque<>();
  private @Nullable HistorianException refused;

  SampleUpload(
      Historian historian,
      Caller caller,
      FlightStream stream,
      StuckPuts.Put put,
      Acknowledged client,
      Executor acknowledging) {
    this.historian = historian;
    this.caller = caller;
    this.stream = stream;
    this.put = put;
    this.client = client;
    this.acknowledging = acknowledging;
  }

  /**
   * Reads the stream to its end; returns once every batch is acknowledged.
   *
   * @throws HistorianException why a batch was refused as a whole; those before it are
   *     acknowledged, or refused for the same reason, and none after it was read
   */
  void run() {
    try {
      read();
    } catch (RuntimeException e) {
      HistorianException cause = refusal();
      finish();
      throw cause != null ? cause : e;
    }
    finish();
    HistorianException cause = refusal();
    if (cause != null) {
      throw cause;
    }
  }

  private void read() {
    ArrowSamples samples = null;
    for (long number = 0; stream.next(); number++) {
      put.touch();
      awaitReader();
      if (!stream.hasRoot() || stream.getRoot().getFieldVectors().isEmpty()) {
        continue; // a message of nothing but metadata
      }
      if (samples == null) {
        samples = new ArrowSamples(stream.getRoot(), stream.getDictionaryProvider());
      }
      RequestId request = request(number);
      WriteReport report = new WriteReport();
      Ack ack;
      try (WriteSession session =
          historian.openWrite(caller.level(), request, caller.principal())) {
        session.offerWait(OFFER_WAIT_NS);
        samples.decode(session, report, 0);
        ack = session.finish();
      }
      enqueue(new Batch(number, request, ack, report));
    }
  }

  /** A client that does not read its acknowledgements may not send more. */
  private void awaitReader() {
    while (!caller.isReading().getAsBoolean()) {
      LockSupport.parkNanos(READER_PARK_NS);
      if (Thread.interrupted()) {
        throw new HistorianException(
            ErrorCode.DEADLINE_EXCEEDED,
            "client does not read its acknowledgements",
            null,
            "read what the server sends while you write",
            null);
      }
    }
  }

  private @Nullable RequestId request(long number) {
    RequestId first = caller.firstRequest();
    return first == null
        ? null
        : new RequestId(first.producer(), first.epoch(), first.sequence() + number);
  }

  private void enqueue(Batch batch) {
    Batch oldest;
    synchronized (this) {
      waiting.add(batch);
      oldest = waiting.size() > BATCHES_WAITING_MAX ? waiting.peek() : null;
    }
    batch.ack().whenDone(() -> acknowledging.execute(this::acknowledge));
    if (oldest != null) {
      oldest.ack().await(ACK_TIMEOUT_SECONDS, TimeUnit.SECONDS);
      acknowledge();
    }
  }

  /** Tells the client of all batches that are safe, up to the first that is not. */
  private synchronized void acknowledge() {
    for (Batch head = waiting.peek(); head != null && head.ack().isDone(); head = waiting.peek()) {
      waiting.poll();
      if (refused != null) {
        continue; // the client hears of no batch behind one that failed
      }
      try {
        head.ack().await(0, TimeUnit.SECONDS);
        head.report().takeBack(head.ack().samplesRejected(), head.ack().rejections());
        client.batch(json(head), head.report());
      } catch (HistorianException e) {
        refused = e;
        put.interrupt();
      } catch (StatusRuntimeException e) {
        refused = new HistorianException(ErrorCode.CANCELLED, "client is gone", e);
        put.interrupt();
      }
    }
  }

  private synchronized @Nullable HistorianException refusal() {
    return refused;
  }

  /** Waits for what was handed over. */
  private void finish() {
    for (Batch head = oldest(); head != null; head = oldest()) {
      Thread.interrupted(); // the client is gone or was told to go; the disk is not
      try {
        head.ack().await(ACK_TIMEOUT_SECONDS, TimeUnit.SECONDS);
      } catch (HistorianException e) {
        if (!head.ack().isDone()) {
          refuse(e);
          return;
        }
      }
      acknowledge();
    }
  }

  private synchronized @Nullable Batch oldest() {
    return waiting.peek();
  }

  private synchronized void refuse(HistorianException cause) {
    refused = cause;
  }

  private static byte[] json(Batch batch) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(64);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeNumberField("batch", batch.number());
      RequestId request = batch.request();
      if (request != null) {
        json.writeNumberField("sequence", request.sequence());
      }
      ReportJson.writeFields(json, batch.report());
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}

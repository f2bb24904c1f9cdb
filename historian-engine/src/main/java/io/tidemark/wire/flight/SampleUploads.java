package io.tidemark.wire.flight;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import io.tidemark.engine.Historian;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.ItemError;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightProducer.StreamListener;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.PutResult;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandStatementIngest;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandStatementIngest.TableDefinitionOptions.TableExistsOption;
import org.apache.arrow.flight.sql.impl.FlightSql.DoPutUpdateResult;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Samples that clients send with DoPut: to the path {@code samples}, each batch acknowledged by
 * itself, or with Flight SQL's bulk ingestion into the table {@code samples}, which gets one answer
 * at its end. Safe from any thread.
 */
final class SampleUploads {
  private static final String TABLE = "samples";
  private static final long CLOSE_MILLIS_MAX = 500;

  private final Historian historian;
  private final BufferAllocator allocator;
  private final Duration idleMax;
  private final ThreadPoolExecutor acknowledging;
  private final LongAdder batches = new LongAdder();
  private final LongAdder samples = new LongAdder();

  /**
   * Uploads.
   *
   * @param idleMax how long a client may send nothing
   */
  SampleUploads(Historian historian, BufferAllocator allocator, Duration idleMax) {
    this.historian = historian;
    this.allocator = allocator;
    this.idleMax = idleMax;
    acknowledging =
        new ThreadPoolExecutor(
            1,
            1,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(), // bounded by the batches that wait
            Thread.ofPlatform().daemon().name("tidemark-flight-ack").factory());
    acknowledging.allowCoreThreadTimeOut(true);
  }

  /** Whether a stream brings samples. */
  boolean isUpload(FlightDescriptor descriptor) {
    return !descriptor.isCommand() || ingest(descriptor) != null;
  }

  private static @Nullable CommandStatementIngest ingest(FlightDescriptor descriptor) {
    try {
      Any any = Any.parseFrom(descriptor.getCommand());
      return any.is(CommandStatementIngest.class) ? any.unpack(CommandStatementIngest.class) : null;
    } catch (InvalidProtocolBufferException e) {
      return null;
    }
  }

  /**
   * Takes a stream to its end.
   *
   * @throws HistorianException why it was refused, or a batch of it
   */
  void take(
      Caller caller, FlightStream stream, StuckPuts.Put put, StreamListener<PutResult> results) {
    put.patience(idleMax);
    FlightDescriptor descriptor = stream.getDescriptor();
    if (descriptor.isCommand()) {
      CommandStatementIngest command = ingest(descriptor);
      if (command == null) {
        throw new IllegalStateException("command is no upload");
      }
      check(command);
      send(results, total(caller, stream, put));
    } else {
      check(descriptor.getPath());
      run(caller, stream, put, (json, report) -> send(results, json));
    }
  }

  private void send(StreamListener<PutResult> results, byte[] bytes) {
    ArrowBuf buffer = allocator.buffer(bytes.length);
    buffer.writeBytes(bytes);
    try (PutResult result = PutResult.metadata(buffer)) {
      results.onNext(result);
    }
  }

  private void run(
      Caller caller, FlightStream stream, StuckPuts.Put put, SampleUpload.Acknowledged client) {
    SampleUpload.Acknowledged counted =
        (json, report) -> {
          batches.increment();
          samples.add(report.stored());
          client.batch(json, report);
        };
    new SampleUpload(historian, caller, stream, put, counted, acknowledging).run();
  }

  /**
   * Bulk ingestion knows no errors of rows: one refused is an error of the whole, all others stay.
   */
  private byte[] total(Caller caller, FlightStream stream, StuckPuts.Put put) {
    long[] stored = {0};
    long[] refused = {0};
    @Nullable ItemError[] first = {null};
    run(
        caller,
        stream,
        put,
        (json, report) -> {
          stored[0] += report.stored();
          refused[0] += report.errorCount();
          if (first[0] == null && !report.errors().isEmpty()) {
            first[0] = report.errors().getFirst();
          }
        });
    ItemError error = first[0];
    if (error != null) {
      throw new HistorianException(
          error.code(),
          error.message() + ", refused=" + refused[0] + ", stored=" + stored[0],
          error.where(),
          "all other rows are stored; DoPut to the path samples names each refused row",
          null);
    }
    return DoPutUpdateResult.newBuilder().setRecordCount(stored[0]).build().toByteArray();
  }

  private static void check(List<String> path) {
    if (!path.equals(List.of(TABLE))) {
      throw noTable(String.join("/", path));
    }
  }

  private static void check(CommandStatementIngest command) {
    if (!command.getTable().equals(TABLE)) {
      throw noTable(command.getTable());
    }
    TableExistsOption exists = command.getTableDefinitionOptions().getIfExists();
    if (exists == TableExistsOption.TABLE_EXISTS_OPTION_FAIL
        || exists == TableExistsOption.TABLE_EXISTS_OPTION_REPLACE) {
      throw new HistorianException(
          ErrorCode.CONFLICT,
          "table is there and stays: table=samples",
          null,
          "append to it (mode append)",
          null);
    }
  }

  private static HistorianException noTable(String name) {
    return new HistorianException(
        ErrorCode.NOT_FOUND,
        "nothing can be put there: path=" + ErrorText.quote(name),
        null,
        "samples go to the path samples",
        null);
  }

  /** Batches acknowledged. */
  long batches() {
    return batches.sum();
  }

  /** Samples stored. */
  long samples() {
    return samples.sum();
  }

  /** Ends the thread; the calls have ended. */
  void stop() throws InterruptedException {
    acknowledging.shutdownNow();
    acknowledging.awaitTermination(CLOSE_MILLIS_MAX, TimeUnit.MILLISECONDS);
  }
}

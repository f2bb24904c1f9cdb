package io.tidemark.wire.flight;

import io.tidemark.engine.Historian;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.QueryContext;
import io.tidemark.query.arrow.ArrowBatches;
import io.tidemark.query.sql.SqlResult;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.apache.arrow.flight.FlightProducer.ServerStreamListener;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/**
 * One statement whose rows go to a client: opened, run, sent batch by batch as the client takes
 * them, closed, all on the thread of {@link #run}. The client's end of it, and whoever cancels,
 * stop it at once. The query is closed before the client learns of the end.
 *
 * <p>Vectors go to the transport without a copy, so each batch has memory of its own, which the
 * transport lets go of once it is written. What is not written yet when the stream ends is left to
 * the listener.
 */
final class ResultStream implements Runnable {
  /** How often who waits for the client looks at the clock; its readiness wakes it at once. */
  private static final long LOOK_NANOS = 100_000_000;

  /** Memory of the vectors of one batch. */
  private static final long BYTES_MAX = 256L << 20;

  /** What streams are counted by. */
  interface Listener {
    /** A batch went out. */
    void sent(int rows);

    /** It ended, well or not. */
    void ended(ResultStream stream, @Nullable Throwable failure, boolean stalled);

    /** Its client knows of the end; vectors of this allocator may wait to be written. */
    void left(BufferAllocator vectors);
  }

  private final Historian historian;
  private final Caller caller;
  private final StatementTicket ticket;
  private final ServerStreamListener client;
  private final BufferAllocator allocator;
  private final long stallNanosMax;
  private final Listener listener;
  private final AtomicBoolean isCancelled = new AtomicBoolean();
  private volatile @Nullable Thread thread;
  private volatile @Nullable QueryContext context;
  private boolean stalled;

  ResultStream(
      Historian historian,
      Caller caller,
      StatementTicket ticket,
      ServerStreamListener client,
      BufferAllocator allocator,
      long stallNanosMax,
      Listener listener) {
    this.historian = historian;
    this.caller = caller;
    this.ticket = ticket;
    this.client = client;
    this.allocator = allocator;
    this.stallNanosMax = stallNanosMax;
    this.listener = listener;
    client.setOnCancelHandler(this::cancel);
    client.setOnReadyHandler(this::wake);
    client.setUseZeroCopy(true);
  }

  Caller caller() {
    return caller;
  }

  StatementTicket ticket() {
    return ticket;
  }

  /** Stops it, whether it runs already or not. Any thread; idempotent. */
  void cancel() {
    isCancelled.set(true);
    QueryContext running = context;
    if (running != null) {
      running.cancel();
    }
    wake();
  }

  private void wake() {
    LockSupport.unpark(thread);
  }

  @Override
  public void run() {
    thread = Thread.currentThread();
    Throwable failure = null;
    BufferAllocator own = allocator.newChildAllocator("stream", 0, BYTES_MAX);
    try {
      send(own);
    } catch (Throwable e) {
      // At the boundary: a stack overflow of a parser must not cost the thread.
      failure = e;
    }
    thread = null;
    context = null;
    listener.ended(this, failure, stalled);
    if (failure == null) {
      client.completed();
    } else {
      client.error(FlightErrors.of(failure));
    }
    listener.left(own);
  }

  /** Ends it before it ran. */
  void refuse(HistorianException error) {
    listener.ended(this, error, false);
    client.error(FlightErrors.of(error));
  }

  private void send(BufferAllocator own) {
    try (Historian.OpenQuery query =
        historian.openQuery(caller.principal(), ticket.zone(), caller.options(ticket.asOf()))) {
      context = query.context();
      if (isCancelled.get()) {
        query.context().cancel();
      }
      query.context().check();
      try (SqlResult result = historian.sql(ticket.sql(), ticket.parameters(), query.context());
          ArrowBatches batches =
              new ArrowBatches(result.head(), result.runs(), own, ticket.withDictionaries())) {
        boolean isStarted = false;
        while (true) {
          int rows = batches.next();
          if (!isStarted) {
            client.start(batches.root(), batches.dictionaries());
            isStarted = true;
          }
          if (rows == 0) {
            return;
          }
          awaitReady(query.context());
          client.putNext();
          listener.sent(rows);
        }
      }
    }
  }

  private void awaitReady(QueryContext running) {
    if (client.isReady()) {
      return;
    }
    long since = System.nanoTime();
    while (!client.isReady()) {
      if (client.isCancelled() || isCancelled.get()) {
        running.cancel();
      }
      running.check();
      if (System.nanoTime() - since > stallNanosMax) {
        stalled = true;
        throw new HistorianException(
            ErrorCode.CANCELLED,
            "client did not read: stalledSeconds=" + stallNanosMax / 1_000_000_000);
      }
      LockSupport.parkNanos(this, LOOK_NANOS);
    }
  }
}

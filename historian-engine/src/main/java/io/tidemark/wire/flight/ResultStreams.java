package io.tidemark.wire.flight;

import io.tidemark.engine.Historian;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.util.Iterator;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.apache.arrow.flight.FlightProducer.ServerStreamListener;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/** The streams under way, their threads and their counts. Safe from any thread. */
final class ResultStreams implements ResultStream.Listener {
  private static final int QUEUE_FACTOR = 4;

  private final FlightConfig config;
  private final Historian historian;
  private final BufferAllocator allocator;
  private final ThreadPoolExecutor threads;
  private final Set<ResultStream> underWay = ConcurrentHashMap.newKeySet();
  private final Queue<BufferAllocator> left = new ConcurrentLinkedQueue<>();
  private final LongAdder started = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder stalled = new LongAdder();
  private final LongAdder rows = new LongAdder();

  ResultStreams(FlightConfig config, Historian historian, BufferAllocator allocator) {
    this.config = config;
    this.historian = historian;
    this.allocator = allocator;
    this.threads =
        new ThreadPoolExecutor(
            config.streamsMax(),
            config.streamsMax(),
            30,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(config.streamsMax() * QUEUE_FACTOR),
            Thread.ofPlatform().daemon().name("tidemark-flight-stream-", 0).factory());
    threads.allowCoreThreadTimeOut(true);
  }

  /** Begins to answer a client; called on the thread of its call. */
  void start(Caller caller, StatementTicket ticket, ServerStreamListener client) {
    ResultStream stream =
        new ResultStream(
            historian, caller, ticket, client, allocator, config.stallTimeout().toNanos(), this);
    underWay.add(stream);
    started.increment();
    try {
      threads.execute(stream);
    } catch (RejectedExecutionException e) {
      stream.refuse(
          new HistorianException(
              ErrorCode.BACK_PRESSURED,
              "too many results wait: streamsMax=" + config.streamsMax(),
              null,
              "try again",
              e));
    }
  }

  /** Stops the streams of a caller that one ticket began; whether there were any. */
  boolean cancel(Caller caller, UUID id) {
    boolean found = false;
    for (ResultStream stream : underWay) {
      if (stream.ticket().id().equals(id)
          && stream.caller().principal().equals(caller.principal())) {
        stream.cancel();
        found = true;
      }
    }
    return found;
  }

  @Override
  public void sent(int count) {
    rows.add(count);
  }

  @Override
  public void ended(ResultStream stream, @Nullable Throwable failure, boolean hasStalled) {
    underWay.remove(stream);
    if (failure != null) {
      failed.increment();
    }
    if (hasStalled) {
      stalled.increment();
    }
  }

  @Override
  public void left(BufferAllocator vectors) {
    left.add(vectors);
    look();
  }

  /** Lets go of the allocators of streams that ended, once all of it is written. */
  synchronized void look() {
    for (Iterator<BufferAllocator> each = left.iterator(); each.hasNext(); ) {
      BufferAllocator vectors = each.next();
      if (vectors.getAllocatedMemory() == 0) {
        each.remove();
        vectors.close();
      }
    }
  }

  /** Stops all. */
  void close() throws InterruptedException {
    underWay.forEach(ResultStream::cancel);
    threads.shutdown();
    threads.awaitTermination(config.stopTimeout().toMillis(), TimeUnit.MILLISECONDS);
  }

  int underWay() {
    return underWay.size();
  }

  long started() {
    return started.sum();
  }

  long failed() {
    return failed.sum();
  }

  long stalled() {
    return stalled.sum();
  }

  long rows() {
    return rows.sum();
  }
}

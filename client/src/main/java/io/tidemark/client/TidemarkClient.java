package io.tidemark.client;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Writes samples to a server, in the background and each of them once: requests are numbered, and
 * sent again for as long as their outcome is unknown. Samples are kept in memory until the server
 * has acknowledged that they are on its disk; what must survive the death of this process is for
 * {@code tidemark forward}.
 *
 * <p>Samples of one client are stored in the order in which they were written. Times are
 * nanoseconds since 1970; {@link #nanos} makes them. A status is the 32-bit code of OPC UA, 0 is
 * Good. Safe from any thread.
 *
 * <p>A write returns at once unless the buffer is full; then it waits a bounded time and throws
 * {@link BufferFullException}.
 */
public final class TidemarkClient implements AutoCloseable {
  /** Status of a sample without a value and without a better reason: Bad_NoData. */
  public static final int BAD_NO_DATA = 0x809B0000;

  private static final String PATH = "/api/v1/write";
  private static final String TEXT = "text/plain";

  /** Bytes after which a batch is sent, whatever it counts. */
  private static final int BATCH_BYTES_MAX = 8 << 20;

  private static final long MILLIS = 1_000_000L;

  private final ClientOptions options;
  private final RequestSender sender;
  private final Thread thread;

  /* Numbers of the next request: sending thread only. */
  private long epoch;
  private long sequence = 1;

  /* All below is guarded by this lock. */
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition roomChanged = lock.newCondition();
  private final Condition workChanged = lock.newCondition();
  private final ArrayDeque<LineWriter> full = new ArrayDeque<>();
  private LineWriter open = new LineWriter();
  private long openSinceNanos;
  private long bufferedBytes;
  private long written;
  private long done;
  private long stored;
  private long refused;
  private long unknown;
  private long requests;
  private long flushUpTo;
  private boolean closed;
  private @Nullable String fenced;

  TidemarkClient(ClientOptions options) {
    this.options = options;
    sender = new RequestSender(options.sender());
    epoch = options.epoch() > 0 ? options.epoch() : secondsNow();
    thread = new Thread(this::run, "tidemark-client");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * A client to be set up further.
   *
   * @param server scheme, host and port, such as {@code https://historian.example:7300}
   */
  public static ClientBuilder to(String server) {
    return new ClientBuilder(server);
  }

  /**
   * Nanoseconds since 1970 of a time.
   *
   * @throws ArithmeticException outside of 1677-09-21 to 2262-04-11.
   */
  public static long nanos(Instant time) {
    return Math.addExact(Math.multiplyExact(time.getEpochSecond(), 1_000_000_000L), time.getNano());
  }

  private static long secondsNow() {
    return System.currentTimeMillis() / 1000;
  }

  /** Writes a number with the time of now. */
  public void write(String tag, double value) {
    write(tag, nanos(Instant.now()), value);
  }

  /** Writes a number. */
  public void write(String tag, long timeNs, double value) {
    write(tag, timeNs, value, 0);
  }

  /**
   * Writes a number.
   *
   * @throws IllegalArgumentException for NaN and the infinities, which are no measured values: say
   *     {@link #writeAbsent} and why.
   */
  public void write(String tag, long timeNs, double value, int status) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(
          "a value must be finite, write it as absent: tag=" + tag + ", value=" + value);
    }
    add(line -> line.number(tag, timeNs, Double.toString(value), status));
  }

  /** Writes a number of single precision: the shortest decimal text that stands for it. */
  public void write(String tag, long timeNs, float value) {
    write(tag, timeNs, value, 0);
  }

  /**
   * Writes a number of single precision: the shortest decimal text that stands for it, so that 0.1f
   * is 0.1 in a tag of double precision too.
   *
   * @throws IllegalArgumentException for NaN and the infinities.
   */
  public void write(String tag, long timeNs, float value, int status) {
    if (!Float.isFinite(value)) {
      throw new IllegalArgumentException(
          "a value must be finite, write it as absent: tag=" + tag + ", value=" + value);
    }
    add(line -> line.number(tag, timeNs, Float.toString(value), status));
  }

  /** Writes a whole number: a count, or the ordinal of a state. */
  public void write(String tag, long timeNs, long value) {
    write(tag, timeNs, value, 0);
  }

  /** Writes a whole number: a count, or the ordinal of a state. */
  public void write(String tag, long timeNs, long value, int status) {
    add(line -> line.number(tag, timeNs, value + "i", status));
  }

  /** Writes a truth value. */
  public void write(String tag, long timeNs, boolean value) {
    write(tag, timeNs, value, 0);
  }

  /** Writes a truth value. */
  public void write(String tag, long timeNs, boolean value, int status) {
    add(line -> line.number(tag, timeNs, value ? "true" : "false", status));
  }

  /** Writes a text, or the name of a state. */
  public void write(String tag, long timeNs, String value) {
    write(tag, timeNs, value, 0);
  }

  /** Writes a text, or the name of a state. */
  public void write(String tag, long timeNs, String value, int status) {
    add(line -> line.text(tag, timeNs, value, status));
  }

  /** Writes that there is no value, and why: {@link #BAD_NO_DATA}, or what the source says. */
  public void writeAbsent(String tag, long timeNs, int status) {
    add(line -> line.absent(tag, timeNs, status));
  }

  /** Writes one sample to the end of lines. */
  private interface Sample {
    void writeTo(LineWriter lines);
  }

  private void add(Sample sample) {
    lock.lock();
    try {
      waitForRoom();
      LineWriter lines = open;
      int before = lines.length();
      if (lines.count() == 0) {
        openSinceNanos = System.nanoTime();
      }
      sample.writeTo(lines);
      bufferedBytes += lines.length() - before;
      written++;
      if (lines.count() == 1) {
        workChanged.signal();
      }
      if (lines.count() >= options.batchSamples() || lines.length() >= BATCH_BYTES_MAX) {
        full.add(lines);
        open = new LineWriter();
        workChanged.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  private void waitForRoom() {
    long left = options.blockMax().toNanos();
    checkOpen();
    while (bufferedBytes >= options.bufferBytesMax()) {
      if (left <= 0) {
        RequestSender.Trouble trouble = sender.trouble();
        throw new BufferFullException(
            "buffer is full: bytes="
                + bufferedBytes
                + ", samples="
                + (written - done)
                + ", waited="
                + options.blockMax()
                + (trouble == null ? "" : ", lastFailure=" + trouble.reason()));
      }
      try {
        left = roomChanged.awaitNanos(left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new BufferFullException("interrupted while the buffer was full");
      }
      checkOpen();
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("client is closed");
    }
    if (fenced != null) {
      throw new IllegalStateException(
          "another client uses this producer with a greater epoch: producer="
              + options.producer()
              + ", "
              + fenced);
    }
  }

  private void run() {
    if (options.isEpochShared()) {
      // Who began within this second before us may have used its number already.
      pauseUntilAfter(epoch);
    }
    for (LineWriter lines = next(); lines != null; lines = next()) {
      RequestOutcome outcome = send(lines);
      tell(lines, outcome);
      settle(lines, outcome);
    }
  }

  private static void pauseUntilAfter(long second) {
    long left = (second + 1) * 1000 - System.currentTimeMillis();
    try {
      if (left > 0 && left <= 1000) {
        Thread.sleep(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The next batch that is due, or null at the end. */
  private @Nullable LineWriter next() {
    lock.lock();
    try {
      while (full.isEmpty()) {
        long age = System.nanoTime() - openSinceNanos;
        long left = options.batchAge().toNanos() - age;
        if (open.count() > 0 && (left <= 0 || closed || flushUpTo > done)) {
          full.add(open);
          open = new LineWriter();
        } else if (closed) {
          return null;
        } else if (open.count() > 0) {
          left = workChanged.awaitNanos(left);
        } else {
          workChanged.await();
        }
      }
      return full.poll();
    } catch (InterruptedException e) {
      return null;
    } finally {
      lock.unlock();
    }
  }

  private RequestOutcome send(LineWriter lines) {
    byte[] body = lines.toByteArray();
    while (true) {
      RequestOutcome outcome =
          sender.send(
              new OutgoingRequest(
                  "POST",
                  PATH,
                  TEXT,
                  body,
                  new RequestNumber(options.producer(), epoch, sequence)));
      if (outcome.isStored()) {
        sequence++;
        return outcome;
      }
      boolean isGap = outcome.code().equals(RequestOutcome.SEQUENCE_GAP);
      boolean isFenced = outcome.code().equals(RequestOutcome.EPOCH_FENCED);
      if (outcome.kind() == RequestOutcome.Kind.REFUSED && !isFenced && !outcome.isNumberFree()) {
        // Parts of it may be stored under its number, so another request must not have it.
        takeNextEpoch();
      }
      if (!isGap) {
        return outcome;
      }
      // The server has forgotten this producer, or lost its last requests: not this one's fault.
    }
  }

  /** Not faster than the clock: the next start takes its epoch from there. */
  private void takeNextEpoch() {
    pauseUntilAfter(epoch);
    epoch = Math.max(epoch + 1, secondsNow());
    sequence = 1;
  }

  private void tell(LineWriter lines, RequestOutcome outcome) {
    if (outcome.refusedCount() > 0) {
      options
          .listener()
          .itemsRefused(
              outcome.refused().stream().map(each -> withSample(each, lines)).toList(),
              outcome.refusedCount());
    } else if (!outcome.isStored()) {
      options.listener().requestRefused(outcome, lines.count());
    }
  }

  private static RefusedItem withSample(RefusedItem item, LineWriter lines) {
    String where = item.where();
    return where.startsWith("line ")
        ? item.withSample(lines.sampleAtLine(Long.parseLong(where.substring(5))))
        : item;
  }

  private void settle(LineWriter lines, RequestOutcome outcome) {
    lock.lock();
    try {
      requests++;
      done += lines.count();
      bufferedBytes -= lines.length();
      switch (outcome.kind()) {
        case STORED, PARTLY_STORED -> {
          refused += outcome.refusedCount();
          stored += lines.count() - outcome.refusedCount();
        }
        case REFUSED -> refused += lines.count();
        case CLOSED -> unknown += lines.count();
      }
      if (outcome.code().equals(RequestOutcome.EPOCH_FENCED)) {
        fenced = outcome.message();
      }
      roomChanged.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Sends what is buffered without waiting for its age.
   *
   * @return whether the outcome of all samples written before the call is known in time
   */
  public boolean flush(Duration timeout) {
    long left = timeout.toNanos();
    lock.lock();
    try {
      long upTo = written;
      flushUpTo = upTo;
      workChanged.signal();
      while (done < upTo && left > 0) {
        left = roomChanged.awaitNanos(left);
      }
      return done >= upTo;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** What was done so far. */
  public WriteStatistics statistics() {
    lock.lock();
    try {
      return new WriteStatistics(
          written, stored, refused, unknown, written - done, requests, sender.repeats());
    } finally {
      lock.unlock();
    }
  }

  /** What keeps requests from getting through; null if nothing does. */
  public RequestSender.@Nullable Trouble trouble() {
    return sender.trouble();
  }

  /** As {@link #close(Duration)}, with the time limit that the builder was given. */
  @Override
  public void close() {
    close(options.closeTimeout());
  }

  /**
   * Takes no more samples, sends the buffered ones and ends; gives up what is not acknowledged in
   * time.
   *
   * @return whether the outcome of every sample is known
   */
  public boolean close(Duration timeout) {
    lock.lock();
    try {
      closed = true;
      workChanged.signal();
      roomChanged.signalAll();
    } finally {
      lock.unlock();
    }
    try {
      TimeUnit.NANOSECONDS.timedJoin(thread, Math.max(timeout.toNanos(), MILLIS));
      sender.close();
      thread.join();
    } catch (InterruptedException e) {
      sender.close();
      Thread.currentThread().interrupt();
    }
    return statistics().unknown() == 0 && statistics().waiting() == 0;
  }
}

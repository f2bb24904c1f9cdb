package io.tidemark.wire.http;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer as a stream that waits for the client. Holds one chunk while the one before
 * it is on its way: an answer of any length takes 256 KiB. The first chunk is short, so that a
 * client has something to begin with; the others are long, since handing one over costs more than
 * filling it. The headers go out with the first full chunk; until then the answer can still become
 * an error. One thread.
 */
final class ResponseStream extends OutputStream {
  private static final int FIRST_CHUNK_BYTES = 32 * 1024;
  private static final int CHUNK_BYTES = 128 * 1024;

  private final HttpResponseWriter writer;
  private final ResponseHeadersBuilder headers;
  private final Duration stallTimeout;
  private final Runnable onStart;
  private byte[] chunk = new byte[1024];
  private int length;
  private boolean started;
  private @Nullable CompletableFuture<Void> inFlight;

  /**
   * A body.
   *
   * @param onStart called before the headers go out
   */
  ResponseStream(
      HttpResponseWriter writer, ResponseHeaders headers, Duration stallTimeout, Runnable onStart) {
    this.writer = writer;
    this.headers = headers.toBuilder();
    this.stallTimeout = stallTimeout;
    this.onStart = onStart;
  }

  /** Whether the status is on its way and cannot become an error any more. */
  boolean isStarted() {
    return started;
  }

  @Override
  public void write(int value) throws IOException {
    makeRoom(1);
    chunk[length++] = (byte) value;
  }

  @Override
  public void write(byte[] bytes, int offset, int count) throws IOException {
    int from = offset;
    int left = count;
    while (left > 0) {
      makeRoom(left);
      int step = Math.min(left, chunk.length - length);
      System.arraycopy(bytes, from, chunk, length, step);
      length += step;
      from += step;
      left -= step;
    }
  }

  /** Makes room for at least one byte. */
  private void makeRoom(int wanted) throws IOException {
    if (length < chunk.length) {
      return;
    }
    if (chunk.length < FIRST_CHUNK_BYTES) {
      long size = Math.max(chunk.length * 2L, (long) length + wanted);
      chunk = Arrays.copyOf(chunk, (int) Math.min(FIRST_CHUNK_BYTES, size));
    } else {
      sendChunk();
    }
  }

  /** Does nothing: writers flush at every end of an object, chunks go out when they are full. */
  @Override
  public void flush() {}

  private void sendChunk() throws IOException {
    if (!started) {
      start();
    }
    awaitClient();
    send(HttpData.wrap(chunk, 0, length));
    inFlight = writer.whenConsumed();
    chunk = new byte[CHUNK_BYTES];
    length = 0;
  }

  private void start() throws IOException {
    onStart.run();
    started = true;
    if (!writer.tryWrite(headers.build())) {
      throw new ClientGoneException();
    }
  }

  private void send(HttpData data) throws IOException {
    if (!writer.tryWrite(data)) {
      throw new ClientGoneException();
    }
  }

  private void awaitClient() throws IOException {
    CompletableFuture<Void> sent = inFlight;
    if (sent == null) {
      return;
    }
    try {
      sent.get(stallTimeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new ClientGoneException(
          "client does not read its answer: stallTimeout=" + stallTimeout.toSeconds() + "s");
    } catch (ExecutionException e) {
      throw new ClientGoneException();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("server stops");
    }
    inFlight = null;
  }

  /**
   * Does nothing, so that a writer closed on the way out of an exception cannot make half an answer
   * look whole: only {@link #end} ends it.
   */
  @Override
  public void close() {}

  /** Sends what is left and ends the answer. */
  void end() throws IOException {
    if (!started) {
      headers.setLong(HttpHeaderNames.CONTENT_LENGTH, length);
      start();
    } else {
      awaitClient();
    }
    if (length > 0) {
      send(HttpData.wrap(chunk, 0, length));
    }
    writer.close();
  }

  /** The client closed its connection or stopped reading. */
  static final class ClientGoneException extends IOException {
    private static final long serialVersionUID = 1L;

    ClientGoneException() {
      this("client closed the connection");
    }

    ClientGoneException(String message) {
      super(message);
    }
  }
}

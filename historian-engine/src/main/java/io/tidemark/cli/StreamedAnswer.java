package io.tidemark.cli;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * An answer that is read as it comes, in flat memory. Used by one thread but for {@link #cancel}.
 * Close it, also half read: that closes the connection, by which the server notices and stops.
 * Whatever goes wrong, also while its body is read, is a {@link HistorianException}.
 */
final class StreamedAnswer implements AutoCloseable {
  /** Most bytes of an error that are read. */
  private static final int ERROR_BYTES_MAX = 1 << 20;

  private final ServerClient client;
  private final CompletableFuture<HttpResponse<InputStream>> response;
  private volatile @Nullable InputStream open;
  private volatile boolean cancelled;
  private long bytes;

  StreamedAnswer(ServerClient client, CompletableFuture<HttpResponse<InputStream>> response) {
    this.client = client;
    this.response = response;
  }

  /** Waits for the head of the answer and returns its body. */
  InputStream body() {
    HttpResponse<InputStream> head;
    try {
      head = response.get();
    } catch (CancellationException e) {
      throw cancelled(e);
    } catch (ExecutionException e) {
      if (cancelled) {
        throw cancelled(e);
      }
      if (e.getCause() instanceof IOException lost) {
        throw client.failed(lost);
      }
      throw new IllegalStateException("request could not be sent", e);
    } catch (InterruptedException e) {
      throw ServerClient.interrupted(e);
    }
    InputStream body = new Body(head.body());
    open = body;
    if (cancelled) {
      throw cancelled(null);
    }
    if (head.statusCode() >= 400) {
      try (body) {
        String text = new String(body.readNBytes(ERROR_BYTES_MAX), StandardCharsets.UTF_8);
        throw client.refusal(head.statusCode(), text);
      } catch (IOException e) {
        throw client.failed(e);
      }
    }
    return body;
  }

  /** Bytes of the body read so far. */
  long bytes() {
    return bytes;
  }

  /** Ends it, from any thread: whoever waits for it gets {@link ErrorCode#CANCELLED}. */
  void cancel() {
    cancelled = true;
    close();
  }

  @Override
  public void close() {
    InputStream body = open;
    if (!response.cancel(true) && body == null && !response.isCompletedExceptionally()) {
      body = response.join().body();
    }
    if (body != null) {
      try {
        body.close();
      } catch (IOException e) {
        // It is gone, which is what was wanted.
        open = null;
      }
    }
  }

  private static HistorianException cancelled(@Nullable Exception cause) {
    return new HistorianException(ErrorCode.CANCELLED, "cancelled", null, null, cause);
  }

  /** Counts, and says of a lost connection what it means here. */
  private final class Body extends FilterInputStream {
    Body(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int count;
      try {
        count = super.read(target, offset, length);
      } catch (IOException e) {
        throw cancelled ? cancelled(e) : brokenOff(e);
      }
      if (cancelled) {
        throw cancelled(null);
      }
      bytes += Math.max(0, count);
      return count;
    }

    private HistorianException brokenOff(IOException e) {
      return new HistorianException(
          ErrorCode.UNAVAILABLE,
          "answer broke off before its end: server=" + client.address() + ", bytes=" + bytes,
          null,
          "the server stopped or the statement failed half way: its log says why",
          e);
    }
  }
}

package io.tidemark.wire.http;

import com.linecorp.armeria.common.ByteBufAccessMode;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpObject;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * Collects the body of one request, up to a limit of its own and a limit for all bodies that the
 * server holds. Takes pooled objects. Runs on the request's event loop.
 *
 * <p>What it took of the common limit stays taken until {@link #release}.
 */
final class BodyCollector implements Subscriber<HttpObject> {
  /** How many times what is here is set aside for what was announced. */
  private static final long STEP_MAX = 4;

  private final int bytesMax;
  private final long announced;
  private final AtomicLong bytesHeld;
  private final long bytesHeldMax;
  private final Consumer<byte[]> onBody;
  private final Consumer<Throwable> onFailure;
  private byte[] bytes;
  private int length;
  private long taken;
  private boolean done;

  /**
   * A collector.
   *
   * @param announced length that the client announced, or -1
   * @param bytesHeld bytes that all collectors hold together
   */
  BodyCollector(
      int bytesMax,
      long announced,
      AtomicLong bytesHeld,
      long bytesHeldMax,
      Consumer<byte[]> onBody,
      Consumer<Throwable> onFailure) {
    this.bytesMax = bytesMax;
    this.announced = announced;
    this.bytesHeld = bytesHeld;
    this.bytesHeldMax = bytesHeldMax;
    this.onBody = onBody;
    this.onFailure = onFailure;
    // What a client announces is only believed up to 64 KiB before it is here.
    this.bytes = new byte[Math.clamp(announced, 0, Math.min(bytesMax, 64 * 1024))];
  }

  @Override
  public void onSubscribe(Subscription newSubscription) {
    newSubscription.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(HttpObject object) {
    if (object instanceof HttpData data) {
      try (data) { // the connection's own memory
        add(data);
      }
    }
  }

  private void add(HttpData data) {
    if (done) {
      return;
    }
    int count = data.length();
    if (count > bytesMax - length) {
      fail(
          RequestBody.tooLarge(
              "body is too large: bytes=" + ((long) length + count) + " or more", bytesMax));
      return;
    }
    if (length + count > bytes.length && !grow(length + count)) {
      fail(
          new HistorianException(
              ErrorCode.BACK_PRESSURED,
              "bodies of other requests fill the memory for bodies: bytesMax=" + bytesHeldMax,
              null,
              "try again",
              null));
      return;
    }
    data.byteBuf(ByteBufAccessMode.DUPLICATE).readBytes(bytes, length, count);
    length += count;
  }

  private boolean grow(int wanted) {
    // An announced length is reached in few steps and exactly: each step copies what is here.
    long step =
        announced >= wanted ? Math.min(announced, bytes.length * STEP_MAX) : bytes.length * 2L;
    int size = (int) Math.min(bytesMax, Math.max(wanted, step));
    if (bytesHeld.addAndGet(size - taken) > bytesHeldMax) {
      bytesHeld.addAndGet(taken - size);
      return false;
    }
    taken = size;
    bytes = Arrays.copyOf(bytes, size);
    return true;
  }

  private void fail(Throwable cause) {
    done = true;
    bytes = new byte[0];
    release(); // what still comes is thrown away: a reset could overtake the answer
    onFailure.accept(cause);
  }

  @Override
  public void onError(Throwable cause) {
    if (!done) {
      fail(cause);
    }
  }

  @Override
  public void onComplete() {
    if (!done) {
      done = true;
      byte[] body = length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
      bytes = new byte[0];
      onBody.accept(body);
    }
  }

  /** Gives back what the body took of the common limit. Idempotent; once the request is over. */
  void release() {
    bytesHeld.addAndGet(-taken);
    taken = 0;
  }
}

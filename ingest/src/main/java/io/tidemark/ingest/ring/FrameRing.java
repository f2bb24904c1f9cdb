package io.tidemark.ingest.ring;

import io.tidemark.model.SampleFrame;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * Bounded many-to-one ring of encoded frames. {@link #offer} is lock-free and safe from any thread;
 * {@link #drain} belongs to one thread.
 */
public final class FrameRing {
  private static final int MESSAGE_TYPE = 1;

  private final ManyToOneRingBuffer ring;
  private final ByteBuffer bytes;

  /** Takes one frame out of the ring. */
  public interface Consumer {
    /**
     * A frame, in the ring's own memory: valid and writable during the call only.
     *
     * @param buffer little endian
     */
    void accept(ByteBuffer buffer, int offset, int length);
  }

  /**
   * A ring.
   *
   * @param bytesMax capacity, a power of two of at least eight frames of the greatest length
   */
  public FrameRing(int bytesMax) {
    if (Integer.bitCount(bytesMax) != 1 || bytesMax < 8 * SampleFrame.FRAME_BYTES_MAX) {
      throw new IllegalArgumentException(
          "ring must be a power of two of at least "
              + 8 * SampleFrame.FRAME_BYTES_MAX
              + " bytes: bytesMax="
              + bytesMax);
    }
    bytes =
        ByteBuffer.allocateDirect(bytesMax + RingBufferDescriptor.TRAILER_LENGTH)
            .order(ByteOrder.LITTLE_ENDIAN);
    ring = new ManyToOneRingBuffer(new UnsafeBuffer(bytes));
  }

  /**
   * Copies a frame into the ring.
   *
   * @param frame from position to limit
   * @return false if the ring is full: retry later
   */
  public boolean offer(ByteBuffer frame) {
    UnsafeBuffer source = new UnsafeBuffer(frame, frame.position(), frame.remaining());
    return ring.write(MESSAGE_TYPE, source, 0, source.capacity());
  }

  /** Hands up to {@code limit} frames to the consumer, oldest first; returns how many. */
  public int drain(Consumer consumer, int limit) {
    return ring.read((type, buffer, index, length) -> consumer.accept(bytes, index, length), limit);
  }

  /** Bytes waiting. */
  public int size() {
    return ring.size();
  }

  /** Bytes that fit. */
  public int capacity() {
    return ring.capacity();
  }
}

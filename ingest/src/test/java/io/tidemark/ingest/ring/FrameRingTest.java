package io.tidemark.ingest.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.testing.Rounds;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FrameRingTest {
  private static final int PRODUCERS = 3;

  /** Bytes of a frame: producer, number, then the number's low byte throughout. */
  private static void fill(ByteBuffer frame, int producer, int number) {
    int length = 16 + (number * 37 + producer * 11) % 3000;
    frame.clear().limit(length);
    frame.putInt(0, producer).putInt(4, number);
    for (int i = 8; i < length; i++) {
      frame.put(i, (byte) number);
    }
  }

  private static void check(ByteBuffer bytes, int offset, int length, int[] next) {
    int producer = bytes.getInt(offset);
    int number = bytes.getInt(offset + 4);
    if (number != next[producer] || length != 16 + (number * 37 + producer * 11) % 3000) {
      throw new AssertionError("frame " + number + " of " + producer + ", not " + next[producer]);
    }
    next[producer]++;
    for (int i = 8; i < length; i++) {
      if (bytes.get(offset + i) != (byte) number) {
        throw new AssertionError("frame " + number + " of " + producer + " torn at " + i);
      }
      bytes.put(offset + i, (byte) ~number); // the consumer may write into it during the call
    }
  }

  /**
   * Many claim at once, the ring is full again and again: each producer's frames arrive whole, once
   * and in their order. (The ring is Agrona's; this is about our use of it, where the consumer
   * reads and writes the frame through a buffer of its own.)
   */
  @Test
  void framesOfManyProducersArriveWholeAndInTheirOrder() throws Exception {
    FrameRing ring = new FrameRing(8 << 20);
    int frames = Rounds.of(40_000);
    AtomicBoolean stop = new AtomicBoolean();
    List<Thread> threads = new ArrayList<>();
    for (int p = 0; p < PRODUCERS; p++) {
      int producer = p;
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    ByteBuffer frame = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
                    for (int number = 0; number < frames && !stop.get(); number++) {
                      fill(frame, producer, number);
                      while (!ring.offer(frame) && !stop.get()) {
                        Thread.onSpinWait();
                      }
                    }
                  }));
    }
    int[] next = new int[PRODUCERS];
    try {
      long drained = 0;
      while (drained < (long) PRODUCERS * frames) {
        drained += ring.drain((bytes, offset, length) -> check(bytes, offset, length, next), 32);
      }
    } finally {
      stop.set(true);
      for (Thread thread : threads) {
        thread.join();
      }
    }
    assertThat(next).containsOnly(frames);
    assertThat(ring.size()).isZero();
  }
}

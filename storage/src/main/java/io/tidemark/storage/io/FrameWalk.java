package io.tidemark.storage.io;

import io.tidemark.model.HistorianException;
import io.tidemark.model.SampleFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the frames of a file by magic, bounds, checksum and file epoch, and over what is
 * none to the next that is one. Somebody may still be appending.
 */
public final class FrameWalk {
  private static final int SHORTEST = SampleFrame.HEADER_LENGTH + 4;

  private final FileBytes file;
  private final long end;
  private final int step;
  private final @Nullable Long epoch;
  private final SampleFrame frame = new SampleFrame();

  /** Takes what is found, in order of offsets. */
  public interface Visitor {
    /** A frame with a right checksum; only lent. */
    void frame(SampleFrame frame, long offset) throws IOException;

    /** Bytes between frames, or between the last one and the end, that are not all zero. */
    void hole(long offset, long length, boolean toTheEnd) throws IOException;

    /** Bytes that pad a frame to a multiple of 8 and are not zero. */
    void padding(long offset) throws IOException;
  }

  /**
   * A walk.
   *
   * @param step frames lie at multiples of it, 4 or 8
   * @param epoch which frames must carry, or null for any
   */
  public FrameWalk(FileBytes file, long end, int step, @Nullable Long epoch) {
    this.file = file;
    this.end = end;
    this.step = step;
    this.epoch = epoch;
  }

  /** Walks from an offset to the end. */
  public void run(long from, Visitor visitor) throws IOException {
    long at = from;
    while (at < end) {
      if (isFrame(at)) {
        at = take(at, visitor);
        continue;
      }
      long next = at;
      do {
        next = nextMagic(next + step);
      } while (next < end && !isFrame(next));
      boolean blank = file.firstNotZero(at, Math.min(next, at + SHORTEST)) != at;
      if (!blank) {
        file.refresh();
        if (isFrame(at)) {
          continue; // it was being written when we looked first
        }
      }
      long dirty = file.firstNotZero(at, next);
      if (dirty < next) {
        visitor.hole(at, next - at, next >= end);
      }
      at = next;
    }
  }

  private long take(long at, Visitor visitor) throws IOException {
    int length = frame.length();
    int padded = (int) Math.min(frame.paddedLength(), end - at);
    visitor.frame(frame, at);
    if (file.firstNotZero(at + length, at + padded) < at + padded) {
      visitor.padding(at + length);
    }
    return at + padded;
  }

  private boolean isFrame(long at) throws IOException {
    if (end - at < SHORTEST) {
      return false;
    }
    ByteBuffer head = file.slice(at, SHORTEST);
    int length = head.getInt(8);
    if (head.getInt(0) != SampleFrame.MAGIC
        || length < SHORTEST
        || length > SampleFrame.FRAME_BYTES_MAX
        || length > end - at) {
      return false;
    }
    try {
      frame.wrap(file.slice(at, length), 0, length);
      return frame.crcMatches() && (epoch == null || epoch == frame.fileEpoch());
    } catch (HistorianException e) {
      return false;
    }
  }

  /** The next place in steps that begins as a frame does; the end if there is none. */
  private long nextMagic(long from) throws IOException {
    for (long at = from; at <= end - 4; ) {
      int count = (int) Math.min(1 << 19, end - at) & -step;
      if (count < 4) {
        break;
      }
      ByteBuffer bytes = file.slice(at, count);
      for (int i = 0; i < count; i += step) {
        if (bytes.getInt(i) == SampleFrame.MAGIC) {
          return at + i;
        }
      }
      at += count;
    }
    return end;
  }
}

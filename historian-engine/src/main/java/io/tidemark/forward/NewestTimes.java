package io.tidemark.forward;

import io.tidemark.model.RecordKind;
import io.tidemark.model.SampleFrame;
import java.util.Arrays;

/**
 * The newest time of each tag in the backlog: a frame with a sample that is not after it must not
 * overtake it, or the server would keep the older one of two that were written to the same time.
 * One thread.
 */
final class NewestTimes {
  private static final int TAGS_FIRST = 1024;

  private long[] times = new long[0];

  boolean isEmpty() {
    return times.length == 0;
  }

  void clear() {
    times = new long[0];
  }

  void add(SampleFrame frame) {
    if (frame.kind() != RecordKind.SAMPLES) {
      return;
    }
    frame.openRows();
    for (int row = 0; row < frame.rowCount(); row++) {
      int tagId = frame.tagId(row);
      if (tagId >= times.length) {
        int before = times.length;
        times = Arrays.copyOf(times, Math.max(TAGS_FIRST, Math.max(tagId + 1, 2 * before)));
        Arrays.fill(times, before, times.length, Long.MIN_VALUE);
      }
      times[tagId] = Math.max(times[tagId], frame.timeNs(row));
    }
  }

  /** Whether the frame's samples are all after what waits of their tags. */
  boolean mayPass(SampleFrame frame) {
    if (isEmpty() || frame.kind() != RecordKind.SAMPLES) {
      return true;
    }
    frame.openRows();
    for (int row = 0; row < frame.rowCount(); row++) {
      int tagId = frame.tagId(row);
      if (tagId < times.length
          && times[tagId] != Long.MIN_VALUE
          && frame.timeNs(row) <= times[tagId]) {
        return false;
      }
    }
    return true;
  }
}

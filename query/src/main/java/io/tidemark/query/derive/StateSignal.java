package io.tidemark.query.derive;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a tag said over time: its states from change to change, null where it said nothing. Each
 * holds until the next. Not thread-safe.
 */
public final class StateSignal {
  /** Most changes that are kept. */
  public static final int CHANGES_MAX = 1_000_000;

  /** Samples of a stretch of time, in order. */
  public static final class Samples {
    private long[] timesNs = new long[16];
    private @Nullable String[] states = new @Nullable String[16];
    private int count;

    /** Whether there is none. */
    public boolean isEmpty() {
      return count == 0;
    }

    /** Time of the last sample. */
    public long lastNs() {
      return timesNs[count - 1];
    }

    /** Adds a sample; of several at a time the last one counts. */
    public void add(long timeNs, @Nullable String state) {
      if (count > 0 && timesNs[count - 1] == timeNs) {
        count--;
      } else if (count > 1 && Objects.equals(states[count - 1], state)) {
        if (Objects.equals(states[count - 2], state)) {
          count--; // says what is said before and after it
        }
      }
      if (count == timesNs.length) {
        if (count > 4 * CHANGES_MAX) {
          throw tooMany();
        }
        timesNs = Arrays.copyOf(timesNs, count * 2);
        states = Arrays.copyOf(states, count * 2);
      }
      timesNs[count] = timeNs;
      states[count++] = state;
    }
  }

  private long[] timesNs = new long[16];
  private @Nullable String[] states = new @Nullable String[16];
  private int count;
  private long firstNs = Long.MAX_VALUE;

  /** Time of the first sample; {@code Long.MAX_VALUE} before there is any. */
  public long firstNs() {
    return firstNs;
  }

  /** Number of changes. */
  int count() {
    return count;
  }

  /** Time of a change. */
  long timeNs(int change) {
    return timesNs[change];
  }

  /** State from a change on. */
  @Nullable String state(int change) {
    return states[change];
  }

  /** Time of the change after one; the end of all time after the last. */
  long endNs(int change) {
    return change + 1 < count ? timesNs[change + 1] : Long.MAX_VALUE;
  }

  /** The change whose state holds at a time, or -1 before the first. */
  int changeAt(long ns) {
    int place = Arrays.binarySearch(timesNs, 0, count, ns);
    return place >= 0 ? place : -place - 2;
  }

  /**
   * Puts samples in the place of whatever was said from a time on, up to and with the last of them;
   * what was said later stays, unless they are the tag's last.
   *
   * @param samples none before {@code fromNs}
   * @param last whether the tag has no later sample
   * @throws HistorianException {@link ErrorCode#TOO_MANY} beyond {@link #CHANGES_MAX}
   */
  public void replace(long fromNs, Samples samples, boolean last) {
    if (samples.count == 0) {
      return;
    }
    firstNs = Math.min(firstNs, samples.timesNs[0]);
    int from = changeAt(fromNs - 1) + 1;
    int to = last ? count : changeAt(samples.lastNs()) + 1;
    String state = from == 0 ? null : states[from - 1];
    long[] newTimes = new long[samples.count];
    @Nullable String[] newStates = new @Nullable String[samples.count];
    int added = 0;
    for (int i = 0; i < samples.count; i++) {
      if (!Objects.equals(samples.states[i], state)) {
        state = samples.states[i];
        newTimes[added] = samples.timesNs[i];
        newStates[added++] = state;
      }
    }
    if (to < count && Objects.equals(states[to], state)) {
      to++;
    }
    int after = count - to;
    int newCount = from + added + after;
    if (newCount > CHANGES_MAX) {
      throw new HistorianException(
          ErrorCode.TOO_MANY,
          "tag changes too often for batches or phases: changesMax=" + CHANGES_MAX);
    }
    if (newCount > timesNs.length) {
      timesNs = Arrays.copyOf(timesNs, newCount * 2);
      states = Arrays.copyOf(states, newCount * 2);
    }
    System.arraycopy(timesNs, to, timesNs, from + added, after);
    System.arraycopy(states, to, states, from + added, after);
    System.arraycopy(newTimes, 0, timesNs, from, added);
    System.arraycopy(newStates, 0, states, from, added);
    Arrays.fill(states, newCount, Math.max(newCount, count), null);
    count = newCount;
  }

  private static HistorianException tooMany() {
    return new HistorianException(
        ErrorCode.TOO_MANY,
        "tag changes too often to tell batches or phases: changesMax=" + CHANGES_MAX);
  }
}

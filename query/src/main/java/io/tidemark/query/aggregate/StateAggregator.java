package io.tidemark.query.aggregate;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.ReadRule;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleFlags;
import io.tidemark.model.SampleStatistics;
import io.tidemark.model.SampleStatistics.Count;
import io.tidemark.model.SampleStatistics.Real;
import io.tidemark.model.SampleType;
import io.tidemark.model.TagDefinition;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One pass over the samples of a digital, bool, int or text tag that says how long and how often it
 * was in each state, in consecutive intervals. Call {@link #before} with the last sample before the
 * first edge, and before that with the last usable one if it is another; {@link #accept} with the
 * samples from the first edge on in order of time; then {@link #finish}. If {@link #needsNext}, one
 * sample at or after the last edge comes before that. One thread; used once.
 *
 * <p>Samples count by the default {@link ReadRule}. One that is not usable ends the occurrence of a
 * state; the next usable one begins another, but enters the state only if the last usable one had
 * another state. Numbers of a time when the tag was a real count if they are whole.
 *
 * <p>Rows of an interval are ordered by number or text; the last one is the time without a usable
 * value, also if there is none.
 */
public final class StateAggregator {
  /** Most states of an interval. */
  public static final int STATES_MAX = 1_000;

  /* Every whole number up to here is a double of its own. */
  private static final double WHOLE_MAX = 0x1p53;

  private static final Comparator<StateTally> BY_STATE =
      Comparator.comparing((StateTally tally) -> tally.text == null ? "" : tally.text)
          .thenComparingLong(tally -> tally.value);

  private final TagDefinition tag;
  private final boolean isText;
  private final long[] edges;
  private final int intervalCount;
  private final Consumer<StateRow> sink;
  private final StateTallies tallies = new StateTallies();
  private final boolean[] usable = new boolean[SampleBlock.CAPACITY];
  private final long[] whole = new long[SampleBlock.CAPACITY];
  private int interval;

  /* The state of the last usable sample, and whether no other sample came after it: then the state lasts. */
  private boolean hasState;
  private long value;
  private @Nullable String text;
  private boolean lasts;
  private long lastTimeNs;
  private long occurrenceStartNs;

  /**
   * A pass over the intervals between the edges.
   *
   * @param edgesNs two or more, ascending
   * @param sink takes the rows of an interval, interval by interval in order of time
   * @throws HistorianException {@link ErrorCode#EMPTY_RANGE} if they do not ascend; while it goes
   *     on, {@link ErrorCode#TOO_MANY} if an interval has more than {@link #STATES_MAX} states.
   */
  public StateAggregator(TagDefinition tag, long[] edgesNs, Consumer<StateRow> sink) {
    IntervalAggregator.checkEdges(edgesNs);
    this.tag = tag;
    this.isText = tag.type() == SampleType.STRING;
    this.edges = edgesNs.clone();
    this.intervalCount = edges.length - 1;
    this.sink = sink;
  }

  /** Whether the next sample at or after the last edge matters. */
  public boolean needsNext() {
    return lasts && interval < intervalCount;
  }

  /** Takes a sample before the first edge; in order of time if there are two. */
  public void before(SampleBlock block, int row) {
    long[] numbers = classify(block, row, row + 1);
    lastTimeNs = block.sourceTimesNs()[row];
    lasts = usable[row];
    if (lasts) {
      hasState = true;
      value = isText ? 0 : numbers[row];
      text = isText ? block.texts()[row] : null;
      occurrenceStartNs = lastTimeNs;
    }
  }

  /** Takes samples from the first edge on, in order of time. */
  public void accept(SampleBlock block) {
    int count = block.count();
    long[] numbers = classify(block, 0, count);
    if (isText) {
      texts(block);
    } else {
      runs(block.sourceTimesNs(), numbers, count);
    }
  }

  private void texts(SampleBlock block) {
    long[] times = block.sourceTimesNs();
    @Nullable String[] texts = block.texts();
    for (int row = 0; row < block.count(); row++) {
      if (usable[row]) {
        take(times[row], 0, texts[row]);
      } else {
        interrupt(times[row]);
      }
    }
  }

  /** Takes rows in runs of one state. */
  private void runs(long[] times, long[] numbers, int count) {
    for (int row = 0; row < count; ) {
      if (!usable[row]) {
        interrupt(times[row++]);
        continue;
      }
      long state = numbers[row];
      int end = row + 1;
      while (end < count && usable[end] && numbers[end] == state) {
        end++;
      }
      take(times[row], state, null);
      if (end - row > 1) {
        take(times[end - 1], state, null);
      }
      row = end;
    }
  }

  /**
   * Whether statistics of several samples may stand for them: all are usable and of one state, of
   * which they tell the number.
   */
  public boolean suffices(SampleStatistics samples) {
    long rows = samples.get(Count.USABLE);
    if (isText
        || rows == 0
        || samples.get(Count.BAD) != 0
        || samples.get(Count.UNCERTAIN) != 0
        || rows != samples.get(Count.GOOD)) {
      return false;
    }
    if (tag.type() == SampleType.DIGITAL) {
      return samples.stateCount() == 1;
    }
    double number = samples.get(Real.MINIMUM);
    return number == samples.get(Real.MAXIMUM) && isWhole(number);
  }

  /**
   * Takes samples inside the edges by what they say together; no edge lies between them.
   *
   * @throws IllegalArgumentException unless they {@link #suffices}.
   */
  public void accept(SampleStatistics samples) {
    if (!suffices(samples)) {
      throw new IllegalArgumentException("statistics do not stand for their samples");
    }
    long state =
        tag.type() == SampleType.DIGITAL ? samples.state(0) : (long) samples.get(Real.MINIMUM);
    take(samples.get(Count.FIRST_TIME), state, null);
    take(samples.get(Count.LAST_TIME), state, null);
  }

  /** Ends the pass: nothing that matters was recorded later. */
  public void finish() {
    if (lasts && interval < intervalCount && lastTimeNs >= edges[interval]) {
      tallies.of(value, text).partial++;
    }
    lasts = false;
    while (interval < intervalCount) {
      close();
    }
  }

  /** Takes a usable sample. */
  private void take(long timeNs, long newValue, @Nullable String newText) {
    boolean isSame = hasState && value == newValue && Objects.equals(text, newText);
    goTo(timeNs, isSame);
    if (!isSame || !lasts) {
      occurrenceStartNs = timeNs;
    }
    hasState = true;
    value = newValue;
    text = newText;
    lasts = true;
    lastTimeNs = timeNs;
    if (!isSame && interval < intervalCount) {
      tallies.of(value, text).entries++;
    }
  }

  /** Takes a sample that is not usable. */
  private void interrupt(long timeNs) {
    if (lasts) {
      goTo(timeNs, false);
      lasts = false;
    }
  }

  /**
   * Adds the time up to the next sample to the state that lasts, and closes the intervals before
   * it.
   *
   * @param goesOn whether the state lasts beyond it
   */
  private void goTo(long timeNs, boolean goesOn) {
    boolean isOpen = lasts;
    while (interval < intervalCount && timeNs >= edges[interval + 1]) {
      long endNs = edges[interval + 1];
      if (isOpen) {
        boolean ends = !goesOn && timeNs == endNs;
        leave(last(endNs), endNs, ends);
        isOpen = !ends;
      }
      close();
    }
    if (isOpen
        && interval < intervalCount
        && (timeNs > edges[interval] || occurrenceStartNs >= edges[interval])) {
      StateTally tally = last(timeNs);
      if (!goesOn) {
        leave(tally, timeNs, true);
      }
    }
  }

  /** Adds the time from the last sample or the interval's start on. */
  private StateTally last(long toNs) {
    StateTally tally = tallies.of(value, text);
    tally.durationNs += toNs - Math.max(lastTimeNs, edges[interval]);
    return tally;
  }

  /** Counts an occurrence that ends, or goes on in the next interval. */
  private void leave(StateTally tally, long endNs, boolean ends) {
    if (ends && occurrenceStartNs >= edges[interval]) {
      tally.contain(endNs - occurrenceStartNs);
    } else {
      tally.partial++;
    }
  }

  private void close() {
    long startNs = edges[interval];
    long endNs = edges[interval + 1];
    long restNs = endNs - startNs;
    List<StateTally> states = tallies.all();
    states.sort(BY_STATE);
    for (StateTally tally : states) {
      restNs -= tally.durationNs;
      Long ordinal = isText ? null : tally.value;
      sink.accept(tally.row(startNs, endNs, ordinal, stateText(tally)));
    }
    double percent = StateTally.percent(restNs, startNs, endNs);
    sink.accept(
        new StateRow(startNs, endNs, null, null, restNs, percent, 0, 0, null, null, null, 0));
    tallies.clear();
    interval++;
  }

  private String stateText(StateTally tally) {
    if (tally.text != null) {
      return tally.text;
    }
    return switch (tag.type()) {
      case DIGITAL -> tag.stateText(tally.value);
      case BOOL -> tally.value == 0 ? "false" : "true";
      default -> Long.toString(tally.value);
    };
  }

  private static boolean isWhole(double number) {
    return number == Math.rint(number) && Math.abs(number) < WHOLE_MAX;
  }

  /** Marks the usable rows and returns the numbers of their states. */
  private long[] classify(SampleBlock block, int from, int to) {
    int[] statuses = block.statuses();
    byte[] flags = block.flags();
    SampleType type = block.type();
    boolean fits = isText == (type == SampleType.STRING);
    for (int i = from; i < to; i++) {
      usable[i] =
          fits && ReadRule.DEFAULT.admits(statuses[i]) && (flags[i] & SampleFlags.PRESENT) != 0;
    }
    if (!type.isReal()) {
      return block.longs();
    }
    double[] doubles = block.doubles();
    for (int i = from; i < to; i++) {
      usable[i] &= isWhole(doubles[i]);
      whole[i] = (long) doubles[i];
    }
    return whole;
  }
}

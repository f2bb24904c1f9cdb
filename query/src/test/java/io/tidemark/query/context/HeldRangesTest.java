package io.tidemark.query.context;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.TimeRange;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** When a batch stood still is told by its events of type Held and Paused. */
class HeldRangesTest {
  private final JournaledContext context = new JournaledContext();

  private void event(String id, String type, String batchId, long startNs, Long endNs) {
    context.put(
        ContextKind.EVENTS,
        id,
        "{'type':'%s','batchId':'%s','startTime':'%s','endTime':%s}"
            .formatted(
                type,
                batchId,
                ContextTimes.format(startNs),
                endNs == null ? "null" : "'" + ContextTimes.format(endNs) + "'"));
  }

  private List<TimeRange> held(long startNs, long endNs) {
    return context.store().heldRanges("B", new TimeRange(startNs, endNs));
  }

  @Test
  void heldAndPausedAreMergedAndCutToTheRange() {
    event("1", "Held", "B", 10, 20L);
    event("2", "paused", "B", 15, 30L);
    event("3", "Held", "B", 30, 40L); // touches
    event("4", "Held", "B", 50, 50L); // no time at all
    event("5", "Alarm", "B", 60, 70L);
    event("6", "Held", "C", 60, 70L);
    event("7", "Held", "B", 80, null);
    assertThat(held(0, 100)).containsExactly(new TimeRange(10, 40), new TimeRange(80, 100));
    assertThat(held(20, 90)).containsExactly(new TimeRange(20, 40), new TimeRange(80, 90));
    assertThat(held(40, 80)).isEmpty();
    event("7", "Held", "B", 80, 85L); // resumed
    assertThat(held(0, 100)).containsExactly(new TimeRange(10, 40), new TimeRange(80, 85));
    assertThat(context.store().heldRanges("unknown", new TimeRange(0, 100))).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void everyInstantIsHeldIfAnEventSaysSo(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    boolean[] expected = new boolean[120];
    for (int i = 0; i < 12; i++) {
      long startNs = random.nextLong(0, 100);
      Long endNs = random.nextInt(8) == 0 ? null : (Long) (startNs + random.nextLong(0, 15));
      String batchId = random.nextInt(4) == 0 ? "C" : "B";
      event("E" + i, random.nextBoolean() ? "Held" : "Paused", batchId, startNs, endNs);
      for (long ns = startNs; batchId.equals("B") && ns < (endNs == null ? 120 : endNs); ns++) {
        expected[(int) ns] = true;
      }
    }
    for (int i = 0; i < 50; i++) {
      long startNs = random.nextLong(0, 110);
      long endNs = startNs + random.nextLong(1, 120 - startNs);
      List<TimeRange> ranges = new ArrayList<>();
      for (long ns = startNs; ns < endNs; ns++) {
        if (expected[(int) ns]) {
          boolean goesOn = !ranges.isEmpty() && ranges.getLast().endNs() == ns;
          long fromNs = goesOn ? ranges.removeLast().startNs() : ns;
          ranges.add(new TimeRange(fromNs, ns + 1));
        }
      }
      assertThat(held(startNs, endNs)).isEqualTo(ranges);
    }
  }
}

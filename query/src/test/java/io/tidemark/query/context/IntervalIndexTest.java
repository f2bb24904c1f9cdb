package io.tidemark.query.context;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.query.context.IntervalIndex.Interval;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class IntervalIndexTest {
  private final IntervalIndex index = new IntervalIndex();

  private List<Interval> found(long startNs, long endNs) {
    List<Interval> found = new ArrayList<>();
    index.overlapping(startNs, endNs, found::add);
    return found;
  }

  @Test
  void intervalsAreHalfOpenAndOneWithoutLengthIsItsInstant() {
    Interval batch = new Interval(10, 20, "batch");
    Interval event = new Interval(15, 15, "event");
    index.add(batch);
    index.add(event);
    index.settle();
    assertThat(found(0, 10)).isEmpty();
    assertThat(found(0, 11)).containsExactly(batch);
    assertThat(found(14, 16)).containsExactlyInAnyOrder(batch, event);
    assertThat(found(15, 16)).containsExactlyInAnyOrder(batch, event);
    assertThat(found(16, 20)).containsExactly(batch);
    assertThat(found(20, 99)).isEmpty();
  }

  @Test
  void whatRunsHasNoEnd() {
    Interval open = new Interval(10, Long.MAX_VALUE, "open");
    index.add(open);
    index.settle();
    assertThat(found(Long.MAX_VALUE - 1, Long.MAX_VALUE)).containsExactly(open);
  }

  @Test
  void changesCountOnceTheyAreSettled() {
    Interval interval = new Interval(10, 20, "a");
    index.add(interval);
    assertThat(found(0, 99)).isEmpty();
    index.settle();
    index.remove(interval);
    assertThat(found(0, 99)).containsExactly(interval);
    index.add(interval);
    index.settle();
    assertThat(found(0, 99)).containsExactly(interval);
    index.remove(interval);
    index.settle();
    assertThat(index.isEmpty()).isTrue();
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void findsWhatAListFinds(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Interval> list = new ArrayList<>();
    for (int round = 0; round < 30; round++) {
      for (int i = random.nextInt(8); i > 0; i--) {
        if (!list.isEmpty() && random.nextInt(3) == 0) {
          index.remove(list.remove(random.nextInt(list.size())));
        } else {
          Interval interval = interval(random, "i" + random.nextInt(1_000_000));
          index.add(interval);
          list.add(interval);
        }
      }
      index.settle();
      for (int i = 0; i < 20; i++) {
        long startNs = random.nextLong(-5, 110);
        long endNs = startNs + random.nextLong(1, 40);
        assertThat(found(startNs, endNs))
            .as("seed=%d round=%d window=[%d, %d)", seed, round, startNs, endNs)
            .containsExactlyInAnyOrderElementsOf(
                list.stream().filter(interval -> overlaps(interval, startNs, endNs)).toList());
      }
    }
  }

  private static Interval interval(SplittableRandom random, String id) {
    long startNs = random.nextLong(0, 100);
    return switch (random.nextInt(5)) {
      case 0 -> new Interval(startNs, startNs, id);
      case 1 -> new Interval(startNs, Long.MAX_VALUE, id);
      default -> new Interval(startNs, startNs + random.nextLong(1, 30), id);
    };
  }

  /** Instant by instant. */
  private static boolean overlaps(Interval interval, long startNs, long endNs) {
    for (long ns = startNs; ns < endNs; ns++) {
      boolean inside = ns >= interval.startNs() && ns < interval.endNs();
      if (inside || ns == interval.startNs()) {
        return true;
      }
    }
    return false;
  }
}

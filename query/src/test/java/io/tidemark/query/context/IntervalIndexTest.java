package io.tidemark.query.context;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.Direction;
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
    IntervalIndex.Walk walk =
        index.walk(Direction.FORWARD, Long.MIN_VALUE, endNs - 1, startNs + 1, null);
    for (Interval interval; (interval = walk.interval()) != null; walk.next()) {
      found.add(interval);
    }
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

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void aWalkOverManyLeapsOverWhatEndedBefore(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Interval> list = new ArrayList<>();
    for (int i = 0; i < 9_000; i++) { // three levels
      long startNs = random.nextLong(0, 20_000);
      long length = random.nextInt(500) == 0 ? 15_000 : random.nextLong(1, 10);
      list.add(new Interval(startNs, startNs + length, "i" + i));
    }
    list.forEach(index::add);
    index.settle();
    for (int i = 0; i < 1_000; i++) { // settles a tail of each length
      Interval interval = list.remove(random.nextInt(list.size()));
      index.remove(interval);
      if (i % 100 == 0) {
        index.settle();
      }
    }
    index.settle();
    list.sort(Interval.ORDER);
    for (int i = 0; i < 200; i++) {
      long firstNs = random.nextLong(-10, 20_010);
      long lastNs = firstNs + random.nextLong(0, 20_010);
      long endNs = random.nextLong(0, 30_000);
      Interval after =
          random.nextBoolean() ? null : new Interval(firstNs + 5, 0, "i" + random.nextInt(9_000));
      for (Direction direction : Direction.values()) {
        boolean forward = direction == Direction.FORWARD;
        List<Interval> expected =
            list.stream()
                .filter(each -> each.startNs() >= firstNs && each.startNs() <= lastNs)
                .filter(each -> each.endNs() >= endNs)
                .filter(
                    each ->
                        after == null
                            || (forward
                                ? Interval.ORDER.compare(each, after) > 0
                                : Interval.ORDER.compare(each, after) < 0))
                .toList();
        List<Interval> walked = new ArrayList<>();
        IntervalIndex.Walk walk = index.walk(direction, firstNs, lastNs, endNs, after);
        for (Interval interval; (interval = walk.interval()) != null; walk.next()) {
          walked.add(interval);
        }
        assertThat(walked).isEqualTo(forward ? expected : expected.reversed());
      }
    }
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

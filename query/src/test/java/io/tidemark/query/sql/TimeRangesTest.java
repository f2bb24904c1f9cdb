package io.tidemark.query.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.TimeRange;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TimeRangesTest {
  private static final int INSTANTS = 64;

  private static TimeRanges ranges(SplittableRandom random) {
    List<TimeRange> ranges = new ArrayList<>();
    for (int i = random.nextInt(6); i > 0; i--) {
      int start = random.nextInt(INSTANTS);
      ranges.add(new TimeRange(start, random.nextInt(start + 1, INSTANTS + 1)));
    }
    return TimeRanges.union(ranges);
  }

  /** The same set, instant by instant. */
  private static BitSet instants(TimeRanges ranges) {
    BitSet instants = new BitSet();
    for (TimeRange range : ranges.ranges()) {
      instants.set((int) range.startNs(), (int) range.endNs());
    }
    return instants;
  }

  private static void assertDisjointAndAscending(TimeRanges ranges) {
    for (int i = 1; i < ranges.ranges().size(); i++) {
      assertThat(ranges.ranges().get(i).startNs())
          .as("%s", ranges)
          .isGreaterThan(ranges.ranges().get(i - 1).endNs());
    }
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void unionAndIntersectionAreThoseOfTheInstants(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 200; i++) {
      TimeRanges a = ranges(random);
      TimeRanges b = ranges(random);
      BitSet either = instants(a);
      either.or(instants(b));
      BitSet both = instants(a);
      both.and(instants(b));

      assertThat(instants(a.or(b))).as("%s or %s", a, b).isEqualTo(either);
      assertThat(instants(a.and(b))).as("%s and %s", a, b).isEqualTo(both);
      assertThat(a.and(b).isEmpty()).isEqualTo(both.isEmpty());
      assertDisjointAndAscending(a.or(b));
      assertDisjointAndAscending(a.and(b));
    }
  }

  @Test
  void everythingAndNothingAreNeutral() {
    TimeRanges some = TimeRanges.of(10, 20).or(TimeRanges.of(30, 40));
    assertThat(some.and(TimeRanges.ALL)).isEqualTo(some);
    assertThat(some.or(TimeRanges.NONE)).isEqualTo(some);
    assertThat(some.or(TimeRanges.ALL)).isEqualTo(TimeRanges.ALL);
    assertThat(some.and(TimeRanges.NONE)).isEqualTo(TimeRanges.NONE);
    assertThat(TimeRanges.of(20, 20)).isEqualTo(TimeRanges.NONE);
    assertThat(TimeRanges.of(20, 10)).isEqualTo(TimeRanges.NONE);
  }

  @Test
  void tooManyRangesBecomeOneAroundThem() {
    TimeRanges three = TimeRanges.of(10, 20).or(TimeRanges.of(30, 40)).or(TimeRanges.of(50, 60));
    assertThat(three.atMost(3)).isEqualTo(three);
    assertThat(three.atMost(2)).isEqualTo(TimeRanges.of(10, 60));
    assertThat(TimeRanges.NONE.atMost(0)).isEqualTo(TimeRanges.NONE);
  }
}

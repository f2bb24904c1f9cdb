package io.tidemark.query.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tidemark.model.StatusCodes;
import io.tidemark.testing.SampleGenerators;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class IntervalStatisticsTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long EPOCH = 1_780_000_000L * SECOND;

  private static IntervalStatistics spike(boolean stepped, double offset) {
    double[] seconds = {0, 10, 11, 12, 13, 100};
    double[] values = {0, 0, 100, 100, 0, 0};
    long[] times = new long[6];
    boolean[] usable = new boolean[6];
    for (int i = 0; i < 6; i++) {
      times[i] = EPOCH + (long) seconds[i] * SECOND;
      values[i] += offset;
      usable[i] = true;
    }
    IntervalStatistics statistics = new IntervalStatistics(stepped);
    statistics.addRows(times, values, usable, usable, 0, 6);
    return statistics;
  }

  @Test
  void timeWeightingDoesNotFollowTheDensityOfSamples() {
    IntervalStatistics line = spike(false, 0);
    assertThat(line.timeAverage()).isEqualTo(2.0);
    assertThat(line.stdDev()).isCloseTo(12.754084, within(1e-6));
    assertThat(line.integralSeconds()).isCloseTo(200.0, within(1e-12));
    assertThat(line.sampleAverage()).isCloseTo(100 / 3.0, within(1e-12));
    assertThat(line.count()).isEqualTo(6);
    assertThat(line.percentGood(100 * SECOND)).isEqualTo(100.0);
    assertThat(line.status(100 * SECOND)).isEqualTo(StatusCodes.GOOD | StatusCodes.CALCULATED);

    IntervalStatistics step = spike(true, 0);
    assertThat(step.timeAverage()).isEqualTo(2.0);
    assertThat(step.stdDev()).isCloseTo(14.0, within(1e-12));
  }

  @Test
  void aLargeOffsetCostsNoDigits() {
    assertThat(spike(false, 1e9).timeAverage()).isEqualTo(1e9 + 2);
    assertThat(spike(false, 1e9).stdDev()).isCloseTo(12.754084, within(1e-6));
    assertThat(spike(true, -1e12).stdDev()).isCloseTo(14.0, within(1e-9));
  }

  @Test
  void extremesHaveTheirEarliestTime() {
    IntervalStatistics line = spike(false, 0);
    assertThat(line.maximum()).isEqualTo(100);
    assertThat(line.maximumTimeNs()).isEqualTo(EPOCH + 11 * SECOND);
    assertThat(line.minimumTimeNs()).isEqualTo(EPOCH);
  }

  @Test
  void nothingGivesNothing() {
    IntervalStatistics empty = new IntervalStatistics(false);
    assertThat(empty.timeAverage()).isNull();
    assertThat(empty.sampleAverage()).isNull();
    assertThat(empty.minimum()).isNull();
    assertThat(empty.maximumTimeNs()).isNull();
    assertThat(empty.stdDev()).isNull();
    assertThat(empty.integralSeconds()).isNull();
    assertThat(empty.percentGood(SECOND)).isZero();
    assertThat(empty.status(SECOND)).isEqualTo(StatusCodes.BAD_NO_DATA);
  }

  @ParameterizedTest
  @MethodSource("io.tidemark.testing.Seeds#some")
  void piecesMergeToTheWhole(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int count = 500;
    long[] times = SampleGenerators.times(seed, count, EPOCH);
    double[] values = SampleGenerators.finiteDoubles(seed, count);
    int[] statuses = SampleGenerators.statuses(seed, count);
    boolean[] usable = new boolean[count];
    for (int i = 0; i < count; i++) {
      usable[i] = statuses[i] == 0;
    }
    boolean stepped = seed % 2 == 0;
    IntervalStatistics whole = new IntervalStatistics(stepped);
    whole.addRows(times, values, usable, usable, 0, count);

    IntervalStatistics merged = new IntervalStatistics(stepped);
    for (int from = 0; from < count; ) {
      int to = Math.min(count, from + random.nextInt(1, 80));
      IntervalStatistics piece = new IntervalStatistics(stepped);
      piece.addRows(times, values, usable, usable, from, to);
      merged.merge(piece);
      if (to < count) {
        merged.addSegment(
            times[to - 1],
            values[to - 1],
            usable[to - 1],
            times[to],
            values[to],
            usable[to],
            times[to - 1],
            times[to]);
      }
      from = to;
    }
    long length = times[count - 1] - times[0];
    assertThat(merged.count()).isEqualTo(whole.count());
    assertThat(merged.goodNs()).isEqualTo(whole.goodNs());
    assertThat(merged.status(length)).isEqualTo(whole.status(length));
    assertThat(merged.minimum()).isEqualTo(whole.minimum());
    assertThat(merged.minimumTimeNs()).isEqualTo(whole.minimumTimeNs());
    assertThat(merged.maximumTimeNs()).isEqualTo(whole.maximumTimeNs());
    double scale = Arrays.stream(values).map(Math::abs).max().orElse(1);
    assertThat(merged.timeAverage()).isCloseTo(whole.timeAverage(), within(1e-13 * scale));
    assertThat(merged.sampleAverage()).isCloseTo(whole.sampleAverage(), within(1e-15 * scale));
    assertThat(merged.stdDev()).isCloseTo(whole.stdDev(), within(1e-10 * whole.stdDev() + 1e-300));
  }
}

package io.tidemark.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Steps of the wall clock are noticed, drift is not. */
class ClockWatchTest {
  @Test
  void noticesStepsAndNoDrift() {
    AtomicLong wall = new AtomicLong(1_000_000_000_000L);
    AtomicLong monotonic = new AtomicLong(-5);
    ClockWatch watch = new ClockWatch(wall::get, monotonic::get);
    for (int i = 0; i < 1000; i++) { // a clock that is slewed by a part in a thousand
      wall.addAndGet(1_001_000_000L);
      monotonic.addAndGet(1_000_000_000L);
      watch.look();
    }
    assertThat(watch.steps()).isZero();
    wall.addAndGet(-7_200_000_000_000L);
    watch.look();
    watch.look();
    assertThat(watch.steps()).isEqualTo(1);
    assertThat(watch.lastStepSeconds()).isEqualTo(-7_200);
    wall.addAndGet(315_360_000_000_000_000L);
    watch.look();
    assertThat(watch.steps()).isEqualTo(2);
    assertThat(watch.lastStepSeconds()).isEqualTo(315_360_000);
  }
}

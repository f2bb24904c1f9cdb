package io.tidemark.engine.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LogLimitTest {
  @Test
  void soManyLinesAMinuteAndTheNextSaysHowManyWereLeftOut() {
    AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5); // a clock may wrap around
    LogLimit limit = new LogLimit(2, clock::get);
    assertThat(limit.admit()).isZero();
    assertThat(limit.admit()).isZero();
    for (int i = 0; i < 1_000; i++) {
      assertThat(limit.admit()).isEqualTo(-1);
    }
    clock.addAndGet(TimeUnit.SECONDS.toNanos(59));
    assertThat(limit.admit()).isEqualTo(-1);
    clock.addAndGet(TimeUnit.SECONDS.toNanos(1));
    assertThat(limit.admit()).isEqualTo(1_001);
    assertThat(limit.admit()).isZero();
    assertThat(limit.admit()).isEqualTo(-1);
  }
}

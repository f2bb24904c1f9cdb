package io.tidemark.storage.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class MultiplesTest {
  private static final int CASES = 200_000;

  private final Residuals.Multiples multiples = new Residuals.Multiples();

  @Test
  void multiplesAreToldAndDividedAsDivisionDoes() {
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < CASES; i++) {
      long divisor = random.nextLong() >>> random.nextInt(64);
      if (divisor == 0) {
        continue;
      }
      multiples.of(divisor);
      long any = random.nextLong() >>> random.nextInt(64);
      assertThat(multiples.contain(any))
          .as("%s in multiples of %s", any, divisor)
          .isEqualTo(Long.remainderUnsigned(any, divisor) == 0);
      long timesMax = Long.divideUnsigned(-1, divisor);
      long times = timesMax == -1 ? any : Long.remainderUnsigned(any, timesMax + 1);
      long multiple = times * divisor;
      assertThat(multiples.contain(multiple)).isTrue();
      assertThat(multiples.unsignedQuotient(multiple)).isEqualTo(times);
    }
  }

  @Test
  void signedMultiplesAreDivided() {
    SplittableRandom random = new SplittableRandom(6);
    for (int i = 0; i < CASES; i++) {
      long divisor = 1 + (random.nextLong() >>> 1 + random.nextInt(62)) % (1L << 30);
      long times = random.nextLong() >> 32 + random.nextInt(31);
      multiples.of(divisor);
      assertThat(multiples.signedQuotient(times * divisor)).isEqualTo(times);
    }
  }
}

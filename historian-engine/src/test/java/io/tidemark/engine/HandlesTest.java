package io.tidemark.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who gets the descriptors. */
class HandlesTest {
  @ParameterizedTest
  @CsvSource({
    "65536, 100, 50, 1000", // all that are wanted
    "1024, 100, 50, 810", // what is left
    "256, 100, 50, 42",
    "128, 100, 50, 8", // never none
    "9223372036854775807, 100, 50, 1000"
  })
  void connectionsGetWhatTheProcessDoesNotNeed(long limit, long open, int jars, int most) {
    assertThat(new Handles(limit, open).connectionsMax(1_000, jars)).isEqualTo(most);
  }

  @Test
  void theSystemIsAsked() {
    Handles now = Handles.now();
    if (now != null) {
      assertThat(now.open()).isPositive().isLessThan(now.limit());
      assertThat(now.connectionsMax(1_000)).isBetween(8, 1_000);
    }
  }
}

package io.tidemark.engine.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

/** Waits double with each failed login, for that peer and name alone. */
class LoginThrottleTest {
  private static final long SECOND = 1_000_000_000L;

  private final long[] nanos = {-5 * SECOND}; // a monotonic clock may be negative
  private final LoginThrottle throttle = new LoginThrottle(() -> nanos[0]);

  private static InetAddress peer(int last) {
    try {
      return InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, (byte) last});
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private boolean isRefused(InetAddress peer, String name) {
    try {
      throttle.check(peer, name);
      return false;
    } catch (HistorianException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.BACK_PRESSURED);
      return true;
    }
  }

  @Test
  void theWaitDoublesAndIsForgotten() {
    for (int i = 0; i < 4; i++) {
      throttle.failed(peer(1), "anna", true);
      assertThat(isRefused(peer(1), "anna")).isFalse();
    }
    long wait = SECOND;
    for (int i = 0; i < 4; i++) {
      throttle.failed(peer(1), "anna", true);
      nanos[0] += wait - 1;
      assertThat(isRefused(peer(1), "anna")).isTrue();
      assertThat(isRefused(peer(1), "bert")).isFalse();
      assertThat(isRefused(peer(2), "anna")).isFalse();
      nanos[0] += 1;
      assertThat(isRefused(peer(1), "anna")).isFalse();
      wait *= 2;
    }
    nanos[0] += 901 * SECOND;
    throttle.failed(peer(1), "anna", true);
    assertThat(isRefused(peer(1), "anna")).isFalse();
    assertThat(throttle.failed()).isEqualTo(9);
  }

  @Test
  void theRightSecretEndsIt() {
    for (int i = 0; i < 6; i++) {
      throttle.failed(peer(1), "anna", true);
    }
    assertThat(isRefused(peer(1), "anna")).isTrue();
    throttle.succeeded(peer(1), "anna");
    assertThat(isRefused(peer(1), "anna")).isFalse();
  }

  @Test
  void manyNamesOfOnePeerAreSlowedDownTogether() {
    for (int i = 0; i < 25; i++) {
      throttle.failed(peer(1), "name " + i, true);
    }
    assertThat(isRefused(peer(1), "another")).isTrue();
    assertThat(isRefused(peer(2), "another")).isFalse();
  }

  @Test
  void whatIsRememberedIsBounded() {
    for (int i = 0; i < 30_000; i++) {
      throttle.failed(peer(1), "name " + i, false);
    }
    for (int i = 0; i < 6; i++) {
      throttle.failed(peer(2), "anna", true);
    }
    assertThat(isRefused(peer(2), "anna")).isTrue();
  }
}

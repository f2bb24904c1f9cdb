package io.tidemark.wire.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Logins end after a time without a request, and after a day. */
class SessionsTest {
  private static final long MINUTE = 60_000_000_000L;

  private final long[] nanos = {0};
  private final Sessions sessions = new Sessions(15 * MINUTE, () -> nanos[0]);

  @Test
  void aSessionEndsWhenNothingIsAsked() {
    Sessions.Opened opened = sessions.open("anna", "h");
    for (int i = 0; i < 10; i++) {
      nanos[0] += 15 * MINUTE;
      assertThat(sessions.find(opened.id())).isNotNull();
    }
    nanos[0] += 15 * MINUTE + 1;
    assertThat(sessions.find(opened.id())).isNull();
    assertThat(sessions.find(opened.id())).isNull();
  }

  @Test
  void aSessionEndsAfterADay() {
    Sessions.Opened opened = sessions.open("anna", "h");
    for (int i = 0; i < 24 * 6; i++) {
      nanos[0] += 10 * MINUTE;
      assertThat(sessions.find(opened.id())).isNotNull();
    }
    nanos[0] += 1;
    assertThat(sessions.find(opened.id())).isNull();
  }

  @Test
  void idsAreLongAndOfOneSessionOnly() {
    Sessions.Opened first = sessions.open("anna", "h");
    Sessions.Opened second = sessions.open("anna", "h");
    assertThat(first.id()).hasSize(43).isNotEqualTo(second.id());
    sessions.close(first.id());
    assertThat(sessions.find(first.id())).isNull();
    Sessions.Session left = sessions.find(second.id());
    assertThat(left).isNotNull();
    assertThat(left.name()).isEqualTo("anna");
    assertThat(left.fits(second.csrf())).isTrue();
    assertThat(left.fits(first.csrf())).isFalse();
    assertThat(left.fits(null)).isFalse();
  }

  @Test
  void theOldestGiveWay() {
    Sessions.Opened first = sessions.open("anna", "h");
    for (int i = 0; i < 10_000; i++) {
      nanos[0]++;
      sessions.open("bert", "h");
    }
    assertThat(sessions.find(first.id())).isNull();
  }
}

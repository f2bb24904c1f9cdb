package io.tidemark.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.engine.EngineHealth.Seen;
import io.tidemark.engine.Health.ReasonCode;
import io.tidemark.engine.Health.State;
import io.tidemark.engine.Historian.DamageReport;
import io.tidemark.engine.Historian.DamagedPart;
import io.tidemark.forward.ForwardStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is seen, what it is called, and what it means for the server. */
class EngineHealthTest {
  private static final DamageReport WHOLE = new DamageReport(0, 0, List.of());
  private static final DamageReport DAMAGED =
      new DamageReport(
          2, 1024, List.of(new DamagedPart("a.tseg", "block", "T", 64, 0, 9, 1024, 0, "differs")));
  private static final Seen WELL =
      new Seen(false, false, false, "freeBytes=1", 0, false, List.of(), WHOLE, null);

  static Stream<Arguments> cases() {
    return Stream.of(
        Arguments.of(WELL, State.READY, Set.of(), ""),
        Arguments.of(
            new Seen(
                false, false, false, "freeBytes=1", 999_000_000, false, List.of(), WHOLE, null),
            State.READY,
            Set.of(),
            ""),
        Arguments.of(
            new Seen(
                false, false, false, "freeBytes=1", 2_340_000_000L, false, List.of(), WHOLE, null),
            State.DEGRADED,
            Set.of(ReasonCode.FORCE_SLOW),
            "seconds=2.3"),
        Arguments.of(
            new Seen(false, false, false, "freeBytes=1", 0, true, List.of(), WHOLE, null),
            State.DEGRADED,
            Set.of(ReasonCode.SEAL_LAG),
            "sealed"),
        Arguments.of(
            new Seen(
                false,
                false,
                false,
                "freeBytes=1",
                0,
                false,
                List.of("3 to 5", "9 to 9"),
                WHOLE,
                null),
            State.DEGRADED,
            Set.of(ReasonCode.DATA_LOST),
            "frames=3 to 5, 9 to 9"),
        Arguments.of(
            new Seen(false, false, false, "freeBytes=1", 0, false, List.of(), DAMAGED, null),
            State.DEGRADED,
            Set.of(ReasonCode.DATA_DAMAGED),
            "parts=2, samplesLost=1024, firstFile=a.tseg"),
        Arguments.of(
            new Seen(false, false, true, "freeBytes=1", 0, false, List.of(), WHOLE, null),
            State.DEGRADED,
            Set.of(ReasonCode.DISK_LOW),
            "freeBytes=1"),
        Arguments.of(
            new Seen(false, false, false, "freeBytes=1", 0, false, List.of(), WHOLE, forwarding(4)),
            State.READY,
            Set.of(),
            ""),
        Arguments.of(
            new Seen(false, false, false, "freeBytes=1", 0, false, List.of(), WHOLE, forwarding(7)),
            State.DEGRADED,
            Set.of(ReasonCode.FORWARD_BLOCKED),
            "lane=live, seconds=7, refused"),
        Arguments.of(
            new Seen(false, true, false, "freeBytes=1", 0, false, List.of(), DAMAGED, null),
            State.READ_ONLY,
            Set.of(ReasonCode.DISK_FULL, ReasonCode.DATA_DAMAGED),
            "freeBytes=1"),
        Arguments.of(
            new Seen(
                true,
                true,
                false,
                "freeBytes=1",
                2_000_000_000L,
                true,
                List.of("1 to 1"),
                DAMAGED,
                forwarding(6)),
            State.FAILED,
            EnumSet.complementOf(
                EnumSet.of(ReasonCode.STARTING, ReasonCode.DRAINING, ReasonCode.DISK_LOW)),
            "acknowledged"));
  }

  private static ForwardStatus forwarding(long seconds) {
    return new ForwardStatus(
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        new ForwardStatus.Trouble("live", seconds * 1_000_000_000L, "refused"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theStateIsTheWorstThatAReasonAsksFor(
      Seen seen, State state, Set<ReasonCode> codes, String worstSays) {
    Health health = Health.of(EngineHealth.reasons(seen), "1", null, null);
    assertThat(health.state()).isEqualTo(state);
    assertThat(health.reasons().stream().map(Health.Reason::code).collect(Collectors.toSet()))
        .isEqualTo(codes);
    assertThat(health.isReady()).isEqualTo(state == State.READY || state == State.DEGRADED);
    if (!codes.isEmpty()) {
      assertThat(health.reasons().getFirst().code().state()).isEqualTo(state);
      assertThat(health.reasons().getFirst().message()).contains(worstSays);
    }
  }

  @Test
  void everyReasonHasAHeadingInTheRunbook() throws IOException {
    Path root = Path.of(System.getProperty("tidemark.root", ".."));
    for (ReasonCode code : ReasonCode.values()) {
      String[] place = code.runbook().split("#");
      Set<String> anchors =
          Files.readAllLines(root.resolve(place[0])).stream()
              .filter(line -> line.startsWith("#"))
              .map(line -> line.replaceFirst("^#+ ", "").toLowerCase(Locale.ROOT).replace(' ', '-'))
              .collect(Collectors.toSet());
      assertThat(anchors).as(code.runbook()).contains(place[1]);
    }
  }
}

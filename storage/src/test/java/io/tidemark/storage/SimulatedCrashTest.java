package io.tidemark.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.testing.CrashTrials;
import org.junit.jupiter.api.Test;

/**
 * The machine stops at every operation of a workload with groups, seals, file changes and restarts;
 * power is lost, and the store opens again: what was acknowledged is there, once, as it was
 * written, and nothing is there that was never offered.
 */
class SimulatedCrashTest {
  @Test
  void whatWasForcedSurvivesALossOfPowerAtEveryOperation() {
    long trials = 0;
    for (long seed = 1; seed <= Integer.getInteger("tidemark.crashSeeds", 3); seed++) {
      CrashTrials.Tally tally = CrashTrials.powerCuts(seed);
      assertThat(tally.problems()).isEmpty();
      assertThat(tally.alarms()).as("what a crash leaves is no damage").isZero();
      trials += tally.trials();
    }
    System.out.println("simulated losses of power: " + trials);
    assertThat(trials).isGreaterThan(2000);
  }

  @Test
  void theDeathOfTheProcessTakesNothingThatWasAppended() {
    CrashTrials.Tally tally = CrashTrials.deaths(7);
    assertThat(tally.problems()).isEmpty();
    assertThat(tally.alarms()).isZero();
    assertThat(tally.acknowledged()).isPositive();
  }

  @Test
  void aCrashWithinRecoveryAndAnotherOneLoseNothing() {
    for (long seed = 1; seed <= 40; seed++) {
      assertThat(CrashTrials.nestedCuts(seed).problems()).isEmpty();
    }
  }

  /** The n-th call fails, for every n: nothing is acknowledged after a failed force or append. */
  @Test
  void everyFailedCallLosesNothingThatWasAcknowledged() {
    for (String failure : new String[] {"Input/output error", "No space left on device"}) {
      assertThat(CrashTrials.failedCalls(11, failure).problems()).isEmpty();
    }
  }
}

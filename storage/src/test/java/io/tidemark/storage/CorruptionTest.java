package io.tidemark.storage;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.tidemark.testing.DamageTrials;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Every byte of a small store is damaged: the answer is the same, or what is wrong is named and the
 * rest is right. Nothing wrong is ever shown as good, nothing that is lost goes unsaid.
 *
 * <p>{@code -Dtidemark.flips=all} flips all bits of all bytes; else one bit of each third byte and
 * of those at the ends.
 */
class CorruptionTest {
  private static final boolean ALL = "all".equals(System.getProperty("tidemark.flips"));

  private static Level levelBefore = Level.INFO;

  @BeforeAll
  static void quiet() {
    Logger logger = (Logger) LoggerFactory.getLogger("io.tidemark.storage");
    levelBefore = logger.getEffectiveLevel();
    logger.setLevel(Level.OFF);
  }

  @AfterAll
  static void loud() {
    ((Logger) LoggerFactory.getLogger("io.tidemark.storage")).setLevel(levelBefore);
  }

  private final DamageTrials trials = new DamageTrials(1);

  CorruptionTest() throws IOException {}

  private static void assertNothingWrong(DamageTrials.Score score) {
    System.out.println(score);
    assertThat(score.wrong().stream().limit(30).toList()).as("%s: wrong", score).isEmpty();
  }

  private static void assertAllDetected(DamageTrials.Score score) {
    assertNothingWrong(score);
    assertThat(score.unreported().stream().limit(10).toList())
        .as("%s: unreported", score)
        .isEmpty();
  }

  @Test
  void everyFlippedBitIsDetected() throws IOException {
    List<DamageTrials.Score> scores = new ArrayList<>();
    for (Path file : trials.files()) {
      scores.add(trials.flips(file, 0, Integer.MAX_VALUE / 8, ALL));
    }
    scores.forEach(CorruptionTest::assertAllDetected);
  }

  @Test
  void whatMeansNothingChangesNothing() throws IOException {
    assertNothingWrong(trials.meaninglessFlips());
  }

  @Test
  void everyTruncationIsDetected() throws IOException {
    for (Path file : trials.files()) {
      assertAllDetected(trials.truncations(file, ALL ? 1 : 16));
    }
  }

  @Test
  void everyZeroedSectorIsDetected() throws IOException {
    assertAllDetected(trials.zeroedSectors());
  }

  @Test
  void filesThatAreGoneOrOfAnotherStoreAreDetected() throws IOException {
    assertAllDetected(trials.foreignFiles());
    assertAllDetected(trials.swappedFiles());
    assertAllDetected(trials.missingFiles());
    assertNothingWrong(trials.missingManifests());
  }
}

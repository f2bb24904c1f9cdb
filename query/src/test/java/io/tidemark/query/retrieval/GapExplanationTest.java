package io.tidemark.query.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.ReadRule;
import io.tidemark.model.ReadRule.Extrapolation;
import io.tidemark.model.ReadRule.QualityRule;
import io.tidemark.model.ReadRule.Step;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import io.tidemark.query.retrieval.GapExplanation.Reason;
import io.tidemark.testing.OracleStore;
import io.tidemark.testing.QueryContexts;
import java.time.ZoneOffset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every reason for a blank. */
class GapExplanationTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long NOW = 100 * SECOND;

  private final OracleStore store = new OracleStore();
  private final TagDefinition tag = store.defineAnalog("T");

  @BeforeEach
  void write() {
    write(10, 1.0, StatusCodes.GOOD);
    write(12, 2.0, StatusCodes.GOOD);
    write(20, null, StatusCodes.BAD_NO_COMMUNICATION);
    write(22, null, StatusCodes.BAD_NO_COMMUNICATION);
    write(30, 3.0, StatusCodes.GOOD);
    write(40, 4.0, StatusCodes.BAD_SENSOR_FAILURE);
    write(45, 5.0, StatusCodes.UNCERTAIN);
    write(50, Double.NaN, StatusCodes.GOOD);
    write(55, null, StatusCodes.BAD_DATA_LOST);
    write(60, 6.0, StatusCodes.GOOD);
    write(80, 8.0, StatusCodes.GOOD);
  }

  private void write(long second, @org.jspecify.annotations.Nullable Double value, int status) {
    store.write(tag, second * SECOND, value, status);
  }

  private GapExplanation at(double second, ReadRule rule) {
    return GapExplanation.of(
        tag,
        Math.round(second * SECOND),
        rule,
        QueryContexts.permissive(store.view(), NOW, ZoneOffset.UTC));
  }

  private String text(double second) {
    return text(second, ReadRule.DEFAULT);
  }

  private String text(double second, ReadRule rule) {
    GapExplanation found = at(second, rule);
    return found.reason()
        + " "
        + (found.startNs() == null ? "-" : found.startNs() / SECOND)
        + " "
        + (found.endNs() == null ? "-" : found.endNs() / SECOND)
        + " "
        + StatusCodes.text(found.status());
  }

  @Test
  void reasons() {
    assertThat(text(5)).isEqualTo("BEFORE_FIRST_SAMPLE - 10 Bad_NoData");
    assertThat(text(11)).isEqualTo("HAS_VALUE 10 12 Good");
    assertThat(text(15)).isEqualTo("HAS_VALUE 12 20 Good");
    assertThat(text(21)).isEqualTo("SOURCE_OFFLINE 20 30 Bad_NoCommunication");
    assertThat(text(25)).isEqualTo("SOURCE_OFFLINE 20 30 Bad_NoCommunication");
    assertThat(text(40)).isEqualTo("BAD_FROM_SOURCE 40 60 Bad_SensorFailure");
    assertThat(text(47)).isEqualTo("UNCERTAIN 40 60 Uncertain");
    assertThat(text(52)).isEqualTo("WITHOUT_VALUE 40 60 Good");
    assertThat(text(57)).isEqualTo("DATA_LOST 40 60 Bad_DataLost");
    assertThat(text(90)).isEqualTo("NOT_YET_ARRIVED 80 - Good");
    assertThat(text(120)).isEqualTo("IN_FUTURE 80 - Good");
    TagDefinition empty = store.defineAnalog("EMPTY");
    assertThat(
            GapExplanation.of(
                    empty,
                    5,
                    ReadRule.DEFAULT,
                    QueryContexts.permissive(store.view(), NOW, ZoneOffset.UTC))
                .reason())
        .isEqualTo(Reason.NO_SAMPLES);
  }

  @Test
  void reasonsThatOtherRulesMake() {
    ReadRule gap = new ReadRule(QualityRule.SIMPLE, true, Step.TAG, 5 * SECOND, Extrapolation.NONE);
    assertThat(text(66, gap)).isEqualTo("GAP_TOO_LONG 60 80 Good");
    assertThat(text(64, gap)).isEqualTo("HAS_VALUE 60 80 Good");
    ReadRule strict =
        new ReadRule(QualityRule.STRICT, true, Step.TAG, Long.MAX_VALUE, Extrapolation.NONE);
    assertThat(text(15, strict)).isEqualTo("SOURCE_OFFLINE 12 30 Bad_NoCommunication");
    ReadRule bridge =
        new ReadRule(QualityRule.BRIDGE, false, Step.TAG, Long.MAX_VALUE, Extrapolation.NONE);
    assertThat(text(25, bridge)).startsWith("HAS_VALUE");
    assertThat(text(47, bridge)).startsWith("HAS_VALUE");
  }

  @Test
  void neighboursAreNamed() {
    GapExplanation found = at(21, ReadRule.DEFAULT);
    assertThat(found.before())
        .isEqualTo(new GapExplanation.Neighbour(20 * SECOND, StatusCodes.BAD_NO_COMMUNICATION));
    assertThat(found.after())
        .isEqualTo(new GapExplanation.Neighbour(22 * SECOND, StatusCodes.BAD_NO_COMMUNICATION));
  }
}

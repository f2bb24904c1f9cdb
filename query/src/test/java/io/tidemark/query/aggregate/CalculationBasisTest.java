package io.tidemark.query.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CalculationBasisTest {
  @Test
  void namesAreThoseOfAf() {
    assertThat(Arrays.stream(CalculationBasis.values()).map(CalculationBasis::label))
        .containsExactly(
            "TimeWeighted",
            "TimeWeightedContinuous",
            "TimeWeightedDiscrete",
            "EventWeighted",
            "EventWeightedExcludeMostRecentEvent",
            "EventWeightedExcludeEarliestEvent",
            "EventWeightedIncludeBothEnds");
  }

  @ParameterizedTest
  @EnumSource
  void aNameIsReadInAnySpelling(CalculationBasis basis) {
    for (String text :
        new String[] {
          basis.name(),
          basis.label(),
          basis.name().toLowerCase(Locale.ROOT),
          basis.label().toUpperCase(Locale.ROOT),
          " " + basis.label() + " "
        }) {
      assertThat(CalculationBasis.parse(text)).as(text).isEqualTo(basis);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Weighted", "EventWeighted2", "Event Weighted", "time-weighted"})
  void anythingElseIsRefusedWithTheNames(String text) {
    assertThatExceptionOfType(HistorianException.class)
        .isThrownBy(() -> CalculationBasis.parse(text))
        .withMessageContaining("\"" + text + "\"")
        .withMessageContaining("EventWeightedIncludeBothEnds")
        .returns(ErrorCode.OUT_OF_RANGE, HistorianException::code);
  }
}

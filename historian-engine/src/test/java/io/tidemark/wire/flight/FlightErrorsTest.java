package io.tidemark.wire.flight;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every error has a status that says whose it is and whether to try again, and a text. */
class FlightErrorsTest {
  @ParameterizedTest
  @EnumSource(ErrorCode.class)
  void everyCodeHasAStatusOfItsKind(ErrorCode code) {
    FlightStatusCode status = FlightErrors.status(code);
    switch (code.kind()) {
      case USER ->
          assertThat(status)
              .isIn(
                  FlightStatusCode.INVALID_ARGUMENT,
                  FlightStatusCode.NOT_FOUND,
                  FlightStatusCode.UNAUTHENTICATED,
                  FlightStatusCode.UNAUTHORIZED,
                  FlightStatusCode.UNIMPLEMENTED);
      case RESOURCES ->
          assertThat(status)
              .isIn(
                  FlightStatusCode.RESOURCE_EXHAUSTED,
                  FlightStatusCode.CANCELLED,
                  FlightStatusCode.TIMED_OUT,
                  FlightStatusCode.UNAVAILABLE);
      case INTERNAL -> assertThat(status).isEqualTo(FlightStatusCode.INTERNAL);
    }
  }

  @Test
  void textsNameCodePlaceAndHintAndNothingOfTheServer() {
    FlightRuntimeException error =
        FlightErrors.of(
            new HistorianException(ErrorCode.SQL_ERROR, "no column", "1:8", "did you mean?", null));
    assertThat(error.status().description())
        .isEqualTo("SQL_ERROR: no column, at=1:8; did you mean?");
    error = FlightErrors.of(new IllegalStateException("secret"));
    assertThat(error.status().code()).isEqualTo(FlightStatusCode.INTERNAL);
    assertThat(error.status().description()).startsWith("INTERNAL: ").doesNotContain("secret");
    error = FlightErrors.of(new HistorianException(ErrorCode.SQL_ERROR, "x".repeat(10_000)));
    assertThat(error.status().description()).hasSize(1_500);
  }
}

package io.tidemark.wire.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.ErrorCode;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Every error has a status that says whose it is and whether to try again. */
class ErrorMapTest {
  /** What clients and proxies repeat by themselves. */
  private static final Set<Integer> REPEATED = Set.of(429, 500, 502, 503, 504, 507);

  @ParameterizedTest
  @EnumSource(ErrorCode.class)
  void everyCodeHasAStatusOfItsKind(ErrorCode code) {
    int status = ErrorMap.status(code);
    switch (code.kind()) {
      case USER -> {
        assertThat(status).isBetween(400, 499);
        assertThat(REPEATED).doesNotContain(status);
      }
      case RESOURCES -> assertThat(status).isIn(408, 422, 429, 503, 507);
      case INTERNAL -> assertThat(status).isEqualTo(500);
    }
  }

  @ParameterizedTest
  @EnumSource(ErrorCode.class)
  void theAnswerSaysWhenToTryAgainWhereThatMayHelp(ErrorCode code) {
    assertThat(ErrorMap.isRetried(code))
        .isEqualTo(Set.of(429, 503).contains(ErrorMap.status(code)));
  }

  @ParameterizedTest
  @CsvSource({
    "MALFORMED,400",
    "BAD_TIME,400",
    "SQL_ERROR,400",
    "READ_ONLY,403",
    "ORIGIN_REFUSED,403",
    "UNKNOWN_TAG,404",
    "NOT_FOUND,404",
    "METHOD_NOT_ALLOWED,405",
    "NOT_ACCEPTABLE,406",
    "CONFLICT,409",
    "BODY_TOO_LARGE,413",
    "UNSUPPORTED_MEDIA_TYPE,415",
    "TOO_MANY,422",
    "BACK_PRESSURED,429",
    "UNAVAILABLE,503",
    "DISK_FULL,507",
    "CORRUPT,500"
  })
  void statusesThatAreDocumented(ErrorCode code, int status) {
    assertThat(ErrorMap.status(code)).isEqualTo(status);
  }
}

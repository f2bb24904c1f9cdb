package io.tidemark.wire.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Every error has a status that says whose it is and whether to try again. */
class ErrorMapTest {
  /** What clients and proxies repeat by themselves. */
  private static final Set<Integer> REPEATED = Set.of(429, 500, 502, 503, 504, 507);

  /** A row of the table of codes. */
  private static final Pattern ROW =
      Pattern.compile("\\| ((?:`[A-Z_]+`(?:, )?)+) \\| (\\d{3}) \\| .*");

  @ParameterizedTest
  @EnumSource(ErrorCode.class)
  void everyCodeHasAStatusOfItsKind(ErrorCode code) {
    int status = ErrorMap.status(code);
    switch (code.kind()) {
      case USER -> {
        assertThat(status).isBetween(400, 499);
        assertThat(REPEATED).doesNotContain(status);
      }
      case RESOURCES -> assertThat(status).isIn(422, 429, 503, 504, 507);
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
    "BEFORE_RETENTION,400",
    "DUPLICATE,409",
    "ENTRY_EXISTS,409",
    "NO_ENTRY,409",
    "SEQUENCE_GAP,409",
    "EPOCH_FENCED,403",
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

  @Test
  void thePageForUsersNamesEveryCodeWithItsStatus() throws IOException {
    Path page = Path.of(System.getProperty("tidemark.root", "..")).resolve("docs/http.md");
    Map<String, Integer> told = new TreeMap<>();
    for (String line : Files.readAllLines(page)) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        for (String code : row.group(1).split(", ", -1)) {
          told.put(code.replace("`", ""), Integer.valueOf(row.group(2)));
        }
      }
    }
    Map<String, Integer> answered = new TreeMap<>();
    for (ErrorCode code : ErrorCode.values()) {
      answered.put(code.name(), ErrorMap.status(code));
    }
    assertThat(told).isEqualTo(answered);
  }
}

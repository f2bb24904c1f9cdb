package io.tidemark.query.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The trend page reads time expressions itself, to refuse them while they are typed. One file of
 * expressions and results holds both sides to the same grammar; the page's tests read it too.
 */
class TimeExpressionVectorsTest {
  private static final Path VECTORS = Path.of("..", "web", "src", "time", "expressions.json");

  static List<JsonNode> vectors() throws IOException {
    List<JsonNode> rows = new ArrayList<>();
    new ObjectMapper().readTree(VECTORS.toFile()).forEach(rows::add);
    assertThat(rows).hasSizeGreaterThan(80);
    return rows;
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void meansOrRefusesTheSameAsThePage(JsonNode row) {
    String text = row.required("text").textValue();
    if (row.has("position")) {
      assertThat(refused(row).code()).isEqualTo(ErrorCode.BAD_TIME);
      assertThat(refused(row).messageText())
          .endsWith(
              ", position=%d, found=%s, expected=%s"
                  .formatted(
                      row.required("position").intValue(),
                      row.required("found").textValue(),
                      row.required("expected").textValue()));
    } else if (row.has("outOfRange")) {
      assertThat(refused(row).code()).isEqualTo(ErrorCode.TIME_OUT_OF_RANGE);
    } else if (row.has("refusedThen")) {
      assertThat(TimeExpression.parse(text).isBareOffset()).isFalse();
      assertThat(refused(row).code()).isEqualTo(ErrorCode.BAD_TIME);
    } else {
      assertThat(IsoTime.format(resolve(row), ZoneId.of("UTC")))
          .isEqualTo(
              IsoTime.format(IsoTime.parse(row.required("instant").textValue()), ZoneId.of("UTC")));
    }
  }

  private static HistorianException refused(JsonNode row) {
    HistorianException refusal = catchThrowableOfType(HistorianException.class, () -> resolve(row));
    assertThat(refusal).as(row.toString()).isNotNull();
    return refusal;
  }

  private static long resolve(JsonNode row) {
    return TimeExpression.parse(row.required("text").textValue())
        .resolve(
            IsoTime.parse(row.required("now").textValue()),
            ZoneId.of(row.required("zone").textValue()));
  }
}

package io.tidemark.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SampleTypeTest {
  @Test
  void codesAndNamesStayForEver() {
    assertThat(Arrays.stream(SampleType.values()).map(type -> type.code() + " " + type.label()))
        .containsExactlyInAnyOrder(
            "1 float64", "2 float32", "3 int64", "4 int32", "5 bool", "6 digital", "7 string");
  }

  @ParameterizedTest
  @EnumSource
  void everyTypeIsFoundByCodeAndName(SampleType type) {
    assertThat(SampleType.ofCode(type.code())).isSameAs(type);
    assertThat(SampleType.ofLabel(type.label().toUpperCase(java.util.Locale.ROOT))).isSameAs(type);
  }

  /** Where values are, and what may be computed of them. */
  @ParameterizedTest
  @CsvSource({
    "FLOAT64, real, line, number",
    "FLOAT32, real, line, number",
    "INT64, integral, line, number",
    "INT32, integral, line, number",
    "BOOL, integral, step, number",
    "DIGITAL, integral, step, state",
    "STRING, text, step, state",
  })
  void predicatesSayWhatATypeIs(SampleType type, String column, String line, String number) {
    assertThat(type.isReal()).isEqualTo(column.equals("real"));
    assertThat(type.isIntegral()).isEqualTo(column.equals("integral"));
    assertThat(type.isContinuous()).isEqualTo(line.equals("line"));
    assertThat(type.isNumeric()).isEqualTo(number.equals("number"));
  }

  @ParameterizedTest
  @CsvSource({
    "8, type is reserved and not built yet: type=uint64",
    "9, type is reserved and not built yet: type=bytes",
    "10, type is reserved and not built yet: type=timestamp",
    "0, unknown type code: code=0",
    "11, unknown type code: code=11",
    "-1, unknown type code: code=-1",
  })
  void otherCodesAreRefusedByName(int code, String message) {
    assertThatThrownBy(() -> SampleType.ofCode(code))
        .isInstanceOfSatisfying(
            HistorianException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED_TYPE))
        .hasMessageContaining(message);
  }

  @Test
  void anUnknownNameIsToldWhichThereAre() {
    assertThatThrownBy(() -> SampleType.ofLabel("float16"))
        .hasMessageContaining("type=\"float16\"")
        .hasMessageContaining("supported=float64|float32|int64|int32|bool|digital|string");
  }
}

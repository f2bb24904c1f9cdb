package io.tidemark.query.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.query.units.Unit;
import io.tidemark.query.units.UnitConversion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SlopeUnitTest {
  @ParameterizedTest
  @CsvSource({
    "°C, s, °C/s, 1",
    "°C, min, °C/min, 60",
    "bar, h, bar/h, 3600",
    "m3/h, d, m3/h/d, 86400",
    "'', h, 1/h, 3600"
  })
  void isTheUnitPerTime(String uom, String time, String slope, double seconds) {
    assertThat(SlopeUnit.of(uom, time)).isEqualTo(new SlopeUnit(slope, seconds));
    assertThat(SlopeUnit.of(uom, time).slope(0.5)).isEqualTo(0.5 * seconds);
  }

  @Test
  void isPerSecondIfNothingElseIsSaid() {
    assertThat(SlopeUnit.of("°C")).isEqualTo(new SlopeUnit("°C/s", 1));
  }

  @Test
  void convertsWithoutTheOffsetOfTheScale() {
    Unit slope = Unit.parse(SlopeUnit.of("°C", "min").uom());
    assertThat(UnitConversion.points(slope, Unit.parse("°F/h")).convert(1)).isEqualTo(108);
    assertThat(UnitConversion.points(slope, Unit.parse("K/min")).isIdentity()).isTrue();
  }

  @Test
  void isPerTimeOnly() {
    assertThatThrownBy(() -> SlopeUnit.of("°C", "kg"))
        .hasMessage("a slope is per time: time=\"kg\" mass (kg), fitting=s, min, h, d");
  }
}

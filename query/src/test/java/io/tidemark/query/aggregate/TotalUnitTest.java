package io.tidemark.query.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TotalUnitTest {
  @ParameterizedTest
  @CsvSource({
    "kg/h, kg, 3600",
    "m³/h, m³, 3600",
    "l / min, l, 60",
    "mol/s, mol, 1",
    "t/d, t, 86400",
    "kg/m2/h, kg/m2, 3600",
    "/h, 1, 3600",
    "1/min, 1, 60",
    "degC, degC·s, 1",
    "kg/m3, kg/m3·s, 1",
    "kW, kW·s, 1",
    "A/S, A/S·s, 1",
    "kJ/(kg.h), kJ/kg, 3600",
    "l/(m2·h·bar), l/(m2·bar), 3600",
    "m3·h-1, m3, 3600",
    "kg/h/m2, kg/m2, 3600",
    "t/24h, t, 86400",
    "batches/h, batches, 3600",
    "m3/(h), m3, 3600",
    "kg/m2·h, kg/m2·h·s, 1",
    "m/s2, m/s2·s, 1",
    "'', s, 1"
  })
  void isTheRateWithoutItsTime(String uom, String total, double seconds) {
    assertThat(TotalUnit.of(uom)).isEqualTo(new TotalUnit(total, seconds));
    assertThat(TotalUnit.of(uom).total(7200)).isEqualTo(7200 / seconds);
  }
}

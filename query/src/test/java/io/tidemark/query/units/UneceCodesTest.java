package io.tidemark.query.units;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Codes and numbers are those of the OPC Foundation's table UNECE_to_OPCUA.csv. */
class UneceCodesTest {
  @ParameterizedTest
  @CsvSource({
    "CEL, °C, 4408652",
    "KEL, K, 4932940",
    "FAH, °F, 4604232",
    "BAR, bar, 4342098",
    "MBR, mbar, 5063250",
    "PAL, Pa, 5259596",
    "KPA, kPa, 4935745",
    "MPA, MPa, 5066817",
    "PS, psi, 20563",
    "MQH, m³/h, 5067080",
    "L2, l/min, 19506",
    "E93, kg/h, 4536627",
    "E18, t/h, 4534584",
    "KGM, kg, 4933453",
    "GRM, g, 4674125",
    "TNE, t, 5525061",
    "RPM, rpm, 5394509",
    "HTZ, Hz, 4740186",
    "P1, %, 20529",
    "MMT, mm, 5066068",
    "MTS, m/s, 5067859",
    "KWT, kW, 4937556",
    "KWH, kWh, 4937544",
    "MAW, MW, 5062999",
    "JOU, J, 4869973",
    "B42, kJ/kg, 4338738",
    "VLT, V, 5655636",
    "AMP, A, 4279632",
    "OHM, Ω, 5195853",
    "D10, S/m, 4469040",
    "G42, µS/cm, 4666418",
    "C38, mol/l, 4404024",
    "Q30, pH, 5321520",
    "2N, dB, 12878",
    "C7, cP, 17207",
    "C65, Pa·s, 4404789",
    "NU, Nm, 20053",
    "NEW, N, 5129559",
    "SEC, s, 5457219",
    "MIN, min, 5065038",
    "HUR, h, 4740434",
    "DAY, d, 4473177",
    "Q40, Nm³/h, 5321776",
    "C62, 1, 4404786"
  })
  void packsTheCode(String code, String text, int unitId) {
    Unit unit = Unit.parse(text);
    assertThat(UneceCodes.code(unit)).isEqualTo(code);
    assertThat(UneceCodes.unitId(unit)).isEqualTo(unitId);
    assertThat(UneceCodes.unit(code)).isEqualTo(unit);
    assertThat(UneceCodes.unit(unitId)).isEqualTo(unit);
  }

  @ParameterizedTest
  @CsvSource({
    "degC, CEL",
    "m3/h, MQH",
    "m^3 / h, MQH",
    "L/min, L2",
    "uS/cm, G42",
    "Pa.s, C65",
    "mPa.s, C7",
    "Ohm, OHM",
    "MIN-1, ",
    "min-1, RPM",
    "Nm3/h, Q40",
    "barg, ",
    "EUR, ",
    "NTU, ",
    "'', "
  })
  void findsOtherSpellings(String text, String code) {
    assertThat(UneceCodes.code(Unit.parse(text))).isEqualTo(code);
    if (code == null) {
      assertThat(UneceCodes.unitId(Unit.parse(text))).isEqualTo(UneceCodes.NO_UNIT_ID);
    }
  }

  @Test
  void whatIsNoCodeIsNoUnit() {
    for (int unitId :
        new int[] {-1, 0, 1, Integer.MIN_VALUE, Integer.MAX_VALUE, 0x4d000000, 0x50003100}) {
      assertThat(UneceCodes.unit(unitId)).isNull();
    }
    assertThat(UneceCodes.unit("XXX")).isNull();
    assertThat(UneceCodes.unit("")).isNull();
  }

  @Test
  void everyUnitOfTheTableIsKnown() {
    assertThat(UneceCodes.all()).isNotEmpty().allMatch(Unit::isKnown);
  }
}

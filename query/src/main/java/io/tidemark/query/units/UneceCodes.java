package io.tidemark.query.units;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Common codes of UNECE Recommendation 20 and what OPC UA makes of them: {@code
 * EUInformation.unitId} is the code's ASCII characters as a big-endian number (OPC 10000-8,
 * 5.6.4.4), its namespace {@link #NAMESPACE}. Currencies have no code there (ISO 4217).
 */
public final class UneceCodes {
  /** {@code EUInformation.namespaceUri} of these codes. */
  public static final String NAMESPACE = "http://www.opcfoundation.org/UA/units/un/cefact";

  /** {@code EUInformation.unitId} of a unit without a code. */
  public static final int NO_UNIT_ID = -1;

  private static final int CODE_CHARS_MAX = 3;
  private static final int EXAMPLES_MAX = 6;

  private static final String TABLE =
      """
      KEL K|CEL °C|FAH °F|BAR bar|MBR mbar|PAL Pa|A97 hPa|KPA kPa|MPA MPa|PS psi|ATM atm|UA Torr
      HP mmH2O|HN mmHg|F79 inHg|F78 inH2O|MTQ m³|LTR l|MLT ml|HLT hl|DMQ dm³|CMQ cm³|MMQ mm³
      FTQ ft³|GLL gal|MQH m³/h|MQS m³/s|G53 m³/min|G52 m³/d|L2 l/min|G51 l/s|LD l/d|41 ml/min|G2 gpm
      2L cfm|NM3 Nm³|SM3 Sm³|Q40 Nm³/h|Q39 Nm³/d|Q38 Sm³/h|Q37 Sm³/d|KGM kg|GRM g|MGM mg|MC µg
      TNE t|LBR lb|ONZ oz|E93 kg/h|KGS kg/s|F31 kg/min|F30 kg/d|E18 t/h|L71 t/d|F29 g/s|F28 g/min
      F27 g/h|4U lb/h|KMQ kg/m³|23 g/cm³|GL g/l|M1 mg/l|H29 µg/l|GP mg/m³|GQ µg/m³|D41 t/m³
      NA mg/kg|RPM rpm|C94 1/min|C97 1/s|HTZ Hz|KHZ kHz|MHZ MHz|P1 %|59 ppm|61 ppb|C62 1|MMT mm
      MTR m|CMT cm|4H µm|KMT km|INH in|FOT ft|MTK m²|CMK cm²|MMK mm²|MTS m/s|C16 mm/s|2X m/min
      KMH km/h|MSK m/s²|KWT kW|WTT W|MAW MW|C31 mW|KWH kWh|WHR Wh|MWH MWh|GWH GWh|JOU J|KJO kJ
      3B MJ|GV GJ|B42 kJ/kg|J2 J/kg|JK MJ/kg|B11 J/(kg·K)|B43 kJ/(kg·K)|D53 W/(m·K)|D55 W/(m²·K)
      D54 W/m²|VLT V|KVT kV|2Z mV|AMP A|4K mA|B22 kA|AMH Ah|OHM Ω|B49 kΩ|B75 MΩ|SIE S|D10 S/m
      H61 mS/cm|G42 µS/cm|KVA kVA|D46 VA|MVA MVA|D44 var|KVR kvar|C38 mol/l|M33 mmol/l|C36 mol/m³
      C34 mol|B45 kmol|C18 mmol|K58 kmol/h|E95 mol/s|Q30 pH|2N dB|C7 cP|C65 Pa·s|C24 mPa·s|4C cSt
      C17 mm²/s|S4 m²/s|NEW N|B47 kN|NU Nm|B48 kNm|4P N/m|SEC s|MIN min|HUR h|DAY d|WEE wk|C26 ms
      H87 pcs|H13 °C/min|H12 °C/h|F11 K/min|F12 K/s|F10 K/h|C81 rad|DD °|2A rad/s|LUX lx|LUM lm|CDL cd
      """;

  private static final Map<String, Unit> UNITS = new LinkedHashMap<>();
  private static final Map<String, String> CODES = new LinkedHashMap<>();

  static {
    for (String pair : TABLE.strip().split("[|\n]")) {
      int blank = pair.indexOf(' ');
      String code = pair.substring(0, blank);
      Unit unit = Unit.parse(pair.substring(blank + 1));
      UNITS.put(code, unit);
      CODES.putIfAbsent(unit.text(), code);
    }
  }

  private UneceCodes() {}

  /** The unit of a code, null if it is none of the common ones. */
  public static @Nullable Unit unit(String code) {
    return UNITS.get(code);
  }

  /** The unit of an {@code EUInformation.unitId}, null if it is none of the common ones. */
  public static @Nullable Unit unit(int unitId) {
    StringBuilder code = new StringBuilder(CODE_CHARS_MAX);
    for (int shift = 24; shift >= 0; shift -= 8) {
      int character = unitId >>> shift & 0xff;
      if (character != 0) {
        code.append((char) character);
      }
    }
    Unit unit = unit(code.toString());
    return unit != null && unitId(code.toString()) == unitId ? unit : null;
  }

  /**
   * The code of a unit, also one that is written in another way than in the table; null if it has
   * none.
   */
  public static @Nullable String code(Unit unit) {
    String code = CODES.get(unit.text());
    if (code != null || !unit.isKnown()) {
      return code;
    }
    for (Map.Entry<String, Unit> entry : UNITS.entrySet()) {
      Unit other = entry.getValue();
      if (other.isConvertibleTo(unit) && UnitConversion.points(unit, other).isIdentity()) {
        return entry.getKey();
      }
    }
    return null;
  }

  /** {@code EUInformation.unitId} of a unit, {@link #NO_UNIT_ID} if it has no code. */
  public static int unitId(Unit unit) {
    String code = code(unit);
    return code == null ? NO_UNIT_ID : unitId(code);
  }

  private static int unitId(String code) {
    int id = 0;
    for (int i = 0; i < code.length(); i++) {
      id = id << 8 | code.charAt(i);
    }
    return id;
  }

  /** Every unit that has a code here. */
  static Collection<Unit> all() {
    return UNITS.values();
  }

  /** Some units that a unit converts to, most common first. */
  static List<String> examples(Unit unit) {
    List<String> examples = new ArrayList<>();
    for (Unit other : UNITS.values()) {
      if (!other.equals(unit) && other.isConvertibleTo(unit) && examples.size() < EXAMPLES_MAX) {
        examples.add(other.text());
      }
    }
    return examples;
  }
}

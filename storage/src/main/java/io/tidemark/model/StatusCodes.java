package io.tidemark.model;

import java.util.Collections;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * OPC UA StatusCodes that the historian sets or names itself (OPC UA Part 4, 7.39 and Part 6, A.2),
 * and the historian info bits of Part 11, 6.4.3. Any other code passes through unchanged.
 */
public final class StatusCodes {
  /** The value is good. */
  public static final int GOOD = 0;

  /** Uncertain, no reason given. */
  public static final int UNCERTAIN = 0x4000_0000;

  /** Whatever was updating this value has stopped. */
  public static final int UNCERTAIN_LAST_USABLE_VALUE = 0x4090_0000;

  /** Derived from multiple values, fewer of them Good than required. */
  public static final int UNCERTAIN_DATA_SUB_NORMAL = 0x40A4_0000;

  /** Bad, no reason given. */
  public static final int BAD = 0x8000_0000;

  /** Communication with the source is lost. */
  public static final int BAD_NO_COMMUNICATION = 0x8031_0000;

  /** A low-level communication error. */
  public static final int BAD_COMMUNICATION_ERROR = 0x8005_0000;

  /** The source should receive its value from somewhere else, but never did. */
  public static final int BAD_NOT_CONNECTED = 0x808A_0000;

  /** The value is not available yet. */
  public static final int BAD_WAITING_FOR_INITIAL_DATA = 0x8032_0000;

  /** No data exists for the requested time. */
  public static final int BAD_NO_DATA = 0x809B_0000;

  /** Data is missing: collection stopped, was lost or found corrupt. */
  public static final int BAD_DATA_LOST = 0x809D_0000;

  /** No data found to provide the bound. */
  public static final int BAD_BOUND_NOT_FOUND = 0x80D7_0000;

  /** There is a problem with the sensor. */
  public static final int BAD_SENSOR_FAILURE = 0x808C_0000;

  /** There is a problem with the device. */
  public static final int BAD_DEVICE_FAILURE = 0x808B_0000;

  /** The source is not operational. */
  public static final int BAD_OUT_OF_SERVICE = 0x808D_0000;

  /** Configuration of the source is wrong. */
  public static final int BAD_CONFIGURATION_ERROR = 0x8089_0000;

  /** Info type DataValue with the historian bit Calculated. */
  public static final int CALCULATED = 0x0401;

  /** Info type DataValue with the historian bit Interpolated. */
  public static final int INTERPOLATED = 0x0402;

  /** Info type DataValue with the historian bit Partial. */
  public static final int PARTIAL = 0x0404;

  /** Info type DataValue with the historian bit MultiValue. */
  public static final int MULTI_VALUE = 0x0410;

  private static final Map<Integer, String> NAMES = new TreeMap<>();
  private static final Map<String, Integer> CODES = new HashMap<>();

  static {
    name(GOOD, "Good");
    name(0x00D9_0000, "Good_DataIgnored");
    name(0x0096_0000, "Good_LocalOverride");
    name(0x00A2_0000, "Good_EntryInserted");
    name(0x00A3_0000, "Good_EntryReplaced");
    name(0x00A5_0000, "Good_NoData");
    name(0x00A6_0000, "Good_MoreData");
    name(0x002F_0000, "Good_Overload");
    name(0x0030_0000, "Good_Clamped");
    name(UNCERTAIN, "Uncertain");
    name(0x406C_0000, "Uncertain_ReferenceOutOfServer");
    name(0x408F_0000, "Uncertain_NoCommunicationLastUsableValue");
    name(UNCERTAIN_LAST_USABLE_VALUE, "Uncertain_LastUsableValue");
    name(0x4091_0000, "Uncertain_SubstituteValue");
    name(0x4092_0000, "Uncertain_InitialValue");
    name(0x4093_0000, "Uncertain_SensorNotAccurate");
    name(0x4094_0000, "Uncertain_EngineeringUnitsExceeded");
    name(0x4095_0000, "Uncertain_SubNormal");
    name(UNCERTAIN_DATA_SUB_NORMAL, "Uncertain_DataSubNormal");
    name(BAD, "Bad");
    name(0x8001_0000, "Bad_UnexpectedError");
    name(0x8002_0000, "Bad_InternalError");
    name(BAD_COMMUNICATION_ERROR, "Bad_CommunicationError");
    name(0x800A_0000, "Bad_Timeout");
    name(BAD_NO_COMMUNICATION, "Bad_NoCommunication");
    name(BAD_WAITING_FOR_INITIAL_DATA, "Bad_WaitingForInitialData");
    name(0x803C_0000, "Bad_OutOfRange");
    name(BAD_NOT_CONNECTED, "Bad_NotConnected");
    name(BAD_CONFIGURATION_ERROR, "Bad_ConfigurationError");
    name(BAD_DEVICE_FAILURE, "Bad_DeviceFailure");
    name(BAD_SENSOR_FAILURE, "Bad_SensorFailure");
    name(BAD_OUT_OF_SERVICE, "Bad_OutOfService");
    name(BAD_NO_DATA, "Bad_NoData");
    name(BAD_DATA_LOST, "Bad_DataLost");
    name(0x809E_0000, "Bad_DataUnavailable");
    name(BAD_BOUND_NOT_FOUND, "Bad_BoundNotFound");
  }

  private StatusCodes() {}

  /** All codes that have a name here. */
  public static Map<Integer, String> names() {
    return Collections.unmodifiableMap(NAMES);
  }

  private static void name(int code, String name) {
    NAMES.put(code, name);
    CODES.put(name.toLowerCase(Locale.ROOT), code);
  }

  /**
   * The symbolic name of a code, without its info bits; {@code Bad (0x80550000)} for one without a
   * name here.
   */
  public static String text(int status) {
    String name = NAMES.get(status & 0xFFFF_0000);
    return name != null
        ? name
        : Quality.of(status).label() + String.format(" (0x%08X)", status & 0xFFFF_0000);
  }

  /**
   * The code of a symbolic name ({@code Bad_NoCommunication}, {@code BadNoCommunication}, any
   * case), a hex literal ({@code 0x80310000}) or a decimal number; null if it is none of them.
   */
  public static @Nullable Integer parse(String text) {
    String key = text.strip().toLowerCase(Locale.ROOT);
    Integer code = CODES.get(key);
    if (code != null) {
      return code;
    }
    for (String prefix : new String[] {"good", "uncertain", "bad"}) {
      if (key.startsWith(prefix) && key.length() > prefix.length()) {
        code = CODES.get(prefix + "_" + key.substring(prefix.length()));
        if (code != null) {
          return code;
        }
      }
    }
    try {
      if (key.startsWith("0x")) {
        return Integer.parseUnsignedInt(key.substring(2), 16);
      }
      return Integer.parseUnsignedInt(key);
    } catch (NumberFormatException e) {
      return null;
    }
  }
}

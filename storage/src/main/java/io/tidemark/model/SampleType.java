package io.tidemark.model;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Data type of a sample's value. The code is stored in frames and segments and never changes.
 *
 * <p>Codes 8 (uint64), 9 (bytes) and 10 (timestamp) are reserved and refused by name until they are
 * built.
 */
public enum SampleType {
  /** IEEE 754 double; every bit pattern is kept. */
  FLOAT64(1, "float64"),
  /** IEEE 754 single; every bit pattern is kept, in the double that holds it: {@link Float32}. */
  FLOAT32(2, "float32"),
  /** Signed 64-bit integer. */
  INT64(3, "int64"),
  /** Signed 32-bit integer. */
  INT32(4, "int32"),
  /** 0 or 1. */
  BOOL(5, "bool"),
  /** Ordinal in the tag's list of states. */
  DIGITAL(6, "digital"),
  /** UTF-8 text of at most {@link SampleFrame#TEXT_BYTES_MAX} bytes. */
  STRING(7, "string");

  private static final @Nullable String[] RESERVED = {
    null, null, null, null, null, null, null, null, "uint64", "bytes", "timestamp"
  };

  private static final @Nullable SampleType[] BY_CODE = new SampleType[RESERVED.length];

  static {
    for (SampleType type : values()) {
      BY_CODE[type.code] = type;
    }
  }

  private static final String LABELS =
      Arrays.stream(values()).map(SampleType::label).collect(Collectors.joining("|"));

  private final byte code;
  private final String label;

  SampleType(int code, String label) {
    this.code = (byte) code;
    this.label = label;
  }

  /** The stored code. */
  public byte code() {
    return code;
  }

  /** The name used in JSON, CSV and SQL, for example {@code float64}. */
  public String label() {
    return label;
  }

  /** Whether values are in {@link SampleBlock#doubles()}: float64 and float32. */
  public boolean isReal() {
    return this == FLOAT64 || this == FLOAT32;
  }

  /** Whether values are in {@link SampleBlock#longs()}: int64, int32, bool and digital. */
  public boolean isIntegral() {
    return !isReal() && this != STRING;
  }

  /** Whether a straight line between two values has a meaning: the floats and the ints. */
  public boolean isContinuous() {
    return isReal() || this == INT64 || this == INT32;
  }

  /** Whether averages and extremes of the value have a meaning: everything but text and states. */
  public boolean isNumeric() {
    return this != STRING && this != DIGITAL;
  }

  /**
   * The type of a stored code.
   *
   * @throws HistorianException {@link ErrorCode#UNSUPPORTED_TYPE} for a reserved or unknown code.
   */
  public static SampleType ofCode(int code) {
    SampleType type = code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
    if (type != null) {
      return type;
    }
    String reserved = code >= 0 && code < RESERVED.length ? RESERVED[code] : null;
    throw new HistorianException(
        ErrorCode.UNSUPPORTED_TYPE,
        reserved == null
            ? "unknown type code: code=" + code
            : "type is reserved and not built yet: type=" + reserved);
  }

  /**
   * The type of a name in a request.
   *
   * @throws HistorianException {@link ErrorCode#UNSUPPORTED_TYPE} naming the supported ones.
   */
  public static SampleType ofLabel(String label) {
    for (SampleType type : values()) {
      if (type.label.equalsIgnoreCase(label)) {
        return type;
      }
    }
    throw new HistorianException(
        ErrorCode.UNSUPPORTED_TYPE,
        "unsupported type: type=" + ErrorText.quote(label) + ", supported=" + LABELS);
  }
}

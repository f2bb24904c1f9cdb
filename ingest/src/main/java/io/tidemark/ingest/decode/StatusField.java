package io.tidemark.ingest.decode;

import io.tidemark.model.StatusCodes;
import org.jspecify.annotations.Nullable;

/** Reads a StatusCode given as a number or a text. */
public final class StatusField {
  /** What a refusal says is allowed. */
  public static final String ALLOWED =
      "allowed=an OPC UA StatusCode, for example Bad_NoCommunication or 0x80310000";

  private StatusField() {}

  /** The code of a number, unsigned or as a signed 32-bit integer; null if it is none. */
  public static @Nullable Integer ofNumber(long value) {
    return value < Integer.MIN_VALUE || value > 0xFFFF_FFFFL ? null : (int) value;
  }

  /** The code of a text; null if it is none. */
  public static @Nullable Integer ofText(String text) {
    return text.length() > 100 ? null : StatusCodes.parse(text);
  }
}

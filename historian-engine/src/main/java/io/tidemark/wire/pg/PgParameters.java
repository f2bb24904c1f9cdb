package io.tidemark.wire.pg;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Values of parameters as clients send them. What the engine takes besides numbers, truth values
 * and lists is text, which is cast where it is compared: times become their ISO text.
 */
final class PgParameters {
  private PgParameters() {}

  /** A value in text format; of an unknown type it stays a text. */
  static Object fromText(byte[] bytes, @Nullable PgType type) {
    String text = MessageReader.utf8(bytes, 0, bytes.length);
    if (text.indexOf('\0') >= 0) {
      throw new PgException(
          SqlState.CHARACTER_NOT_IN_REPERTOIRE, "parameter holds a NUL character");
    }
    return fromText(text, type == null ? PgType.TEXT : type);
  }

  private static Object fromText(String text, PgType type) {
    PgType element = type.element();
    if (element != null) {
      return list(text, element);
    }
    String trimmed = text.strip();
    try {
      return switch (type) {
        case BOOL -> truth(trimmed);
        case INT2, INT4, INT8, OID -> Long.valueOf(trimmed);
        case FLOAT4, FLOAT8 -> number(trimmed);
        case NUMERIC -> numeric(trimmed);
        default -> text;
      };
    } catch (NumberFormatException e) {
      throw new PgException(
          SqlState.INVALID_TEXT,
          "invalid input syntax for type "
              + type.name().toLowerCase(Locale.ROOT)
              + ": characters="
              + text.length());
    }
  }

  private static Double number(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "infinity", "inf", "+infinity" -> Double.POSITIVE_INFINITY;
      case "-infinity", "-inf" -> Double.NEGATIVE_INFINITY;
      case "nan" -> Double.NaN;
      default -> Double.valueOf(text);
    };
  }

  /** Whole numbers stay exact. */
  private static Object numeric(String text) {
    boolean isWhole = text.length() <= 18 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    return isWhole && !text.isEmpty() ? (Object) Long.valueOf(text) : number(text);
  }

  private static Boolean truth(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "t", "true", "1", "on", "yes", "y" -> true;
      case "f", "false", "0", "off", "no", "n" -> false;
      default -> throw new NumberFormatException();
    };
  }

  private static List<@Nullable Object> list(String text, PgType element) {
    List<@Nullable Object> values = new ArrayList<>();
    if (!text.startsWith("{") || !text.endsWith("}") || text.length() < 2) {
      throw new PgException(
          SqlState.INVALID_TEXT, "malformed array literal", "array literals look like {a,\"b c\"}");
    }
    int end = text.length() - 1;
    int at = 1;
    while (at < end) {
      StringBuilder value = new StringBuilder();
      boolean isQuoted = text.charAt(at) == '"';
      if (isQuoted) {
        at++;
      }
      boolean isOpen = true;
      while (at < end && isOpen) {
        char c = text.charAt(at);
        if (c == '\\' && at + 1 < end) {
          value.append(text.charAt(at + 1));
          at += 2;
        } else if (isQuoted ? c == '"' : c == ',') {
          isOpen = false;
        } else if (c == '{' || c == '}') {
          throw new PgException(
              SqlState.FEATURE_NOT_SUPPORTED, "arrays of one dimension only are supported");
        } else {
          value.append(c);
          at++;
        }
      }
      if (isQuoted) {
        at++;
      }
      values.add(
          !isQuoted && value.toString().equalsIgnoreCase("null")
              ? null
              : fromText(value.toString(), element));
      if (at < end && text.charAt(at) != ',') {
        throw new PgException(SqlState.INVALID_TEXT, "malformed array literal");
      }
      at++;
    }
    return values;
  }

  /** A value in binary format. */
  static Object fromBinary(byte[] bytes, @Nullable PgType type) {
    MessageReader in = new MessageReader(bytes);
    try {
      Object value = fromBinary(in, bytes, type == null ? PgType.TEXT : type);
      in.end();
      return value;
    } catch (DateTimeException | ArithmeticException e) {
      throw new PgException("22008", "time is out of range");
    } catch (PgException e) {
      throw e.isFatal()
          ? new PgException(SqlState.INVALID_BINARY, "incorrect binary data: " + e.text())
          : e;
    }
  }

  private static @Nullable Object element(MessageReader in, PgType type) {
    int length = in.int32();
    return length < 0 ? null : fromBinary(in.bytes(length), type);
  }

  private static Object fromBinary(MessageReader in, byte[] bytes, PgType type) {
    return switch (type) {
      case BOOL -> in.int8() != 0;
      case INT2 -> (long) in.int16();
      case INT4 -> (long) in.int32();
      case OID -> in.int32() & 0xFFFF_FFFFL;
      case INT8 -> int64(in);
      case FLOAT4 -> (double) Float.intBitsToFloat(in.int32());
      case FLOAT8 -> Double.longBitsToDouble(int64(in));
      case NUMERIC -> PgBinary.numeric(in);
      case TIMESTAMPTZ -> timestamp(int64(in), "+00");
      case TIMESTAMP -> timestamp(int64(in), "");
      case DATE -> PgText.date(LocalDate.of(2000, 1, 1).plusDays(in.int32()));
      case TIME -> PgText.time(LocalTime.ofNanoOfDay(Math.multiplyExact(int64(in), 1_000L)));
      case UUID -> new UUID(int64(in), int64(in)).toString();
      case INTERVAL -> interval(in);
      case BYTEA -> "\\x" + HexFormat.of().formatHex(in.bytes(in.remaining()));
      case TEXT, JSON -> {
        in.bytes(in.remaining());
        yield fromText(bytes, PgType.TEXT);
      }
      default -> array(in, type);
    };
  }

  private static long int64(MessageReader in) {
    return ((long) in.int32() << 32) | (in.int32() & 0xFFFF_FFFFL);
  }

  private static String timestamp(long micros, String zone) {
    if (micros == Long.MAX_VALUE || micros == Long.MIN_VALUE) {
      return micros > 0 ? "infinity" : "-infinity";
    }
    long since1970 = Math.addExact(micros, PgBinary.EPOCH_MICROS);
    Instant instant =
        Instant.ofEpochSecond(
            Math.floorDiv(since1970, PgText.MICROS_PER_SECOND),
            Math.floorMod(since1970, PgText.MICROS_PER_SECOND) * 1_000);
    return PgText.timestamp(LocalDateTime.ofInstant(instant, ZoneOffset.UTC)) + zone;
  }

  private static String interval(MessageReader in) {
    long micros = int64(in);
    int days = in.int32();
    int months = in.int32();
    return months + " months " + days + " days " + micros + " microseconds";
  }

  private static List<@Nullable Object> array(MessageReader in, PgType type) {
    PgType element = type.element();
    int dimensions = in.int32();
    in.int32();
    PgType sent = PgType.ofOid(in.int32());
    if (dimensions < 0 || dimensions > 1 || element == null) {
      throw new PgException(
          SqlState.FEATURE_NOT_SUPPORTED, "arrays of one dimension only are supported");
    }
    List<@Nullable Object> values = new ArrayList<>();
    if (dimensions == 1) {
      int count = in.int32();
      in.int32();
      if (count < 0 || count * 4L > in.remaining()) {
        throw PgException.protocol("array is too short for its count: count=" + count);
      }
      for (int i = 0; i < count; i++) {
        values.add(element(in, sent == null ? element : sent));
      }
    }
    return values;
  }
}

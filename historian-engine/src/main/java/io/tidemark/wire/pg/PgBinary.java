package io.tidemark.wire.pg;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Values in PostgreSQL's binary format: big endian; times in microseconds since 2000; numeric in
 * groups of four decimal digits.
 */
final class PgBinary {
  /** Microseconds from 1970 to 2000. */
  static final long EPOCH_MICROS = 946_684_800_000_000L;

  private static final long EPOCH_DAYS = 10_957;
  private static final BigInteger TEN_THOUSAND = BigInteger.valueOf(10_000);
  private static final int NUMERIC_NEGATIVE = 0x4000;

  /** Whole numbers of so many digits are a long for sure. */
  private static final int LONG_DIGITS = 18;

  private static final Pattern INTERVAL =
      Pattern.compile(
          "(?:(-?\\d+) years? ?)?(?:(-?\\d+) (?:months?|mons?) ?)?(?:(-?\\d+) days? ?)?"
              + "(?:(-?)(\\d+):(\\d\\d):(\\d\\d)(?:\\.(\\d{1,6}))?)?");

  private PgBinary() {}

  /** Writes a value as a field. */
  static void write(PgOutput out, Object value, PgType type, ZoneId zone) {
    switch (type) {
      case BOOL -> out.int8Field(Boolean.TRUE.equals(value) ? 1 : 0);
      case INT2 -> out.int16Field((int) number(value));
      case INT4, OID -> out.int32Field((int) number(value));
      case INT8 -> out.int64Field(number(value));
      case FLOAT4 -> out.int32Field(Float.floatToRawIntBits(((Number) value).floatValue()));
      case FLOAT8 -> out.int64Field(Double.doubleToRawLongBits(((Number) value).doubleValue()));
      case NUMERIC -> numeric(out, decimal(value));
      case TIMESTAMPTZ -> out.int64Field(sinceEpoch(PgText.micros((Instant) value)));
      case TIMESTAMP ->
          out.int64Field(
              sinceEpoch(PgText.micros(((LocalDateTime) value).toInstant(ZoneOffset.UTC))));
      case DATE -> out.int32Field((int) (((LocalDate) value).toEpochDay() - EPOCH_DAYS));
      case TIME -> out.int64Field(((LocalTime) value).toNanoOfDay() / 1_000);
      case UUID -> {
        UUID uuid = UUID.fromString(value.toString());
        out.int32(16);
        out.int64(uuid.getMostSignificantBits());
        out.int64(uuid.getLeastSignificantBits());
      }
      case BYTEA -> out.field(HexFormat.of().parseHex(value.toString()));
      case INTERVAL -> interval(out, value.toString());
      case TEXT, JSON -> out.field(PgText.of(value, type, zone));
      default -> array(out, (List<?>) value, type, zone);
    }
  }

  /** The same microseconds counted from 2000; infinite times stay so. */
  static long sinceEpoch(long micros) {
    if (PgText.isInfinite(micros)) {
      return micros > 0 ? Long.MAX_VALUE : Long.MIN_VALUE;
    }
    return micros - EPOCH_MICROS;
  }

  private static long number(Object value) {
    return ((Number) value).longValue();
  }

  private static BigDecimal decimal(Object value) {
    return switch (value) {
      case BigDecimal decimal -> decimal;
      case BigInteger integer -> new BigDecimal(integer);
      default -> new BigDecimal(value.toString());
    };
  }

  private static void numeric(PgOutput out, BigDecimal value) {
    int scale = Math.max(0, value.scale());
    int groupsBehind = (scale + 3) / 4;
    BigInteger unscaled = value.setScale(groupsBehind * 4).unscaledValue().abs();
    List<Integer> groups = new ArrayList<>();
    for (BigInteger left = unscaled; left.signum() != 0; ) {
      BigInteger[] parts = left.divideAndRemainder(TEN_THOUSAND);
      groups.addFirst(parts[1].intValue());
      left = parts[0];
    }
    int weight = groups.size() - groupsBehind - 1;
    while (!groups.isEmpty() && groups.getLast() == 0) {
      groups.removeLast();
    }
    out.int32(8 + 2 * groups.size());
    out.int16(groups.size());
    out.int16(groups.isEmpty() ? 0 : weight);
    out.int16(value.signum() < 0 ? NUMERIC_NEGATIVE : 0);
    out.int16(scale);
    for (int group : groups) {
      out.int16(group);
    }
  }

  private static void interval(PgOutput out, String text) {
    Matcher parts = INTERVAL.matcher(text);
    if (!parts.matches()) {
      throw new PgException(
          SqlState.FEATURE_NOT_SUPPORTED, "interval has no binary form: value=" + text);
    }
    long micros =
        (part(parts, 5) * 3600 + part(parts, 6) * 60 + part(parts, 7)) * PgText.MICROS_PER_SECOND;
    String fraction = parts.group(8);
    if (fraction != null) {
      micros += Long.parseLong((fraction + "00000").substring(0, 6));
    }
    out.int32(16);
    out.int64("-".equals(parts.group(4)) ? -micros : micros);
    out.int32((int) part(parts, 3));
    out.int32((int) (part(parts, 1) * 12 + part(parts, 2)));
  }

  private static long part(Matcher parts, int group) {
    String text = parts.group(group);
    return text == null ? 0 : Long.parseLong(text);
  }

  private static void array(PgOutput out, List<?> list, PgType type, ZoneId zone) {
    PgType element = type.element();
    if (element == null) {
      throw new IllegalStateException("type has no binary form: " + type);
    }
    int start = out.beginField();
    out.int32(list.isEmpty() ? 0 : 1);
    out.int32(list.contains(null) ? 1 : 0);
    out.int32(element.oid());
    if (!list.isEmpty()) {
      out.int32(list.size());
      out.int32(1);
      for (Object value : list) {
        if (value == null) {
          out.nullField();
        } else {
          write(out, value, element, zone);
        }
      }
    }
    out.endField(start);
  }

  /** A numeric in binary form: a Long if it is whole and short, else the nearest Double. */
  static Object numeric(MessageReader in) {
    final int count = in.count(2);
    final int weight = in.int16();
    final int sign = in.int16() & 0xFFFF;
    final int scale = in.int16();
    if (sign == 0xC000) {
      return Double.NaN;
    }
    if ((sign != 0 && sign != NUMERIC_NEGATIVE) || scale < 0) {
      throw new PgException(SqlState.INVALID_BINARY, "numeric has an unknown form: sign=" + sign);
    }
    if (Math.abs(weight) > 1_000 || count > 1_000 || scale > 4_000) {
      throw new PgException(SqlState.INVALID_BINARY, "numeric is too long: weight=" + weight);
    }
    StringBuilder digits =
        new StringBuilder(4 * count + 8).append(sign == 0 ? "" : "-").append('0');
    for (int i = 0; i < count; i++) {
      int group = in.int16();
      if (group < 0 || group > 9_999) {
        throw new PgException(
            SqlState.INVALID_BINARY, "numeric has a group of no four digits: group=" + group);
      }
      for (int ten = 1_000; ten > 0; ten /= 10) {
        digits.append((char) ('0' + group / ten % 10));
      }
    }
    int exponent = 4 * (weight + 1 - count);
    if (exponent == 0 && digits.length() <= LONG_DIGITS) {
      return Long.valueOf(digits.toString());
    }
    BigDecimal value = new BigDecimal(digits.append('E').append(exponent).toString());
    boolean isLong = value.precision() - value.scale() <= LONG_DIGITS;
    try {
      return isLong && weight >= 0 ? (Object) value.longValueExact() : value.doubleValue();
    } catch (ArithmeticException e) {
      return value.doubleValue();
    }
  }
}

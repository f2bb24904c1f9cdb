package io.tidemark.wire.pg;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Values in PostgreSQL's text format: times in ISO style, numbers so that they read back. */
final class PgText {
  private static final double EXPONENT_MIN = 1e-4;
  private static final double EXPONENT_MAX = 1e15;
  static final long MICROS_PER_SECOND = 1_000_000;

  /** DuckDB's infinite times; PostgreSQL knows them too. */
  static final long INFINITY_MICROS = Long.MAX_VALUE;

  private PgText() {}

  /** A value of a type; lists and structures in their own notations. */
  static String of(Object value, PgType type, ZoneId zone) {
    return switch (value) {
      case String text -> type == PgType.BYTEA ? "\\x" + text : text;
      case Boolean truth -> truth ? "t" : "f";
      case Double number ->
          type == PgType.FLOAT4 ? of(number.floatValue()) : of(number.doubleValue());
      case BigDecimal number -> number.toPlainString();
      case Instant time -> timestamptz(micros(time), zone);
      case LocalDateTime time -> timestamp(time);
      case LocalDate date -> date(date);
      case LocalTime time -> time(time);
      case List<?> list -> {
        PgType element = type.element();
        StringBuilder out = new StringBuilder();
        if (element == null) {
          json(list, zone, out);
        } else {
          array(list, element, zone, out);
        }
        yield out.toString();
      }
      case Map<?, ?> map -> {
        StringBuilder out = new StringBuilder();
        json(map, zone, out);
        yield out.toString();
      }
      case UUID uuid -> uuid.toString();
      default -> value.toString();
    };
  }

  static String of(double value) {
    if (value == Math.rint(value) && Math.abs(value) < EXPONENT_MAX) {
      return value == 0 && 1 / value < 0 ? "-0" : Long.toString((long) value);
    }
    return shortened(Double.toString(value), Math.abs(value));
  }

  static String of(float value) {
    return shortened(Float.toString(value), Math.abs(value));
  }

  /** Java's shortest digits in PostgreSQL's notation. */
  private static String shortened(String java, double size) {
    int exponent = java.indexOf('E');
    if (exponent < 0) {
      return java.endsWith(".0") ? java.substring(0, java.length() - 2) : java;
    }
    if (size >= EXPONENT_MIN && size < EXPONENT_MAX) {
      String plain = new BigDecimal(java).toPlainString();
      return plain.endsWith(".0") ? plain.substring(0, plain.length() - 2) : plain;
    }
    String digits = java.substring(0, exponent);
    String mantissa = digits.endsWith(".0") ? digits.substring(0, digits.length() - 2) : digits;
    int power = Integer.parseInt(java.substring(exponent + 1));
    int absolute = Math.abs(power);
    return mantissa + (power < 0 ? "e-" : "e+") + (absolute < 10 ? "0" : "") + absolute;
  }

  static long micros(Instant time) {
    long seconds = time.getEpochSecond();
    return seconds * MICROS_PER_SECOND + time.getNano() / 1_000;
  }

  /** A time of a zone from microseconds since 1970. */
  static String timestamptz(long micros, ZoneId zone) {
    if (isInfinite(micros)) {
      return micros > 0 ? "infinity" : "-infinity";
    }
    Instant instant =
        Instant.ofEpochSecond(
            Math.floorDiv(micros, MICROS_PER_SECOND),
            Math.floorMod(micros, MICROS_PER_SECOND) * 1_000);
    ZoneOffset offset = zone.getRules().getOffset(instant);
    LocalDateTime local = LocalDateTime.ofInstant(instant, offset);
    StringBuilder out = new StringBuilder(32);
    date(local.toLocalDate(), out);
    out.append(' ');
    time(local.toLocalTime(), out);
    int seconds = offset.getTotalSeconds();
    int absolute = Math.abs(seconds);
    out.append(seconds < 0 ? '-' : '+');
    two(absolute / 3600, out);
    if (absolute % 3600 != 0) {
      out.append(':');
      two(absolute / 60 % 60, out);
      if (absolute % 60 != 0) {
        out.append(':');
        two(absolute % 60, out);
      }
    }
    return era(local.toLocalDate(), out).toString();
  }

  static boolean isInfinite(long micros) {
    return micros == INFINITY_MICROS || micros == -INFINITY_MICROS;
  }

  static String timestamp(LocalDateTime time) {
    StringBuilder out = new StringBuilder(32);
    date(time.toLocalDate(), out);
    out.append(' ');
    time(time.toLocalTime(), out);
    return era(time.toLocalDate(), out).toString();
  }

  static String date(LocalDate date) {
    StringBuilder out = new StringBuilder(16);
    date(date, out);
    return era(date, out).toString();
  }

  static String time(LocalTime time) {
    StringBuilder out = new StringBuilder(16);
    time(time, out);
    return out.toString();
  }

  private static StringBuilder era(LocalDate date, StringBuilder out) {
    return date.getYear() <= 0 ? out.append(" BC") : out;
  }

  private static void date(LocalDate date, StringBuilder out) {
    int year = date.getYear() <= 0 ? 1 - date.getYear() : date.getYear();
    if (year < 1000) {
      out.append(year < 10 ? "000" : year < 100 ? "00" : "0");
    }
    out.append(year).append('-');
    two(date.getMonthValue(), out);
    out.append('-');
    two(date.getDayOfMonth(), out);
  }

  private static void time(LocalTime time, StringBuilder out) {
    two(time.getHour(), out);
    out.append(':');
    two(time.getMinute(), out);
    out.append(':');
    two(time.getSecond(), out);
    int micros = time.getNano() / 1_000;
    if (micros != 0) {
      int from = out.length();
      out.append(MICROS_PER_SECOND + micros).setCharAt(from, '.');
      while (out.charAt(out.length() - 1) == '0') {
        out.setLength(out.length() - 1);
      }
    }
  }

  private static void two(int value, StringBuilder out) {
    out.append((char) ('0' + value / 10)).append((char) ('0' + value % 10));
  }

  private static void array(List<?> list, PgType element, ZoneId zone, StringBuilder out) {
    out.append('{');
    for (int i = 0; i < list.size(); i++) {
      Object value = list.get(i);
      out.append(i == 0 ? "" : ",");
      if (value == null) {
        out.append("NULL");
      } else if (value instanceof Number || value instanceof Boolean) {
        out.append(of(value, element, zone));
      } else {
        out.append('"')
            .append(of(value, element, zone).replace("\\", "\\\\").replace("\"", "\\\""))
            .append('"');
      }
    }
    out.append('}');
  }

  private static void json(@Nullable Object value, ZoneId zone, StringBuilder out) {
    switch (value) {
      case null -> out.append("null");
      case Double number when !Double.isFinite(number) ->
          out.append('"').append(number).append('"');
      case Number number -> out.append(number);
      case Boolean truth -> out.append(truth.booleanValue());
      case List<?> list -> {
        out.append('[');
        for (int i = 0; i < list.size(); i++) {
          out.append(i == 0 ? "" : ",");
          json(list.get(i), zone, out);
        }
        out.append(']');
      }
      case Map<?, ?> map -> {
        out.append('{');
        String separator = "";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          out.append(separator);
          json(String.valueOf(entry.getKey()), zone, out);
          out.append(':');
          json(entry.getValue(), zone, out);
          separator = ",";
        }
        out.append('}');
      }
      default -> quoted(of(value, PgType.TEXT, zone), out);
    }
  }

  private static void quoted(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ') {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }
}

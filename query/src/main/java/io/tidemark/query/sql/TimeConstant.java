package io.tidemark.query.sql;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Constants of time as DuckDB's plan shows them. */
final class TimeConstant {
  private static final long NANOS_PER_MICRO = 1_000;
  private static final DateTimeFormatter TEXT =
      new DateTimeFormatterBuilder()
          .appendPattern("uuuu-MM-dd HH:mm:ss")
          .appendFraction(ChronoField.NANO_OF_SECOND, 0, 6, true)
          .appendPattern("[xxxxx][xxx][x]")
          .toFormatter(Locale.ROOT);

  private TimeConstant() {}

  /** Microseconds of {@code '2026-01-01 00:00:00+00'::TIMESTAMPTZ}; null for anything else. */
  static @Nullable Long micros(JsonNode expression) {
    if (!expression.path("class").asText().equals("CAST")
        || expression.path("try_cast").asBoolean()) {
      return null;
    }
    String type = SyntaxTree.name(expression.path("type_expr"), "type_name");
    JsonNode literal = expression.path("child").path("literal");
    if (!(type.equals("timestamptz") || type.equals("timestamp with time zone"))
        || !literal.path("kind").asText().equals("STRING")) {
      return null;
    }
    try {
      Instant instant = OffsetDateTime.parse(literal.path("text").asText(), TEXT).toInstant();
      return micros(instant);
    } catch (DateTimeException | ArithmeticException e) {
      return null;
    }
  }

  /** Microseconds since the epoch, rounded down. */
  static long micros(Instant instant) {
    return Math.addExact(
        Math.multiplyExact(instant.getEpochSecond(), 1_000_000L),
        instant.getNano() / NANOS_PER_MICRO);
  }

  /** An integer constant, also negative or cast to an integer type; null for anything else. */
  static @Nullable Long integer(JsonNode expression) {
    return switch (expression.path("class").asText()) {
      case "CONSTANT" -> {
        JsonNode literal = expression.path("literal");
        yield literal.path("kind").asText().equals("INTEGER")
            ? parse(literal.path("text").asText())
            : null;
      }
      case "CAST" -> {
        String type = SyntaxTree.name(expression.path("type_expr"), "type_name");
        yield type.equals("bigint") || type.equals("integer")
            ? integer(expression.path("child"))
            : null;
      }
      case "FUNCTION" -> {
        JsonNode arguments = expression.path("arguments");
        if (!expression.path("function_name").asText().equals("-") || arguments.size() != 1) {
          yield null;
        }
        Long positive = integer(arguments.get(0).path("expression"));
        yield positive == null ? null : (Long) (-positive);
      }
      default -> null;
    };
  }

  private static @Nullable Long parse(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** Nanoseconds, or the end of what 64 bits hold. */
  static long nanos(long micros) {
    if (micros > Long.MAX_VALUE / NANOS_PER_MICRO) {
      return Long.MAX_VALUE;
    }
    return micros < Long.MIN_VALUE / NANOS_PER_MICRO ? Long.MIN_VALUE : micros * NANOS_PER_MICRO;
  }

  /** Microseconds of nanoseconds, rounded down. */
  static long microsOfNanos(long ns) {
    return Math.floorDiv(ns, NANOS_PER_MICRO);
  }
}

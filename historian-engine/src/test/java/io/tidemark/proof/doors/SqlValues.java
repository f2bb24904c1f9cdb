package io.tidemark.proof.doors;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Values at the edges of the types that a statement may have, and what they are in Java. */
final class SqlValues {
  /** By expression: what it is. Dates and the like are compared as such, not as texts. */
  private final Map<String, Object> expected = new LinkedHashMap<>();

  SqlValues() {
    // Not 0.0 beside -0.0: DuckDB takes one constant of a statement for the other.
    doubles(-0.0, 0.1, 1e22, 1e-310, Double.MIN_VALUE, Double.MAX_VALUE, 123456789012345680.0);
    doubles(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1e15, 1e-5, 0x1p-1022);
    expected.put("0.1::FLOAT", (double) 0.1f);
    expected.put("-0.0::FLOAT", -0.0);
    expected.put("'NaN'::FLOAT", Double.NaN);
    expected.put("3.4028235e38::FLOAT", (double) Float.MAX_VALUE);
    for (long number : new long[] {0, -1, 9_007_199_254_740_993L, Long.MIN_VALUE, Long.MAX_VALUE}) {
      expected.put("(" + number + ")::BIGINT", number);
    }
    whole("TINYINT", Byte.MIN_VALUE, Byte.MAX_VALUE);
    whole("SMALLINT", Short.MIN_VALUE, Short.MAX_VALUE);
    whole("INTEGER", Integer.MIN_VALUE, Integer.MAX_VALUE);
    whole("UTINYINT", 0, 255);
    whole("USMALLINT", 0, 65_535);
    whole("UINTEGER", 0x8000_0000L, 0xFFFF_FFFFL);
    big("UBIGINT", BigInteger.TWO.pow(64).subtract(BigInteger.ONE));
    big("HUGEINT", BigInteger.TWO.pow(127).subtract(BigInteger.ONE));
    big("HUGEINT", BigInteger.TWO.pow(127).negate());
    decimal("-0.05", "DECIMAL(5,2)");
    decimal("0.00", "DECIMAL(5,2)");
    decimal("12345.6789", "DECIMAL(12,4)");
    decimal("-1234567890123456789.012345678", "DECIMAL(38,9)");
    expected.put("true", true);
    expected.put("false", false);
    for (String text : List.of("", " a ", "NULL", "a,\"b\";'c", "two\nlines\r\t", "\\x41", "ß😀")) {
      expected.put("'" + text.replace("'", "''") + "'", text);
    }
    expected.put("'" + "ä".repeat(9_000) + "'", "ä".repeat(9_000));
    for (String time :
        List.of(
            "1970-01-01T00:00:00Z",
            "1969-12-31T23:59:59.999999Z",
            "2026-10-25T01:30:00.000001Z",
            "1677-09-21T00:12:43.145225Z",
            "2262-04-11T23:47:16.854775Z")) {
      expected.put("timestamptz '" + time + "'", Instant.parse(time));
    }
    expected.put("DATE '0001-01-01'", LocalDate.parse("0001-01-01"));
    expected.put("DATE '9999-12-31'", LocalDate.parse("9999-12-31"));
    expected.put("TIME '23:59:59.000001'", LocalTime.parse("23:59:59.000001"));
    expected.put(
        "TIMESTAMP '1999-12-31 23:59:59.25'", LocalDateTime.parse("1999-12-31T23:59:59.25"));
    UUID uuid = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
    expected.put("UUID '" + uuid + "'", uuid);
  }

  private void doubles(double... numbers) {
    for (double number : numbers) {
      expected.put("'" + number + "'::DOUBLE", number);
    }
  }

  private void whole(String type, long... numbers) {
    for (long number : numbers) {
      expected.put("(" + number + ")::" + type, number);
    }
  }

  private void big(String type, BigInteger number) {
    expected.put("'" + number + "'::" + type, new BigDecimal(number));
  }

  private void decimal(String digits, String type) {
    expected.put("'" + digits + "'::" + type, new BigDecimal(digits));
  }

  /** One row of all of them and one of as many NULLs, in this order. */
  String statement() {
    List<String> columns = new ArrayList<>();
    for (String expression : expected.keySet()) {
      columns.add("CASE WHEN r = 0 THEN " + expression + " END AS c" + columns.size());
    }
    return "SELECT " + String.join(", ", columns) + " FROM range(2) t(r) ORDER BY r";
  }

  /**
   * What a row has that is not as expected.
   *
   * @param asGiven the form that the door has for a value
   */
  List<String> differences(List<@Nullable Object> row, UnaryOperator<Object> asGiven) {
    List<String> differences = new ArrayList<>();
    int column = 0;
    for (Map.Entry<String, Object> value : expected.entrySet()) {
      Object wanted = asGiven.apply(value.getValue());
      Object found = row.get(column++);
      if (found == null || !wanted.equals(like(wanted, found))) {
        differences.add(value.getKey() + ": expected=" + wanted + ", actual=" + found);
      }
    }
    return differences;
  }

  /** Texts of what some doors have no type for, read. */
  private static Object like(Object wanted, Object found) {
    return found instanceof String text
        ? switch (wanted) {
          case LocalDate date -> LocalDate.parse(text);
          case LocalTime time -> LocalTime.parse(text);
          case LocalDateTime time -> LocalDateTime.parse(text.replace(' ', 'T'));
          case UUID uuid -> UUID.fromString(text);
          default -> found;
        }
        : found;
  }
}

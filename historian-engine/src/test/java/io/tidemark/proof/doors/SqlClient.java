package io.tidemark.proof.doors;

import java.io.IOException;
import java.math.BigDecimal;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A door that takes statements, as one of its clients sees it. All of them run the same texts; what
 * they give is brought into the same Java types, without a detour over text where the wire has
 * none. One thread.
 */
interface SqlClient extends AutoCloseable {
  /** Its name in reports. */
  String name();

  /** Runs a statement. Errors of the historian are answers; whatever else goes wrong is thrown. */
  Table ask(String statement, ZoneId zone);

  /**
   * A value of a row in the type that this door has for it: decimals and whole numbers beyond int64
   * come as {@link BigDecimal} unless it says otherwise.
   */
  default Object asGiven(Object value) {
    return value;
  }

  @Override
  void close() throws IOException;

  /**
   * What came.
   *
   * @param columns their names, left to right
   * @param rows null, or by type of the column: Boolean, Long for whole numbers, Double for those
   *     in binary, BigDecimal for others, {@link java.time.Instant} for TIMESTAMPTZ, text for all
   *     else
   * @param refusal code of the error that came instead; null if there was none
   */
  record Table(List<String> columns, List<List<@Nullable Object>> rows, @Nullable String refusal) {
    static Table of(List<String> columns, List<List<@Nullable Object>> rows) {
      return new Table(columns, rows, null);
    }

    static Table refused(String code) {
      return new Table(List.of(), List.of(), code);
    }
  }
}

package io.tidemark.query.export;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an export is made of. The same question at the same data version and now has the same plan.
 *
 * @param dataVersion the snapshot that every statement reads
 * @param nowNs what {@code *} means in the question
 * @param range of the question, resolved; null if there is none
 * @param tags what is exported, with its unit of measure
 * @param parts files, in order
 */
public record ExportPlan(
    String dataVersion, long nowNs, @Nullable Range range, List<TagUse> tags, List<Part> parts) {
  /** From a time to a time, nanoseconds since 1970; either may be open. */
  public record Range(@Nullable Long startNs, @Nullable Long endNs) {}

  /**
   * A tag.
   *
   * @param attribute by which it was found, or null
   */
  public record TagUse(@Nullable String attribute, String tag, String uom) {}

  /**
   * A statement and the values of its {@code ?}. Its rows have an order of their own.
   *
   * @param params null, Boolean, Long, Double, String, or lists of these
   */
  public record Statement(String sql, List<@Nullable Object> params) {}

  /**
   * A file: the rows of its statements, one after the other.
   *
   * @param partition columns that its folders say, with their values; in order
   * @param uoms units of measure of columns, where all of its rows share one
   */
  public record Part(
      Map<String, @Nullable String> partition,
      List<Statement> statements,
      Map<String, String> uoms) {}
}

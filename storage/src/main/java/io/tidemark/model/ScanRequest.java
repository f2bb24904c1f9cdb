package io.tidemark.model;

/**
 * What a scan of one tag is asked for.
 *
 * @param range source times
 * @param direction of source time
 * @param columns what is filled of each block
 * @param condition which samples may be left out
 */
public record ScanRequest(
    int tagId,
    TimeRange range,
    Direction direction,
    SampleColumns columns,
    SampleCondition condition) {

  /** All samples of a range, all that is known of them. */
  public static ScanRequest all(int tagId, TimeRange range, Direction direction) {
    return new ScanRequest(tagId, range, direction, SampleColumns.ALL, SampleCondition.ANY);
  }

  /** All samples of a range, with their values. */
  public static ScanRequest values(int tagId, TimeRange range, Direction direction) {
    return new ScanRequest(tagId, range, direction, SampleColumns.VALUES, SampleCondition.ANY);
  }
}

package io.tidemark.model;

import java.util.function.Predicate;

/**
 * A consistent snapshot of the store for its life: one manifest generation and everything journaled
 * up to one order. Safe from any thread; each cursor belongs to one thread. Close it: it pins
 * files.
 */
public interface ReadView extends AutoCloseable {
  /** The catalog; definitions are always the newest. */
  TagCatalog tags();

  /**
   * A tag's samples inside the range, in the given direction of source time. Samples of the same
   * time come in the order they were written (reversed when going backward) if the context asks for
   * all versions; else only the last written one comes. Blocks never mix types. Cursors of one view
   * may run beside each other on several threads.
   */
  SampleCursor scan(QueryContext context, ScanRequest request);

  /** All of a tag's samples inside the range, and all that is known of them. */
  default SampleCursor scan(QueryContext context, int tagId, TimeRange range, Direction direction) {
    return scan(context, ScanRequest.all(tagId, range, direction));
  }

  /**
   * The tag's samples between the first and the last edge, in order of time, with statistics in the
   * place of samples where these are the newest versions, no edge lies between them, and nothing
   * else was recorded there.
   *
   * @param edgesNs two or more, ascending: no piece of statistics has samples on both sides of one
   */
  default StatisticsCursor scanStatistics(
      QueryContext context, int tagId, long[] edgesNs, StatisticsRule rule) {
    return scanStatistics(context, tagId, edgesNs, rule, statistics -> true);
  }

  /**
   * The same for a reader that can do with some statistics only: where those of many samples will
   * not do, those of fewer are tried, then the samples come.
   *
   * @param suffices whether statistics will do; looks at nothing else, since it is also asked about
   *     pieces ahead
   */
  default StatisticsCursor scanStatistics(
      QueryContext context,
      int tagId,
      long[] edgesNs,
      StatisticsRule rule,
      Predicate<SampleStatistics> suffices) {
    TimeRange range = new TimeRange(edgesNs[0], edgesNs[edgesNs.length - 1]);
    return StatisticsCursor.ofSamples(
        scan(context, ScanRequest.values(tagId, range, Direction.FORWARD)));
  }

  /**
   * Copies the tag's current value, the newest sample not after {@code nowNs}, into the block.
   *
   * @return 1, or 0 if there is none
   */
  int current(QueryContext context, int tagId, long nowNs, SampleBlock block);

  /** Opaque text that names this snapshot: store id, shard and order. */
  String dataVersion();

  /** Whether it is a version of before that was asked for, so that context counts as it was too. */
  default boolean isAsOf() {
    return false;
  }

  /** The last order that the view may show. */
  long upToOrder();

  @Override
  void close();
}

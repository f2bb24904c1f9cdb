package io.tidemark.query.retrieval;

import io.tidemark.model.Direction;
import io.tidemark.model.Quality;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadRule;
import io.tidemark.model.ReadRule.Extrapolation;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleColumns;
import io.tidemark.model.SampleCondition;
import io.tidemark.model.SampleCursor;
import io.tidemark.model.ScanRequest;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import org.jspecify.annotations.Nullable;

/**
 * A tag's samples turned into such that the plain rule makes of them what another rule makes of the
 * recorded ones: some are left out, some are put in, and those are marked. In order of time, from
 * the last one that matters at a time on. One thread; close it.
 */
final class RuledSamples implements SampleCursor {
  private final RuledCurve curve;
  private final SampleCursor samples;
  private final SampleBlock in = new SampleBlock();
  private int next;
  private boolean ended;

  /**
   * Rows from the last one at or before a time on.
   *
   * @param startNs the time
   */
  RuledSamples(QueryContext context, TagDefinition tag, ReadRule rule, long startNs) {
    this.curve = new RuledCurve(rule, rule.stepped(tag), context.nowNs());
    long fromNs = anchor(context, tag, rule, startNs);
    this.samples =
        context
            .view()
            .scan(
                context,
                ScanRequest.values(
                    tag.id(), new TimeRange(fromNs, Long.MAX_VALUE), Direction.FORWARD));
  }

  /**
   * Time of the last sample at or before a time that matters to the rule. Where a line goes on
   * after the last sample, that is the second last usable one.
   */
  static long anchor(QueryContext context, TagDefinition tag, ReadRule rule, long startNs) {
    if (startNs == Long.MAX_VALUE) {
      return startNs - 1;
    }
    TimeRange range = new TimeRange(Long.MIN_VALUE, startNs + 1);
    int wanted = rule.extrapolation() == Extrapolation.SLOPE ? 2 : 1;
    if (wanted == 1 && !RuledCurve.passesOver(rule)) {
      SampleBlock block = new SampleBlock();
      boolean found =
          SampleWalk.firstRow(
              context, tag.id(), range.startNs(), range.endNs(), Direction.BACKWARD, block);
      return found ? block.sourceTimesNs()[0] : startNs;
    }
    Long found = usableTime(context, tag, range, Direction.BACKWARD, rule, wanted);
    return found == null ? startNs : found;
  }

  /**
   * Time of the first usable sample of a range, or of the second and so on; of the last one if
   * there are fewer, null if there is none.
   */
  static @Nullable Long usableTime(
      QueryContext context,
      TagDefinition tag,
      TimeRange range,
      Direction direction,
      ReadRule rule,
      int wanted) {
    SampleCondition usable = SampleCondition.of(Quality.usable(rule.uncertainIsBad()));
    ScanRequest request = new ScanRequest(tag.id(), range, direction, SampleColumns.VALUES, usable);
    SampleBlock block = new SampleBlock();
    Long found = null;
    int missing = wanted;
    try (SampleCursor rows = context.view().scan(context, request)) {
      while (missing > 0 && rows.next(block) > 0) {
        context.check();
        for (int i = 0; missing > 0 && i < block.count(); i++) {
          if (isUsable(block, i, rule)) {
            found = block.sourceTimesNs()[i];
            missing--;
          }
        }
      }
    }
    return found;
  }

  /** Whether a row of a block is usable by a rule. */
  static boolean isUsable(SampleBlock block, int row, ReadRule rule) {
    return rule.admits(block.statuses()[row]) && hasValue(block, row);
  }

  /** Whether a row has a value, and a finite one if it is a real. */
  static boolean hasValue(SampleBlock block, int row) {
    return block.isPresent(row)
        && (!block.type().isReal() || Math.abs(block.doubles()[row]) <= Double.MAX_VALUE);
  }

  @Override
  public int next(SampleBlock out) {
    out.count(0);
    while (true) {
      next = curve.take(in, next, out);
      if (next < in.count() || ended) {
        return out.count();
      }
      next = 0;
      if (samples.next(in) == 0) {
        in.count(0);
        ended = true;
        curve.finish(out);
      }
    }
  }

  @Override
  public void close() {
    samples.close();
  }
}

package io.tidemark.query.retrieval;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleType;
import io.tidemark.model.TagDefinition;
import io.tidemark.query.aggregate.TotalUnit;
import io.tidemark.query.units.Unit;
import io.tidemark.query.units.UnitConversion;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A tag answered in another unit than it is stored in: a block in, a block out, whatever the answer
 * is written as. Immutable but for the block of a {@link #sink}.
 *
 * <p>Rows keep their times, statuses and flags. Converted numbers are float64, those of an int tag
 * too; where the two units are one under different names, values stay as they are.
 */
public final class UnitChange {
  private final TagDefinition stored;
  private final TagDefinition answered;
  private final UnitConversion points;
  private final UnitConversion differences;
  private final TotalUnit storedTotal;
  private final TotalUnit answeredTotal;

  private UnitChange(TagDefinition stored, Unit from, Unit to) {
    this.stored = stored;
    this.points = UnitConversion.points(from, to);
    this.differences = UnitConversion.differences(from, to);
    this.storedTotal = TotalUnit.of(stored.uom());
    this.answeredTotal = TotalUnit.of(to.text());
    this.answered =
        new TagDefinition(
            stored.id(),
            stored.uuid(),
            stored.name(),
            points.isIdentity() ? stored.type() : SampleType.FLOAT64,
            to.text(),
            stored.description(),
            stored.stepped(),
            points.convert(stored.rangeLow()),
            points.convert(stored.rangeHigh()),
            stored.states(),
            stored.duplicates(),
            stored.forecast(),
            stored.version(),
            stored.changedBy(),
            stored.changedAtMicros());
  }

  /**
   * The change of a tag to the first of some units that it converts to.
   *
   * @param wanted at least one
   * @throws HistorianException {@link ErrorCode#UNIT_MISMATCH} if it converts to none of them, or
   *     has no numbers
   */
  public static UnitChange of(TagDefinition tag, List<Unit> wanted) {
    if (!tag.type().isContinuous()) {
      throw new HistorianException(
          ErrorCode.UNIT_MISMATCH,
          "tag has no numbers to convert: tag="
              + ErrorText.quote(tag.name())
              + ", type="
              + tag.type().label());
    }
    Unit from = Unit.parse(tag.uom());
    for (Unit to : wanted) {
      if (from.isConvertibleTo(to)) {
        return new UnitChange(tag, from, to);
      }
    }
    throw new HistorianException(
        ErrorCode.UNIT_MISMATCH,
        "cannot convert: tag="
            + ErrorText.quote(tag.name())
            + ", from="
            + from.described()
            + ", to="
            + wanted.stream().limit(3).map(Unit::described).collect(Collectors.joining(" or "))
            + (wanted.size() > 3 ? " or " + (wanted.size() - 3) + " others" : "")
            + from.fitting());
  }

  /** The tag to read. */
  public TagDefinition stored() {
    return stored;
  }

  /** The tag as the answer shows it: in the unit asked for. */
  public TagDefinition answered() {
    return answered;
  }

  /** Converts what is read for another sink. Not for several threads. */
  public BlockSink sink(BlockSink next) {
    if (points.isIdentity()) {
      return next;
    }
    SampleBlock converted = new SampleBlock();
    return block -> {
      // What the tag was once, before it had numbers, has no unit.
      if (block.type().isContinuous()) {
        convert(block, converted);
        next.accept(converted);
      } else {
        next.accept(block);
      }
    };
  }

  private void convert(SampleBlock block, SampleBlock converted) {
    int count = block.count();
    converted.reset(SampleType.FLOAT64);
    System.arraycopy(block.sourceTimesNs(), 0, converted.sourceTimesNs(), 0, count);
    System.arraycopy(block.statuses(), 0, converted.statuses(), 0, count);
    System.arraycopy(block.flags(), 0, converted.flags(), 0, count);
    System.arraycopy(block.orders(), 0, converted.orders(), 0, count);
    double[] values = converted.doubles();
    if (block.type().isIntegral()) {
      long[] longs = block.longs();
      for (int i = 0; i < count; i++) {
        values[i] = longs[i];
      }
    } else {
      System.arraycopy(block.doubles(), 0, values, 0, count);
    }
    points.convert(values, count);
    converted.count(count);
  }

  /**
   * Converts aggregates: averages and extremes as points, deviations and slopes as differences, the
   * sum as that of the points, the total to {@link TotalUnit} of the unit asked for.
   */
  public SummaryRow row(SummaryRow row) {
    return row.converted(
        points::convert,
        differences::convert,
        sum -> sum(row, sum),
        total -> total(row, total),
        differences::convert);
  }

  /** The sum of converted values: the zero that moves counts for each of the samples. */
  private double sum(SummaryRow row, double sum) {
    double offset = points.isIdentity() ? 0 : points.offset();
    double scaled = differences.convert(sum);
    return offset == 0 ? scaled : scaled + offset * row.count();
  }

  /** The integral of converted values: the zero that moves counts for all of the good time. */
  private double total(SummaryRow row, double total) {
    double offset = points.isIdentity() ? 0 : points.offset();
    double integral = differences.convert(total * storedTotal.secondsPerUnit());
    return answeredTotal.total(offset == 0 ? integral : integral + offset * row.goodSeconds());
  }
}

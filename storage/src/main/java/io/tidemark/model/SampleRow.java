package io.tidemark.model;

import org.jspecify.annotations.Nullable;

/**
 * A copy of one row of a block, which outlives it. Immutable.
 *
 * @param bits of the double, or the integer; nothing for text
 */
public record SampleRow(
    SampleType type,
    long timeNs,
    int status,
    byte flags,
    long order,
    long bits,
    @Nullable String text) {

  /** A copy of a row. */
  public static SampleRow of(SampleBlock block, int row) {
    SampleType type = block.type();
    return new SampleRow(
        type,
        block.sourceTimesNs()[row],
        block.statuses()[row],
        block.flags()[row],
        block.orders()[row],
        type.isReal()
            ? Double.doubleToRawLongBits(block.doubles()[row])
            : type.isIntegral() ? block.longs()[row] : 0,
        type == SampleType.STRING ? block.texts()[row] : null);
  }

  /** Makes it the only row of a block. */
  public void copyTo(SampleBlock block) {
    block.reset(type);
    block.sourceTimesNs()[0] = timeNs;
    block.statuses()[0] = status;
    block.flags()[0] = flags;
    block.orders()[0] = order;
    switch (type) {
      case FLOAT64, FLOAT32 -> block.doubles()[0] = Double.longBitsToDouble(bits);
      case INT64, INT32, BOOL, DIGITAL -> block.longs()[0] = bits;
      case STRING -> block.texts()[0] = text;
    }
    block.count(1);
  }
}

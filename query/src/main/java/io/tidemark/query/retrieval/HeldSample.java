package io.tidemark.query.retrieval;

import io.tidemark.model.Quality;
import io.tidemark.model.ReadRule;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleFlags;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatusCodes;
import io.tidemark.query.aggregate.IntervalAggregator;
import org.jspecify.annotations.Nullable;

/** A copy of one row that outlives its block: the neighbour of a time or of a range. */
final class HeldSample {
  boolean exists;
  SampleType type = SampleType.FLOAT64;
  long timeNs;
  int status;
  byte flags;
  double real;
  long integral;
  @Nullable String text;

  void clear() {
    exists = false;
    text = null;
  }

  void set(SampleBlock block, int row) {
    exists = true;
    type = block.type();
    timeNs = block.sourceTimesNs()[row];
    status = block.statuses()[row];
    flags = block.flags()[row];
    switch (type) {
      case FLOAT64, FLOAT32 -> real = block.doubles()[row];
      case INT64, INT32, BOOL, DIGITAL -> integral = block.longs()[row];
      case STRING -> text = block.texts()[row];
    }
  }

  /** Becomes a sample of which its time, its number and whether it is usable are known. */
  void set(SampleType ofType, long atNs, boolean isUsable, double number) {
    exists = true;
    type = ofType;
    timeNs = atNs;
    status = isUsable ? StatusCodes.GOOD : StatusCodes.BAD;
    flags = isUsable ? SampleFlags.PRESENT : 0;
    real = number;
    integral = (long) number;
    text = ofType == SampleType.STRING ? "" : null;
  }

  void set(HeldSample other) {
    exists = other.exists;
    type = other.type;
    timeNs = other.timeNs;
    status = other.status;
    flags = other.flags;
    real = other.real;
    integral = other.integral;
    text = other.text;
  }

  /** Whether it was recorded, and not put in by a rule. */
  boolean isRecorded() {
    return exists && (flags & IntervalAggregator.PUT_IN) == 0;
  }

  /** Whether the stretch that ends with it is in doubt. */
  boolean isInDoubt() {
    return (flags & IntervalAggregator.IN_DOUBT) != 0;
  }

  boolean isAt(long ns) {
    return exists && timeNs == ns;
  }

  /** Whether there is a value, whatever its status. */
  boolean hasValue() {
    return exists && (flags & SampleFlags.PRESENT) != 0;
  }

  /** Whether there is a value that readers are shown. */
  boolean isShown() {
    return exists && (flags & SampleFlags.PRESENT) != 0 && !Quality.isBad(status);
  }

  /** Whether the value holds until the next sample: Good and there. */
  boolean isUsable() {
    return isUsable(ReadRule.DEFAULT);
  }

  /** Whether the value holds until the next sample by a rule. */
  boolean isUsable(ReadRule rule) {
    return exists && (flags & SampleFlags.PRESENT) != 0 && rule.admits(status);
  }

  /** Whether it may be the end of a straight line: usable, a number and finite. */
  boolean isUsableNumber(ReadRule rule) {
    return isUsable(rule) && type.isNumeric() && Double.isFinite(number());
  }

  /** The value of a sample of a numeric type. */
  double number() {
    return type.isReal() ? real : integral;
  }
}

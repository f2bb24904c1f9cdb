package io.tidemark.query.aggregate;

import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleFlags;
import io.tidemark.model.SampleType;
import org.jspecify.annotations.Nullable;

/** A sample held while its neighbours are looked at. */
final class StandardRow {
  boolean exists;
  SampleType type = SampleType.FLOAT64;
  long timeNs;
  int status;
  byte flags;
  double number;
  long integral;
  @Nullable String text;

  void set(SampleBlock block, int row) {
    exists = true;
    type = block.type();
    timeNs = block.sourceTimesNs()[row];
    status = block.statuses()[row];
    flags = block.flags()[row];
    number = block.number(row);
    integral = type.isIntegral() ? block.longs()[row] : 0;
    text = type == SampleType.STRING ? block.texts()[row] : null;
  }

  void set(StandardRow other) {
    exists = other.exists;
    type = other.type;
    timeNs = other.timeNs;
    status = other.status;
    flags = other.flags;
    number = other.number;
    integral = other.integral;
    text = other.text;
  }

  boolean hasValue() {
    return (flags & SampleFlags.PRESENT) != 0;
  }

  /** Good, with a value that is finite where it is a number. */
  boolean isGood() {
    return status >>> 30 == 0 && hasNumber();
  }

  boolean isUncertain() {
    return status >>> 30 == 1 && hasNumber();
  }

  private boolean hasNumber() {
    return hasValue() && (type == SampleType.STRING || Math.abs(number) <= Double.MAX_VALUE);
  }

  boolean sameValue(StandardRow other) {
    return text != null ? text.equals(other.text) : other.text == null && number == other.number;
  }
}

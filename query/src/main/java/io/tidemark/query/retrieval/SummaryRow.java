package io.tidemark.query.retrieval;

import io.tidemark.model.StatusCodes;
import io.tidemark.query.aggregate.SummaryField;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Aggregates of one tag over one interval {@code [startNs, endNs)}: the fields that were asked for
 * and have a value there. Formulas: time weighting over the polyline of usable samples with simple
 * bounds; sample statistics over usable samples inside, ends as the basis of the calculation says.
 * Immutable once it is handed out.
 */
public final class SummaryRow {
  private static final SummaryField[] FIELDS = SummaryField.values();

  private final long startNs;
  private final long endNs;
  private final int status;
  private final String basis;
  private final long[] values = new long[FIELDS.length];
  private double goodSeconds;
  private long present;

  /**
   * A row without fields.
   *
   * @param status OPC UA StatusCode of the row
   * @param basis what it was computed from: {@code stored}
   */
  SummaryRow(long startNs, long endNs, int status, String basis) {
    this.startNs = startNs;
    this.endNs = endNs;
    this.status = status;
    this.basis = basis;
  }

  SummaryRow set(SummaryField field, @Nullable Double value) {
    if (value != null) {
      values[field.ordinal()] = Double.doubleToRawLongBits(value);
      present |= 1L << field.ordinal();
    }
    return this;
  }

  SummaryRow set(SummaryField field, @Nullable Long value) {
    if (value != null) {
      values[field.ordinal()] = value;
      present |= 1L << field.ordinal();
    }
    return this;
  }

  SummaryRow goodSeconds(double seconds) {
    goodSeconds = seconds;
    return this;
  }

  double goodSeconds() {
    return goodSeconds;
  }

  /** A row with other numbers of the fields of a unit, in their place. */
  SummaryRow converted(
      DoubleUnaryOperator points,
      DoubleUnaryOperator differences,
      DoubleUnaryOperator sums,
      DoubleUnaryOperator totals,
      DoubleUnaryOperator slopes) {
    SummaryRow row = new SummaryRow(startNs, endNs, status, basis);
    System.arraycopy(values, 0, row.values, 0, values.length);
    row.present = present;
    row.goodSeconds = goodSeconds;
    for (SummaryField field : FIELDS) {
      if (has(field)) {
        double value = Double.longBitsToDouble(values[field.ordinal()]);
        switch (field.unitRole()) {
          case POINT -> row.set(field, (Double) points.applyAsDouble(value));
          case DIFFERENCE -> row.set(field, (Double) differences.applyAsDouble(value));
          case SUM -> row.set(field, (Double) sums.applyAsDouble(value));
          case TOTAL -> row.set(field, (Double) totals.applyAsDouble(value));
          case SLOPE -> row.set(field, (Double) slopes.applyAsDouble(value));
          case NONE -> {}
        }
      }
    }
    return row;
  }

  /** The same interval without values, since too little of it is good. */
  SummaryRow withheld() {
    SummaryRow row = new SummaryRow(startNs, endNs, StatusCodes.BAD_NO_DATA, basis);
    for (SummaryField field : FIELDS) {
      if (has(field) && field.isOfAnyType() && field.kind() != SummaryField.Kind.TIME) {
        row.values[field.ordinal()] = values[field.ordinal()];
        row.present |= 1L << field.ordinal();
      }
    }
    return row;
  }

  /** Start, ns. */
  public long startNs() {
    return startNs;
  }

  /** End, ns. */
  public long endNs() {
    return endNs;
  }

  /** OPC UA StatusCode of the row. */
  public int status() {
    return status;
  }

  /** What it was computed from: {@code stored}. */
  public String basis() {
    return basis;
  }

  /** Whether the field was asked for and has a value here. */
  public boolean has(SummaryField field) {
    return (present >>> field.ordinal() & 1) != 0;
  }

  /** Value of a field of kind NUMBER that it {@link #has}. */
  public double number(SummaryField field) {
    return Double.longBitsToDouble(values[field.ordinal()]);
  }

  /** Value of a field of kind TIME or COUNT that it {@link #has}. */
  public long whole(SummaryField field) {
    return values[field.ordinal()];
  }

  private @Nullable Double numberOrNull(SummaryField field) {
    return has(field) ? (Double) number(field) : null;
  }

  private @Nullable Long wholeOrNull(SummaryField field) {
    return has(field) ? (Long) whole(field) : null;
  }

  /** {@link SummaryField#TIME_AVERAGE}, or null. */
  public @Nullable Double timeAverage() {
    return numberOrNull(SummaryField.TIME_AVERAGE);
  }

  /** {@link SummaryField#SAMPLE_AVERAGE}, or null. */
  public @Nullable Double sampleAverage() {
    return numberOrNull(SummaryField.SAMPLE_AVERAGE);
  }

  /** {@link SummaryField#MINIMUM}, or null. */
  public @Nullable Double minimum() {
    return numberOrNull(SummaryField.MINIMUM);
  }

  /** {@link SummaryField#MINIMUM_TIME}, or null. */
  public @Nullable Long minimumTimeNs() {
    return wholeOrNull(SummaryField.MINIMUM_TIME);
  }

  /** {@link SummaryField#MAXIMUM}, or null. */
  public @Nullable Double maximum() {
    return numberOrNull(SummaryField.MAXIMUM);
  }

  /** {@link SummaryField#MAXIMUM_TIME}, or null. */
  public @Nullable Long maximumTimeNs() {
    return wholeOrNull(SummaryField.MAXIMUM_TIME);
  }

  /** {@link SummaryField#STD_DEV}, or null. */
  public @Nullable Double stdDev() {
    return numberOrNull(SummaryField.STD_DEV);
  }

  /** {@link SummaryField#TOTAL}, or null. */
  public @Nullable Double total() {
    return numberOrNull(SummaryField.TOTAL);
  }

  /** {@link SummaryField#COUNT}. */
  public long count() {
    return whole(SummaryField.COUNT);
  }

  /** {@link SummaryField#PERCENT_GOOD}. */
  public double percentGood() {
    return number(SummaryField.PERCENT_GOOD);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SummaryRow row
        && startNs == row.startNs
        && endNs == row.endNs
        && status == row.status
        && present == row.present
        && basis.equals(row.basis)
        && Arrays.equals(values, row.values);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(values) + Long.hashCode(startNs);
  }

  @Override
  public String toString() {
    StringBuilder out = new StringBuilder("[" + startNs + ", " + endNs + ")");
    for (SummaryField field : FIELDS) {
      if (has(field)) {
        out.append(' ').append(field.label()).append('=');
        if (field.kind() == SummaryField.Kind.NUMBER) {
          out.append(number(field));
        } else {
          out.append(whole(field));
        }
      }
    }
    return out.append(' ').append(StatusCodes.text(status)).toString();
  }
}

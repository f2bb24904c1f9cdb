package io.tidemark.query.condition;

import io.tidemark.model.SampleType;
import io.tidemark.query.retrieval.CurvePieces;
import java.math.BigDecimal;
import java.math.BigInteger;

/** Exact numbers of a piece of a curve. */
final class Value {
  private Value() {}

  /** Whether values of a type compare with numbers: all but text. */
  static boolean isNumber(SampleType type) {
    return type != SampleType.STRING;
  }

  /** The value at the start. */
  static BigDecimal atStart(CurvePieces piece) {
    return piece.type().isReal()
        ? new BigDecimal(piece.real())
        : BigDecimal.valueOf(piece.integral());
  }

  /** The value at the end of a line. */
  static BigDecimal atEnd(CurvePieces piece) {
    return piece.endType().isReal()
        ? new BigDecimal(piece.endReal())
        : BigDecimal.valueOf(piece.endIntegral());
  }

  /** Length of a piece that has an end, in ns; 1 if its value holds. */
  static BigDecimal scale(CurvePieces piece) {
    return piece.isLine() ? difference(piece.untilNs(), piece.fromNs()) : BigDecimal.ONE;
  }

  /** The value at a time of a piece, times its {@link #scale}: that needs no division. */
  static BigDecimal scaled(CurvePieces piece, long timeNs) {
    if (!piece.isLine()) {
      return atStart(piece);
    }
    BigDecimal before = atStart(piece).multiply(difference(piece.untilNs(), timeNs));
    return atEnd(piece).multiply(difference(timeNs, piece.fromNs())).add(before);
  }

  private static BigDecimal difference(long laterNs, long earlierNs) {
    return new BigDecimal(BigInteger.valueOf(laterNs).subtract(BigInteger.valueOf(earlierNs)));
  }
}

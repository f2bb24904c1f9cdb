package io.tidemark.query.condition;

import io.tidemark.query.condition.ConditionNode.Numeric;
import io.tidemark.query.retrieval.CurvePieces;
import java.math.BigDecimal;

/** A tag against a number. */
final class LimitLeaf extends Leaf {
  /** Integers up to here are float64. */
  private static final long EXACT_MAX = 1L << 53;

  private final Source source;
  private final Relation relation;
  private final Numeric limit;

  LimitLeaf(Source source, Relation relation, Numeric limit) {
    super(source, source);
    this.source = source;
    this.relation = relation;
    this.limit = limit;
  }

  @Override
  void read() {
    CurvePieces piece = source.pieces();
    if (!piece.hasValue() || !Value.isNumber(piece.type())) {
      holds(UNKNOWN);
      return;
    }
    int start = compare(piece.type().isReal(), piece.real(), piece.integral());
    if (!piece.isLine()) {
      holds(truth(start));
      return;
    }
    int end = compare(piece.endType().isReal(), piece.endReal(), piece.endIntegral());
    if (start == 0) {
      turns(truth(0), truth(end));
    } else if (start + end != 0) {
      holds(truth(start)); // what the line reaches only at its end belongs to the next piece
    } else {
      cross(piece, start);
    }
  }

  private int truth(int difference) {
    return relation.holds(difference) ? TRUE : FALSE;
  }

  /** Sign of a value less the limit. */
  private int compare(boolean isReal, double real, long integral) {
    if (isReal) {
      return (int) Math.signum(real - limit.real());
    }
    if (limit.isWhole()) {
      return Long.compare(integral, limit.integral());
    }
    // Either a fraction, and then below 2^53, or beyond all integers of 64 bits.
    return Math.abs(limit.real()) >= 0x1p63
        ? -(int) Math.signum(limit.real())
        : Double.compare(integral, limit.real());
  }

  private void cross(CurvePieces piece, int start) {
    long ns = Long.MIN_VALUE;
    if (isExact(piece.type().isReal(), piece.integral())
        && isExact(piece.endType().isReal(), piece.endIntegral())
        && (!limit.isWhole() || isExact(false, limit.integral()))) {
      double from = piece.type().isReal() ? piece.real() : piece.integral();
      double to = piece.endType().isReal() ? piece.endReal() : piece.endIntegral();
      ns = Crossing.quick(piece.fromNs(), piece.untilNs(), from, to, limit.real());
    }
    if (ns != Long.MIN_VALUE) {
      crosses(truth(start), truth(0), truth(-start), ns, false);
      return;
    }
    BigDecimal exact =
        limit.isWhole() ? BigDecimal.valueOf(limit.integral()) : new BigDecimal(limit.real());
    Crossing crossing =
        Crossing.exact(
            piece.fromNs(),
            piece.untilNs(),
            Value.atStart(piece).subtract(exact),
            Value.atEnd(piece).subtract(exact));
    crosses(truth(start), truth(0), truth(-start), crossing.ns(), crossing.isExact());
  }

  private static boolean isExact(boolean isReal, long integral) {
    return isReal || (integral >= -EXACT_MAX && integral <= EXACT_MAX);
  }
}

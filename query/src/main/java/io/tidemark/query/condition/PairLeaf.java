package io.tidemark.query.condition;

import io.tidemark.query.retrieval.CurvePieces;
import java.math.BigDecimal;

/** A tag against another one at the same time. */
final class PairLeaf extends Leaf {
  /*
   * A value on a line takes eight roundings of 2^-53, relative to the ends of the line; sums and differences of two
   * lines a few more. Where that leaves the sign open, exact arithmetic tells.
   */
  private static final double ERROR = 0x1p-48;

  private final Source left;
  private final Source right;
  private final Relation relation;

  PairLeaf(Source left, Relation relation, Source right) {
    super(left, right);
    this.left = left;
    this.right = right;
    this.relation = relation;
  }

  @Override
  void read() {
    CurvePieces one = left.pieces();
    CurvePieces other = right.pieces();
    if (!hasNumber(one) || !hasNumber(other)) {
      holds(UNKNOWN);
      return;
    }
    long fromNs = Math.max(one.fromNs(), other.fromNs());
    int start = difference(one, other, fromNs);
    if (!one.isLine() && !other.isLine()) {
      holds(truth(start));
      return;
    }
    long untilNs = Math.min(one.untilNs(), other.untilNs());
    int end = difference(one, other, untilNs);
    if (start == 0) {
      turns(truth(0), truth(end));
    } else if (start + end != 0) {
      holds(truth(start));
    } else {
      Crossing crossing =
          Crossing.exact(fromNs, untilNs, exact(one, other, fromNs), exact(one, other, untilNs));
      crosses(truth(start), truth(0), truth(end), crossing.ns(), crossing.isExact());
    }
  }

  private static boolean hasNumber(CurvePieces piece) {
    return piece.hasValue() && Value.isNumber(piece.type());
  }

  private int truth(int difference) {
    return relation.holds(difference) ? TRUE : FALSE;
  }

  /** Sign of one value less the other; both pieces reach to the time. */
  private static int difference(CurvePieces one, CurvePieces other, long timeNs) {
    double difference = about(one, timeNs) - about(other, timeNs);
    double error = (size(one) + size(other)) * ERROR + Double.MIN_NORMAL;
    return Math.abs(difference) > error
        ? (int) Math.signum(difference)
        : exact(one, other, timeNs).signum();
  }

  /** The value at a time, nearly; NaN if the piece is too long. */
  private static double about(CurvePieces piece, long timeNs) {
    double start = start(piece);
    if (!piece.isLine() || timeNs == piece.fromNs()) {
      return start;
    }
    if (timeNs == piece.untilNs()) {
      return end(piece);
    }
    long length = piece.untilNs() - piece.fromNs();
    return length <= 0
        ? Double.NaN
        : start + (end(piece) - start) * ((double) (timeNs - piece.fromNs()) / length);
  }

  private static double start(CurvePieces piece) {
    return piece.type().isReal() ? piece.real() : piece.integral();
  }

  private static double end(CurvePieces piece) {
    return piece.endType().isReal() ? piece.endReal() : piece.endIntegral();
  }

  private static double size(CurvePieces piece) {
    double start = Math.abs(start(piece));
    return piece.isLine() ? start + Math.abs(end(piece)) : start;
  }

  /** One value less the other, times something positive that is the same at every time. */
  private static BigDecimal exact(CurvePieces one, CurvePieces other, long timeNs) {
    return Value.scaled(one, timeNs)
        .multiply(Value.scale(other))
        .subtract(Value.scaled(other, timeNs).multiply(Value.scale(one)));
  }
}

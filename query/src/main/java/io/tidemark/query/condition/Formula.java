package io.tidemark.query.condition;

import java.util.List;

/**
 * A condition while it is evaluated, in the three-valued logic of Kleene [1]: what cannot be known
 * may be either, so that {@code unknown or true} is true and {@code unknown and true} is unknown.
 * One thread.
 *
 * <p>[1] S. C. Kleene, Introduction to Metamathematics, 1952, section 64.
 */
abstract sealed class Formula permits Formula.All, Formula.Any, Formula.Not, Leaf {
  /* In this order and is the least, or the greatest, and not is 2 less the truth. */
  static final int FALSE = 0;
  static final int UNKNOWN = 1;
  static final int TRUE = 2;

  /** Which side of an instant is asked for. */
  enum Side {
    BEFORE,
    AT,
    AFTER
  }

  /** The truth at the instant that the leaves were set to. */
  abstract int truth(Side side);

  static final class All extends Formula {
    private final Formula[] parts;

    All(List<Formula> parts) {
      this.parts = parts.toArray(Formula[]::new);
    }

    @Override
    int truth(Side side) {
      int least = TRUE;
      for (int i = 0; i < parts.length && least > FALSE; i++) {
        least = Math.min(least, parts[i].truth(side));
      }
      return least;
    }
  }

  static final class Any extends Formula {
    private final Formula[] parts;

    Any(List<Formula> parts) {
      this.parts = parts.toArray(Formula[]::new);
    }

    @Override
    int truth(Side side) {
      int greatest = FALSE;
      for (int i = 0; i < parts.length && greatest < TRUE; i++) {
        greatest = Math.max(greatest, parts[i].truth(side));
      }
      return greatest;
    }
  }

  static final class Not extends Formula {
    private final Formula part;

    Not(Formula part) {
      this.part = part;
    }

    @Override
    int truth(Side side) {
      return TRUE - part.truth(side);
    }
  }
}

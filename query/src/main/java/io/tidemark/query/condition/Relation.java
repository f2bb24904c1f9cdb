package io.tidemark.query.condition;

/** How two values compare. */
enum Relation {
  EQUAL("=", 0b010),
  NOT_EQUAL("<>", 0b101),
  LESS("<", 0b001),
  LESS_OR_EQUAL("<=", 0b011),
  GREATER(">", 0b100),
  GREATER_OR_EQUAL(">=", 0b110);

  /** As written in canonical text. */
  final String sign;

  /** Bit 0 for less, 1 for equal, 2 for greater. */
  private final int accepted;

  Relation(String sign, int accepted) {
    this.sign = sign;
    this.accepted = accepted;
  }

  /**
   * Whether it holds.
   *
   * @param difference sign of left less right: -1, 0 or 1
   */
  boolean holds(int difference) {
    return (accepted >>> (difference + 1) & 1) != 0;
  }

  /** Whether it asks for an order, and not just whether two values are the same. */
  boolean isOrder() {
    return this != EQUAL && this != NOT_EQUAL;
  }
}

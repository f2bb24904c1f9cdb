package io.tidemark.query.condition;

import io.tidemark.model.Quality;
import java.util.List;
import java.util.Locale;

/** What a condition says, as a tree. Immutable; its text is canonical. */
sealed interface ConditionNode {
  /** True if all parts are. */
  record And(List<ConditionNode> parts) implements ConditionNode {
    @Override
    public String toString() {
      return String.join(
          " and ",
          parts.stream().map(p -> p instanceof Or ? "(" + p + ")" : p.toString()).toList());
    }
  }

  /** True if some part is. */
  record Or(List<ConditionNode> parts) implements ConditionNode {
    @Override
    public String toString() {
      return String.join(" or ", parts.stream().map(ConditionNode::toString).toList());
    }
  }

  /** True if the part is false. */
  record Not(ConditionNode part) implements ConditionNode {
    @Override
    public String toString() {
      boolean isJoined = part instanceof And || part instanceof Or;
      return isJoined ? "not (" + part + ")" : "not " + part;
    }
  }

  /** A tag's value against another. */
  record Compare(String tag, Relation relation, Operand operand) implements ConditionNode {
    @Override
    public String toString() {
      return quoted(tag) + " " + relation.sign + " " + operand;
    }
  }

  /** A tag's value from one to another, both included. */
  record Between(String tag, Operand low, Operand high) implements ConditionNode {
    @Override
    public String toString() {
      return quoted(tag) + " between " + low + " and " + high;
    }
  }

  /** A tag's value among some. */
  record In(String tag, List<Operand> values) implements ConditionNode {
    @Override
    public String toString() {
      return quoted(tag)
          + " in ("
          + String.join(", ", values.stream().map(Operand::toString).toList())
          + ")";
    }
  }

  /** Class of the status of a tag's sample in force. */
  record Is(String tag, Quality quality) implements ConditionNode {
    @Override
    public String toString() {
      return quoted(tag) + " is " + quality.name().toLowerCase(Locale.ROOT);
    }
  }

  /** The right side of a comparison. */
  sealed interface Operand {}

  /**
   * A number.
   *
   * @param real the nearest float64
   * @param isWhole whether it is an integer of 64 bits
   * @param integral that integer, exactly
   */
  record Numeric(double real, boolean isWhole, long integral) implements Operand {
    @Override
    public String toString() {
      return isWhole ? Long.toString(integral) : Double.toString(real);
    }
  }

  /** A state's name or a string. */
  record Text(String text) implements Operand {
    @Override
    public String toString() {
      return quoted(text);
    }
  }

  /** A truth value. */
  record Truth(boolean value) implements Operand {
    @Override
    public String toString() {
      return Boolean.toString(value);
    }
  }

  /** The value of another tag at the same time. */
  record TagValue(String tag) implements Operand {
    @Override
    public String toString() {
      return "tag(" + quoted(tag) + ")";
    }
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "''") + "'";
  }
}

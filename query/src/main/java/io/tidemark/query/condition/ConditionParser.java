package io.tidemark.query.condition;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.Quality;
import io.tidemark.query.condition.ConditionNode.Operand;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Recursive descent over the text of a condition.
 *
 * <pre>
 * or         = and { "or" and }
 * and        = unary { "and" unary }
 * unary      = "not" unary | "(" or ")" | comparison
 * comparison = tag ( relation operand | "between" bound "and" bound
 *                  | "in" "(" constant { "," constant } ")" | "is" ( "good" | "bad" | "uncertain" ) )
 * relation   = "=" | "==" | "&lt;&gt;" | "!=" | "&lt;" | "&lt;=" | "&gt;" | "&gt;="
 * tag        = quoted | bare | "tag" "(" quoted ")"
 * operand    = constant | "tag" "(" quoted ")"
 * bound      = number | "tag" "(" quoted ")"
 * constant   = number | quoted | "true" | "false"
 * </pre>
 */
final class ConditionParser {
  private static final String ORDERED = "a number or tag('…')";
  private static final String CONSTANT = "a number, a text in quotes, true or false";

  private final ConditionText in;
  private final Set<String> tags = new LinkedHashSet<>();

  ConditionParser(String text) {
    this.in = new ConditionText(text);
  }

  /** Reads the whole text. */
  ConditionNode parse() {
    ConditionNode node = or(0);
    if (!in.atEnd()) {
      throw in.expected("and, or or the end");
    }
    return node;
  }

  /** Names of tags in the order in which they were read. */
  Set<String> tags() {
    return tags;
  }

  private ConditionNode or(int depth) {
    List<ConditionNode> parts = new ArrayList<>();
    do {
      ConditionNode part = and(depth);
      if (part instanceof ConditionNode.Or or) {
        parts.addAll(or.parts());
      } else {
        parts.add(part);
      }
      in.skipBlanks();
    } while (in.takesWord("or"));
    return parts.size() == 1 ? parts.getFirst() : new ConditionNode.Or(List.copyOf(parts));
  }

  private ConditionNode and(int depth) {
    List<ConditionNode> parts = new ArrayList<>();
    do {
      ConditionNode part = unary(depth);
      if (part instanceof ConditionNode.And and) {
        parts.addAll(and.parts());
      } else {
        parts.add(part);
      }
      in.skipBlanks();
    } while (in.takesWord("and"));
    return parts.size() == 1 ? parts.getFirst() : new ConditionNode.And(List.copyOf(parts));
  }

  private ConditionNode unary(int depth) {
    in.skipBlanks();
    int startAt = in.at;
    boolean isNot = in.takesWord("not");
    if (!isNot && !in.takes("(")) {
      return comparison();
    }
    if (depth == Condition.NESTING_MAX) {
      throw in.expected("at most " + Condition.NESTING_MAX + " of ( and not around it", startAt);
    }
    if (isNot) {
      return new ConditionNode.Not(unary(depth + 1));
    }
    ConditionNode node = or(depth + 1);
    if (!in.takes(")")) {
      throw in.expected("and, or or )");
    }
    return node;
  }

  private ConditionNode comparison() {
    int tagAt = in.at;
    String tag;
    if (in.atQuote()) {
      tag = in.quoted();
    } else if (in.atName()) {
      tag = in.name();
    } else if (in.atWord("tag")) {
      tag = tagValue().tag();
    } else {
      throw in.expected("a tag, not or (");
    }
    seen(tag, tagAt);
    in.skipBlanks();
    if (in.takesWord("between")) {
      Operand low = bound();
      in.skipBlanks();
      if (!in.takesWord("and")) {
        throw in.expected("and");
      }
      return new ConditionNode.Between(tag, low, bound());
    }
    if (in.takesWord("in")) {
      return in(tag);
    }
    if (in.takesWord("is")) {
      return new ConditionNode.Is(tag, quality());
    }
    Relation relation = relation();
    return new ConditionNode.Compare(tag, relation, relation.isOrder() ? bound() : operand());
  }

  private ConditionNode in(String tag) {
    in.require("(");
    List<Operand> values = new ArrayList<>();
    do {
      in.skipBlanks();
      values.add(constant(CONSTANT));
      in.skipBlanks();
    } while (in.takes(","));
    if (!in.takes(")")) {
      throw in.expected(", or )");
    }
    return new ConditionNode.In(tag, List.copyOf(values));
  }

  private Quality quality() {
    in.skipBlanks();
    for (Quality quality : Quality.values()) {
      if (in.takesWord(quality.label())) {
        return quality;
      }
    }
    throw in.expected("good, bad or uncertain");
  }

  private Relation relation() {
    if (in.takes("==") || in.takes("=")) {
      return Relation.EQUAL;
    }
    if (in.takes("<>") || in.takes("!=")) {
      return Relation.NOT_EQUAL;
    }
    if (in.takes("<=")) {
      return Relation.LESS_OR_EQUAL;
    }
    if (in.takes(">=")) {
      return Relation.GREATER_OR_EQUAL;
    }
    if (in.takes("<")) {
      return Relation.LESS;
    }
    if (in.takes(">")) {
      return Relation.GREATER;
    }
    throw in.expected("=, <>, <, <=, >, >=, between, in or is");
  }

  /** What has an order. */
  private Operand bound() {
    in.skipBlanks();
    if (in.atNumber()) {
      return in.number();
    }
    if (in.atWord("tag")) {
      return otherTag();
    }
    boolean isConstant = in.atQuote() || in.atWord("true") || in.atWord("false");
    throw in.expected(
        isConstant ? ORDERED + ", since texts and truth compare with =, <> and in only" : ORDERED);
  }

  private Operand operand() {
    in.skipBlanks();
    return in.atWord("tag") ? otherTag() : constant(CONSTANT + ", or tag('…')");
  }

  private Operand constant(String expected) {
    if (in.atNumber()) {
      return in.number();
    }
    if (in.atQuote()) {
      return new ConditionNode.Text(in.quoted());
    }
    if (in.takesWord("true")) {
      return new ConditionNode.Truth(true);
    }
    if (in.takesWord("false")) {
      return new ConditionNode.Truth(false);
    }
    throw in.expected(expected);
  }

  private Operand otherTag() {
    int tagAt = in.at;
    ConditionNode.TagValue value = tagValue();
    seen(value.tag(), tagAt);
    return value;
  }

  /** Takes {@code tag('name')}. */
  private ConditionNode.TagValue tagValue() {
    in.takesWord("tag");
    in.require("(");
    in.skipBlanks();
    if (!in.atQuote()) {
      throw in.expected("a tag in quotes");
    }
    String name = in.quoted();
    in.require(")");
    return new ConditionNode.TagValue(name);
  }

  private void seen(String tag, int tagAt) {
    if (tag.isBlank()) {
      throw in.expected("a tag that has a name", tagAt);
    }
    if (tags.add(tag) && tags.size() > Condition.TAGS_MAX) {
      throw in.refused(
          ErrorCode.TOO_MANY,
          "condition has too many tags",
          "at most " + Condition.TAGS_MAX + " different tags",
          tagAt);
    }
  }
}

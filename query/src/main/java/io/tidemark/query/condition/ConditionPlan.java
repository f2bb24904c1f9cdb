package io.tidemark.query.condition;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.Float32;
import io.tidemark.model.HistorianException;
import io.tidemark.model.NearestName;
import io.tidemark.model.ReadRule;
import io.tidemark.model.SampleType;
import io.tidemark.model.TagDefinition;
import io.tidemark.query.condition.ConditionNode.Numeric;
import io.tidemark.query.condition.ConditionNode.Operand;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A condition made ready to be evaluated once: what is read, what is compared, how it is joined.
 * Making it checks types and states. One thread.
 */
final class ConditionPlan {
  /** States that an error names. */
  private static final int STATES_NAMED_MAX = 20;

  /** One reading of a tag: statuses are those recorded, whatever a rule makes of the samples. */
  private record Reading(String tag, boolean asRecorded) {}

  private final Map<String, TagDefinition> tags;
  private final ReadRule rule;
  private final Map<Reading, Source> sources = new LinkedHashMap<>();
  private final List<Leaf> leaves = new ArrayList<>();
  private final Formula root;

  /**
   * Plans a condition.
   *
   * @throws HistorianException {@link ErrorCode#WRONG_TYPE}, {@link ErrorCode#UNKNOWN_STATE}.
   */
  ConditionPlan(ConditionNode root, Map<String, TagDefinition> tags, ReadRule rule) {
    this.tags = tags;
    this.rule = rule;
    this.root = formula(root);
  }

  /**
   * Says whether a condition can be planned.
   *
   * @throws HistorianException {@link ErrorCode#WRONG_TYPE}, {@link ErrorCode#UNKNOWN_STATE}.
   */
  static void check(ConditionNode root, Map<String, TagDefinition> tags) {
    new ConditionPlan(root, tags, ReadRule.DEFAULT);
  }

  /** Tags, each read once unless both its values by a rule and its statuses are needed. */
  List<Source> sources() {
    return List.copyOf(sources.values());
  }

  List<Leaf> leaves() {
    return List.copyOf(leaves);
  }

  Formula root() {
    return root;
  }

  private Formula formula(ConditionNode node) {
    return switch (node) {
      case ConditionNode.And and ->
          new Formula.All(and.parts().stream().map(this::formula).toList());
      case ConditionNode.Or or -> new Formula.Any(or.parts().stream().map(this::formula).toList());
      case ConditionNode.Not not -> new Formula.Not(formula(not.part()));
      case ConditionNode.Compare compare ->
          comparison(tag(compare.tag()), compare.relation(), compare.operand());
      case ConditionNode.Between between -> {
        TagDefinition tag = tag(between.tag());
        yield new Formula.All(
            List.of(
                comparison(tag, Relation.GREATER_OR_EQUAL, between.low()),
                comparison(tag, Relation.LESS_OR_EQUAL, between.high())));
      }
      case ConditionNode.In in -> {
        TagDefinition tag = tag(in.tag());
        yield new Formula.Any(
            in.values().stream()
                .map(value -> (Formula) comparison(tag, Relation.EQUAL, value))
                .toList());
      }
      case ConditionNode.Is is ->
          added(new StatusLeaf(source(tag(is.tag()), !rule.isPlain()), is.quality()));
    };
  }

  private TagDefinition tag(String name) {
    TagDefinition tag = tags.get(name);
    if (tag == null) {
      throw new IllegalStateException("not looked up: " + name);
    }
    return tag;
  }

  private Source source(TagDefinition tag, boolean asRecorded) {
    return sources.computeIfAbsent(new Reading(tag.name(), asRecorded), r -> new Source(tag));
  }

  private Source values(TagDefinition tag) {
    Source source = source(tag, false);
    source.needValues();
    return source;
  }

  private Leaf added(Leaf leaf) {
    leaves.add(leaf);
    return leaf;
  }

  private Leaf comparison(TagDefinition tag, Relation relation, Operand operand) {
    return added(
        switch (operand) {
          case Numeric number -> {
            if (tag.type() == SampleType.STRING) {
              throw wrongType(tag, operand, "write the number in quotes");
            }
            yield new LimitLeaf(values(tag), relation, rounded(number, tag.type()));
          }
          case ConditionNode.Truth truth -> {
            if (tag.type() != SampleType.BOOL) {
              throw wrongType(tag, operand, null);
            }
            int value = truth.value() ? 1 : 0;
            yield new LimitLeaf(values(tag), relation, new Numeric(value, true, value));
          }
          case ConditionNode.Text text -> same(tag, relation == Relation.EQUAL, text);
          case ConditionNode.TagValue value -> {
            TagDefinition other = tag(value.tag());
            if (!tag.type().isNumeric() || !other.type().isNumeric()) {
              throw wrongType(
                  tag.type().isNumeric() ? other : tag,
                  tag.type().isNumeric() ? new ConditionNode.TagValue(tag.name()) : operand,
                  "only tags with numbers compare with one another");
            }
            yield new PairLeaf(values(tag), relation, values(other));
          }
        });
  }

  private SameLeaf same(TagDefinition tag, boolean wantsSame, ConditionNode.Text text) {
    return switch (tag.type()) {
      case STRING -> SameLeaf.text(values(tag), wantsSame, text.text());
      case DIGITAL -> {
        int ordinal = tag.stateOrdinal(text.text());
        if (ordinal < 0) {
          throw unknownState(tag, text.text());
        }
        yield SameLeaf.state(values(tag), wantsSame, ordinal);
      }
      case BOOL -> throw wrongType(tag, text, "write true or false without quotes");
      default ->
          throw wrongType(
              tag, text, "write numbers without quotes, and another tag as tag('name')");
    };
  }

  /** The number as the tag would store it: the nearest one of its type. */
  private static Numeric rounded(Numeric number, SampleType type) {
    if (!type.isReal()) {
      return number;
    }
    double real = number.real();
    if (type == SampleType.FLOAT32) {
      double narrow = Float32.widen(Float32.nearest(real));
      real = Double.isInfinite(narrow) ? real : narrow;
    }
    boolean isWhole = number.isWhole() && real < -(double) Long.MIN_VALUE;
    return new Numeric(real, isWhole, isWhole ? (long) real : 0);
  }

  private static HistorianException wrongType(
      TagDefinition tag, Operand operand, @Nullable String hint) {
    String kind =
        switch (operand) {
          case Numeric number -> "a number";
          case ConditionNode.Text text -> "a text";
          case ConditionNode.Truth truth -> "true or false";
          case ConditionNode.TagValue value -> "a tag";
        };
    return new HistorianException(
        ErrorCode.WRONG_TYPE,
        "tag does not compare with "
            + kind
            + ": tag="
            + ErrorText.quote(tag.name())
            + ", type="
            + tag.type().label()
            + ", given="
            + ErrorText.quote(operand.toString()),
        null,
        hint,
        null);
  }

  private static HistorianException unknownState(TagDefinition tag, String state) {
    List<String> states = tag.states();
    List<String> named = states.stream().limit(STATES_NAMED_MAX).map(ErrorText::quote).toList();
    String nearest = NearestName.find(state, states);
    return new HistorianException(
        ErrorCode.UNKNOWN_STATE,
        "tag has no such state: tag="
            + ErrorText.quote(tag.name())
            + ", state="
            + ErrorText.quote(state)
            + ", states="
            + String.join("|", named)
            + (states.size() > named.size() ? "|… (" + states.size() + " states)" : ""),
        null,
        nearest == null ? null : "did you mean " + ErrorText.quote(nearest) + "?",
        null);
  }
}

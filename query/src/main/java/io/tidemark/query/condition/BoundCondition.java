package io.tidemark.query.condition;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadRule;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A condition whose tags are known and fit. Immutable; safe from any thread. */
public final class BoundCondition {
  private final ConditionNode root;
  private final Map<String, TagDefinition> tags;

  private BoundCondition(ConditionNode root, Map<String, TagDefinition> tags) {
    this.root = root;
    this.tags = tags;
  }

  static BoundCondition of(
      ConditionNode root,
      Set<String> names,
      Function<String, @Nullable TagDefinition> definitions) {
    Map<String, TagDefinition> tags = new LinkedHashMap<>();
    for (String name : names) {
      TagDefinition tag = definitions.apply(name);
      if (tag == null) {
        throw new HistorianException(
            ErrorCode.UNKNOWN_TAG, "no tag of that name: tag=" + ErrorText.quote(name));
      }
      tags.put(name, tag);
    }
    ConditionPlan.check(root, tags);
    return new BoundCondition(root, tags);
  }

  /** Its tags, in the order in which they first stand in the text. */
  public List<TagDefinition> tags() {
    return List.copyOf(tags.values());
  }

  /**
   * The stretches of a range in which the condition is true, as {@link Stretches} says. Reads the
   * view of the context, each tag forward once, with a block of samples of each in memory.
   *
   * @throws HistorianException {@link ErrorCode#FORBIDDEN} for a tag that the principal may not
   *     read; {@link ErrorCode#QUERY_MEMORY}; {@link ErrorCode#CANCELLED} and {@link
   *     ErrorCode#DEADLINE_EXCEEDED}, also from the stretches, at the next block.
   */
  public Stretches stretches(QueryContext context, TimeRange range, ReadRule rule) {
    return new Stretches(new ConditionPlan(root, tags, rule), context, range, rule);
  }

  /** The condition's canonical text. */
  @Override
  public String toString() {
    return root.toString();
  }
}

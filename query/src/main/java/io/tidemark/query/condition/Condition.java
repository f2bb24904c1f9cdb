package io.tidemark.query.condition;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.TagDefinition;
import java.util.Collections;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A condition on tags, as a person writes it, for example {@code 'R1.P101.RUN' = 'On' and
 * ('R1.TIC101.PV' > 80 or not 'R1.FI1.PV' between 3 and 4.5)}. Immutable.
 *
 * <p>It joins comparisons with {@code and}, {@code or}, {@code not} and parentheses; {@code not}
 * binds closest, then {@code and}. On the left of a comparison stands a tag, in single or double
 * quotes or, if its name has only letters, digits and {@code _ . - / #} and begins with a letter,
 * without. Comparisons are {@code = <> < <= > >=} (also {@code ==} and {@code !=}), {@code between
 * a and b} with both ends, {@code in (…)}, and {@code is good}, {@code is bad}, {@code is
 * uncertain} of the sample in force. On the right stands a number, {@code true} or {@code false}, a
 * state or string in quotes, or another tag as {@code tag('name')}. A quote within quotes is
 * doubled. Keywords ignore case; tags, states and strings do not.
 */
public final class Condition {
  /** Longest text, in characters. */
  public static final int CHARS_MAX = 4096;

  /** Most parentheses and {@code not} around a comparison. */
  public static final int NESTING_MAX = 64;

  /** Most different tags. */
  public static final int TAGS_MAX = 32;

  private final ConditionNode root;
  private final Set<String> tags;

  private Condition(ConditionNode root, Set<String> tags) {
    this.root = root;
    this.tags = Collections.unmodifiableSet(tags);
  }

  /**
   * Reads a condition.
   *
   * @throws HistorianException {@link ErrorCode#MALFORMED} naming the position (from 1), what was
   *     found and what was expected; {@link ErrorCode#TOO_LONG} over {@link #CHARS_MAX}; {@link
   *     ErrorCode#TOO_MANY} over {@link #TAGS_MAX}.
   */
  public static Condition parse(String text) {
    ConditionParser parser = new ConditionParser(text);
    ConditionNode root = parser.parse();
    return new Condition(root, parser.tags());
  }

  /** Names of its tags, in the order in which they first stand in it. */
  public Set<String> tags() {
    return tags;
  }

  /**
   * Looks up the tags and checks that they can be compared with what stands beside them.
   *
   * @param definitions a tag by its name; null if there is none
   * @throws HistorianException {@link ErrorCode#UNKNOWN_TAG}; {@link ErrorCode#WRONG_TYPE} for a
   *     value that the tag cannot have; {@link ErrorCode#UNKNOWN_STATE} naming those it has.
   */
  public BoundCondition bind(Function<String, @Nullable TagDefinition> definitions) {
    return BoundCondition.of(root, tags, definitions);
  }

  /**
   * Canonical text: {@link #parse} makes the same condition of it, unless names that stood without
   * quotes make it longer than {@link #CHARS_MAX}.
   */
  @Override
  public String toString() {
    return root.toString();
  }
}

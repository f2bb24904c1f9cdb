package io.tidemark.query.table;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadRule;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleType;
import io.tidemark.model.TagDefinition;
import io.tidemark.query.HistorianQueries;
import io.tidemark.query.duckdb.Lookup;
import io.tidemark.query.retrieval.Retrieval;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The value of a tag at a time that a row says: as-of and interpolated joins that honour step,
 * quality and longest gap. The rows of a vector are read tag by tag in order of time.
 */
public final class SampleLookup implements Lookup {
  /** What is asked of the value. */
  public enum Part {
    /** The number. */
    VALUE(Type.DOUBLE),
    /** Text, or the text of a state. */
    TEXT(Type.VARCHAR),
    /** The OPC UA StatusCode. */
    STATUS(Type.UINTEGER);

    private final Type type;

    Part(Type type) {
      this.type = type;
    }
  }

  private final Part part;
  private final Retrieval.AtMode mode;
  private final ReadRule rule;
  private final boolean isStrict;
  private final HistorianQueries queries;
  private final QueryContext context;

  /**
   * A lookup by a mode and, where values are computed, a rule.
   *
   * @param isStrict whether a name without a tag is an error, else it has no value
   */
  public SampleLookup(
      Part part,
      Retrieval.AtMode mode,
      ReadRule rule,
      boolean isStrict,
      HistorianQueries queries,
      QueryContext context) {
    this.part = part;
    this.mode = mode;
    this.rule = rule;
    this.isStrict = isStrict;
    this.queries = queries;
    this.context = context;
  }

  @Override
  public Type type() {
    return part.type;
  }

  @Override
  public @Nullable Object[] find(@Nullable String[] names, long[] timesNs) {
    Map<String, List<Integer>> byName = new HashMap<>();
    for (int row = 0; row < names.length; row++) {
      String name = names[row];
      if (name != null) {
        byName.computeIfAbsent(name, key -> new ArrayList<>()).add(row);
      }
    }
    @Nullable Object[] found = new @Nullable Object[names.length];
    byName.forEach(
        (name, rows) -> {
          TagDefinition tag = tag(name);
          if (tag != null) {
            find(tag, rows, timesNs, found);
          }
        });
    return found;
  }

  private @Nullable TagDefinition tag(String name) {
    TagDefinition tag = context.view().tags().find(name);
    if (tag == null || !context.mayRead(tag.id())) {
      if (!isStrict) {
        return null;
      }
      throw new HistorianException(
          ErrorCode.UNKNOWN_TAG, "no tag of that name: tag=" + ErrorText.quote(name));
    }
    return tag;
  }

  private void find(
      TagDefinition tag, List<Integer> rows, long[] timesNs, @Nullable Object[] found) {
    long[] times = rows.stream().mapToLong(row -> timesNs[row]).sorted().distinct().toArray();
    @Nullable Object[] values = new @Nullable Object[times.length];
    int[] at = {0};
    queries.read(
        new Retrieval.AtTimes(times, mode, rule),
        tag,
        context,
        block -> {
          for (int i = 0; i < block.count(); i++) {
            values[at[0]++] = value(tag, block, i);
          }
        });
    for (int row : rows) {
      found[row] = values[Arrays.binarySearch(times, timesNs[row])];
    }
  }

  private @Nullable Object value(TagDefinition tag, SampleBlock block, int row) {
    int status = block.statuses()[row];
    if (part == Part.STATUS) {
      return status;
    }
    if (!block.isShown(row)) {
      return null;
    }
    if (part == Part.VALUE) {
      return block.type() == SampleType.STRING ? null : (Object) block.number(row);
    }
    return tag.text(block, row);
  }
}

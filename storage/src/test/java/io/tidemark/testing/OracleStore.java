package io.tidemark.testing;

import io.tidemark.model.Direction;
import io.tidemark.model.DuplicateRule;
import io.tidemark.model.Float32;
import io.tidemark.model.Quality;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadView;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleColumns;
import io.tidemark.model.SampleCondition;
import io.tidemark.model.SampleCursor;
import io.tidemark.model.SampleFlags;
import io.tidemark.model.SampleType;
import io.tidemark.model.ScanRequest;
import io.tidemark.model.TagCatalog;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.model.VersionMode;
import io.tidemark.model.WriteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A store of samples in sorted maps: slow, in memory, obviously right. What the real store must
 * answer, and what tests of other modules read from. One thread.
 */
public final class OracleStore {
  private record Version(long order, SampleType type, @Nullable Object value, int status) {
    boolean sameAs(SampleType otherType, @Nullable Object otherValue, int otherStatus) {
      // Double.equals compares bits but folds NaN payloads: compare those ourselves.
      boolean sameValue =
          value instanceof Double a && otherValue instanceof Double b
              ? Double.doubleToRawLongBits(a) == Double.doubleToRawLongBits(b)
              : java.util.Objects.equals(value, otherValue);
      return type == otherType && status == otherStatus && sameValue;
    }
  }

  private record Row(long timeNs, Version version) {}

  private final List<TagDefinition> definitions = new ArrayList<>();
  private final Map<String, TagDefinition> byName = new HashMap<>();
  private final Map<Integer, TreeMap<Long, List<Version>>> samples = new HashMap<>();
  private int blockRowsMax = SampleBlock.CAPACITY;
  private long sequence;
  private long repeats;

  /** Most rows a cursor puts into a block: small ones find errors at their edges. */
  public OracleStore blockRowsMax(int rows) {
    blockRowsMax = rows;
    return this;
  }

  /** Makes a tag, or changes it if there is one of that name. */
  public TagDefinition define(
      String name, SampleType type, boolean stepped, String uom, String... states) {
    return define(name, type, stepped, uom, DuplicateRule.REPLACE, states);
  }

  private TagDefinition define(
      String name,
      SampleType type,
      boolean stepped,
      String uom,
      DuplicateRule duplicates,
      String... states) {
    TagDefinition old = byName.get(name);
    int id = old == null ? definitions.size() : old.id();
    TagDefinition tag =
        new TagDefinition(
            id,
            UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)),
            name,
            type,
            uom,
            "",
            stepped,
            Double.NaN,
            Double.NaN,
            List.of(states),
            duplicates,
            false,
            old == null ? 1 : old.version() + 1,
            "test",
            0);
    byName.put(name, tag);
    if (old == null) {
      definitions.add(tag);
    } else {
      definitions.set(id, tag);
    }
    return tag;
  }

  /** A sloped float64 tag. */
  public TagDefinition defineAnalog(String name) {
    return define(name, SampleType.FLOAT64, false, "");
  }

  /** A sloped float64 tag with a rule for second samples of a time, which this store ignores. */
  public TagDefinition defineAnalog(String name, DuplicateRule duplicates) {
    return define(name, SampleType.FLOAT64, false, "", duplicates);
  }

  /**
   * Writes a sample. An identical repeat of the newest version makes no version.
   *
   * @param value Double, Float, Long, Integer, Boolean or String (of a digital tag: the state's
   *     name), or null for a sample without a value
   */
  public void write(TagDefinition tag, long timeNs, @Nullable Object value, int status) {
    Object stored = normalise(tag, value);
    List<Version> versions =
        samples
            .computeIfAbsent(tag.id(), id -> new TreeMap<>())
            .computeIfAbsent(timeNs, t -> new ArrayList<>());
    if (!versions.isEmpty() && versions.getLast().sameAs(tag.type(), stored, status)) {
      repeats++;
      return;
    }
    versions.add(new Version(WriteOrder.of(++sequence, 0), tag.type(), stored, status));
  }

  /** Writes to the tag of that name. */
  public void write(String tag, long timeNs, @Nullable Object value, int status) {
    TagDefinition definition = byName.get(tag);
    if (definition == null) {
      throw new IllegalArgumentException("no such tag: " + tag);
    }
    write(definition, timeNs, value, status);
  }

  /** Writes whole columns. */
  public void writeAll(TagDefinition tag, long[] timesNs, double[] values, int[] statuses) {
    for (int i = 0; i < timesNs.length; i++) {
      write(tag, timesNs[i], values[i], statuses[i]);
    }
  }

  /** Identical repeats that made no version. */
  public long repeats() {
    return repeats;
  }

  /** A snapshot: shows nothing that is written later. Definitions are always the newest. */
  public ReadView view() {
    return new View(sequence == 0 ? 0 : WriteOrder.lastOf(sequence));
  }

  private static @Nullable Object normalise(TagDefinition tag, @Nullable Object value) {
    if (value == null) {
      return null;
    }
    return switch (tag.type()) {
      case FLOAT64 -> ((Number) value).doubleValue();
      case FLOAT32 ->
          Float32.widen(
              value instanceof Float single
                  ? single
                  : Float32.nearest(((Number) value).doubleValue()));
      case INT64 -> ((Number) value).longValue();
      case INT32 -> (long) Math.toIntExact(((Number) value).longValue());
      case BOOL ->
          value instanceof Boolean truth
              ? (truth ? 1L : 0L)
              : (Object) ((Number) value).longValue();
      case DIGITAL ->
          value instanceof String state
              ? (long) tag.stateOrdinal(state)
              : (Object) ((Number) value).longValue();
      case STRING -> value.toString();
    };
  }

  private final class View implements ReadView {
    private final long upToOrder;

    View(long upToOrder) {
      this.upToOrder = upToOrder;
    }

    @Override
    public TagCatalog tags() {
      return new Catalog();
    }

    private List<Row> rows(QueryContext context, int tagId, TimeRange range) {
      List<Row> rows = new ArrayList<>();
      TreeMap<Long, List<Version>> all = samples.getOrDefault(tagId, new TreeMap<>());
      all.subMap(range.startNs(), true, range.endNs(), false)
          .forEach(
              (time, versions) -> {
                List<Version> seen =
                    versions.stream().filter(version -> version.order <= upToOrder).toList();
                if (context.versionMode() == VersionMode.ALL) {
                  seen.forEach(version -> rows.add(new Row(time, version)));
                } else if (!seen.isEmpty()) {
                  boolean isFirst = context.versionMode() == VersionMode.ORIGINAL;
                  rows.add(new Row(time, isFirst ? seen.getFirst() : seen.getLast()));
                }
              });
      return rows;
    }

    @Override
    public SampleCursor scan(QueryContext context, ScanRequest request) {
      List<Row> rows = rows(context, request.tagId(), request.range());
      rows.removeIf(row -> !holds(request.condition(), row.version));
      if (request.direction() == Direction.BACKWARD) {
        Collections.reverse(rows);
      }
      return new Cursor(context, rows, request.columns());
    }

    @Override
    public int current(QueryContext context, int tagId, long nowNs, SampleBlock block) {
      TreeMap<Long, List<Version>> all = samples.getOrDefault(tagId, new TreeMap<>());
      for (Map.Entry<Long, List<Version>> entry :
          all.headMap(nowNs, true).descendingMap().entrySet()) {
        boolean isFirst = context.versionMode() == VersionMode.ORIGINAL;
        for (Version version : isFirst ? entry.getValue() : entry.getValue().reversed()) {
          if (version.order <= upToOrder) {
            block.reset(version.type);
            append(block, new Row(entry.getKey(), version));
            return 1;
          }
        }
      }
      return 0;
    }

    @Override
    public String dataVersion() {
      return "oracle:" + upToOrder;
    }

    @Override
    public long upToOrder() {
      return upToOrder;
    }

    @Override
    public void close() {}
  }

  /** Whether a sample is of interest; the real store need not look so closely. */
  private static boolean holds(SampleCondition condition, Version version) {
    if (!condition.qualities().contains(Quality.of(version.status))) {
      return false;
    }
    if (!condition.hasBounds()) {
      return true;
    }
    double number =
        switch (version.value) {
          case Double real -> real;
          case Long integer -> integer;
          case null, default -> Double.NEGATIVE_INFINITY;
        };
    boolean isShown = version.value instanceof Number && !Quality.isBad(version.status);
    // NaN is above every number, as SQL has it.
    return isShown
        && (Double.isNaN(number)
            ? condition.highest() == Double.POSITIVE_INFINITY
            : number >= condition.lowest() && number <= condition.highest());
  }

  private static void append(SampleBlock block, Row row) {
    int at = block.count();
    Version version = row.version;
    boolean present = version.value != null;
    switch (version.type) {
      case FLOAT64, FLOAT32 ->
          block.appendDouble(
              row.timeNs, version.value instanceof Double v ? v : 0, present, version.status);
      case INT64, INT32, BOOL, DIGITAL ->
          block.appendLong(
              row.timeNs, version.value instanceof Long v ? v : 0, present, version.status);
      case STRING -> block.appendText(row.timeNs, (String) version.value, version.status);
    }
    block.flags()[at] = present ? SampleFlags.PRESENT : 0;
    block.orders()[at] = version.order;
  }

  private final class Cursor implements SampleCursor {
    private final QueryContext context;
    private final List<Row> rows;
    private final SampleColumns columns;
    private int at;

    Cursor(QueryContext context, List<Row> rows, SampleColumns columns) {
      this.context = context;
      this.rows = rows;
      this.columns = columns;
    }

    @Override
    public int next(SampleBlock block) {
      context.check();
      if (at == rows.size()) {
        return 0;
      }
      SampleType type = rows.get(at).version.type;
      block.reset(type);
      while (at < rows.size()
          && rows.get(at).version.type == type
          && block.count() < blockRowsMax) {
        append(block, rows.get(at++));
        spoil(block, block.count() - 1);
      }
      return block.count();
    }

    /** Puts nonsense where nothing was asked for: nobody may look there. */
    private void spoil(SampleBlock block, int row) {
      if (columns != SampleColumns.ALL) {
        block.orders()[row] = -1;
      }
      if (columns == SampleColumns.TIMES) {
        block.doubles()[row] = -1e300;
        block.longs()[row] = -1;
      }
    }

    @Override
    public void close() {}
  }

  private final class Catalog implements TagCatalog {
    @Override
    public @Nullable TagDefinition find(String name) {
      return byName.get(name);
    }

    @Override
    public @Nullable TagDefinition byId(int id) {
      return id >= 0 && id < definitions.size() ? definitions.get(id) : null;
    }

    @Override
    public List<TagDefinition> match(String pattern) {
      StringBuilder regex = new StringBuilder();
      pattern
          .codePoints()
          .mapToObj(Character::toString)
          .map(c -> c.equals("*") ? ".*" : c.equals("?") ? "." : Pattern.quote(c))
          .forEach(regex::append);
      Pattern compiled = Pattern.compile(regex.toString(), Pattern.DOTALL);
      return definitions.stream()
          .filter(tag -> compiled.matcher(tag.name()).matches())
          .sorted(Comparator.comparing(TagDefinition::name))
          .toList();
    }

    @Override
    public List<TagDefinition> all() {
      return List.copyOf(definitions);
    }

    @Override
    public int size() {
      return definitions.size();
    }

    @Override
    public long generation() {
      return definitions.stream().mapToLong(TagDefinition::version).sum();
    }
  }
}

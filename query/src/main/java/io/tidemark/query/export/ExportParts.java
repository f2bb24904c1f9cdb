package io.tidemark.query.export;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.query.export.ExportChoice.Span;
import io.tidemark.query.export.ExportChoice.Tag;
import io.tidemark.query.export.ExportPlan.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The files of a plan as its statements come: each goes where its keys say. One thread. */
final class ExportParts {
  /** Most statements of a plan, which is one answer. */
  static final int STATEMENTS_MAX = 20_000;

  private final List<String> partitionBy;
  private final Map<Map<String, @Nullable String>, FileParts> files = new LinkedHashMap<>();
  private final Set<ExportPlan.TagUse> tags = new LinkedHashSet<>();
  private int statements;

  /** What comes into a file. */
  private static final class FileParts {
    private final List<Statement> statements = new ArrayList<>();
    private final Set<String> uoms = new HashSet<>();
  }

  ExportParts(List<String> partitionBy) {
    this.partitionBy = partitionBy;
  }

  /**
   * Adds a statement behind those of the same file.
   *
   * @param keys values of columns by which files may be parted
   * @param used tags of its rows
   */
  void add(Map<String, @Nullable String> keys, Statement statement, Collection<Tag> used) {
    Map<String, @Nullable String> partition = new LinkedHashMap<>();
    partitionBy.forEach(column -> partition.put(column, keys.get(column)));
    FileParts file = files.computeIfAbsent(partition, key -> new FileParts());
    file.statements.add(statement);
    used.forEach(tag -> file.uoms.add(tag.uom()));
    if (++statements > STATEMENTS_MAX) {
      throw new HistorianException(
          ErrorCode.TOO_MANY,
          "export is too long for one: statements>" + STATEMENTS_MAX,
          null,
          "export fewer tags, batches or days at a time",
          null);
    }
  }

  /** Notes that samples of a tag are exported. */
  void use(Span span) {
    tags.add(new ExportPlan.TagUse(span.attribute(), span.tag().name(), span.tag().uom()));
  }

  /** Tags that are exported, in order of their first use. */
  List<ExportPlan.TagUse> tags() {
    return List.copyOf(tags);
  }

  /**
   * The files, in order of their first rows.
   *
   * @param uoms units of columns, from the units of the tags of a file
   * @throws HistorianException {@link ErrorCode#NOT_FOUND} if there is none
   */
  List<ExportPlan.Part> files(Function<Set<String>, Map<String, String>> uoms) {
    if (files.isEmpty()) {
      throw new HistorianException(
          ErrorCode.NOT_FOUND,
          "nothing to export: no tag that may be read belongs to what is chosen, or none in the"
              + " range",
          null,
          "look at batches, attributes and times of the question",
          null);
    }
    List<ExportPlan.Part> made = new ArrayList<>();
    files.forEach(
        (partition, file) ->
            made.add(new ExportPlan.Part(partition, file.statements, uoms.apply(file.uoms))));
    return made;
  }
}

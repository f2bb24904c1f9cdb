package io.tidemark.query.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.Quality;
import io.tidemark.model.QueryContext;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleType;
import io.tidemark.model.TagDefinition;
import io.tidemark.query.HistorianQueries;
import io.tidemark.query.aggregate.SummaryField;
import io.tidemark.query.aggregate.TotalUnit;
import io.tidemark.query.retrieval.Retrieval;
import io.tidemark.query.retrieval.SummaryRow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What the Java API answers, as rows in the form in which SQL gives them. */
final class ApiRows {
  /** Columns of samples, in the order of {@link #samples}. */
  static final String SAMPLE_COLUMNS =
      "tag, ts, ts_ns, value, value_int, text, status, quality, flags";

  /** Columns of a summary, in the order of {@link #summary}: first all fields, then the rest. */
  static final String SUMMARY_COLUMNS = summaryColumns();

  /** Columns of a summary behind its fields. */
  static final int PLAIN_COLUMNS = 5;

  /** Stands for a value that is not compared. */
  static final Object ANYTHING = "anything";

  private ApiRows() {}

  /** Rows of a retrieval of some tags. */
  static List<List<@Nullable Object>> samples(
      Retrieval retrieval, QueryContext context, String... tags) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (String name : tags) {
      TagDefinition tag = tag(context, name);
      HistorianQueries.OF_SNAPSHOT.read(retrieval, tag, context, block -> add(rows, tag, block));
    }
    return rows;
  }

  private static void add(List<List<@Nullable Object>> rows, TagDefinition tag, SampleBlock block) {
    for (int i = 0; i < block.count(); i++) {
      boolean isShown = block.isPresent(i) && !Quality.isBad(block.statuses()[i]);
      boolean isText = block.type() == SampleType.STRING;
      boolean isWhole = !isText && !block.type().isReal();
      String text = null;
      if (isShown && isText) {
        text = block.texts()[i];
      } else if (isShown && block.type() == SampleType.DIGITAL) {
        text = tag.stateText(block.longs()[i]);
      }
      rows.add(
          Arrays.asList(
              tag.name(),
              instant(block.sourceTimesNs()[i]),
              block.sourceTimesNs()[i],
              isShown && !isText ? (Object) block.number(i) : null,
              isShown && isWhole ? (Object) block.longs()[i] : null,
              text,
              Integer.toUnsignedLong(block.statuses()[i]),
              Quality.of(block.statuses()[i]).label(),
              (long) block.flags()[i]));
    }
  }

  private static String summaryColumns() {
    StringBuilder columns = new StringBuilder();
    for (SummaryField field : SummaryField.values()) {
      columns.append('"').append(field.column()).append("\", ");
    }
    return columns + "status, quality, basis, uom, total_uom";
  }

  /** A row of {@link #SUMMARY_COLUMNS}. */
  static List<@Nullable Object> summary(SummaryRow row, TagDefinition tag) {
    List<@Nullable Object> values = new ArrayList<>();
    for (SummaryField field : SummaryField.values()) {
      if (!row.has(field)) {
        values.add(null);
        continue;
      }
      values.add(
          switch (field.kind()) {
            case NUMBER -> (Object) row.number(field);
            case COUNT -> (Object) row.whole(field);
            case TIME -> instant(row.whole(field));
          });
    }
    values.add(Integer.toUnsignedLong(row.status()));
    values.add(Quality.of(row.status()).label());
    values.add(row.basis());
    values.add(tag.uom());
    values.add(tag.uom().isEmpty() ? "" : TotalUnit.of(tag.uom()).uom());
    return values;
  }

  /** A time as SQL shows it: in microseconds, rounded down. */
  static Instant instant(long ns) {
    return Instant.EPOCH
        .plusSeconds(Math.floorDiv(ns, 1_000_000_000L))
        .plusNanos(Math.floorMod(ns, 1_000_000_000L) / 1_000 * 1_000);
  }

  static TagDefinition tag(QueryContext context, String name) {
    return Objects.requireNonNull(context.view().tags().find(name), name);
  }

  /** Names as a list of SQL. */
  static String list(Collection<String> names) {
    return "[" + joined(names) + "]";
  }

  /** Names as literals of SQL, by comma. */
  static String joined(Collection<String> names) {
    return String.join(
        ", ", names.stream().map(name -> "'" + name.replace("'", "''") + "'").toList());
  }

  /**
   * Checks that rows are the same but for their order and the last digits of sums.
   *
   * @param keys columns at the left that tell rows apart
   */
  static void assertClose(
      List<List<@Nullable Object>> found,
      List<List<@Nullable Object>> expected,
      int keys,
      double relative) {
    Map<List<@Nullable Object>, List<@Nullable Object>> byKey = byKey(found, keys);
    Map<List<@Nullable Object>, List<@Nullable Object>> wanted = byKey(expected, keys);
    List<String> differences = new ArrayList<>();
    byKey.keySet().stream()
        .filter(key -> !wanted.containsKey(key))
        .forEach(key -> differences.add("not expected: " + key));
    wanted.forEach(
        (key, row) -> {
          List<@Nullable Object> other = byKey.get(key);
          if (other == null) {
            differences.add("missing: " + row);
            return;
          }
          for (int i = keys; i < row.size(); i++) {
            if (!isClose(other.get(i), row.get(i), relative)) {
              differences.add(
                  key + " column " + i + ": " + other.get(i) + ", expected " + row.get(i));
            }
          }
        });
    assertThat(differences).isEmpty();
  }

  private static boolean isClose(@Nullable Object a, @Nullable Object b, double relative) {
    return Objects.equals(a, b)
        || ANYTHING.equals(b)
        || (a instanceof Double x
            && b instanceof Double y
            && Math.abs(x - y) <= relative * Math.max(1, Math.abs(y)));
  }

  private static Map<List<@Nullable Object>, List<@Nullable Object>> byKey(
      List<List<@Nullable Object>> rows, int keys) {
    Map<List<@Nullable Object>, List<@Nullable Object>> byKey = new LinkedHashMap<>();
    for (List<@Nullable Object> row : rows) {
      assertThat(byKey.put(row.subList(0, keys), row)).as("twice: " + row).isNull();
    }
    return byKey;
  }
}

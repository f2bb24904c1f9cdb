package io.tidemark.ingest.arrow;

import io.tidemark.ingest.WriteSession;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.SampleType;
import io.tidemark.model.TagDefinition;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.jspecify.annotations.Nullable;

/**
 * The column of a long form that names the tag of each row, as texts or as numbers of a dictionary.
 * Texts are numbered as they first come; the next row mostly holds the same one or the one that
 * followed it before, which costs one comparison of bytes. One thread.
 */
final class TagColumn {
  private static final int NAMES_MAX = 1 << 18;

  private final @Nullable TextDictionary dictionary;
  private final ResolvedTags tags = new ResolvedTags();
  private final List<byte[]> names = new ArrayList<>();
  private final Map<String, Integer> numbers = new HashMap<>();
  private int last;

  TagColumn(ArrowColumn column) {
    dictionary = column.hasDictionary() ? new TextDictionary(column) : null;
  }

  void begin(WriteSession session, DictionaryProvider dictionaries) {
    tags.begin(session);
    if ((dictionary != null && dictionary.refresh(dictionaries)) || names.size() > NAMES_MAX) {
      tags.clear();
      names.clear();
      numbers.clear();
    }
  }

  /**
   * The tag of a row.
   *
   * @throws HistorianException naming what is wrong with the cell or the tag
   */
  TagDefinition of(WriteSession session, ColumnCells cells, int row, SampleType typeIfNew) {
    if (cells.isNull(row)) {
      throw new HistorianException(ErrorCode.MISSING_FIELD, "sample has no tag");
    }
    if (dictionary != null) {
      int number = dictionary.checked(cells.whole(row));
      TagDefinition tag = tags.known(number);
      return tag != null
          ? tag
          : tags.resolve(
              session, number, dictionary.text(number, TagDefinition.NAME_BYTES_MAX), typeIfNew);
    }
    int number = number(cells, row);
    TagDefinition tag = tags.known(number);
    return tag != null
        ? tag
        : tags.resolve(
            session, number, new String(names.get(number), StandardCharsets.UTF_8), typeIfNew);
  }

  /** The name in a row; as {@link #of} for what is wrong with the cell. */
  String name(ColumnCells cells, int row) {
    return dictionary == null
        ? cells.text(row, TagDefinition.NAME_BYTES_MAX)
        : dictionary.text(dictionary.checked(cells.whole(row)), TagDefinition.NAME_BYTES_MAX);
  }

  private int number(ColumnCells cells, int row) {
    int count = names.size();
    if (count > 0) {
      if (cells.isText(row, names.get(last))) {
        return last;
      }
      int next = last + 1 < count ? last + 1 : 0;
      if (cells.isText(row, names.get(next))) {
        last = next;
        return next;
      }
    }
    String name = cells.text(row, TagDefinition.NAME_BYTES_MAX);
    Integer known = numbers.get(name);
    if (known == null) {
      known = count;
      numbers.put(name, known);
      names.add(name.getBytes(StandardCharsets.UTF_8));
    }
    last = known;
    return known;
  }
}

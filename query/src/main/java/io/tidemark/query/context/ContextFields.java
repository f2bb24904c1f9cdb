package io.tidemark.query.context;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.TagDefinition;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a kind as a client sees them: JSON names, which must be there, and how long their
 * texts may be. Immutable.
 */
final class ContextFields {
  /** Longest id that a client chooses, in characters; also names that become part of a key. */
  static final int ID_CHARS_MAX = 128;

  /** Longest key that is put together from ids, names and an instance. */
  static final int COMPOSED_ID_CHARS_MAX = 300;

  /** Longest other text, in characters. */
  static final int TEXT_CHARS_MAX = 4096;

  private static final Set<String> SERVER_FIELDS = Set.of("version", "changedBy", "changedAt");

  private static final Map<ContextKind, ContextFields> BY_KIND = new EnumMap<>(ContextKind.class);

  static {
    for (ContextKind kind : ContextKind.values()) {
      BY_KIND.put(kind, new ContextFields(kind));
    }
  }

  private final ContextKind kind;
  private final String[] names;
  private final int[] charsMax;
  private final boolean[] identifies;
  private final Map<String, Integer> byName = new HashMap<>();
  private final Map<String, Integer> bySqlName = new HashMap<>();

  private ContextFields(ContextKind kind) {
    this.kind = kind;
    List<ContextColumn> columns = kind.columns();
    names = new String[columns.size()];
    charsMax = new int[columns.size()];
    identifies = new boolean[columns.size()];
    boolean composed = kind == ContextKind.STEPS || kind == ContextKind.ATTRIBUTES;
    for (int i = 0; i < names.length; i++) {
      String column = columns.get(i).name();
      names[i] = camelCase(column);
      byName.put(names[i], i);
      bySqlName.put(column, i);
      boolean tag = column.equals("tag") || column.endsWith("_tag");
      boolean key = i == 0 || (kind == ContextKind.STEPS && column.equals("parent_id"));
      identifies[i] =
          i == 0 || column.endsWith("_id") || tag || (composed && column.equals("name"));
      if (composed && key) {
        charsMax[i] = COMPOSED_ID_CHARS_MAX;
      } else if (tag) {
        charsMax[i] = TagDefinition.NAME_BYTES_MAX;
      } else if (column.endsWith("uom")) {
        charsMax[i] = TagDefinition.UOM_CHARS_MAX;
      } else {
        charsMax[i] = identifies[i] ? ID_CHARS_MAX : TEXT_CHARS_MAX;
      }
    }
  }

  static ContextFields of(ContextKind kind) {
    ContextFields fields = BY_KIND.get(kind);
    if (fields == null) {
      throw new IllegalStateException("no fields: kind=" + kind);
    }
    return fields;
  }

  /** Number of fields. */
  int count() {
    return names.length;
  }

  /** JSON name of a field. */
  String name(int field) {
    return names[field];
  }

  /** Type of a field. */
  ContextColumn.Type type(int field) {
    return kind.columns().get(field).type();
  }

  /** Field of a JSON name, or -1. */
  int named(String name) {
    return byName.getOrDefault(name, -1);
  }

  /** Field of a column, or -1 if the kind has none of that name. */
  int column(String sqlName) {
    return bySqlName.getOrDefault(sqlName, -1);
  }

  /** A text of a row, or null; null too if the kind has no such column. */
  @Nullable String text(List<? extends @Nullable Object> values, String sqlName) {
    int field = column(sqlName);
    return field < 0 ? null : (String) values.get(field);
  }

  /** A time or whole number of a row, or null; null too if the kind has no such column. */
  @Nullable Long whole(List<? extends @Nullable Object> values, String sqlName) {
    int field = column(sqlName);
    return field < 0 ? null : (Long) values.get(field);
  }

  /** The text, if this field may hold it. */
  String checked(int field, String text) {
    int length = text.length();
    if (length > charsMax[field]) {
      throw error(
          ErrorCode.TOO_LONG,
          field,
          "text is too long: field=%s, characters=%d, charactersMax=%d"
              .formatted(names[field], length, charsMax[field]));
    }
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (Character.isISOControl(c)) {
        throw error(
            ErrorCode.BAD_NAME,
            field,
            "text holds a control character: field=%s, character=U+%04X, index=%d"
                .formatted(names[field], (int) c, i));
      }
      if (Character.isSurrogate(c)) {
        if (i + 1 == length || !Character.isSurrogatePair(c, text.charAt(i + 1))) {
          throw error(
              ErrorCode.BAD_NAME,
              field,
              "text holds half a surrogate pair: field=%s, character=U+%04X, index=%d"
                  .formatted(names[field], (int) c, i));
        }
        i++;
      }
    }
    if (identifies[field]) {
      if (text.isBlank()) {
        throw error(
            ErrorCode.BAD_NAME, field, "%s is blank; null means none".formatted(names[field]));
      }
      if (!text.equals(text.strip())) {
        throw error(
            ErrorCode.BAD_NAME,
            field,
            "%s begins or ends with a blank: value=%s"
                .formatted(names[field], ErrorText.quote(text)));
      }
      if (charsMax[field] == TagDefinition.NAME_BYTES_MAX
          && text.getBytes(StandardCharsets.UTF_8).length > TagDefinition.NAME_BYTES_MAX) {
        throw error(
            ErrorCode.TOO_LONG,
            field,
            "tag name is too long: field=%s, utf8BytesMax=%d"
                .formatted(names[field], TagDefinition.NAME_BYTES_MAX));
      }
    }
    return text;
  }

  /** An error at a field of the item. */
  HistorianException error(ErrorCode code, int field, String message) {
    return new HistorianException(code, message, names[field], null, null);
  }

  /** Refusal of a field that the kind does not have. */
  HistorianException unknown(String name) {
    String message =
        SERVER_FIELDS.contains(name)
            ? "field is set by the server: field=" + name
            : unknownName("unknown field", "field", name, List.of(names))
                + ", kind="
                + kind.label();
    return new HistorianException(ErrorCode.UNKNOWN_FIELD, message, pathElement(name), null, null);
  }

  /** Says that a name is unknown and which known one is nearest. */
  static String unknownName(String what, String key, String name, List<String> known) {
    String wanted = plain(name.length() > 64 ? name.substring(0, 64) : name);
    String nearest = "";
    int nearestDistance = Integer.MAX_VALUE;
    for (String candidate : known) {
      int distance = distance(wanted, plain(candidate));
      if (distance < nearestDistance) {
        nearestDistance = distance;
        nearest = candidate;
      }
    }
    String remedy =
        nearestDistance <= Math.max(2, wanted.length() / 2)
            ? "nearest=" + nearest
            : "nearest=" + nearest + ", known=" + String.join("|", known);
    return what + ": " + key + "=" + ErrorText.quote(name) + ", " + remedy;
  }

  /** A foreign name made fit for an error path. */
  static String pathElement(String name) {
    boolean word = !name.isEmpty() && name.length() <= 64;
    for (int i = 0; word && i < name.length(); i++) {
      char c = name.charAt(i);
      word = c == '_' || (c < 0x80 && Character.isLetterOrDigit(c));
    }
    return word ? name : ErrorText.quote(name);
  }

  private static String plain(String name) {
    return name.replace("_", "").toLowerCase(Locale.ROOT);
  }

  /** Edit distance of Levenshtein. */
  private static int distance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] current = new int[b.length() + 1];
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(replaced, 1 + Math.min(previous[j], current[j - 1]));
      }
      previous = current;
    }
    return previous[b.length()];
  }

  private static String camelCase(String sqlName) {
    List<String> words = new ArrayList<>(List.of(sqlName.split("_")));
    StringBuilder out = new StringBuilder(words.removeFirst());
    for (String word : words) {
      out.append(Character.toUpperCase(word.charAt(0))).append(word, 1, word.length());
    }
    return out.toString();
  }
}

package io.tidemark.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Names of files in a data set, as Hive has them: {@code batch_id=B-0041/part-0.parquet}. Values
 * are anything: what is no letter, digit, dot, dash or underscore is percent-encoded, so that no
 * value is a folder of its own or leads out of one.
 */
final class ExportPaths {
  private static final String NULL = "__HIVE_DEFAULT_PARTITION__";
  private static final int SEGMENT_CHARS_MAX = 200;

  private ExportPaths() {}

  /** Path of a part, with slashes, relative to the folder of the data set. */
  static String of(JsonNode partition, ExportFormat format) {
    StringBuilder path = new StringBuilder();
    for (Map.Entry<String, JsonNode> column : partition.properties()) {
      JsonNode value = column.getValue();
      String segment =
          encoded(column.getKey())
              + "="
              + (value.isNull()
                  ? NULL
                  : value.textValue().equals(NULL)
                      ? "%5F" + NULL.substring(1)
                      : encoded(value.textValue()));
      if (segment.length() > SEGMENT_CHARS_MAX) {
        throw new HistorianException(
            ErrorCode.TOO_LONG,
            "value is too long for the name of a folder: column="
                + ErrorText.quote(column.getKey())
                + ", chars="
                + segment.length()
                + ", charsMax="
                + SEGMENT_CHARS_MAX,
            null,
            "partition by another column",
            null);
      }
      path.append(segment).append('/');
    }
    return path.append("part-0.").append(format.name()).toString();
  }

  private static String encoded(String text) {
    StringBuilder out = new StringBuilder();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xFF);
      boolean isPlain =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || c == '.'
              || c == '-'
              || c == '_';
      if (isPlain) {
        out.append(c);
      } else {
        out.append('%').append(Character.toUpperCase(Character.forDigit(c >> 4, 16)));
        out.append(Character.toUpperCase(Character.forDigit(c & 15, 16)));
      }
    }
    return out.toString();
  }
}

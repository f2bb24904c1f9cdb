package io.tidemark.query.sql;

import io.tidemark.model.NearestName;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which column, alias or function a statement may have meant, from what DuckDB says of one that it
 * does not know: it lists some that are there.
 */
final class NearestColumn {
  private static final Pattern UNKNOWN =
      Pattern.compile(
          "(?:Referenced column|Referenced table|does not have a column named) \"([^\"]*)\"");

  private static final Pattern CANDIDATES = Pattern.compile("Candidate (?:bindings|tables):(.*)");
  private static final Pattern NAME = Pattern.compile("\"([^\"]*)\"");

  private NearestColumn() {}

  /** What to say to who wrote the statement, or null if nothing is near. */
  static @Nullable String hint(String message) {
    Matcher unknown = UNKNOWN.matcher(message);
    Matcher listed = CANDIDATES.matcher(message);
    if (!unknown.find() || !listed.find()) {
      return null;
    }
    List<String> candidates = new ArrayList<>();
    for (Matcher name = NAME.matcher(listed.group(1)); name.find(); ) {
      candidates.add(name.group(1));
    }
    String nearest = NearestName.find(unknown.group(1), candidates);
    return nearest == null ? null : "did you mean " + nearest + "?";
  }
}

package io.tidemark.engine.security;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.NearestName;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of a new account.
 *
 * @param name 1 to 64 of letters, digits and {@code . _ - @}
 * @param grants at least one
 * @param expiresNs null for never
 * @param password of a user; null for a token, whose secret is made here
 */
public record AccountRequest(
    String name, List<Grant> grants, @Nullable Long expiresNs, @Nullable String password) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}");
  private static final Set<String> RESERVED =
      Set.of("system", "local-operator", "nobody", "tidemark", "token");
  private static final int PASSWORD_CHARS_MIN = 12;
  private static final int PASSWORD_CHARS_MAX = 256;
  private static final int PASSWORD_KINDS_MIN = 5;
  private static final int SCOPES_MAX = 64;
  private static final int PATTERN_CHARS_MAX = 512;

  /**
   * Refuses what cannot be.
   *
   * @param areas paths of all equipment, to tell a mistyped one
   * @param isArea whether a path names equipment
   */
  public void check(long nowNs, Predicate<String> isArea, Iterable<String> areas) {
    checkName(name);
    if (grants.isEmpty()) {
      throw bad("roles", "account has no role: roles=" + Role.labels(), "add --role reader");
    }
    if (expiresNs != null && expiresNs <= nowNs) {
      throw bad("expires", "account would have expired already", null);
    }
    for (Grant grant : grants) {
      checkScope(grant.scope(), isArea, areas);
    }
    if (password != null) {
      checkPassword(name, password);
    }
  }

  private static void checkScope(Scope scope, Predicate<String> isArea, Iterable<String> areas) {
    if (scope.areas().size() + scope.tags().size() > SCOPES_MAX) {
      throw new HistorianException(
          ErrorCode.TOO_MANY, "too many areas and patterns: max=" + SCOPES_MAX, "tags", null, null);
    }
    for (String pattern : scope.tags()) {
      if (pattern.isBlank() || pattern.length() > PATTERN_CHARS_MAX) {
        throw bad("tags", "pattern is blank or too long: charactersMax=" + PATTERN_CHARS_MAX, null);
      }
    }
    for (String area : scope.areas()) {
      if (!isArea.test(area)) {
        String nearest = NearestName.find(area, areas);
        throw new HistorianException(
            ErrorCode.UNKNOWN_ID,
            "no equipment of that path: area=" + ErrorText.quote(area),
            "areas",
            nearest == null
                ? "areas are paths of ids in the equipment tree: SELECT * FROM equipment"
                : "did you mean " + nearest + "?",
            null);
      }
    }
  }

  /** Refuses a name that an account cannot have. */
  public static void checkName(String name) {
    if (!NAME.matcher(name).matches() || RESERVED.contains(name)) {
      throw new HistorianException(
          ErrorCode.BAD_NAME,
          "name cannot be one of an account: name=" + ErrorText.quote(name),
          "name",
          "1 to 64 letters, digits, points, hyphens, underscores and @; not " + RESERVED,
          null);
    }
  }

  /** Refuses a password that is too easy to guess. */
  public static void checkPassword(String name, String password) {
    int characters = password.codePointCount(0, password.length());
    if (characters < PASSWORD_CHARS_MIN || characters > PASSWORD_CHARS_MAX) {
      throw bad(
          "password",
          "password must have "
              + PASSWORD_CHARS_MIN
              + " to "
              + PASSWORD_CHARS_MAX
              + " characters: characters="
              + characters,
          "several words are easier to remember than signs");
    }
    boolean isPoor = password.codePoints().distinct().count() < PASSWORD_KINDS_MIN;
    if (isPoor
        || password
            .toLowerCase(java.util.Locale.ROOT)
            .contains(name.toLowerCase(java.util.Locale.ROOT))) {
      throw bad(
          "password",
          "password is too easy to guess: it repeats few characters or holds the name",
          "several words are easier to remember than signs");
    }
  }

  private static HistorianException bad(String path, String message, @Nullable String hint) {
    return new HistorianException(ErrorCode.OUT_OF_RANGE, message, path, hint, null);
  }
}

package io.tidemark.wire.pg;

import io.tidemark.wire.pg.SqlTokens.Kind;
import io.tidemark.wire.pg.SqlTokens.Token;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a session. Zone and time limit change what statements do; the others are kept so that
 * clients read back what they set. One thread.
 */
final class SessionSettings {
  /** What clients see as the server's version: PostgreSQL's whose dialect of the protocol it is. */
  static final String SERVER_VERSION = "14.0 (Tidemark)";

  /** Reported at start and whenever they change. */
  static final List<String> REPORTED =
      List.of(
          "server_version",
          "server_encoding",
          "client_encoding",
          "application_name",
          "default_transaction_read_only",
          "in_hot_standby",
          "is_superuser",
          "session_authorization",
          "DateStyle",
          "IntervalStyle",
          "TimeZone",
          "integer_datetimes",
          "standard_conforming_strings");

  private static final Map<String, String> DEFAULTS = defaults();
  private static final Map<String, String> ZONES = zones();
  private static final Set<String> FIXED =
      Set.of(
          "server_version",
          "server_version_num",
          "server_encoding",
          "is_superuser",
          "session_authorization",
          "integer_datetimes",
          "in_hot_standby",
          "max_index_keys",
          "max_identifier_length",
          "block_size");
  private static final Pattern OFFSET =
      Pattern.compile("(?i)(?:GMT|UTC)?([+-])(\\d{1,2})(?::?(\\d{2}))?");
  private static final Pattern LENGTH = Pattern.compile("(\\d{1,12})\\s*(us|ms|s|min|h|d)?");
  private static final Duration LENGTH_MAX = Duration.ofMillis(Integer.MAX_VALUE); // as it is there
  private static final int VALUE_CHARS_MAX = 1_000;

  private final Map<String, String> initial = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
  private final Map<String, String> values = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
  private final Map<String, String> beforeLocal = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
  private ZoneId zone;
  private Duration statementTimeout = Duration.ZERO;

  /** Settings of a user's session that was just opened. */
  SessionSettings(String user, ZoneId zone) {
    this.zone = zone;
    initial.putAll(DEFAULTS);
    initial.put("TimeZone", zone.getId().equals("Z") ? "UTC" : zone.getId());
    initial.put("session_authorization", user);
    values.putAll(initial);
  }

  /** Names and values before a client sets any. */
  static Map<String, String> defaults() {
    Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    String texts =
        "server_version="
            + SERVER_VERSION
            + ";server_version_num=140000;server_encoding=UTF8;client_encoding=UTF8"
            + ";application_name=;default_transaction_read_only=on;in_hot_standby=off"
            + ";is_superuser=off;session_authorization=;DateStyle=ISO, MDY;IntervalStyle=postgres"
            + ";TimeZone=UTC;integer_datetimes=on;standard_conforming_strings=on"
            + ";extra_float_digits=1;search_path=public;statement_timeout=0;lock_timeout=0"
            + ";idle_in_transaction_session_timeout=0;idle_session_timeout=0"
            + ";client_min_messages=notice;bytea_output=hex"
            + ";transaction_isolation=repeatable read"
            + ";default_transaction_isolation=repeatable read;transaction_read_only=on"
            + ";default_transaction_deferrable=off;transaction_deferrable=off;row_security=on"
            + ";synchronous_commit=on;work_mem=4MB;maintenance_work_mem=64MB;jit=off"
            + ";lc_messages=C;lc_monetary=C;lc_numeric=C;lc_time=C;lc_collate=C;lc_ctype=C"
            + ";max_index_keys=32;max_identifier_length=63;block_size=8192;geqo=on"
            + ";check_function_bodies=on;xmloption=content;escape_string_warning=on"
            + ";backslash_quote=safe_encoding;ssl=on;ssl_renegotiation_limit=0"
            + ";default_with_oids=off;quote_all_identifiers=off;cursor_tuple_fraction=0.1"
            + ";enable_seqscan=on;enable_indexscan=on;enable_hashjoin=on;enable_mergejoin=on"
            + ";enable_nestloop=on;enable_sort=on;constraint_exclusion=partition"
            + ";array_nulls=on;session_replication_role=origin;max_parallel_workers_per_gather=0"
            + ";random_page_cost=4;standard_conforming_strings=on;role=none"
            + ";transform_null_equals=off;tcp_keepalives_idle=0;track_activities=on";
    for (String pair : texts.split(";")) {
      int equals = pair.indexOf('=');
      all.put(pair.substring(0, equals), pair.substring(equals + 1));
    }
    return all;
  }

  private static Map<String, String> zones() {
    Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    ZoneId.getAvailableZoneIds().forEach(name -> all.put(name, name));
    return all;
  }

  ZoneId zone() {
    return zone;
  }

  /** How long a statement may take; zero for no limit but the server's. */
  Duration statementTimeout() {
    return statementTimeout;
  }

  /** The value of a setting, or null if there is none of that name. */
  @Nullable String value(String name) {
    return values.get(name.equalsIgnoreCase("timezone") ? "TimeZone" : name);
  }

  Map<String, String> all() {
    return values;
  }

  /** Sets a value that a client gives when it connects. */
  void start(String name, String value) {
    set(name, value);
    String known = value(name);
    initial.put(name, known == null ? value : known);
  }

  /** Sets a value; null stands for the one at the start of the session. */
  void set(String name, @Nullable String given) {
    String value = given == null ? initial.get(name) : given;
    OpenObjects.name(name);
    if (name.indexOf('.') > 0) {
      // Of an extension: kept as it is, in a bounded number.
      if (values.size() < VALUE_CHARS_MAX) {
        values.put(name, checked(name, value == null ? "" : value));
      }
      return;
    }
    if (value == null || !initial.containsKey(name)) {
      throw new PgException(
          SqlState.UNDEFINED_OBJECT,
          "unrecognized configuration parameter \"" + shown(name) + "\"");
    }
    if (FIXED.contains(name.toLowerCase(Locale.ROOT))) {
      if (value.equals(values.get(name))) {
        return;
      }
      throw new PgException("55P02", "parameter \"" + shown(name) + "\" cannot be changed");
    }
    values.put(name, accepted(name, checked(name, value)));
  }

  private static String checked(String name, String value) {
    if (value.length() > VALUE_CHARS_MAX) {
      throw invalid(name, value);
    }
    return value;
  }

  private String accepted(String name, String value) {
    switch (name.toLowerCase(Locale.ROOT)) {
      case "client_encoding" -> {
        String plain = value.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "");
        if (!plain.equals("UTF8") && !plain.equals("UNICODE")) {
          throw new PgException(
              SqlState.INVALID_PARAMETER,
              "client_encoding must be UTF8: client_encoding=" + shown(value));
        }
        return "UTF8";
      }
      case "timezone" -> {
        zone = zone(value);
        return value;
      }
      case "statement_timeout" -> {
        statementTimeout = length(name, value);
        return value;
      }
      case "datestyle" -> {
        if (!value.toLowerCase(Locale.ROOT).contains("iso")
            && !value.matches("(?i)\\s*(mdy|dmy|ymd|default)\\s*")) {
          throw new PgException(
              SqlState.INVALID_PARAMETER, "DateStyle must be ISO: DateStyle=" + shown(value));
        }
        return "ISO, MDY";
      }
      case "standard_conforming_strings" -> {
        if (!isOn(value)) {
          throw invalid(name, value);
        }
        return "on";
      }
      case "bytea_output" -> {
        if (!value.equalsIgnoreCase("hex")) {
          throw invalid(name, value);
        }
        return "hex";
      }
      default -> {
        return value;
      }
    }
  }

  private static boolean isOn(String value) {
    return Set.of("on", "true", "1", "yes", "t").contains(value.toLowerCase(Locale.ROOT));
  }

  private static PgException invalid(String name, String value) {
    return new PgException(
        SqlState.INVALID_PARAMETER,
        "invalid value for parameter \"" + shown(name) + "\": \"" + shown(value) + "\"");
  }

  /** Foreign text in messages, bounded. */
  static String shown(String text) {
    String plain = text.replaceAll("\\p{Cntrl}", "?");
    return plain.length() <= 63 ? plain : plain.substring(0, 63) + "…";
  }

  private ZoneId zone(String value) {
    String name = value.strip();
    if (name.equalsIgnoreCase("default") || name.equalsIgnoreCase("local")) {
      return zone(String.valueOf(initial.get("TimeZone")));
    }
    try {
      if (name.matches("[+-]?\\d{1,2}(\\.\\d+)?")) {
        return ZoneOffset.ofTotalSeconds((int) (Double.parseDouble(name) * 3600));
      }
      Matcher offset = OFFSET.matcher(name);
      if (offset.matches()) {
        // PostgreSQL reads these as POSIX does: west of Greenwich is positive.
        int seconds =
            Integer.parseInt(offset.group(2)) * 3600
                + (offset.group(3) == null ? 0 : Integer.parseInt(offset.group(3)) * 60);
        return ZoneOffset.ofTotalSeconds(offset.group(1).equals("+") ? -seconds : seconds);
      }
      String known = ZONES.get(name);
      if (known != null) {
        return ZoneId.of(known);
      }
    } catch (DateTimeException e) {
      throw invalid("TimeZone", value);
    }
    throw invalid("TimeZone", value);
  }

  private static Duration length(String name, String value) {
    Matcher parts = LENGTH.matcher(value.strip());
    if (!parts.matches()) {
      throw invalid(name, value);
    }
    long number = Long.parseLong(parts.group(1));
    String unit = parts.group(2) == null ? "ms" : parts.group(2);
    Duration length =
        switch (unit) {
          case "us" -> Duration.ofNanos(number * 1_000);
          case "s" -> Duration.ofSeconds(number);
          case "min" -> Duration.ofMinutes(number);
          case "h" -> Duration.ofHours(number);
          case "d" -> Duration.ofDays(number);
          default -> Duration.ofMillis(number);
        };
    if (length.compareTo(LENGTH_MAX) > 0) {
      throw invalid(name, value);
    }
    return length;
  }

  /** Takes back what SET LOCAL changed. */
  void endTransaction() {
    beforeLocal.forEach(this::set);
    beforeLocal.clear();
  }

  void resetAll() {
    for (Map.Entry<String, String> each : Map.copyOf(initial).entrySet()) {
      if (!FIXED.contains(each.getKey().toLowerCase(Locale.ROOT))) {
        set(each.getKey(), each.getValue());
      }
    }
  }

  /** Runs SET or RESET. */
  void run(List<Token> tokens) {
    boolean isReset = tokens.getFirst().isWord("reset");
    int at = 1;
    boolean isLocal = false;
    if (!isReset && at < tokens.size()) {
      isLocal = tokens.get(at).isWord("local");
      if (isLocal || tokens.get(at).isWord("session")) {
        at++;
      }
    }
    if (at >= tokens.size()) {
      throw new PgException(SqlState.SYNTAX_ERROR, "setting has no name");
    }
    Token first = tokens.get(at);
    if (first.isWord("transaction") || first.isWord("characteristics")) {
      return;
    }
    if (isReset && first.isWord("all")) {
      resetAll();
      return;
    }
    String name;
    if (first.isWord("time") && at + 1 < tokens.size() && tokens.get(at + 1).isWord("zone")) {
      name = "TimeZone";
      at += 2;
    } else if (first.isWord("names")) {
      name = "client_encoding";
      at++;
    } else if (first.isWord("authorization") || first.isWord("role")) {
      return;
    } else {
      StringBuilder dotted = new StringBuilder(first.text());
      at++;
      while (at + 1 < tokens.size() && tokens.get(at).isSymbol('.')) {
        dotted.append('.').append(tokens.get(at + 1).text());
        at += 2;
      }
      name = dotted.toString();
      if (!isReset && at < tokens.size()) {
        if (!tokens.get(at).isSymbol('=') && !tokens.get(at).isWord("to")) {
          throw new PgException(SqlState.SYNTAX_ERROR, "SET needs = or TO");
        }
        at++;
      }
    }
    String value = isReset ? null : value(tokens, at);
    if (isLocal) {
      String before = value(name);
      if (before != null) {
        beforeLocal.putIfAbsent(name, before);
      }
    }
    set(name, value);
  }

  private static @Nullable String value(List<Token> tokens, int from) {
    if (from >= tokens.size()) {
      throw new PgException(SqlState.SYNTAX_ERROR, "SET has no value");
    }
    if (from + 1 == tokens.size() && tokens.get(from).isWord("default")) {
      return null;
    }
    StringBuilder value = new StringBuilder();
    for (Token token : tokens.subList(from, tokens.size())) {
      if (token.isSymbol(',')) {
        value.append(", ");
      } else if (!token.isWord("interval")) {
        value.append(token.kind() == Kind.PARAMETER ? "$" : "").append(token.text());
      }
    }
    return value.toString();
  }
}

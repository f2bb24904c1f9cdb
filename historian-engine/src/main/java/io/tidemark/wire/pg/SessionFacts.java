package io.tidemark.wire.pg;

import io.tidemark.query.sql.SqlResult;
import io.tidemark.wire.pg.SqlTokens.Token;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a session says of itself: SHOW, and functions such as {@code current_user}.
 *
 * @param user name it logged in with
 * @param processId number of its connection
 */
record SessionFacts(SessionSettings settings, String user, int processId) {
  /** The rows of SHOW. */
  SqlResult show(SqlCommand command) {
    List<Token> tokens = command.tokens();
    if (command.hasWord(1, "all")) {
      List<List<String>> rows = new ArrayList<>();
      settings.all().forEach((name, value) -> rows.add(List.of(name, value, "")));
      return new LocalResult(List.of("name", "setting", "description"), rows);
    }
    StringBuilder name = new StringBuilder();
    for (Token token : tokens.subList(1, tokens.size())) {
      name.append(token.text());
    }
    String known =
        switch (name.toString()) {
          case "timezone" -> "TimeZone";
          case "transactionisolationlevel" -> "transaction_isolation";
          default -> name.toString();
        };
    String value = settings.value(known);
    if (value == null) {
      throw new PgException(
          SqlState.UNDEFINED_OBJECT,
          "unrecognized configuration parameter \"" + SessionSettings.shown(known) + "\"",
          "relations: SELECT table_name FROM information_schema.tables");
    }
    return new LocalResult(List.of(known), List.of(List.of(value)));
  }

  /** The value of a function of the session; null if it is none. */
  @Nullable String value(String name, List<String> arguments) {
    return switch (name) {
      case "version" -> "PostgreSQL " + SessionSettings.SERVER_VERSION + ", a process historian";
      case "current_database", "current_catalog" -> SqlCommand.DATABASE;
      case "current_schema" -> "public";
      case "current_user", "session_user", "current_role", "user" -> user;
      case "pg_backend_pid" -> Integer.toString(processId);
      case "current_setting" -> {
        String setting = arguments.isEmpty() ? null : settings.value(arguments.getFirst());
        if (setting == null && arguments.size() < 2) {
          throw new PgException(SqlState.UNDEFINED_OBJECT, "unrecognized configuration parameter");
        }
        yield setting;
      }
      case "set_config" -> {
        if (arguments.size() < 2) {
          throw new PgException("42883", "set_config takes a name, a value and a truth value");
        }
        settings.set(arguments.get(0), arguments.get(1));
        yield arguments.get(1);
      }
      default -> null;
    };
  }
}

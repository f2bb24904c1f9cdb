package io.tidemark.wire.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.engine.Historian;
import io.tidemark.engine.security.Access;
import io.tidemark.engine.security.Account;
import io.tidemark.engine.security.AccountRequest;
import io.tidemark.engine.security.Grant;
import io.tidemark.engine.security.Right;
import io.tidemark.engine.security.Role;
import io.tidemark.engine.security.Scope;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.Principal;
import io.tidemark.query.time.IsoTime;
import io.tidemark.query.time.TimeExpression;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Logs in and out, and manages accounts: {@code /api/v1/session} and {@code /api/v1/accounts}. */
final class AccountRoutes {
  private static final int BODY_BYTES_MAX = 64 << 10;
  private static final String ACCOUNTS = "/api/v1/accounts";
  private static final String PASSWORD = "/password";

  private final Historian historian;
  private final Sessions sessions;

  AccountRoutes(Historian historian, Sessions sessions) {
    this.historian = historian;
    this.sessions = sessions;
  }

  List<Route> routes() {
    return List.of(
        Route.get("/api/v1/session", Route.Lane.READ, this::session),
        new Route("POST", "/api/v1/session", Route.Lane.LOGIN, BODY_BYTES_MAX, this::logIn).open(),
        new Route("DELETE", "/api/v1/session", Route.Lane.READ, 0, this::logOut),
        Route.get(ACCOUNTS, Route.Lane.READ, this::list),
        new Route("POST", ACCOUNTS, Route.Lane.LOGIN, BODY_BYTES_MAX, this::create),
        new Route("DELETE", ACCOUNTS + "/*", Route.Lane.LOGIN, 0, this::revoke),
        new Route("PUT", ACCOUNTS + "/*", Route.Lane.LOGIN, BODY_BYTES_MAX, this::setPassword));
  }

  // Sessions.

  private void session(Exchange exchange) throws IOException {
    Parameters.of(exchange.query()).allow(List.of());
    Sessions.Session session = exchange.session();
    exchange.json(
        200,
        json -> writeSession(json, exchange.principal(), session == null ? null : session.csrf()));
  }

  private void logIn(Exchange exchange) throws IOException {
    Parameters.of(exchange.query()).allow(List.of());
    ObjectNode body = exchange.body().object();
    JsonText.requireKnown(body, "", List.of("name", "password"));
    String name = JsonText.text(body, "name");
    String password = JsonText.text(body, "password");
    if (name == null || password == null) {
      throw new HistorianException(
          ErrorCode.MISSING_FIELD,
          "login needs name and password",
          name == null ? "name" : "password",
          "{\"name\":\"…\",\"password\":\"…\"}; a token will do as password",
          null);
    }
    Principal principal = historian.access().password(exchange.facts(), name, password);
    String holder = historian.access().holder(principal.name());
    Sessions.Opened opened = sessions.open(principal.name(), holder == null ? "" : holder);
    exchange.json(
        200,
        Map.of(
            "set-cookie",
            Sessions.COOKIE + "=" + opened.id() + "; Path=/; Secure; HttpOnly; SameSite=Strict"),
        json -> writeSession(json, principal, opened.csrf()));
  }

  private void logOut(Exchange exchange) throws IOException {
    Parameters.of(exchange.query()).allow(List.of());
    String id = exchange.sessionId();
    if (id != null) {
      sessions.close(id);
    }
    exchange.json(
        200,
        Map.of(
            "set-cookie",
            Sessions.COOKIE + "=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0"),
        json -> {
          json.writeStartObject();
          json.writeStringField("outcome", "logged out");
          json.writeEndObject();
        });
  }

  private void writeSession(JsonGenerator json, Principal principal, @Nullable String csrf)
      throws IOException {
    Access access = historian.access();
    Account account = access.accounts().find(principal.name());
    json.writeStartObject();
    json.writeStringField("name", principal.name());
    json.writeStringField("kind", account == null ? "local" : label(account.kind()));
    json.writeArrayFieldStart("rights");
    for (Right right : Right.values()) {
      if (access.may(principal, right)) {
        json.writeString(right.name().toLowerCase(Locale.ROOT));
      }
    }
    json.writeEndArray();
    if (account != null) {
      writeGrants(json, account);
    }
    if (csrf != null) {
      json.writeStringField("csrf", csrf);
    }
    json.writeEndObject();
  }

  // Accounts.

  private void list(Exchange exchange) throws IOException {
    ZoneId zone =
        Parameters.of(exchange.query())
            .allow(List.of("timeZone"))
            .zone("timeZone", historian.defaultZone());
    List<Account> accounts = historian.accounts(exchange.principal());
    exchange.json(
        200,
        json -> {
          json.writeStartObject();
          json.writeArrayFieldStart("accounts");
          for (Account account : accounts) {
            json.writeStartObject();
            writeAccount(json, account, zone);
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  private void create(Exchange exchange) throws IOException {
    Parameters.of(exchange.query()).allow(List.of());
    ObjectNode body = exchange.body().object();
    JsonText.requireKnown(
        body, "", List.of("name", "kind", "roles", "areas", "tags", "expires", "password"));
    String name = JsonText.text(body, "name");
    if (name == null) {
      throw new HistorianException(
          ErrorCode.MISSING_FIELD, "account needs a name", "name", null, null);
    }
    boolean isUser = kind(body, JsonText.text(body, "kind"));
    String password = JsonText.text(body, "password");
    if (isUser != (password != null)) {
      throw new HistorianException(
          isUser ? ErrorCode.MISSING_FIELD : ErrorCode.UNKNOWN_FIELD,
          isUser ? "user needs a password" : "token has no password: its secret is made here",
          "password",
          null,
          null);
    }
    Scope scope = new Scope(JsonText.texts(body, "areas"), JsonText.texts(body, "tags"));
    List<Grant> grants =
        JsonText.texts(body, "roles").stream()
            .map(role -> new Grant(Role.ofLabel(role), scope))
            .toList();
    Historian.NewAccount made =
        historian.createAccount(
            new AccountRequest(name, grants, expires(JsonText.text(body, "expires")), password),
            exchange.principal());
    exchange.json(
        201,
        json -> {
          json.writeStartObject();
          writeAccount(json, made.account(), historian.defaultZone());
          if (made.secret() != null) {
            json.writeStringField("token", made.secret());
          }
          json.writeEndObject();
        });
  }

  private static boolean kind(ObjectNode body, @Nullable String kind) {
    if (kind == null) {
      return body.has("password");
    }
    if (!Set.of("token", "user").contains(kind)) {
      throw Parameters.bad("kind", kind, "must be token or user", null);
    }
    return kind.equals("user");
  }

  private @Nullable Long expires(@Nullable String text) {
    if (text == null) {
      return null;
    }
    try {
      return TimeExpression.parse(text).resolve(historian.nowNs(), historian.defaultZone());
    } catch (HistorianException e) {
      throw new HistorianException(e.code(), e.messageText(), "expires", e.hint(), e);
    }
  }

  private void revoke(Exchange exchange) throws IOException {
    Parameters.of(exchange.query()).allow(List.of());
    Account revoked = historian.revokeAccount(decoded(exchange.tail()), exchange.principal());
    exchange.json(
        200,
        json -> {
          json.writeStartObject();
          writeAccount(json, revoked, historian.defaultZone());
          json.writeEndObject();
        });
  }

  private void setPassword(Exchange exchange) throws IOException {
    Parameters.of(exchange.query()).allow(List.of());
    String tail = exchange.tail();
    if (!tail.endsWith(PASSWORD)) {
      throw new HistorianException(
          ErrorCode.NOT_FOUND, "no such path: did you mean " + ACCOUNTS + "/NAME/password?");
    }
    ObjectNode body = exchange.body().object();
    JsonText.requireKnown(body, "", List.of("password"));
    String password = JsonText.text(body, "password");
    if (password == null) {
      throw new HistorianException(
          ErrorCode.MISSING_FIELD, "field is missing: field=password", "password", null, null);
    }
    historian.setPassword(
        decoded(tail.substring(0, tail.length() - PASSWORD.length())),
        password,
        exchange.principal());
    exchange.empty(204);
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new HistorianException(
          ErrorCode.MALFORMED, "path holds an escape that is none", null, null, e);
    }
  }

  private void writeAccount(JsonGenerator json, Account account, ZoneId zone) throws IOException {
    json.writeStringField("name", account.name());
    json.writeStringField("kind", label(account.kind()));
    writeGrants(json, account);
    writeTime(json, "expires", account.expiresNs(), zone);
    boolean isValid = account.isValid(historian.nowNs());
    json.writeStringField("state", isValid ? "valid" : account.isRevoked() ? "revoked" : "expired");
    writeTime(json, "created", account.createdNs(), zone);
    json.writeStringField("createdBy", account.createdBy());
    writeTime(json, "lastUsed", historian.access().lastUsedNs(account.name()), zone);
  }

  private static void writeGrants(JsonGenerator json, Account account) throws IOException {
    Scope scope =
        account.grants().isEmpty() ? Scope.EVERYTHING : account.grants().getFirst().scope();
    writeTexts(json, "roles", account.roleLabels());
    writeTexts(json, "areas", scope.areas());
    writeTexts(json, "tags", scope.tags());
  }

  private static void writeTexts(JsonGenerator json, String field, List<String> texts)
      throws IOException {
    json.writeArrayFieldStart(field);
    for (String text : texts) {
      json.writeString(text);
    }
    json.writeEndArray();
  }

  private static void writeTime(JsonGenerator json, String field, @Nullable Long ns, ZoneId zone)
      throws IOException {
    if (ns == null) {
      json.writeNullField(field);
    } else {
      json.writeStringField(field, IsoTime.format(ns, zone));
    }
  }

  private static String label(Account.Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }
}

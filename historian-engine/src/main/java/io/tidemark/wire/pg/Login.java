package io.tidemark.wire.pg;

import io.tidemark.engine.security.AccessHook;
import io.tidemark.engine.security.RequestFacts;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.Principal;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The way from the first message of a connection to a principal. One thread. */
final class Login {
  private static final int AUTHENTICATION_OK = 0;
  private static final int AUTHENTICATION_SASL = 10;
  private static final int AUTHENTICATION_SASL_CONTINUE = 11;
  private static final int AUTHENTICATION_SASL_FINAL = 12;
  private static final int MESSAGE_CHARS_MAX = 4_096;

  private final AccessHook access;
  private final RequestFacts facts;
  private final Map<String, String> parameters = new LinkedHashMap<>();
  private @Nullable ScramExchange scram;
  private boolean isFirstAnswered;
  private @Nullable Principal principal;

  Login(AccessHook access, InetAddress peer) {
    this.access = access;
    this.facts = new RequestFacts(peer, false, "PostgreSQL login", null);
  }

  Map<String, String> parameters() {
    return parameters;
  }

  /** Who logged in, or null as long as nobody did. */
  @Nullable Principal principal() {
    return principal;
  }

  /** Reads the first message and asks for a proof, unless the peer is trusted. */
  void begin(MessageReader in, PgOutput out) {
    final int version = in.int32();
    if (version >>> 16 != 3) {
      throw PgException.fatal(
          SqlState.FEATURE_NOT_SUPPORTED,
          "unsupported frontend protocol "
              + (version >>> 16)
              + "."
              + (version & 0xFFFF)
              + ": server supports 3.0");
    }
    int unknown = 0;
    StringBuilder unknownNames = new StringBuilder();
    while (in.remaining() > 1) {
      String name = in.text();
      if (name.isEmpty()) {
        break;
      }
      String value = in.text();
      if (name.startsWith("_pq_.")) {
        unknown++;
        unknownNames.append(name).append('\0');
      } else {
        parameters.put(name, value);
      }
    }
    if ((version & 0xFFFF) > 0 || unknown > 0) {
      out.begin('v');
      out.int32(0);
      out.int32(unknown);
      out.bytes(unknownNames.toString().getBytes(StandardCharsets.UTF_8));
      out.end();
    }
    String user = parameters.getOrDefault("user", "");
    if (user.isBlank()) {
      throw PgException.fatal(
          SqlState.INVALID_AUTHORIZATION, "no PostgreSQL user name specified in startup packet");
    }
    if (parameters.containsKey("replication")
        && !parameters.get("replication").matches("(?i)false|off|no|0")) {
      throw PgException.fatal(SqlState.FEATURE_NOT_SUPPORTED, "replication is not supported");
    }
    Principal trusted = access.trusted(facts, user);
    if (trusted != null) {
      succeed(trusted, out);
      return;
    }
    scram = new ScramExchange(access.login(facts, user));
    out.begin('R');
    out.int32(AUTHENTICATION_SASL);
    out.text(ScramExchange.MECHANISM);
    out.int8(0);
    out.end();
  }

  /** Reads a message of the exchange. */
  void goOn(Frame frame, PgOutput out) {
    ScramExchange exchange = scram;
    if (frame.type() != 'p' || exchange == null) {
      throw PgException.protocol("expected a password message");
    }
    MessageReader in = new MessageReader(frame.body());
    if (!isFirstAnswered) {
      String mechanism = in.text();
      if (!mechanism.equals(ScramExchange.MECHANISM)) {
        throw PgException.protocol("client selected an invalid SASL authentication mechanism");
      }
      String answer = exchange.first(text(in.bytes(in.int32())));
      isFirstAnswered = true;
      out.begin('R');
      out.int32(AUTHENTICATION_SASL_CONTINUE);
      out.bytes(answer.getBytes(StandardCharsets.UTF_8));
      out.end();
      return;
    }
    scram = null;
    ScramExchange.End end = last(exchange, text(in.bytes(in.remaining())));
    out.begin('R');
    out.int32(AUTHENTICATION_SASL_FINAL);
    out.bytes(end.message().getBytes(StandardCharsets.UTF_8));
    out.end();
    succeed(end.principal(), out);
  }

  private ScramExchange.End last(ScramExchange exchange, String message) {
    try {
      return exchange.last(message);
    } catch (HistorianException e) {
      if (e.code() != ErrorCode.UNAUTHENTICATED) {
        throw e;
      }
      // The words that clients know; why it failed is told to nobody.
      throw PgException.fatal(
          SqlState.of(e.code()),
          "password authentication failed for user \""
              + SessionSettings.shown(parameters.getOrDefault("user", ""))
              + "\"");
    }
  }

  private static String text(byte[] bytes) {
    if (bytes.length > MESSAGE_CHARS_MAX) {
      throw PgException.protocol("SCRAM message is too long: bytes=" + bytes.length);
    }
    return MessageReader.utf8(bytes, 0, bytes.length);
  }

  private void succeed(Principal who, PgOutput out) {
    principal = who;
    out.begin('R');
    out.int32(AUTHENTICATION_OK);
    out.end();
  }
}

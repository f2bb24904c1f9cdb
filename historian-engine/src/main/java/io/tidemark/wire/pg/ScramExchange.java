package io.tidemark.wire.pg;

import io.tidemark.engine.security.ScramLogin;
import io.tidemark.model.Principal;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The server's side of SCRAM-SHA-256 (RFC 5802, RFC 7677), without channel binding. Used once, by
 * one thread.
 */
final class ScramExchange {
  static final String MECHANISM = "SCRAM-SHA-256";
  private static final int NONCE_BYTES = 18;
  private static final int NONCE_CHARS_MAX = 256;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final ScramLogin login;
  private final ScramLogin.Keys keys;
  private String header = "";
  private String clientFirst = "";
  private String serverFirst = "";
  private String nonce = "";

  ScramExchange(ScramLogin login) {
    this.login = login;
    this.keys = login.keys();
  }

  /** The answer to the client's first message. */
  String first(String message) {
    int bindingEnd = message.indexOf(',');
    int headerEnd = bindingEnd < 0 ? -1 : message.indexOf(',', bindingEnd + 1);
    if (headerEnd < 0) {
      throw malformed("client-first-message has no header");
    }
    String binding = message.substring(0, bindingEnd);
    if (!binding.equals("n") && !binding.equals("y")) {
      throw PgException.fatal(
          SqlState.INVALID_AUTHORIZATION,
          "channel binding is not supported: use channel_binding=disable");
    }
    header = message.substring(0, headerEnd + 1);
    clientFirst = message.substring(headerEnd + 1);
    String theirs = attribute(clientFirst, "r");
    if (theirs.isEmpty() || theirs.length() > NONCE_CHARS_MAX || clientFirst.startsWith("m=")) {
      throw malformed("client-first-message has no nonce");
    }
    byte[] ours = new byte[NONCE_BYTES];
    RANDOM.nextBytes(ours);
    nonce = theirs + Base64.getEncoder().encodeToString(ours);
    serverFirst =
        "r="
            + nonce
            + ",s="
            + Base64.getEncoder().encodeToString(keys.salt())
            + ",i="
            + keys.iterations();
    return serverFirst;
  }

  /** Outcome of the client's last message. */
  record End(Principal principal, String message) {}

  /**
   * Checks the proof.
   *
   * @throws io.tidemark.model.HistorianException if the login ends without a principal
   */
  End last(String message) {
    int proofAt = message.lastIndexOf(",p=");
    if (proofAt < 0) {
      throw malformed("client-final-message has no proof");
    }
    String withoutProof = message.substring(0, proofAt);
    byte[] proof = base64(message.substring(proofAt + 3));
    byte[] binding = base64(attribute(withoutProof, "c"));
    if (!header.equals(new String(binding, StandardCharsets.US_ASCII))
        || !nonce.equals(attribute(withoutProof, "r"))) {
      throw malformed("client-final-message does not fit the first");
    }
    byte[] authMessage =
        (clientFirst + "," + serverFirst + "," + withoutProof).getBytes(StandardCharsets.UTF_8);
    boolean isProven = isProven(proof, authMessage);
    Principal principal = login.end(isProven);
    return new End(
        principal, "v=" + Base64.getEncoder().encodeToString(hmac(keys.serverKey(), authMessage)));
  }

  private boolean isProven(byte[] proof, byte[] authMessage) {
    byte[] clientKey = hmac(keys.storedKey(), authMessage);
    if (proof.length != clientKey.length) {
      return false;
    }
    for (int i = 0; i < clientKey.length; i++) {
      clientKey[i] ^= proof[i];
    }
    return MessageDigest.isEqual(sha256(clientKey), keys.storedKey());
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("SHA-256 is missing", e);
    }
  }

  private static byte[] hmac(byte[] key, byte[] message) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(message);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("HmacSHA256 is missing", e);
    }
  }

  private static byte[] base64(String text) {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw malformed("text is not Base64");
    }
  }

  private static String attribute(String message, String name) {
    for (String part : message.split(",", -1)) {
      if (part.startsWith(name + "=")) {
        return part.substring(name.length() + 1);
      }
    }
    return "";
  }

  private static PgException malformed(String what) {
    return PgException.fatal(SqlState.PROTOCOL_VIOLATION, "malformed SCRAM message: " + what);
  }
}

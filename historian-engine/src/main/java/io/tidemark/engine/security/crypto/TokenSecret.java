package io.tidemark.engine.security.crypto;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.zip.CRC32;

/**
 * The secret of a token: {@code tmk_}, 256 random bits as 43 digits of base 62, and a checksum of
 * 6, so that a scanner for lost secrets knows one when it sees it and a mistyped one is told apart
 * without looking it up.
 */
public final class TokenSecret {
  /** Begins every token. */
  public static final String PREFIX = "tmk_";

  private static final String DIGITS =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  private static final int BITS = 256;
  private static final int SECRET_CHARS = 43;
  private static final int CHECK_CHARS = 6;
  private static final SecureRandom RANDOM = new SecureRandom();

  private TokenSecret() {}

  /** A new secret. */
  public static String create() {
    String body = PREFIX + base62(new BigInteger(BITS, RANDOM), SECRET_CHARS);
    return body + check(body);
  }

  /** Whether a text has the form of a token, checksum included. */
  public static boolean isWellFormed(String text) {
    int body = PREFIX.length() + SECRET_CHARS;
    return text.length() == body + CHECK_CHARS
        && text.startsWith(PREFIX)
        && text.chars().skip(PREFIX.length()).allMatch(c -> DIGITS.indexOf(c) >= 0)
        && check(text.substring(0, body)).equals(text.substring(body));
  }

  /** What is kept of a token: its SHA-256 in hexadecimal digits; so much chance needs no salt. */
  public static String hash(String token) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(sha.digest(token.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }

  private static String check(String body) {
    CRC32 crc = new CRC32();
    crc.update(body.getBytes(StandardCharsets.US_ASCII));
    return base62(BigInteger.valueOf(crc.getValue()), CHECK_CHARS);
  }

  private static String base62(BigInteger value, int chars) {
    char[] text = new char[chars];
    BigInteger rest = value;
    BigInteger base = BigInteger.valueOf(DIGITS.length());
    for (int i = chars - 1; i >= 0; i--) {
      BigInteger[] parts = rest.divideAndRemainder(base);
      text[i] = DIGITS.charAt(parts[1].intValue());
      rest = parts[0];
    }
    return new String(text);
  }
}

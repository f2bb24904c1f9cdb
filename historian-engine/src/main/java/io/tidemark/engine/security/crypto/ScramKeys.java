package io.tidemark.engine.security.crypto;

import io.tidemark.engine.security.ScramLogin.Keys;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/** Keys of SCRAM-SHA-256 (RFC 5802 section 3, RFC 7677). */
public final class ScramKeys {
  /** Iterations for a random secret: the least that RFC 7677 allows. */
  public static final int TOKEN_ITERATIONS = 4096;

  /**
   * Iterations for a password, which the client computes: the most that the JDBC driver of
   * PostgreSQL (42.7.14) does without being told to trust the server.
   */
  public static final int PASSWORD_ITERATIONS = 100_000;

  private static final int SALT_BYTES = 16;
  private static final int KEY_BITS = 256;
  private static final SecureRandom RANDOM = new SecureRandom();

  private ScramKeys() {}

  /** Keys of a secret under a new salt. */
  public static Keys of(String secret, int iterations) {
    byte[] salt = new byte[SALT_BYTES];
    RANDOM.nextBytes(salt);
    return of(secret, salt, iterations);
  }

  /** Keys of a secret. */
  public static Keys of(String secret, byte[] salt, int iterations) {
    try {
      SecretKeyFactory pbkdf2 = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256");
      byte[] salted =
          pbkdf2
              .generateSecret(new PBEKeySpec(secret.toCharArray(), salt, iterations, KEY_BITS))
              .getEncoded();
      byte[] storedKey = MessageDigest.getInstance("SHA-256").digest(hmac(salted, "Client Key"));
      return new Keys(salt, iterations, storedKey, hmac(salted, "Server Key"));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // every JDK has them
    }
  }

  /**
   * Keys that nobody has the secret of, the same at each call for a name.
   *
   * @param seed secret of this process
   */
  public static Keys madeUp(byte[] seed, String name, int iterations) {
    try {
      byte[] chance = hmac(seed, name);
      byte[] salt = Arrays.copyOf(chance, SALT_BYTES);
      return new Keys(salt, iterations, hmac(chance, "stored"), hmac(chance, "server"));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
  }
}

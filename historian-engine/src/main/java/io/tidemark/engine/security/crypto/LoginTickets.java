package io.tidemark.engine.security.crypto;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.function.Function;
import java.util.function.LongSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Stands in for a password once it was proven: {@code tml_} and, in base 64, when it ends, the
 * name, and an HMAC-SHA-256 over both and the stored hash of the password. Nothing is kept for one.
 * It is good for a time, for the password of then, and for this process, whose key nobody else has.
 * Safe from any thread.
 */
public final class LoginTickets {
  /** Begins every ticket. */
  public static final String PREFIX = "tml_";

  private static final String ALGORITHM = "HmacSHA256";
  private static final int MAC_BYTES = 32;
  private static final int HEAD_BYTES = Long.BYTES + MAC_BYTES;

  private final SecretKeySpec key;
  private final long lifeNs;
  private final LongSupplier nanoClock;

  /**
   * Tickets of a process.
   *
   * @param lifeNs how long one is good
   * @param nanoClock monotonic clock
   */
  public LoginTickets(long lifeNs, LongSupplier nanoClock) {
    byte[] bytes = new byte[MAC_BYTES];
    new SecureRandom().nextBytes(bytes);
    this.key = new SecretKeySpec(bytes, ALGORITHM);
    this.lifeNs = lifeNs;
    this.nanoClock = nanoClock;
  }

  /** A ticket of a name, good as long as its secret has this hash. */
  public String create(String name, String secretHash) {
    long endNanos = nanoClock.getAsLong() + lifeNs;
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    ByteBuffer ticket = ByteBuffer.allocate(HEAD_BYTES + text.length);
    ticket.putLong(endNanos).put(mac(endNanos, text, secretHash)).put(text);
    return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(ticket.array());
  }

  /**
   * The name that a ticket stands for.
   *
   * @param secretHashes the hash that a name's secret has now, or null
   * @return null if it is none of this process, has ended, or the secret is another by now
   */
  public @Nullable String name(String ticket, Function<String, @Nullable String> secretHashes) {
    if (!ticket.startsWith(PREFIX)) {
      return null;
    }
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(ticket.substring(PREFIX.length()));
    } catch (IllegalArgumentException e) {
      return null;
    }
    if (bytes.length <= HEAD_BYTES) {
      return null;
    }
    ByteBuffer parts = ByteBuffer.wrap(bytes);
    long endNanos = parts.getLong();
    byte[] mac = new byte[MAC_BYTES];
    parts.get(mac);
    byte[] text = new byte[parts.remaining()];
    parts.get(text);
    String name = new String(text, StandardCharsets.UTF_8);
    String secretHash = secretHashes.apply(name);
    boolean isOurs =
        secretHash != null && MessageDigest.isEqual(mac, mac(endNanos, text, secretHash));
    return isOurs && nanoClock.getAsLong() - endNanos < 0 ? name : null;
  }

  private byte[] mac(long endNanos, byte[] name, String secretHash) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      mac.update(
          ByteBuffer.allocate(Long.BYTES + Integer.BYTES)
              .putLong(endNanos)
              .putInt(name.length)
              .flip());
      mac.update(name);
      return mac.doFinal(secretHash.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }
}

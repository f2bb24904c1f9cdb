package io.tidemark.wire.http;

import io.tidemark.engine.security.AccessHook;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Logins of the web page. A session is named by a random id in a cookie that scripts cannot read;
 * it ends after a time without a request, after a day, and with the process. Ids are kept as
 * hashes. Safe from any thread.
 */
final class Sessions {
  /**
   * Name of the cookie: the prefix makes browsers insist on {@code Secure}, one host and no domain.
   */
  static final String COOKIE = "__Host-tidemark";

  /** Header that a page of ours sends with every request that changes something. */
  static final String CSRF_HEADER = "x-tidemark-csrf";

  private static final int SESSIONS_MAX = 10_000;
  private static final int ID_BYTES = 32;
  private static final long DAY_NS = 86_400_000_000_000L;

  /**
   * A login.
   *
   * @param id what the cookie holds
   * @param csrf what requests that change something must send beside it
   */
  record Opened(String id, String csrf) {}

  /**
   * Who a cookie stands for.
   *
   * @param name of the account
   * @param holder what {@link AccessHook#holder} said of it at login: another account of that name,
   *     or another password, ends the session
   */
  record Session(String name, String holder, String csrf) {
    /** Whether a header holds this session's word. Constant time. */
    boolean fits(@Nullable String header) {
      return header != null
          && MessageDigest.isEqual(
              header.getBytes(StandardCharsets.UTF_8), csrf.getBytes(StandardCharsets.UTF_8));
    }
  }

  private static final class Entry {
    private final Session session;
    private final long openedNanos;
    private long lastNanos;

    Entry(Session session, long now) {
      this.session = session;
      openedNanos = now;
      lastNanos = now;
    }
  }

  private final long idleNs;
  private final LongSupplier nanoClock;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, Entry> byHash = new HashMap<>(); // also the lock

  Sessions(long idleNs, LongSupplier nanoClock) {
    this.idleNs = idleNs;
    this.nanoClock = nanoClock;
  }

  /** Begins a session of an account; the oldest ones end if there are too many. */
  Opened open(String name, String holder) {
    String id = chance();
    String csrf = chance();
    long now = nanoClock.getAsLong();
    synchronized (byHash) {
      byHash.values().removeIf(entry -> hasEnded(entry, now));
      if (byHash.size() >= SESSIONS_MAX) {
        byHash.entrySet().stream()
            .min((a, b) -> Long.compare(a.getValue().lastNanos, b.getValue().lastNanos))
            .ifPresent(oldest -> byHash.remove(oldest.getKey()));
      }
      byHash.put(hash(id), new Entry(new Session(name, holder, csrf), now));
    }
    return new Opened(id, csrf);
  }

  /** The session of an id, which goes on from now; null if there is none, or it has ended. */
  @Nullable Session find(String id) {
    long now = nanoClock.getAsLong();
    String hash = hash(id);
    synchronized (byHash) {
      Entry entry = byHash.get(hash);
      if (entry == null) {
        return null;
      }
      if (hasEnded(entry, now)) {
        byHash.remove(hash);
        return null;
      }
      entry.lastNanos = now;
      return entry.session;
    }
  }

  private boolean hasEnded(Entry entry, long now) {
    return now - entry.lastNanos > idleNs || now - entry.openedNanos > DAY_NS;
  }

  void close(String id) {
    synchronized (byHash) {
      byHash.remove(hash(id));
    }
  }

  private String chance() {
    byte[] bytes = new byte[ID_BYTES];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static String hash(String id) {
    try {
      byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }
}

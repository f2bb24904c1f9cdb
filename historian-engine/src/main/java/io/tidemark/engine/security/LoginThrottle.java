package io.tidemark.engine.security;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Slows down whoever guesses: after some failed logins of a peer under a name, or of a peer under
 * any name, further ones are refused for a time that doubles with each. While it lasts the right
 * secret is refused too, or guessing would go on. Others are not concerned. Safe from any thread.
 */
final class LoginThrottle {
  private static final int FREE_FAILURES = 5;
  private static final int FREE_FAILURES_OF_PEER = 20;
  private static final int DOUBLINGS_MAX = 8;
  private static final int REMEMBERED_MAX = 10_000;
  private static final long SECOND_NS = 1_000_000_000L;

  /** Failures are forgotten after so long without any. */
  private static final long FORGOTTEN_NS = 15 * 60 * SECOND_NS;

  private record Key(InetAddress peer, String name) {}

  private static final class Failures {
    private int count;
    private long lastNanos;
    private long blockedUntilNanos;
  }

  /* Names may not be empty, so that stands for all of a peer. */
  private static final String ANY_NAME = "";

  private final LongSupplier nanoClock;
  private final AtomicLong failed = new AtomicLong();

  /* The least recently failed is forgotten first; also the lock. */
  private final Map<Key, Failures> failures =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Failures> eldest) {
          return size() > REMEMBERED_MAX;
        }
      };

  LoginThrottle(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
  }

  /** Failed logins since the start. */
  long failed() {
    return failed.get();
  }

  /**
   * Called before a secret is looked at.
   *
   * @throws HistorianException {@link ErrorCode#BACK_PRESSURED} saying for how long
   */
  void check(InetAddress peer, String name) {
    long waitNs = Math.max(waitNs(new Key(peer, name)), waitNs(new Key(peer, ANY_NAME)));
    if (waitNs > 0) {
      throw new HistorianException(
          ErrorCode.BACK_PRESSURED,
          "too many failed logins: peer="
              + peer.getHostAddress()
              + ", waitSeconds="
              + (waitNs + SECOND_NS - 1) / SECOND_NS,
          null,
          "wait, then log in with the right secret",
          null);
    }
  }

  private long waitNs(Key key) {
    synchronized (failures) {
      Failures of = failures.get(key);
      return of == null ? 0 : of.blockedUntilNanos - nanoClock.getAsLong();
    }
  }

  /**
   * Called after a failed login.
   *
   * @param countsForPeer whether it slows down logins of the peer under other names too
   */
  void failed(InetAddress peer, String name, boolean countsForPeer) {
    failed.incrementAndGet();
    note(new Key(peer, name), FREE_FAILURES);
    if (countsForPeer) {
      note(new Key(peer, ANY_NAME), FREE_FAILURES_OF_PEER);
    }
  }

  private void note(Key key, int free) {
    long now = nanoClock.getAsLong();
    synchronized (failures) {
      Failures of = failures.computeIfAbsent(key, each -> new Failures());
      if (of.count > 0 && now - of.lastNanos > FORGOTTEN_NS) {
        of.count = 0;
      }
      of.count++;
      of.lastNanos = now;
      int beyond = of.count - free;
      of.blockedUntilNanos =
          beyond < 0 ? now : now + (SECOND_NS << Math.min(beyond, DOUBLINGS_MAX));
    }
  }

  void succeeded(InetAddress peer, String name) {
    synchronized (failures) {
      failures.remove(new Key(peer, name));
    }
  }
}

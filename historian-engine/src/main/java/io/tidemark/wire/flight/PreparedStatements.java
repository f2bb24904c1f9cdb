package io.tidemark.wire.flight;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The prepared statements of all clients: text and bound values, nothing that is open. Bounded in
 * all and for each client; one that is not used for a while is forgotten. A handle is good for the
 * principal that made it. Safe from any thread.
 */
final class PreparedStatements {
  private static final int HANDLE_BYTES = 16;

  private final FlightConfig config;
  private final LongSupplier nanoClock;
  private final SecureRandom random = new SecureRandom();
  private final Map<ByteBuffer, Prepared> byHandle = new LinkedHashMap<>(64, 0.75f, true);
  private final Map<String, Integer> counts = new HashMap<>();

  PreparedStatements(FlightConfig config, LongSupplier nanoClock) {
    this.config = config;
    this.nanoClock = nanoClock;
  }

  /** A statement and its values; guarded by the table. */
  private static final class Prepared {
    private final String client;
    private final String principal;
    private final String sql;
    private final int parameterCount;
    private @Nullable List<@Nullable Object> values;
    private long usedNanos;

    Prepared(String client, String principal, String sql, int parameterCount) {
      this.client = client;
      this.principal = principal;
      this.sql = sql;
      this.parameterCount = parameterCount;
    }
  }

  /** Keeps a statement; returns its handle. */
  synchronized byte[] add(Caller caller, String sql, int parameterCount) {
    expire();
    int own = counts.getOrDefault(caller.client(), 0);
    if (own >= config.preparedPerClientMax() || byHandle.size() >= config.preparedMax()) {
      throw new HistorianException(
          ErrorCode.BACK_PRESSURED,
          "too many prepared statements: client="
              + own
              + ", clientMax="
              + config.preparedPerClientMax()
              + ", all="
              + byHandle.size()
              + ", allMax="
              + config.preparedMax(),
          null,
          "close those that are done with; they are forgotten after "
              + config.preparedIdleMax().toMinutes()
              + " minutes",
          null);
    }
    byte[] handle = new byte[HANDLE_BYTES];
    random.nextBytes(handle);
    Prepared prepared =
        new Prepared(caller.client(), caller.principal().name(), sql, parameterCount);
    prepared.usedNanos = nanoClock.getAsLong();
    byHandle.put(ByteBuffer.wrap(handle.clone()), prepared);
    counts.merge(caller.client(), 1, Integer::sum);
    return handle;
  }

  private Prepared find(Caller caller, byte[] handle) {
    expire();
    Prepared prepared = byHandle.get(ByteBuffer.wrap(handle));
    if (prepared == null || !prepared.principal.equals(caller.principal().name())) {
      throw new HistorianException(
          ErrorCode.NOT_FOUND,
          "no such prepared statement",
          null,
          "prepare it again: it was closed, or not used for "
              + config.preparedIdleMax().toMinutes()
              + " minutes",
          null);
    }
    prepared.usedNanos = nanoClock.getAsLong();
    return prepared;
  }

  /** Binds values; null for none. */
  synchronized void bind(Caller caller, byte[] handle, @Nullable List<@Nullable Object> values) {
    Prepared prepared = find(caller, handle);
    int count = values == null ? 0 : values.size();
    if (values != null && count != prepared.parameterCount) {
      throw new HistorianException(
          ErrorCode.SQL_ERROR,
          "statement takes other values: parameters="
              + prepared.parameterCount
              + ", values="
              + count);
    }
    prepared.values = values;
  }

  /** The statement with its values as they are now. */
  synchronized StatementTicket ticket(Caller caller, byte[] handle) {
    Prepared prepared = find(caller, handle);
    List<@Nullable Object> values = prepared.values;
    if (values == null && prepared.parameterCount > 0) {
      throw new HistorianException(
          ErrorCode.SQL_ERROR,
          "statement has no values yet: parameters=" + prepared.parameterCount,
          null,
          "bind one row with DoPut",
          null);
    }
    return StatementTicket.of(caller, prepared.sql, values == null ? List.of() : values);
  }

  /** The text of a statement. */
  synchronized String sql(Caller caller, byte[] handle) {
    return find(caller, handle).sql;
  }

  /** How many values a statement waits for; 0 if it has them. */
  synchronized int unbound(Caller caller, byte[] handle) {
    Prepared prepared = find(caller, handle);
    return prepared.values == null ? prepared.parameterCount : 0;
  }

  /** Forgets a statement; one that is unknown or another's stays as it is. */
  synchronized void remove(Caller caller, byte[] handle) {
    Prepared prepared = byHandle.get(ByteBuffer.wrap(handle));
    if (prepared != null && prepared.principal.equals(caller.principal().name())) {
      byHandle.remove(ByteBuffer.wrap(handle));
      forgotten(prepared);
    }
  }

  private void forgotten(Prepared prepared) {
    counts.computeIfPresent(prepared.client, (client, count) -> count == 1 ? null : count - 1);
  }

  /** The map is in order of use. */
  private void expire() {
    long since = nanoClock.getAsLong() - config.preparedIdleMax().toNanos();
    Iterator<Prepared> all = byHandle.values().iterator();
    while (all.hasNext()) {
      Prepared oldest = all.next();
      if (oldest.usedNanos - since > 0) {
        return;
      }
      all.remove();
      forgotten(oldest);
    }
  }

  synchronized int size() {
    expire();
    return byHandle.size();
  }
}

package io.tidemark.wire.flight;

import io.grpc.Context;
import io.tidemark.engine.Historian;
import io.tidemark.ingest.AckLevel;
import io.tidemark.ingest.RequestId;
import io.tidemark.model.Principal;
import java.time.ZoneId;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Who calls, and how its statements are to be read. Travels with gRPC's context of the call.
 *
 * @param address of the peer
 * @param zone of calendars and of times without one; null for the server's
 * @param asOf data version to read; null for the newest
 * @param withDictionaries whether texts may come as numbers of dictionaries
 * @param level what acknowledgements of uploads wait for
 * @param firstRequest number of the first batch of an upload, the next ones count on; null from
 *     clients that do not count
 * @param isReading whether the client takes what is sent to it, for now
 */
record Caller(
    Principal principal,
    String address,
    @Nullable ZoneId zone,
    @Nullable String asOf,
    boolean withDictionaries,
    AckLevel level,
    @Nullable RequestId firstRequest,
    BooleanSupplier isReading) {
  static final Context.Key<Caller> KEY = Context.key("tidemark-caller");

  /** The caller of the call that this thread serves. */
  static Caller current() {
    Caller caller = KEY.get();
    if (caller == null) {
      throw new IllegalStateException("call came past the gate");
    }
    return caller;
  }

  /** Whom prepared statements are counted for. */
  String client() {
    return principal.name() + "@" + address;
  }

  Historian.QueryOptions options(@Nullable String wantedAsOf) {
    Historian.QueryOptions usual = Historian.QueryOptions.USUAL;
    return wantedAsOf == null
        ? usual
        : new Historian.QueryOptions(usual.damageRule(), usual.versions(), wantedAsOf);
  }
}

package io.tidemark.engine;

import io.tidemark.engine.Historian.BulkResult;
import io.tidemark.engine.Historian.ContextResult;
import io.tidemark.engine.Historian.ContextVersion;
import io.tidemark.engine.Historian.Outcome;
import io.tidemark.ingest.Ack;
import io.tidemark.ingest.AckLevel;
import io.tidemark.ingest.Ingress;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.Principal;
import io.tidemark.model.ReadView;
import io.tidemark.model.RecordKind;
import io.tidemark.model.WriteOrder;
import io.tidemark.query.context.ContextKind;
import io.tidemark.query.context.ContextRow;
import io.tidemark.query.context.ContextStore;
import io.tidemark.query.context.PreparedBulk;
import io.tidemark.query.context.PreparedChange;
import io.tidemark.storage.DataVersion;
import io.tidemark.storage.SampleStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Changes of context on their way through the journal, one at a time: checked, journaled, synced,
 * applied. Safe from any thread.
 */
final class JournaledContext {
  private final ContextStore context;
  private final SampleStore store;
  private final Ingress ingress;

  /* Held from the check of a change until it is applied. */
  private final Object changing = new Object();

  JournaledContext(ContextStore context, SampleStore store, Ingress ingress) {
    this.context = context;
    this.store = store;
    this.ingress = ingress;
  }

  /** See {@link Historian#putContext}. */
  ContextResult put(ContextKind kind, String id, String json, Principal principal) {
    synchronized (changing) {
      PreparedChange prepared = context.prepare(kind, id, json);
      byte[] payload = prepared.payload();
      journal(payload == null ? List.of() : List.of(payload), principal);
      ContextRow row = context.row(kind, prepared.id());
      if (row == null) {
        throw new HistorianException(ErrorCode.INTERNAL, "context row is missing: id=" + id);
      }
      return new ContextResult(Outcome.valueOf(prepared.outcome().name()), row);
    }
  }

  /** See {@link Historian#putContextBulk}. */
  BulkResult putBulk(String json, Principal principal) {
    return putBulk(() -> json, principal);
  }

  /**
   * The same of a body that hangs on the context: nothing changes between its making and its end.
   *
   * @param body null if nothing is to be written
   */
  BulkResult putBulk(Supplier<@Nullable String> body, Principal principal) {
    synchronized (changing) {
      String json = body.get();
      if (json == null) {
        return new BulkResult(0, List.of());
      }
      PreparedBulk prepared = context.prepareBulk(json);
      journal(prepared.payloads(), principal);
      return new BulkResult(prepared.stored(), prepared.errors());
    }
  }

  /** Journals context records, waits until they are synced, and applies them. */
  private void journal(List<byte[]> payloads, Principal principal) {
    List<Ack> acks = new ArrayList<>();
    for (byte[] payload : payloads) {
      acks.add(ingress.submitRecord(RecordKind.CONTEXT, principal, payload, AckLevel.SYNCED));
    }
    for (int i = 0; i < acks.size(); i++) {
      long sequence = acks.get(i).await(HistorianEngine.ACK_TIMEOUT_SECONDS, TimeUnit.SECONDS);
      context.apply(
          payloads.get(i), principal.name(), acks.get(i).transactionTimeMicros(), sequence);
    }
  }

  /** See {@link Historian#contextVersions}. */
  List<ContextVersion> versions(ContextKind kind, String id, @Nullable String asOf) {
    long last = asOf == null ? Long.MAX_VALUE : sequence(asOf);
    List<ContextVersion> versions = new ArrayList<>();
    for (ContextRow row : context.versions(kind, id, last)) {
      versions.add(
          new ContextVersion(
              row, DataVersion.text(store.storeId(), WriteOrder.lastOf(row.journalSequence()))));
    }
    return versions;
  }

  /** The journal sequence up to which a data version goes; what it holds of context is applied. */
  private long sequence(String dataVersion) {
    try (ReadView view = store.openReadView(dataVersion)) {
      synchronized (changing) {
        // Whoever journaled a change before that version held the lock until it was applied.
        return WriteOrder.journalSequence(view.upToOrder());
      }
    }
  }
}

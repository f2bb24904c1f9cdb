package io.tidemark.query.context;

import java.util.ArrayList;
import java.util.List;

/**
 * A context store whose changes go through a journal in memory, as the engine's do. Each record is
 * written one second after the one before. JSON may be written with single quotes.
 */
public final class JournaledContext {
  private record Entry(byte[] payload, String principal, long timeMicros) {}

  private final ContextStore store = new ContextStore();
  private final List<Entry> journal = new ArrayList<>();
  private String principal = "mes";

  /** The store as it is now. */
  public ContextStore store() {
    return store;
  }

  /** Who writes from here on. */
  public void principal(String name) {
    principal = name;
  }

  /** Prepares, journals and applies one object. */
  public PreparedChange put(ContextKind kind, String id, String json) {
    PreparedChange change = store.prepare(kind, id, quoted(json));
    if (change.payload() != null) {
      append(change.payload());
    }
    return change;
  }

  /** Prepares, journals and applies many objects. */
  public PreparedBulk putAll(String json) {
    PreparedBulk bulk = store.prepareBulk(quoted(json));
    bulk.payloads().forEach(this::append);
    return bulk;
  }

  private void append(byte[] payload) {
    Entry entry = new Entry(payload, principal, 1_000_000L * (journal.size() + 1));
    journal.add(entry);
    store.apply(entry.payload, entry.principal, entry.timeMicros, journal.size() - 1);
  }

  /** A new store that has read the journal, as after a restart. */
  ContextStore replayed() {
    ContextStore replayed = new ContextStore();
    for (int i = 0; i < journal.size(); i++) {
      Entry entry = journal.get(i);
      replayed.apply(entry.payload, entry.principal, entry.timeMicros, i);
    }
    return replayed;
  }

  private static String quoted(String json) {
    return json.replace('\'', '"');
  }
}

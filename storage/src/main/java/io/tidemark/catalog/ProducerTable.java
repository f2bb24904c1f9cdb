package io.tidemark.catalog;

import io.tidemark.catalog.CatalogRecord.Producer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Names of those who write, by the number that frames carry. Number 0 is nobody. Safe from any
 * thread.
 */
public final class ProducerTable {
  private final Map<String, Integer> ids = new ConcurrentHashMap<>();
  private final Map<Integer, String> names = new ConcurrentHashMap<>();
  private final AtomicInteger nextId = new AtomicInteger(1);

  /** An empty table. */
  public ProducerTable() {}

  /** Makes a producer known. */
  public void apply(Producer producer) {
    names.put(producer.id(), producer.name()); // first: whoever finds the number finds its name
    ids.put(producer.name(), producer.id());
    nextId.accumulateAndGet(producer.id() + 1, Math::max);
  }

  /** The number of a name, or null if it has none yet. */
  public @Nullable Integer find(String name) {
    return ids.get(name);
  }

  /** The name of a number, or null. */
  public @Nullable String name(int id) {
    return names.get(id);
  }

  /** The number that the next new name gets. */
  public int nextId() {
    return nextId.get();
  }
}

package io.tidemark.query.context;

import io.tidemark.model.Direction;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.ItemError;
import io.tidemark.model.TimeRange;
import io.tidemark.query.context.ContextBody.Draft;
import io.tidemark.query.context.ContextPlan.Planned;
import io.tidemark.query.context.PreparedChange.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The plant's context in memory: every version of every object, a function of the CONTEXT records
 * of the journal and of nothing else. A change goes {@link #prepare} (checks, changes nothing),
 * journal, {@link #apply}; after a start all records are applied again in their order.
 *
 * <p>Requests are upserts. A field that is absent keeps its value, null clears it, and an upsert
 * that changes nothing makes no version. Ids of orders, products, units and parents may be unknown:
 * they often arrive later. The batch of a step and the equipment of an attribute must exist.
 * Nothing is ever deleted. Defaults are taken when the item is written:
 *
 * <ul>
 *   <li>a batch without product takes that of its order, a step without unit that of its batch;
 *   <li>an attribute's key is {@code equipmentId/name}; further bindings of the same property at
 *       other times add {@code @} and a suffix of the client's choice;
 *   <li>a step is level {@code Phase} unless it says otherwise, and its key is {@code
 *       batchId/level/name/instance} unless it has one. A step with neither key nor instance is the
 *       one of that batch, level and name that began at the same time on the same unit, else one
 *       whose start is not known yet, else a new one with the next instance; without a start time
 *       it is the only one of its name. So a start is corrected by naming key or instance.
 * </ul>
 *
 * <p>Objects of kind {@link ContextKind#DERIVATIONS} say how others are told from tags; whoever
 * does so writes them like any client.
 *
 * <p>Threads: any may read; a reader sees a journal record whole or not at all. One at a time may
 * prepare and apply, and nothing may be applied between a {@link #prepare} and the {@link #apply}
 * of what it made: the caller's lock sees to that.
 */
public final class ContextStore implements ContextSource {
  /** Most items of one bulk request. */
  public static final int ITEMS_MAX = ContextBody.ITEMS_MAX;

  /** Longest payload that {@link #prepare} makes, in bytes; a journal record must hold it. */
  public static final int PAYLOAD_BYTES_MAX = ContextRecord.PAYLOAD_BYTES_MAX;

  /* States of ISA-88 in which a batch stands still. */

  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private final ContextState state = new ContextState(); // guarded by lock
  private long journalSequence = -1; // guarded by lock

  /** Published after the rows it counts, read without the lock. */
  private volatile long generation;

  /** An empty store. */
  public ContextStore() {}

  /**
   * Checks an upsert of one object against what is stored.
   *
   * @param id key of the object; a body that has one too must agree
   * @param json an object with fields of the kind in camelCase
   * @throws HistorianException of kind USER if it is refused, with the path of the field at fault
   */
  public PreparedChange prepare(ContextKind kind, String id, String json) {
    Draft draft = ContextBody.single(kind, json);
    Planned planned = reading(() -> new ContextPlan(state).plan(draft, id));
    ContextRecord record = new ContextRecord();
    if (planned.values() != null) {
      record.add(kind, planned.values());
    }
    List<byte[]> payloads = record.payloads();
    return new PreparedChange(
        kind,
        planned.id(),
        outcome(planned),
        planned.version(),
        payloads.isEmpty() ? null : payloads.getFirst(),
        planned.warnings());
  }

  /**
   * Checks upserts of many objects, {@code {"batches":[…],"steps":[…]}} with the labels of the
   * kinds. Kinds are taken in the order of {@link ContextKind}, whatever the order of the body, and
   * later items see earlier ones. A bad item is refused alone.
   *
   * @throws HistorianException {@link ErrorCode#MALFORMED} with line and column if the body is no
   *     such JSON, {@link ErrorCode#TOO_MANY} over {@link #ITEMS_MAX} items
   */
  public PreparedBulk prepareBulk(String json) {
    ContextBody.Bulk bulk = ContextBody.bulk(json);
    return reading(() -> plan(bulk));
  }

  /**
   * The kinds of which a body for {@link #prepareBulk} has items.
   *
   * @throws HistorianException {@link ErrorCode#MALFORMED} if it is no such JSON
   */
  public static List<ContextKind> kindsOf(String json) {
    return List.copyOf(ContextBody.bulk(json).drafts().keySet());
  }

  private PreparedBulk plan(ContextBody.Bulk bulk) {
    ContextPlan plan = new ContextPlan(state);
    ContextRecord record = new ContextRecord();
    List<ItemError> errors = new ArrayList<>(bulk.errors());
    List<String> warnings = new ArrayList<>();
    Map<Outcome, Integer> outcomes = new EnumMap<>(Outcome.class);
    for (ContextKind kind : ContextKind.values()) {
      for (Draft draft : bulk.drafts().getOrDefault(kind, List.of())) {
        try {
          Planned planned = plan.plan(draft, null);
          if (planned.values() != null) {
            record.add(kind, planned.values());
          }
          outcomes.merge(outcome(planned), 1, Integer::sum);
          for (String warning : planned.warnings()) {
            if (warnings.size() < PreparedBulk.WARNINGS_MAX) {
              warnings.add(draft.path() + ": " + warning);
            }
          }
        } catch (HistorianException e) {
          errors.add(new ItemError(draft.pathOf(e.path()), e.code(), e.messageText()));
        }
      }
    }
    return new PreparedBulk(
        record.payloads(),
        outcomes.getOrDefault(Outcome.CREATED, 0),
        outcomes.getOrDefault(Outcome.UPDATED, 0),
        outcomes.getOrDefault(Outcome.UNCHANGED, 0),
        errors,
        warnings);
  }

  private static Outcome outcome(Planned planned) {
    if (planned.values() == null) {
      return Outcome.UNCHANGED;
    }
    return planned.version() == 1 ? Outcome.CREATED : Outcome.UPDATED;
  }

  /**
   * Applies the payload of a CONTEXT record: all its rows become visible at once. A record at or
   * before the last one applied is ignored.
   *
   * @param principalName who wrote the record
   * @param transactionTimeMicros its transaction time, microseconds since the epoch
   * @param journalSequence its place in the journal, 0 or above
   * @throws HistorianException {@link ErrorCode#CORRUPT} or {@link ErrorCode#FORMAT_TOO_NEW}; then
   *     nothing is applied
   */
  public void apply(
      byte[] payload, String principalName, long transactionTimeMicros, long journalSequence) {
    if (journalSequence < 0) {
      throw new IllegalArgumentException(
          "journalSequence must not be negative: journalSequence=" + journalSequence);
    }
    List<ContextRecord.Row> rows = ContextRecord.decode(payload);
    lock.writeLock().lock();
    try {
      if (journalSequence <= this.journalSequence) {
        return;
      }
      for (ContextRecord.Row row : rows) {
        state.put(row.kind(), row.values(), principalName, transactionTimeMicros, journalSequence);
      }
      state.settle();
      this.journalSequence = journalSequence;
      generation = state.generation();
    } finally {
      lock.writeLock().unlock();
    }
  }

  /**
   * Decodes the payload of a CONTEXT record and keeps nothing of it.
   *
   * @throws HistorianException {@link ErrorCode#CORRUPT} or {@link ErrorCode#FORMAT_TOO_NEW}
   */
  public static void checkRecord(byte[] payload) {
    ContextRecord.decode(payload);
  }

  /** Sequence of the last record applied, -1 if none was. */
  public long journalSequence() {
    return reading(() -> journalSequence);
  }

  @Override
  public long generation() {
    return generation;
  }

  @Override
  public List<ContextRow> changedSince(ContextKind kind, long generation) {
    return reading(() -> state.changedSince(kind, generation));
  }

  @Override
  public List<ContextRow> versionsSince(ContextKind kind, long generation) {
    return reading(() -> state.versionsSince(kind, generation));
  }

  /**
   * Runs reads that belong together over one state: no record is applied in between. Keep it short,
   * since changes wait for it.
   */
  public <T> T reading(Supplier<T> reads) {
    lock.readLock().lock();
    try {
      return reads.get();
    } finally {
      lock.readLock().unlock();
    }
  }

  /** The newest version of an object, or null. */
  public @Nullable ContextRow row(ContextKind kind, String id) {
    lock.readLock().lock();
    try {
      return state.row(kind, id);
    } finally {
      lock.readLock().unlock();
    }
  }

  /** An object as that version had it, or null if there is no such version. */
  public @Nullable ContextRow rowOfVersion(ContextKind kind, String id, int version) {
    lock.readLock().lock();
    try {
      return state.row(kind, id, version);
    } finally {
      lock.readLock().unlock();
    }
  }

  /**
   * An object as it was, or null if it was unknown then.
   *
   * @param asOfSequence the last journal record that counts
   */
  public @Nullable ContextRow row(ContextKind kind, String id, long asOfSequence) {
    lock.readLock().lock();
    try {
      return state.rowAsOf(kind, id, asOfSequence);
    } finally {
      lock.readLock().unlock();
    }
  }

  /** All versions of an object, the newest first; empty if it is unknown. */
  public List<ContextRow> versions(ContextKind kind, String id) {
    return versions(kind, id, Long.MAX_VALUE);
  }

  /** The versions of an object that journal records up to a sequence made, the newest first. */
  public List<ContextRow> versions(ContextKind kind, String id, long asOfSequence) {
    return reading(() -> state.versions(kind, id, asOfSequence));
  }

  /** The newest version of every object of the kind, the one changed last at the end. */
  public List<ContextRow> rows(ContextKind kind) {
    return changedSince(kind, 0);
  }

  /** Batches that overlap {@code [startNs, endNs)}; see {@link #overlapping}. */
  public List<ContextRow> batchesOverlapping(@Nullable String unitId, long startNs, long endNs) {
    return overlapping(ContextKind.BATCHES, unitId, startNs, endNs);
  }

  /**
   * Objects that have a time and lie to a window as the search says, in its order. It looks at few
   * more objects than lie there; a filter looks at each of them.
   */
  public List<ContextRow> search(ContextSearch search) {
    return reading(() -> state.search(search));
  }

  /**
   * Batches, steps or events that overlap {@code [startNs, endNs)}, by start, then key. One that
   * runs has no end; one without length counts as its one instant; one without start is not found.
   *
   * @param unitId of the rows themselves, or null for all units
   * @throws HistorianException {@link ErrorCode#EMPTY_RANGE} if the end is not after the start
   */
  public List<ContextRow> overlapping(
      ContextKind kind, @Nullable String unitId, long startNs, long endNs) {
    return search(
        new ContextSearch(
            kind,
            IntervalSearch.OVERLAPPED,
            new TimeRange(startNs, endNs),
            ContextSearch.Filter.ofUnit(unitId),
            Direction.FORWARD,
            null,
            Integer.MAX_VALUE));
  }

  /** Steps of a batch by start, then key; those without start at the end. */
  public List<ContextRow> stepsOf(String batchId) {
    ContextFields fields = ContextFields.of(ContextKind.STEPS);
    List<ContextRow> steps =
        reading(() -> rows(ContextKind.STEPS, state.ofBatch(ContextKind.STEPS, batchId)));
    steps.sort(
        Comparator.<ContextRow>comparingLong(
                row -> {
                  Long startNs = fields.whole(row.values(), "start_time");
                  return startNs == null ? Long.MAX_VALUE : startNs;
                })
            .thenComparing(ContextRow::id));
    return steps;
  }

  /**
   * The tag bound to a property of an equipment at an instant, or null. Of several bindings in
   * force the one that began last counts.
   */
  public @Nullable String attributeTag(String equipmentId, String name, long atNs) {
    ContextFields fields = ContextFields.of(ContextKind.ATTRIBUTES);
    List<ContextRow> bindings =
        reading(() -> rows(ContextKind.ATTRIBUTES, state.attributesNamed(equipmentId, name)));
    String tag = null;
    long latestNs = Long.MIN_VALUE;
    for (ContextRow binding : bindings) {
      Long startNs = fields.whole(binding.values(), "start_time");
      Long endNs = fields.whole(binding.values(), "end_time");
      long fromNs = startNs == null ? Long.MIN_VALUE : startNs;
      if (fromNs <= atNs && (endNs == null || endNs > atNs) && (tag == null || fromNs > latestNs)) {
        tag = fields.text(binding.values(), "tag");
        latestNs = fromNs;
      }
    }
    return tag;
  }

  private List<ContextRow> rows(ContextKind kind, Iterable<String> ids) {
    List<ContextRow> rows = new ArrayList<>();
    for (String id : ids) {
      ContextRow row = state.row(kind, id);
      if (row != null) {
        rows.add(row);
      }
    }
    return rows;
  }
}

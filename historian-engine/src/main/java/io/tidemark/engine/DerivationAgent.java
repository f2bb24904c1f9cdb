package io.tidemark.engine;

import io.tidemark.model.Agent;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadView;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.VersionMode;
import io.tidemark.query.context.ContextKind;
import io.tidemark.query.context.ContextRow;
import io.tidemark.query.context.ContextStore;
import io.tidemark.query.context.Derivation;
import io.tidemark.storage.DataVersion;
import io.tidemark.storage.SampleStore;
import io.tidemark.storage.feed.ChangeFeed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells batches and phases from tags, as the derivations of the context say, and writes them as
 * context. A new or changed derivation, and every one after a start, is told from all samples of
 * its tags; from then on the agent follows the committed samples and tells anew what they touch.
 *
 * <p>One that fails is told from all samples again a little later. One thread, but {@link #stop}.
 */
final class DerivationAgent implements Agent {
  private static final Logger LOG = LoggerFactory.getLogger(DerivationAgent.class);
  private static final long RETRY_NS = 10_000_000_000L;

  /** Changed samples further apart are not read as one stretch. */
  private static final long STRETCH_GAP_NS = 600_000_000_000L;

  private final SampleStore store;
  private final ContextStore context;
  private final JournaledContext journaled;
  private final BiFunction<ReadView, VersionMode, QueryContext> queries;
  private final LongSupplier nanoClock;
  private final Map<String, DerivedUnit> units = new LinkedHashMap<>();
  private long contextGeneration;
  private long tagGeneration = -1;
  private ChangeFeed.@Nullable Follower follower;

  /* Written by the thread that stops, read by the agent's; and the other way round. */
  private volatile boolean stopped;
  private volatile @Nullable QueryContext running;

  /**
   * An agent that has seen nothing yet.
   *
   * @param queries makes the context of a scan over a view, for all versions or the latest
   */
  DerivationAgent(
      SampleStore store,
      ContextStore context,
      JournaledContext journaled,
      BiFunction<ReadView, VersionMode, QueryContext> queries,
      LongSupplier nanoClock) {
    this.store = store;
    this.context = context;
    this.journaled = journaled;
    this.queries = queries;
    this.nanoClock = nanoClock;
  }

  @Override
  public String roleName() {
    return "derivations";
  }

  /** Ends what runs, without more writes. Any thread. */
  void stop() {
    stopped = true;
    QueryContext scan = running;
    if (scan != null) {
      scan.cancel();
    }
  }

  @Override
  public int doWork() {
    Map<Integer, Stretches> changed = new HashMap<>();
    ChangeFeed.Follower before = follower;
    int work =
        before == null || stopped
            ? 0
            : before.poll(
                view -> query(view, VersionMode.ALL),
                (tagId, block) ->
                    changed.computeIfAbsent(tagId, key -> new Stretches()).add(block));
    // Afterwards, so that no sample is told by a definition that was changed before it came.
    lookAtDefinitions();
    ChangeFeed.Follower following = follower;
    if (stopped || following == null) {
      return 0;
    }
    long nowNanos = nanoClock.getAsLong();
    if (work == 0 && units.values().stream().allMatch(u -> u.isTold() || !u.isDue(nowNanos))) {
      return 0;
    }
    try (ReadView view = store.openReadView(DataVersion.text(store.storeId(), following.order()))) {
      QueryContext query = query(view, VersionMode.LATEST);
      for (DerivedUnit unit : units.values()) {
        work += stopped ? 0 : tell(unit, changed, query);
      }
    } catch (RuntimeException e) {
      // The follower does not give these samples again.
      units.values().forEach(unit -> unit.failed(nowNanos + RETRY_NS));
      throw e;
    } finally {
      running = null;
    }
    return work;
  }

  private QueryContext query(ReadView view, VersionMode versions) {
    QueryContext query = queries.apply(view, versions);
    running = query;
    if (stopped) {
      query.cancel();
    }
    return query;
  }

  private int tell(DerivedUnit unit, Map<Integer, Stretches> changed, QueryContext query) {
    try {
      if (!unit.isTold()) {
        if (!unit.isDue(nanoClock.getAsLong())) {
          return 0;
        }
        unit.tellAll(query);
        return 1;
      }
      Stretches ofBatch = changed.get(unit.batchTagId());
      Stretches ofPhase = changed.get(unit.phaseTagId());
      if (ofBatch == null && ofPhase == null) {
        return 0;
      }
      unit.tell(
          ofBatch == null ? List.of() : ofBatch.ranges,
          ofPhase == null ? List.of() : ofPhase.ranges,
          query);
      return 1;
    } catch (RuntimeException e) {
      unit.failed(nanoClock.getAsLong() + RETRY_NS);
      if (!stopped) {
        LOG.warn(
            "derivation failed and is told anew: derivation={}, reason={}",
            unit.id(),
            e.toString());
        LOG.debug("derivation failed", e);
      }
      return 0;
    }
  }

  private void lookAtDefinitions() {
    long contextNow = context.generation();
    long tagsNow = store.tags().generation();
    if (contextNow == contextGeneration && tagsNow == tagGeneration) {
      return;
    }
    List<ContextRow> rows = context.changedSince(ContextKind.DERIVATIONS, contextGeneration);
    contextGeneration = contextNow;
    tagGeneration = tagsNow;
    for (ContextRow row : rows) {
      Derivation derivation = Derivation.of(row);
      units.remove(row.id());
      if (derivation.active()) {
        units.put(row.id(), new DerivedUnit(derivation, store.tags(), context, journaled));
      }
    }
    boolean others = !rows.isEmpty();
    for (DerivedUnit unit : units.values()) {
      others |= unit.lookAtTags();
    }
    if (others) {
      follow();
    }
  }

  /** Follows the tags in use from where it is. */
  private void follow() {
    ChangeFeed.Follower before = follower;
    long order = before == null ? store.feed().committedOrder() : before.order();
    int[] tagIds =
        units.values().stream()
            .flatMapToInt(unit -> IntStream.of(unit.batchTagId(), unit.phaseTagId()))
            .filter(tagId -> tagId != DerivedUnit.NO_TAG)
            .distinct()
            .toArray();
    follower = units.isEmpty() ? null : store.feed().follow(tagIds, order);
  }

  /** Closed stretches of time in which samples of a tag changed. */
  private static final class Stretches {
    private final List<long[]> ranges = new ArrayList<>();

    private void add(SampleBlock block) {
      long[] timesNs = block.sourceTimesNs();
      for (int row = 0; row < block.count(); row++) {
        long[] last = ranges.isEmpty() ? null : ranges.getLast();
        if (last != null && timesNs[row] >= last[0] && timesNs[row] - last[1] <= STRETCH_GAP_NS) {
          last[1] = Math.max(last[1], timesNs[row]);
        } else {
          ranges.add(new long[] {timesNs[row], timesNs[row]});
        }
      }
    }
  }
}

package io.tidemark.engine;

import io.tidemark.engine.Historian.BulkResult;
import io.tidemark.model.Direction;
import io.tidemark.model.Principal;
import io.tidemark.model.QueryContext;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleCursor;
import io.tidemark.model.ScanRequest;
import io.tidemark.model.TagCatalog;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.query.context.ContextStore;
import io.tidemark.query.context.Derivation;
import io.tidemark.query.derive.DerivationDiff;
import io.tidemark.query.derive.DerivedBatch;
import io.tidemark.query.derive.StateSignal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A derivation at work: its tags and what they said, as far as it was told. One thread. */
final class DerivedUnit {
  private static final Logger LOG = LoggerFactory.getLogger(DerivedUnit.class);

  /** Stands for a tag that is not there. */
  static final int NO_TAG = -1;

  /** Batches that are compared and written in one go. */
  private static final int BATCHES_MAX = 200;

  private final Derivation derivation;
  private final TagCatalog tags;
  private final ContextStore context;
  private final JournaledContext journaled;
  private final SampleBlock block = new SampleBlock();
  private @Nullable TagDefinition batchTag;
  private @Nullable TagDefinition phaseTag;
  private StateSignal batches = new StateSignal();
  private StateSignal phases = new StateSignal();
  private boolean told;
  private boolean failed;
  private long retryAtNanos;

  DerivedUnit(
      Derivation derivation, TagCatalog tags, ContextStore context, JournaledContext journaled) {
    this.derivation = derivation;
    this.tags = tags;
    this.context = context;
    this.journaled = journaled;
  }

  String id() {
    return derivation.id();
  }

  int batchTagId() {
    return batchTag == null ? NO_TAG : batchTag.id();
  }

  int phaseTagId() {
    return phaseTag == null ? NO_TAG : phaseTag.id();
  }

  /** Looks whether the tags are there, and still what they were; says if not. */
  boolean lookAtTags() {
    TagDefinition newBatchTag = find(derivation.batchTag());
    TagDefinition newPhaseTag = find(derivation.phaseTag());
    if (Objects.equals(newBatchTag, batchTag) && Objects.equals(newPhaseTag, phaseTag)) {
      return false;
    }
    batchTag = newBatchTag;
    phaseTag = newPhaseTag;
    forget();
    return true;
  }

  private @Nullable TagDefinition find(@Nullable String name) {
    return name == null ? null : tags.find(name);
  }

  /** Whether it goes on from what it was told, not from nothing. */
  boolean isTold() {
    return told;
  }

  /**
   * Whether its tags exist, and it may be told from nothing at that time of the monotonic clock.
   */
  boolean isDue(long nowNanos) {
    return (derivation.batchTag() == null || batchTag != null)
        && (derivation.phaseTag() == null || phaseTag != null)
        && (!failed || nowNanos - retryAtNanos >= 0);
  }

  /** Forgets what it was told, since that may not be what was written. */
  void failed(long newRetryAtNanos) {
    forget();
    failed = true;
    retryAtNanos = newRetryAtNanos;
  }

  private void forget() {
    told = false;
    failed = false;
    batches = new StateSignal();
    phases = new StateSignal();
  }

  /** Tells everything from all samples. */
  void tellAll(QueryContext query) {
    TagDefinition ofBatch = batchTag;
    TagDefinition ofPhase = phaseTag;
    if (ofBatch != null) {
      read(ofBatch, batches, Long.MIN_VALUE, Long.MAX_VALUE, query);
    }
    if (ofPhase != null) {
      read(ofPhase, phases, Long.MIN_VALUE, Long.MAX_VALUE, query);
    }
    write(Long.MIN_VALUE, Long.MAX_VALUE);
    told = true;
    failed = false;
  }

  /** Tells what changed samples touch, by the closed stretches they lie in. */
  void tell(List<long[]> batchStretches, List<long[]> phaseStretches, QueryContext query) {
    List<long[]> touched = new ArrayList<>();
    TagDefinition ofBatch = batchTag;
    TagDefinition ofPhase = phaseTag;
    if (ofBatch != null) {
      for (long[] stretch : batchStretches) {
        touched.add(read(ofBatch, batches, stretch[0], stretch[1], query));
      }
    }
    if (ofPhase != null) {
      for (long[] stretch : phaseStretches) {
        touched.add(read(ofPhase, phases, stretch[0], stretch[1], query));
      }
    }
    touched.sort(Comparator.comparingLong(range -> range[0]));
    for (int i = 0; i < touched.size(); ) {
      long fromNs = touched.get(i)[0];
      long toNs = touched.get(i)[1];
      for (i++; i < touched.size() && touched.get(i)[0] <= toNs; i++) {
        toNs = Math.max(toNs, touched.get(i)[1]);
      }
      write(fromNs, toNs);
    }
  }

  /**
   * Reads the samples of a stretch and the next one, until which the last of them holds.
   *
   * @return the closed stretch of which something else may be said now
   */
  private long[] read(
      TagDefinition tag, StateSignal signal, long fromNs, long toNs, QueryContext query) {
    StateSignal.Samples samples = new StateSignal.Samples();
    boolean last = true;
    ScanRequest request =
        ScanRequest.values(tag.id(), new TimeRange(fromNs, Long.MAX_VALUE), Direction.FORWARD);
    try (SampleCursor cursor = query.view().scan(query, request)) {
      for (int count; last && (count = cursor.next(block)) > 0; ) {
        for (int row = 0; last && row < count; row++) {
          long timeNs = block.sourceTimesNs()[row];
          samples.add(
              timeNs,
              signal == batches
                  ? derivation.batchOf(tag, block, row)
                  : derivation.phaseOf(tag, block, row));
          last = timeNs <= toNs;
        }
      }
    }
    signal.replace(fromNs, samples, last);
    return new long[] {fromNs, last ? Long.MAX_VALUE : samples.lastNs()};
  }

  private void write(long fromNs, long toNs) {
    StateSignal ofBatch = batchTag == null ? null : batches;
    StateSignal ofPhase = phaseTag == null ? null : phases;
    long firstNs = (ofBatch == null ? phases : batches).firstNs();
    List<DerivedBatch> found =
        DerivedBatch.touching(ofBatch, ofPhase, derivation.minimumNs(), fromNs, toNs);
    long partFromNs = fromNs;
    for (int from = 0; from < Math.max(1, found.size()); from += BATCHES_MAX) {
      int to = Math.min(found.size(), from + BATCHES_MAX + 1);
      // The first of the next part touches this one, and is told in both.
      long partToNs = to == from + BATCHES_MAX + 1 ? found.get(to - 1).startNs() : toNs;
      List<DerivedBatch> before = found.subList(Math.max(0, from - 1), to);
      write(before, partFromNs, partToNs, firstNs);
      partFromNs = partToNs;
    }
  }

  private void write(List<DerivedBatch> batchesTold, long fromNs, long toNs, long firstNs) {
    List<DerivedBatch> touching =
        batchesTold.stream()
            .filter(batch -> batch.startNs() <= toNs && batch.endNs() >= fromNs)
            .toList();
    BulkResult result =
        journaled.putBulk(
            () -> DerivationDiff.body(context, derivation, touching, fromNs, toNs, firstNs),
            new Principal(derivation.principalName()));
    if (!result.errors().isEmpty()) {
      LOG.warn(
          "derived context is refused: derivation={}, refused={}, first={}",
          derivation.id(),
          result.errors().size(),
          result.errors().getFirst());
    }
  }
}

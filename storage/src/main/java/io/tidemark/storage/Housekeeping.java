package io.tidemark.storage;

import io.tidemark.model.Agent;
import io.tidemark.storage.hot.HotTable;
import io.tidemark.storage.io.DiskFullException;
import io.tidemark.storage.segment.SegmentReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The manifest agent: does, one at a time, what changes the manifest. Seals what is frozen, and
 * once a second looks at the room on the disk, drops what is no longer kept and merges ledgers. A
 * disk without room stops none of it for good. One thread.
 */
final class Housekeeping implements Agent {
  private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);
  private static final long INTERVAL_NS = 1_000_000_000L;

  /** Lets go of journal files whose frames are sealed. */
  interface JournalTrim {
    /** All of whose frames have a sequence at or below the given one. */
    void trim(long coveredSequence) throws IOException;
  }

  private final StoreConfig config;
  private final StoreClock clock;
  private final DiskSpace space;
  private final SealedFiles sealed;
  private final Snapshots snapshots;
  private final StoreWriter writer;
  private final JournalTrim journal;
  private long nextRoundNanos;
  private long retrySealNanos;
  private boolean sealBlocked;

  Housekeeping(
      StoreConfig config,
      StoreClock clock,
      DiskSpace space,
      SealedFiles sealed,
      Snapshots snapshots,
      StoreWriter writer,
      JournalTrim journal) {
    this.config = config;
    this.clock = clock;
    this.space = space;
    this.sealed = sealed;
    this.snapshots = snapshots;
    this.writer = writer;
    this.journal = journal;
    nextRoundNanos = clock.nanos();
  }

  @Override
  public int doWork() {
    try {
      return step() ? 1 : 0;
    } catch (IOException e) {
      throw new UncheckedIOException("manifest work failed", e);
    }
  }

  @Override
  public String roleName() {
    return "sealer";
  }

  /** One step; says whether there was something to do. */
  private boolean step() throws IOException {
    long now = clock.nanos();
    boolean hasSealed = seal(now);
    if (now - nextRoundNanos < 0) {
      return hasSealed;
    }
    nextRoundNanos = now + INTERVAL_NS;
    space.check();
    space.keepBallast();
    boolean hasDropped = dropExpired();
    return mergeLedgers() || hasDropped || hasSealed;
  }

  private boolean seal(long now) throws IOException {
    HotTable frozen = snapshots.current().frozen();
    if (frozen == null || (sealBlocked && now - retrySealNanos < 0)) {
      return false;
    }
    StoreWriter.Boundary boundary = writer.frozenBoundary();
    try {
      SegmentReader segment = sealed.seal(frozen, boundary);
      snapshots.sealed(sealed.manifest(), segment);
    } catch (DiskFullException e) {
      // The samples stay in memory and journal; nothing more is taken until this has worked.
      space.block(e);
      sealBlocked = true;
      retrySealNanos = now + INTERVAL_NS;
      return false;
    }
    if (sealBlocked) {
      sealBlocked = false;
      space.unblock();
    }
    journal.trim(boundary.sequence());
    return true;
  }

  private boolean dropExpired() throws IOException {
    Set<Long> due =
        config.retention().due(sealed.manifest().segments(), clock.epochMicros() * 1_000);
    if (due.isEmpty()) {
      return false;
    }
    try {
      sealed.drop(due);
    } catch (DiskFullException e) {
      LOG.warn("no room to drop what is no longer kept, tried again: {}", e.getMessage());
      return false;
    }
    snapshots.dropped(sealed.manifest(), due, sealed.lost());
    LOG.info(
        "samples dropped that are no longer kept: segments={}, rule={}",
        due.size(),
        config.retention());
    return true;
  }

  private boolean mergeLedgers() throws IOException {
    try {
      return !space.isFull() && sealed.mergeLedgers();
    } catch (DiskFullException e) {
      return false; // that can wait
    }
  }
}

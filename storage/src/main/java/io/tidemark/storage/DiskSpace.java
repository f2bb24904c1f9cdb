package io.tidemark.storage;

import io.tidemark.storage.io.Disk;
import io.tidemark.storage.io.DiskFullException;
import io.tidemark.storage.io.StoreDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the room on the store's disk: below one mark somebody should be told, below another
 * writes are refused before any sample is at risk. Both states leave by themselves. Any thread.
 */
final class DiskSpace {
  private static final Logger LOG = LoggerFactory.getLogger(DiskSpace.class);
  private static final String BALLAST = "ballast";

  /** Ballast is made only where it is a small part of what is free. */
  private static final int BALLAST_SHARE = 16;

  private final StoreDirectory directory;
  private final DiskRule rule;
  private volatile Disk.Space space;

  /* What found no room although there seemed to be some (files, quota), until it has worked. */
  private volatile @Nullable String blocked;

  private volatile boolean isFull;

  DiskSpace(StoreDirectory directory, DiskRule rule) {
    this.directory = directory;
    this.rule = rule;
    space = directory.space();
    check();
  }

  /** Asks the disk; says whether writes must be refused. */
  boolean check() {
    space = directory.space();
    boolean full = blocked != null || space.usableBytes() < rule.freeBytesMin();
    if (full != isFull) {
      isFull = full;
      if (full) {
        LOG.warn("too little room, writes are refused: {}", describe());
      } else {
        LOG.info("room again, writes are taken: {}", describe());
      }
    }
    return full;
  }

  /** Whether writes are refused, at the last look. */
  boolean isFull() {
    return isFull;
  }

  /** Whether somebody should make room before it is too late, at the last look. */
  boolean isLow() {
    return space.usableBytes() < space.totalBytes() / 100.0 * rule.freePercentLow();
  }

  /** Something that must be written found no room: nothing more is taken until it has worked. */
  void block(DiskFullException failure) {
    blocked = String.valueOf(failure.getMessage());
    check();
  }

  /** What was blocked has worked. */
  void unblock() {
    if (blocked != null) {
      blocked = null;
      check();
    }
  }

  /** Free bytes at the last look. */
  long usableBytes() {
    return space.usableBytes();
  }

  /** How much is free and what is wanted, in words. */
  String describe() {
    return "freeBytes="
        + space.usableBytes()
        + ", freeBytesMin="
        + rule.freeBytesMin()
        + (blocked == null ? "" : ", cause=" + blocked);
  }

  /**
   * Makes the ballast if it is missing and there is plenty of room; removes one that is unwanted.
   */
  void keepBallast() {
    try {
      boolean present = directory.list().contains(BALLAST);
      if (!present
          && rule.ballastBytes() > 0
          && !isLow()
          && space.usableBytes() / BALLAST_SHARE > rule.ballastBytes()) {
        directory.reserve(BALLAST, rule.ballastBytes());
      } else if (present && rule.ballastBytes() == 0) {
        directory.delete(BALLAST);
      }
    } catch (DiskFullException e) {
      LOG.info("no room for the ballast: {}", e.getMessage());
    } catch (IOException | UncheckedIOException e) {
      LOG.warn("ballast cannot be made: folder={}", directory.path(), e);
    }
  }
}

package io.tidemark.storage;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.RecordKind;
import io.tidemark.model.SampleFrame;
import io.tidemark.model.WriteOrder;
import io.tidemark.storage.hot.HotTable;
import io.tidemark.storage.journal.Journal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.LongSupplier;

/**
 * Puts frames into the store: journal before hot buffer, in one call. Everything but {@link #force}
 * and the position accessors belongs to one thread.
 */
public final class StoreWriter {
  /** What {@link #frozenBoundary} answers: the last frame of the frozen table. */
  record Boundary(long sequence, long transactionTimeMicros) {}

  private final SampleStore store;
  private final StoreConfig config;
  private final Journal journal;
  private final LongSupplier epochMicros;
  private final SampleFrame frame = new SampleFrame();

  private long transactionTimeMicros;
  private long framesUntilSpaceCheck;

  /* Written by the writer's thread after the frame's rows; readers see all rows of sequences up to it. */
  private volatile long appendedSequence;

  /* Written by the forcing thread. */
  private volatile long syncedSequence;

  private volatile Boundary frozenBoundary = new Boundary(0, 0);
  private volatile boolean diskFull;
  private volatile boolean sealRequested;

  StoreWriter(
      SampleStore store,
      StoreConfig config,
      Journal journal,
      LongSupplier epochMicros,
      long lastSequence,
      long lastTransactionTimeMicros) {
    this.store = store;
    this.config = config;
    this.journal = journal;
    this.epochMicros = epochMicros;
    this.appendedSequence = lastSequence;
    this.syncedSequence = lastSequence;
    this.transactionTimeMicros = lastTransactionTimeMicros;
  }

  /**
   * Appends a frame and makes it visible to views opened from now on. Fills the frame's reserved
   * fields.
   *
   * @param bytes from {@code offset} on, the frame with its padding; little endian
   * @return the frame's journal sequence
   * @throws HistorianException {@link ErrorCode#CORRUPT} for a malformed frame: nothing was
   *     written. {@link ErrorCode#DISK_FULL} if too little space is left: nothing was written.
   * @throws IOException the journal failed: it is poisoned, stop the process.
   */
  public long append(ByteBuffer bytes, int offset, int available) throws IOException {
    frame.wrap(bytes, offset, available);
    RecordKind kind = frame.kind();
    if (kind == RecordKind.SAMPLES) {
      frame.openRows();
    }
    checkSpace();
    rotateIfDue();
    long sequence = appendedSequence + 1;
    transactionTimeMicros = Math.max(transactionTimeMicros, epochMicros.getAsLong());
    int paddedLength = frame.paddedLength();
    long fileEpoch = journal.prepare(paddedLength);
    frame.seal(fileEpoch, sequence, transactionTimeMicros);
    journal.append(bytes, offset, paddedLength, sequence);
    HotTable table = store.activeTable();
    if (kind == RecordKind.SAMPLES) {
      table.append(frame);
    } else {
      table.appendRecord(frame.copyBytes());
    }
    appendedSequence = sequence;
    return sequence;
  }

  /**
   * Whether there is room for more: false while a seal is under way and the memory budget is used
   * up.
   */
  public boolean canAppend() {
    rotateIfDue();
    return !store.isSealing() || store.activeTable().bytes() < config.hotBytesMax() / 2;
  }

  /** Whether frames wait because memory is full and the seal that frees it is not done. */
  public boolean isPushedBack() {
    return store.isSealing() && store.activeTable().bytes() >= config.hotBytesMax() / 2;
  }

  /** Whether writes are refused for lack of disk space. */
  public boolean isDiskFull() {
    return diskFull;
  }

  /** Asks for a seal of everything appended so far, at the next append or idle call. Any thread. */
  public void requestSeal() {
    sealRequested = true;
  }

  /** Starts a seal if size, age or a request calls for one and none is under way. */
  public void rotateIfDue() {
    HotTable table = store.activeTable();
    boolean due =
        table.bytes() >= config.hotBytesMax() / 2
            || sealRequested
            || (!table.isEmpty()
                && table.firstTransactionTimeMicros() != Long.MAX_VALUE
                && epochMicros.getAsLong() - table.firstTransactionTimeMicros()
                    > config.sealIntervalMicros());
    if (due && !store.isSealing()) {
      sealRequested = false;
      if (!table.isEmpty()) {
        frozenBoundary = new Boundary(appendedSequence, transactionTimeMicros);
        store.rotate();
      }
    }
  }

  private void checkSpace() {
    if (framesUntilSpaceCheck-- <= 0) {
      diskFull = store.usableBytes() < config.freeBytesMin();
      framesUntilSpaceCheck = diskFull ? 0 : 256;
    }
    if (diskFull) {
      throw new HistorianException(
          ErrorCode.DISK_FULL,
          "too little free space: freeBytes="
              + store.usableBytes()
              + ", freeBytesMin="
              + config.freeBytesMin(),
          null,
          "free space on the data folder's disk; writes are taken again by themselves",
          null);
    }
  }

  /**
   * Forces everything appended before the call. Forcing thread only.
   *
   * @return the sequence that now survives a loss of power
   */
  public long force() throws IOException {
    long sequence = appendedSequence;
    if (sequence > syncedSequence) {
      journal.force();
      syncedSequence = sequence;
    }
    return sequence;
  }

  /** Last sequence appended. */
  public long appendedSequence() {
    return appendedSequence;
  }

  /** Last sequence forced. */
  public long syncedSequence() {
    return syncedSequence;
  }

  long publishedOrder() {
    return WriteOrder.lastOf(appendedSequence);
  }

  long syncedOrder() {
    return WriteOrder.lastOf(syncedSequence);
  }

  Boundary frozenBoundary() {
    return frozenBoundary;
  }
}

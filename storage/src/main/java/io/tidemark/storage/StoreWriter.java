package io.tidemark.storage;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.RecordKind;
import io.tidemark.model.SampleFrame;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.WriteMode;
import io.tidemark.model.WriteOrder;
import io.tidemark.storage.hot.HotTable;
import io.tidemark.storage.io.KillPoint;
import io.tidemark.storage.journal.Journal;
import io.tidemark.storage.manifest.RequestProgress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Puts frames into the store: journal before hot buffer, in one call. Everything but {@link #force}
 * and the position accessors belongs to one thread.
 */
public final class StoreWriter {
  /** What {@link #frozenBoundary} answers: the last frame of the frozen table. */
  record Boundary(long sequence, long transactionTimeMicros, List<RequestProgress> requests) {}

  /* Samples whose blocks are not full yet are given so many intervals. */
  private static final int SEAL_INTERVALS_MAX = 24;

  /* Looking at all tags once in a part of an interval is enough. */
  private static final int AGE_CHECKS = 8;

  /* Frames and bytes after which the disk is asked for its free space again. */
  private static final int SPACE_CHECK_FRAMES = 256;
  private static final long SPACE_CHECK_BYTES = 4L << 20;

  private final SampleStore store;
  private final StoreConfig config;
  private final Journal journal;
  private final StoreClock clock;
  private final DiskSpace space;
  private final RequestTable requests;
  private final DuplicateCheck duplicates;
  private final SampleFrame frame = new SampleFrame();

  private long transactionTimeMicros;
  private int rejectedRows;
  private WriteMode mode = WriteMode.UPDATE;
  private long framesUntilSpaceCheck;
  private long bytesUntilSpaceCheck;

  /* Monotonic time at which the active table got its first frame. */
  private long tableStartNanos;

  private long nextAgeCheckNanos;

  /* Written by the writer's thread after the frame's rows; readers see all rows of sequences up to it. */
  private volatile long appendedSequence;

  /* Written by the forcing thread. */
  private volatile long syncedSequence;

  private volatile Boundary frozenBoundary = new Boundary(0, 0, List.of());
  private volatile boolean sealRequested;

  StoreWriter(
      SampleStore store,
      StoreConfig config,
      Journal journal,
      StoreClock clock,
      DiskSpace space,
      RequestTable requests,
      long lastSequence,
      long lastTransactionTimeMicros) {
    this.store = store;
    this.config = config;
    this.journal = journal;
    this.clock = clock;
    this.space = space;
    this.requests = requests;
    this.duplicates = new DuplicateCheck(store.tags());
    this.tableStartNanos = clock.nanos();
    this.nextAgeCheckNanos = tableStartNanos;
    this.appendedSequence = lastSequence;
    this.syncedSequence = lastSequence;
    this.transactionTimeMicros = lastTransactionTimeMicros;
  }

  /**
   * Appends a frame and makes it visible to views opened from now on. Fills the frame's reserved
   * fields. A part of a numbered request that is stored already is not stored again.
   *
   * @param bytes from {@code offset} on, the frame with its padding; little endian
   * @return the frame's journal sequence; for a repeat, negative, {@link #repeatOf} gives one at or
   *     after the sequence that it was stored with
   * @throws HistorianException {@link ErrorCode#CORRUPT} or {@link ErrorCode#UNSUPPORTED_TYPE} for
   *     a malformed frame, {@link ErrorCode#SEQUENCE_GAP} or {@link ErrorCode#EPOCH_FENCED} for a
   *     request that is not next, {@link ErrorCode#DISK_FULL} if too little space is left: nothing
   *     was written.
   * @throws IOException the journal failed: it is poisoned, stop the process.
   */
  public long append(ByteBuffer bytes, int offset, int available) throws IOException {
    frame.wrap(bytes, offset, available);
    RecordKind kind = frame.kind();
    if (kind == RecordKind.SAMPLES) {
      frame.openRows();
      frame.checkRows();
    }
    transactionTimeMicros = Math.max(transactionTimeMicros, clock.epochMicros());
    if (requests.isRepeat(frame, transactionTimeMicros)) {
      rejectedRows = 0;
      return ~appendedSequence;
    }
    checkSpace(frame.paddedLength());
    rotateIfDue();
    long sequence = appendedSequence + 1;
    mode = frame.mode();
    rejectedRows = kind == RecordKind.SAMPLES ? reject() : 0;
    int paddedLength = frame.paddedLength();
    long fileEpoch = journal.prepare(paddedLength);
    frame.seal(fileEpoch, sequence, transactionTimeMicros);
    journal.append(bytes, offset, paddedLength, sequence);
    KillPoint.JOURNAL_APPENDED.reached();
    HotTable table = store.activeTable();
    if (table.isEmpty()) {
      tableStartNanos = clock.nanos();
    }
    if (kind == RecordKind.SAMPLES) {
      table.append(frame);
    } else {
      table.appendRecord(frame.copyBytes());
    }
    requests.apply(frame);
    appendedSequence = sequence;
    return sequence;
  }

  private int reject() {
    if (!duplicates.mayReject(mode)) {
      return 0;
    }
    StoreSnapshot snapshot = store.retainedSnapshot();
    try {
      return duplicates.reject(frame, snapshot);
    } finally {
      snapshot.release();
    }
  }

  /** Rows of the last frame that were not stored; {@link SampleFrame#isRejected} tells which. */
  public int rejectedRows() {
    return rejectedRows;
  }

  /** What to say of a sample that was not stored. */
  public HistorianException rejection(int tagId, long timeNs) {
    TagDefinition tag = store.tags().byId(tagId);
    String place =
        ": tag="
            + (tag == null ? "#" + tagId : ErrorText.quote(tag.name()))
            + ", ts="
            + ErrorText.time(timeNs);
    return switch (mode) {
      case UPDATE ->
          new HistorianException(
              ErrorCode.DUPLICATE,
              "another sample of this time is there" + place,
              null,
              "the tag rejects duplicates; its setting duplicates says so",
              null);
      case INSERT ->
          new HistorianException(
              ErrorCode.ENTRY_EXISTS,
              "a sample of this time is there" + place + ", result=Bad_EntryExists",
              null,
              "mode=update stores in any case, mode=replace in place of it",
              null);
      case REPLACE ->
          new HistorianException(
              ErrorCode.NO_ENTRY,
              "there is no sample of this time" + place + ", result=Bad_NoEntryExists",
              null,
              "mode=update stores in any case, mode=insert where there is none",
              null);
    };
  }

  /** The sequence to wait for, of a negative answer of {@link #append}. */
  public static long repeatOf(long answer) {
    return ~answer;
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
    return space.isFull();
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
            || (!table.isEmpty() && isOld(table));
    if (due && !store.isSealing()) {
      sealRequested = false;
      if (!table.isEmpty()) {
        frozenBoundary = new Boundary(appendedSequence, transactionTimeMicros, requests.progress());
        store.rotate();
      }
    }
  }

  /**
   * Whether samples are due for their age: blocks that are not full cost room for as long as they
   * are kept.
   */
  private boolean isOld(HotTable table) {
    long now = clock.nanos();
    long intervalNs = config.sealIntervalMicros() * 1_000;
    if (now - nextAgeCheckNanos < 0 || now - tableStartNanos <= intervalNs) {
      return false;
    }
    nextAgeCheckNanos = now + intervalNs / AGE_CHECKS;
    return now - tableStartNanos > SEAL_INTERVALS_MAX * intervalNs || table.isDense();
  }

  private void checkSpace(int frameBytes) {
    bytesUntilSpaceCheck -= frameBytes;
    if (framesUntilSpaceCheck-- <= 0 || bytesUntilSpaceCheck < 0 || space.isFull()) {
      framesUntilSpaceCheck = SPACE_CHECK_FRAMES;
      bytesUntilSpaceCheck = SPACE_CHECK_BYTES;
      if (space.check()) {
        throw new HistorianException(
            ErrorCode.DISK_FULL,
            "too little free space: " + space.describe(),
            null,
            "free space on the data folder's disk; writes are taken again by themselves",
            null);
      }
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
      KillPoint.JOURNAL_BEFORE_FORCE.reached();
      journal.force();
      KillPoint.JOURNAL_FORCED.reached();
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

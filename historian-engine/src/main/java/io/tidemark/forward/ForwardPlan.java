package io.tidemark.forward;

import io.tidemark.storage.io.Disk;
import io.tidemark.storage.io.FileEnvelope;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What was sent under which number, on the disk before it is sent: after a crash the same requests
 * are sent again, and the server knows them. A file of {@link PlanRecord}s behind a header of
 * {@link FileEnvelope}; made anew, short, at each start and whenever it has grown. Safe from any
 * thread.
 */
final class ForwardPlan implements AutoCloseable {
  private static final int MAGIC = FileEnvelope.magic("TFWD");
  private static final String FILE = "plan.tfwd";
  private static final String NEW_FILE = "plan.tfwd.new";
  private static final long BYTES_MAX = 4L << 20;

  private final Disk disk;
  private final Path folder;
  private final UUID storeId;
  private final LongConsumer onNeeded;
  private final PlanState state = new PlanState();
  private Disk.DiskFile file;
  private long position;
  private boolean isForced;

  /* A write or force failed: what is in the file is not known, only a new one will do. */
  private boolean isBroken;

  /**
   * Opens or makes a plan.
   *
   * @param onNeeded told the first frame that is needed, once that is on the disk
   * @throws io.tidemark.model.HistorianException if the file is none, or another store's.
   */
  ForwardPlan(Disk disk, Path folder, UUID storeId, LongConsumer onNeeded) throws IOException {
    this.disk = disk;
    this.folder = folder;
    this.storeId = storeId;
    this.onNeeded = onNeeded;
    disk.createFolder(folder);
    disk.delete(folder.resolve(NEW_FILE));
    if (disk.list(folder).contains(FILE)) {
      read(folder.resolve(FILE));
    }
    file = written();
  }

  private void read(Path path) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      ByteBuffer bytes =
          disk.map(path, arena).asByteBuffer().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
      FileEnvelope.checkHeader(bytes.duplicate(), MAGIC, storeId, 1, path.toString());
      int at = FileEnvelope.HEADER_LENGTH;
      // What follows a record that is not whole was never forced, so nothing was sent by it.
      for (PlanRecord record = PlanRecord.decode(bytes, at);
          record != null;
          record = PlanRecord.decode(bytes, at)) {
        state.apply(record);
        at += PlanRecord.LENGTH;
      }
    }
  }

  /** The file with nothing in it but what counts, in the place of the one before. */
  private Disk.DiskFile written() throws IOException {
    Path path = folder.resolve(NEW_FILE);
    Disk.DiskFile fresh = disk.create(path);
    try {
      fresh.write(FileEnvelope.header(MAGIC, storeId, 1), 0);
      position = FileEnvelope.HEADER_LENGTH;
      for (PlanRecord record : state.records()) {
        fresh.write(record.encode(), position);
        position += PlanRecord.LENGTH;
      }
      fresh.force();
      disk.rename(path, folder.resolve(FILE));
      disk.forceFolder(folder);
    } catch (IOException e) {
      fresh.close();
      throw e;
    }
    isForced = true;
    onNeeded.accept(state.firstNeeded());
    return fresh;
  }

  /** Notes records; they may be lost with the power until {@link #force}. */
  synchronized void add(PlanRecord... records) throws IOException {
    for (PlanRecord record : records) {
      isForced = false;
      state.apply(record);
      if (!isBroken) {
        isBroken = true;
        file.write(record.encode(), position);
        isBroken = false;
      }
      position += PlanRecord.LENGTH;
    }
  }

  /** Brings all records to the disk. */
  synchronized void force() throws IOException {
    if (isForced) {
      return;
    }
    if (position > BYTES_MAX || isBroken) {
      Disk.DiskFile before = file;
      file = written();
      isBroken = false;
      before.close();
      return;
    }
    isBroken = true;
    file.force();
    isBroken = false;
    isForced = true;
    onNeeded.accept(state.firstNeeded());
  }

  synchronized long epoch(Lane lane) {
    return state.epoch(lane);
  }

  synchronized long nextNumber(Lane lane) {
    return state.nextNumber(lane);
  }

  synchronized @Nullable PlannedRequest planned(Lane lane) {
    return state.planned(lane);
  }

  synchronized long liveNext() {
    return state.liveNext();
  }

  synchronized List<SequenceRange> backlog() {
    return state.backlog();
  }

  synchronized @Nullable SequenceRange firstBacklog() {
    return state.firstBacklog();
  }

  synchronized int backlogRanges() {
    return state.backlogRanges();
  }

  synchronized long backlogFrames() {
    return state.backlogFrames();
  }

  @Override
  public synchronized void close() throws IOException {
    try {
      force();
    } finally {
      file.close();
    }
  }
}

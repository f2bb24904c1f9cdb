package io.tidemark.storage;

import io.tidemark.catalog.CatalogRecord;
import io.tidemark.model.RecordKind;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleFrame;
import io.tidemark.model.SampleFrameBuilder;
import io.tidemark.model.SampleType;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.WriteOrder;
import io.tidemark.storage.io.Disk;
import io.tidemark.storage.io.StoreDirectory;
import io.tidemark.storage.journal.FileJournal;
import io.tidemark.storage.manifest.LedgerFile;
import io.tidemark.storage.manifest.Manifest;
import io.tidemark.storage.manifest.ManifestStore;
import io.tidemark.storage.manifest.RequestProgress;
import io.tidemark.storage.segment.FrameLog;
import io.tidemark.storage.segment.SegmentWriter;
import io.tidemark.testing.FaultDisk;
import io.tidemark.testing.OracleStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** A store with one file of each kind, as small as they get, in which files can be replaced. */
final class SmallStore {
  static final Path FOLDER = Path.of("/store");
  static final UUID ID = new UUID(1, 2);
  static final long SEGMENT_ID = 7;
  static final long LEDGER_ID = 3;
  static final Path MANIFEST = FOLDER.resolve("manifest/manifest-000000000001.tman");
  static final Path SEGMENT = FOLDER.resolve("segments/000000000007.tseg");
  static final Path INDEX_COPY = FOLDER.resolve("segments/000000000007.tidx");
  static final Path LEDGER = FOLDER.resolve("ledger/000000000003.tled");
  static final Path JOURNAL = FOLDER.resolve("journal/run-00000001/00000001.tjnl");
  static final Path CHRONICLE = FOLDER.resolve("journal/run-00000002/19700101F.cq4");

  /** Bytes of the journal file that are kept: its first page and a few frames. */
  private static final int JOURNAL_BYTES = 4096 + 1024;

  private static final int ROWS = 6;
  private static final long TIME = 1_700_000_000_000_000_000L;

  private final FaultDisk disk;

  private SmallStore(FaultDisk disk) {
    this.disk = disk;
  }

  /** A new one. */
  static SmallStore make() throws IOException {
    FaultDisk disk = new FaultDisk();
    StoreDirectory directory = StoreDirectory.open(disk, FOLDER);
    List<byte[]> records = records();
    long ledgerBytes = LedgerFile.write(directory.subdirectory("ledger"), ID, LEDGER_ID, records);
    SegmentWriter.Written segment = writeSegment(directory.subdirectory("segments"));
    ManifestStore manifests = ManifestStore.open(directory.subdirectory("manifest"), ID);
    manifests.commit(
        new Manifest(
            1,
            Map.of(0, 20L),
            100,
            8,
            List.of(
                new Manifest.Segment(
                    SEGMENT_ID,
                    0,
                    segment.rows(),
                    segment.bytes(),
                    segment.firstTimeNs(),
                    segment.lastTimeNs(),
                    segment.firstOrder(),
                    segment.lastOrder())),
            List.of(new Manifest.Ledger(LEDGER_ID, records.size(), ledgerBytes)),
            List.of(RequestProgress.first(1, 1, 7, 3, 0, 90)),
            new Manifest.Dropped(1, 5, TIME)));
    writeJournal(disk);
    return new SmallStore(disk);
  }

  private static TagDefinition tag(String name, SampleType type, String... states) {
    return new OracleStore().define(name, type, false, "degC", states);
  }

  private static List<byte[]> records() {
    List<byte[]> records = new ArrayList<>();
    records.add(
        sealed(
            SampleFrameBuilder.encodeRecord(
                RecordKind.PRODUCER,
                0,
                CatalogRecord.encodeProducer(new CatalogRecord.Producer(1, "writer"))),
            1));
    records.add(
        sealed(
            SampleFrameBuilder.encodeRecord(
                RecordKind.TAG,
                1,
                CatalogRecord.encodeTag(tag("T", SampleType.DIGITAL, "Closed", "Open"))),
            2));
    records.add(
        sealed(SampleFrameBuilder.encodeRecord(RecordKind.CONTEXT, 1, new byte[] {1, 2, 3}), 3));
    return records;
  }

  private static byte[] sealed(ByteBuffer bytes, long sequence) {
    SampleFrame frame = new SampleFrame().wrap(bytes, 0, bytes.remaining());
    byte[] copy = frame.copyBytes();
    new SampleFrame()
        .wrap(ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN), 0, copy.length)
        .seal(9, sequence, sequence);
    return copy;
  }

  private static SegmentWriter.Written writeSegment(StoreDirectory directory) throws IOException {
    FrameLog frames = new FrameLog();
    try (SegmentWriter writer = new SegmentWriter(directory, ID, SEGMENT_ID)) {
      int tag = 0;
      for (SampleType type : SampleType.values()) {
        writer.startChunk(tag, type);
        for (int part = 0; part < 2; part++) {
          writer.append(block(type, 4 + 2 * tag + part, part));
          frames.add(4 + 2 * tag + part, 50 + tag, 1);
        }
        tag++;
      }
      return writer.commit(frames);
    }
  }

  private static SampleBlock block(SampleType type, long sequence, int part) {
    SampleBlock block = new SampleBlock();
    block.reset(type);
    for (int i = 0; i < ROWS; i++) {
      long time = TIME + 1000L * part + 10L * i * i;
      switch (type) {
        case FLOAT64, FLOAT32 ->
            block.appendDouble(time, 20.5 + i / 4.0, true, i == 3 ? 0x8031_0000 : 0);
        case STRING -> block.appendText(time, "text " + i % 3, 0);
        case BOOL -> block.appendLong(time, i & 1, true, 0);
        case INT64, INT32, DIGITAL -> block.appendLong(time, 100L * i, i != 2, 0);
      }
      block.orders()[i] = WriteOrder.of(sequence, i);
    }
    return block;
  }

  /** Frames 21 to 24, two of samples. */
  private static List<ByteBuffer> journaled() {
    SampleFrameBuilder builder = new SampleFrameBuilder();
    List<ByteBuffer> frames = new ArrayList<>();
    builder.addDouble(0, TIME + 5000, 1.5, 0);
    builder.addText(4, TIME + 5000, "one", 0);
    builder.addText(4, TIME + 5001, "two", 0);
    frames.add(copy(builder.encode(1)));
    frames.add(
        SampleFrameBuilder.encodeRecord(
            RecordKind.TAG, 1, CatalogRecord.encodeTag(tag("U", SampleType.STRING))));
    for (int i = 0; i < 3; i++) {
      builder.addDouble(0, TIME + 6000 + i, i, 0);
    }
    frames.add(copy(builder.encode(1)));
    frames.add(SampleFrameBuilder.encodeRecord(RecordKind.CONTEXT, 1, new byte[] {4, 5}));
    return frames;
  }

  private static ByteBuffer copy(ByteBuffer frame) {
    ByteBuffer copy = ByteBuffer.allocate(frame.remaining()).order(ByteOrder.LITTLE_ENDIAN);
    return copy.put(frame.duplicate()).flip();
  }

  private static void writeJournal(FaultDisk disk) throws IOException {
    try (FileJournal journal =
        new FileJournal(disk, FOLDER.resolve("journal/run-00000001"), ID, 20, 1, false)) {
      long sequence = 20;
      for (ByteBuffer bytes : journaled()) {
        sequence++;
        SampleFrame frame = new SampleFrame().wrap(bytes, 0, bytes.remaining());
        int length = frame.paddedLength();
        frame.seal(journal.prepare(length), sequence, sequence);
        journal.append(bytes, 0, length, sequence);
        journal.force();
      }
    }
    disk.truncate(JOURNAL, JOURNAL_BYTES);
  }

  /**
   * What Chronicle's file holds of ours, behind a header of 64 bytes: a length and a frame each.
   */
  static byte[] chronicleFile() {
    ByteBuffer file = ByteBuffer.allocate(1024).order(ByteOrder.LITTLE_ENDIAN);
    file.position(64);
    long sequence = 24;
    for (ByteBuffer frame : journaled()) {
      sequence++;
      byte[] bytes = sealed(frame, sequence);
      file.putInt(bytes.length).put(bytes);
    }
    byte[] bytes = new byte[file.position() + 8];
    file.get(0, bytes);
    return bytes;
  }

  /** One frame of samples, one of text among them. */
  static byte[] frame() {
    return sealed(journaled().getFirst(), 1);
  }

  FaultDisk disk() {
    return disk;
  }

  byte[] bytes(Path file) throws IOException {
    return disk.bytes(file).clone();
  }

  /** The same store with other bytes in a file, which may be a new one. */
  SmallStore with(Path file, byte[] bytes) throws IOException {
    FaultDisk copy = disk.afterKill();
    copy.createFolder(file.getParent());
    try (Disk.DiskFile open = copy.create(file)) {
      open.write(ByteBuffer.wrap(bytes), 0);
    }
    return new SmallStore(copy);
  }
}

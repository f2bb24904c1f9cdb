package io.tidemark.benchmarks.scenario;

import io.tidemark.catalog.CatalogRecord;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadView;
import io.tidemark.model.RecordKind;
import io.tidemark.model.SampleFrameBuilder;
import io.tidemark.model.SampleType;
import io.tidemark.model.TagDefinition;
import io.tidemark.storage.DiskRule;
import io.tidemark.storage.SampleStore;
import io.tidemark.storage.StoreClock;
import io.tidemark.storage.StoreConfig;
import io.tidemark.storage.StoreConfig.JournalKind;
import io.tidemark.storage.io.Disk;
import io.tidemark.storage.lifecycle.RetentionRule;
import io.tidemark.testing.QueryContexts;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A store in a folder of its own, written as a collector writes, which is gone once it is closed.
 * Its clocks stand where the caller puts them: with the data, so that a seal is due every hour of
 * history as in a plant, or at the end of it for what is read in from elsewhere. One thread.
 */
final class BenchStore implements AutoCloseable {
  private static final StoreConfig CONFIG =
      new StoreConfig(
          StoreConfig.defaults().hotBytesMax(),
          StoreConfig.defaults().sealIntervalMicros(),
          StoreConfig.defaults().journalFileBytesMax(),
          DiskRule.freeBytesMin(0),
          RetentionRule.KEEP_ALL,
          JournalKind.FILE,
          false);

  /* Longer than any delay after which the store does something by itself. */
  private static final long SETTLED_AFTER_NS = 86_400_000_000_000L;
  private static final int SETTLE_STEPS_MAX = 100_000;

  private final Path folder;
  private final SampleStore store;
  private final SampleFrameBuilder frame = new SampleFrameBuilder();
  private long nowNs;
  private boolean kept;

  /** Opens an empty store. */
  BenchStore(Bench bench, Disk disk, long nowNs) throws IOException {
    this.nowNs = nowNs;
    folder = Files.createTempDirectory(bench.folder(), "tidemark-bench");
    store =
        SampleStore.open(
            disk,
            folder,
            CONFIG,
            StoreClock.of(() -> this.nowNs / 1_000, () -> this.nowNs),
            (kind, payload, principal, time, sequence) -> {});
  }

  /** The folder of a store with all samples of a workload, settled and closed. */
  static Path settled(Bench bench, WorkloadM workload) throws IOException {
    try (BenchStore store = new BenchStore(bench, Disk.REAL, WorkloadM.START_NS)) {
      SegmentSizes.write(bench, "all shapes", workload, store);
      store.settle();
      return store.keep();
    }
  }

  /** Makes a tag known. */
  void define(TagDefinition tag) throws IOException {
    append(SampleFrameBuilder.encodeRecord(RecordKind.TAG, 0, CatalogRecord.encodeTag(tag)));
    store.tags().apply(tag);
  }

  /** Adds a sample to the frame that is being filled; a full frame is written. */
  void add(int tagId, SampleType type, long timeNs, double value, int status) throws IOException {
    if (!frame.hasRoom(0)) {
      write();
    }
    if (type == SampleType.FLOAT64) {
      frame.addDouble(tagId, timeNs, value, status);
    } else {
      frame.add(tagId, type, timeNs, (long) value, io.tidemark.model.SampleFlags.PRESENT, status);
    }
  }

  /** Adds a text. */
  void addText(int tagId, long timeNs, String text, int status) throws IOException {
    if (!frame.hasRoom(4 * text.length())) {
      write();
    }
    frame.addText(tagId, timeNs, text, status);
  }

  /** Adds a sample without a value. */
  void addAbsent(int tagId, SampleType type, long timeNs, int status) throws IOException {
    if (!frame.hasRoom(0)) {
      write();
    }
    frame.addAbsent(tagId, type, timeNs, (byte) 0, status);
  }

  /** Writes the frame that is being filled, and lets the store do what is due. */
  void write() throws IOException {
    if (frame.count() > 0) {
      append(frame.encode(0));
    }
    store.manifestAgent().doWork();
  }

  private void append(ByteBuffer bytes) throws IOException {
    store.writer().append(bytes, 0, bytes.remaining());
  }

  /** Sets the clocks. */
  void clock(long newNowNs) {
    nowNs = newNowNs;
  }

  /** Seals everything that was written. */
  void seal() throws IOException {
    write();
    store.writer().requestSeal();
    store.writer().rotateIfDue();
    store.manifestAgent().doWork();
    store.writer().rotateIfDue();
    store.manifestAgent().doWork();
    if (store.sizes().hotRows() > 0) {
      throw new IllegalStateException("rows are not sealed: rows=" + store.sizes().hotRows());
    }
  }

  /**
   * Brings the store into the state that it takes by itself if nobody writes any more: sealed, and
   * arranged for reading. All that questions know of how a store settles.
   */
  void settle() throws IOException {
    seal();
    for (int step = 0, idle = 0; idle < 3; step++) {
      if (step == SETTLE_STEPS_MAX) {
        throw new IllegalStateException("the store does not settle: steps=" + step);
      }
      nowNs += SETTLED_AFTER_NS;
      idle = store.manifestAgent().doWork() > 0 ? 0 : idle + 1;
    }
  }

  /** Sizes as the store counts them. */
  SampleStore.Sizes sizes() {
    return store.sizes();
  }

  /** Bytes of everything that holds sealed samples: segments and the copies of their indexes. */
  long bytes() throws IOException {
    return bytes("");
  }

  /** Bytes of the copies of indexes alone. */
  long indexCopyBytes() throws IOException {
    return bytes(".tidx");
  }

  private long bytes(String suffix) throws IOException {
    long bytes = 0;
    try (Stream<Path> files = Files.walk(folder.resolve("segments"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (file.toString().endsWith(suffix)) {
          bytes += Files.size(file);
        }
      }
    }
    return bytes;
  }

  /** A snapshot to read from. */
  ReadView view() {
    return store.openReadView();
  }

  /** May read everything of a view. */
  QueryContext context(ReadView view) {
    return QueryContexts.permissive(view, nowNs, ZoneOffset.UTC);
  }

  /** The tags. */
  List<TagDefinition> tags() {
    return store.tags().all();
  }

  /** Leaves the folder where it is when the store is closed, and says where. */
  Path keep() {
    kept = true;
    return folder;
  }

  /** A folder that is gone once this is closed. */
  record Kept(Path folder) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    store.close();
    if (!kept) {
      new Kept(folder).close();
    }
  }
}

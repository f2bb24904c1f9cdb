package io.tidemark.testing;

import io.tidemark.catalog.CatalogRecord;
import io.tidemark.model.Direction;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadView;
import io.tidemark.model.RecordKind;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleCursor;
import io.tidemark.model.SampleFrame;
import io.tidemark.model.SampleFrameBuilder;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.model.VersionMode;
import io.tidemark.storage.SampleStore;
import io.tidemark.storage.StoreClock;
import io.tidemark.storage.StoreConfig;
import io.tidemark.storage.StoreVerifier;
import io.tidemark.storage.io.Disk;
import io.tidemark.storage.io.Finding;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/** A store whose agents and clocks a test turns by hand. One thread. */
public final class StoreFixture implements AutoCloseable {
  /** Where stores on a fault disk are. */
  public static final Path FOLDER = Path.of("/store");

  private final Disk disk;
  private final Path folder;
  private final StoreConfig config;
  private final List<String> records = new ArrayList<>();
  private final SampleFrameBuilder builder = new SampleFrameBuilder();
  private long epochMicros = 1_700_000_000_000_000L;
  private long nanos = 5;
  private SampleStore store;

  /** Opens a store on a disk of its own. */
  public StoreFixture(Disk disk, StoreConfig config) throws IOException {
    this(disk, FOLDER, config);
  }

  /** Opens a store. */
  public StoreFixture(Disk disk, Path folder, StoreConfig config) throws IOException {
    this.disk = disk;
    this.folder = folder;
    this.config = config;
    store = open();
  }

  private SampleStore open() throws IOException {
    records.clear();
    return SampleStore.open(
        disk,
        folder,
        config,
        StoreClock.of(() -> epochMicros, () -> nanos),
        (kind, payload, principal, time, sequence) ->
            records.add(sequence + " " + kind + " " + payload.length));
  }

  /** The store. */
  public SampleStore store() {
    return store;
  }

  /** Records that the listener got since the store was opened. */
  public List<String> records() {
    return records;
  }

  /** Wall clock in nanoseconds. */
  public long nowNs() {
    return epochMicros * 1_000;
  }

  /** Lets both clocks go on. */
  public void pass(long seconds) {
    epochMicros += seconds * 1_000_000;
    nanos += seconds * 1_000_000_000;
  }

  /** Sets the wall clock alone. */
  public void jump(long seconds) {
    epochMicros += seconds * 1_000_000;
  }

  /** Closes and opens again. */
  public void reopen() throws IOException {
    store.close();
    store = open();
  }

  /** Closes and opens again; views that are open are closed, and forgotten. */
  public void reopenWith(List<ReadView> views) throws IOException {
    views.forEach(ReadView::close);
    views.clear();
    reopen();
  }

  /** Opens again what was left behind by a crash. */
  public void openAnew() throws IOException {
    store = open();
  }

  /** Defines a tag. */
  public TagDefinition define(TagDefinition tag) throws IOException {
    append(SampleFrameBuilder.encodeRecord(RecordKind.TAG, 0, CatalogRecord.encodeTag(tag)));
    store.tags().apply(tag);
    return tag;
  }

  /** Appends a frame of one sample. */
  public long write(int tagId, long timeNs, double value) throws IOException {
    builder.addDouble(tagId, timeNs, value, 0);
    return append(builder.encode(0));
  }

  /** Appends a frame of one sample that is a part of a numbered request. */
  public long write(
      int tagId,
      long timeNs,
      double value,
      int producer,
      int epoch,
      long request,
      int part,
      int parts)
      throws IOException {
    builder.addDouble(tagId, timeNs, value, 0);
    ByteBuffer frame = builder.encode(producer).order(ByteOrder.LITTLE_ENDIAN);
    new SampleFrame().wrap(frame, 0, frame.remaining()).request(epoch, request, part, parts);
    return append(frame);
  }

  /** Appends a frame. */
  public long append(ByteBuffer frame) throws IOException {
    return store.writer().append(frame, 0, frame.remaining());
  }

  /** Seals everything and does what else the manifest agent has to do. */
  public void seal() {
    store.writer().requestSeal();
    store.writer().rotateIfDue();
    store.manifestAgent().doWork();
  }

  /** Lets the manifest agent work as long as it has something to do. */
  public void housekeeping() {
    pass(2);
    for (int i = 0; i < 100 && store.manifestAgent().doWork() > 0; i++) {
      pass(2);
    }
  }

  /** The same without the wall clock going on. */
  public void housekeepingAt(long ns) {
    for (int i = 0; i < 100; i++) {
      nanos += 2_000_000_000L;
      epochMicros = ns / 1_000;
      if (store.manifestAgent().doWork() == 0) {
        return;
      }
    }
  }

  /** All samples of a tag as "time=value", times relative to a base. */
  public List<String> read(int tagId, VersionMode mode, long baseNs) throws IOException {
    return read(tagId, mode, baseNs, Direction.FORWARD);
  }

  /** As above, in a direction. */
  public List<String> read(int tagId, VersionMode mode, long baseNs, Direction direction)
      throws IOException {
    try (ReadView view = store.openReadView()) {
      return read(view, tagId, mode, baseNs, direction);
    }
  }

  /** As above, through an open view. */
  public List<String> read(ReadView view, int tagId, VersionMode mode, long baseNs) {
    return read(view, tagId, mode, baseNs, Direction.FORWARD);
  }

  private List<String> read(
      ReadView view, int tagId, VersionMode mode, long baseNs, Direction direction) {
    QueryContext context = QueryContexts.permissive(view, nowNs(), ZoneOffset.UTC, mode);
    List<String> rows = new ArrayList<>();
    SampleBlock block = new SampleBlock();
    try (SampleCursor cursor = view.scan(context, tagId, TimeRange.ALL, direction)) {
      for (int count; (count = cursor.next(block)) > 0; ) {
        for (int row = 0; row < count; row++) {
          rows.add(
              (block.sourceTimesNs()[row] - baseNs)
                  + "="
                  + (block.type().isReal() ? block.doubles()[row] : block.texts()[row]));
        }
      }
    }
    return rows;
  }

  /** What a deep check of a store on a disk finds, but for information. */
  public static List<Finding> faults(Disk disk) throws IOException {
    return faults(disk, FOLDER);
  }

  /** As above, of a folder of one's choice. */
  public static List<Finding> faults(Disk disk, Path folder) throws IOException {
    return StoreVerifier.verify(
            disk, folder, StoreVerifier.Mode.DEEP, payload -> {}, (name, done, all) -> {})
        .findings()
        .stream()
        .filter(each -> each.severity() != Finding.Severity.INFORMATION)
        .toList();
  }

  @Override
  public void close() throws IOException {
    store.close();
  }
}

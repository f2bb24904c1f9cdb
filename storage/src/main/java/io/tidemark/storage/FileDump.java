package io.tidemark.storage;

import io.tidemark.catalog.CatalogRecord;
import io.tidemark.catalog.TagTable;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.Float32;
import io.tidemark.model.HistorianException;
import io.tidemark.model.RecordKind;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleFlags;
import io.tidemark.model.SampleFrame;
import io.tidemark.model.SampleStatistics;
import io.tidemark.model.SampleStatistics.Count;
import io.tidemark.model.SampleStatistics.Real;
import io.tidemark.model.SampleType;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import io.tidemark.storage.StoreVerifier.StoreFolders;
import io.tidemark.storage.io.Disk;
import io.tidemark.storage.io.EnvelopeCheck;
import io.tidemark.storage.io.FileBytes;
import io.tidemark.storage.io.Finding;
import io.tidemark.storage.io.FrameWalk;
import io.tidemark.storage.journal.JournalInspector;
import io.tidemark.storage.manifest.LedgerInspector;
import io.tidemark.storage.manifest.ManifestInspector;
import io.tidemark.storage.segment.ChunkIndex;
import io.tidemark.storage.segment.SegmentInspector;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Prints any one file of a store for a human, line by line, damaged or not: what is damaged is said
 * in its place, and printing goes on behind it where the format allows. Changes nothing, takes no
 * lock. One use, one thread.
 */
public final class FileDump {
  private static final int TEXT_SHOWN_MAX = 80;

  private final Disk disk;
  private final Path file;
  private final long limit;
  private final @Nullable String tagName;
  private final Consumer<String> out;
  private final TagTable tags = new TagTable();
  private int tagId = -1;
  private long shown;
  private long withheld;
  private boolean damaged;

  private FileDump(
      Disk disk, Path file, long limit, @Nullable String tagName, Consumer<String> out) {
    this.disk = disk;
    this.file = file;
    this.limit = limit;
    this.tagName = tagName;
    this.out = out;
  }

  /**
   * Prints a file.
   *
   * @param limit most chunks, blocks, frames, records and rows that are printed; 0 for all
   * @param tag name or id of the only tag to print, then with its rows; null for all without rows
   * @return whether the file is whole
   * @throws HistorianException {@link ErrorCode#FOREIGN_FILE} if the file is none of a store's
   *     formats, {@link ErrorCode#UNKNOWN_TAG}.
   * @throws IOException if it cannot be read
   */
  public static boolean print(
      Disk disk, Path file, long limit, @Nullable String tag, Consumer<String> out)
      throws IOException {
    return new FileDump(disk, file.toAbsolutePath(), limit, tag, out).run();
  }

  private boolean run() throws IOException {
    String name = String.valueOf(file.getFileName());
    try (FileBytes bytes = FileBytes.open(disk, file, name, count -> {})) {
      if (name.equals("lock")) {
        lock(bytes);
        return true;
      }
      if (name.equals("demo.json")) {
        throw foreign(
            "file is the demo plant's note of what it filled, plain JSON: open it as text");
      }
      learnTags();
      line("file: name=" + name + ", bytes=" + bytes.length());
      int magic = bytes.has(0, 4) ? bytes.slice(0, 4).getInt(0) : 0;
      if (magic == ManifestInspector.MAGIC || name.endsWith(".tman")) {
        manifest(bytes);
      } else if (magic == SegmentInspector.MAGIC || name.endsWith(".tseg")) {
        segment(bytes);
      } else if (magic == SegmentInspector.INDEX_COPY_MAGIC || name.endsWith(".tidx")) {
        indexCopy(bytes);
      } else if (magic == LedgerInspector.MAGIC || name.endsWith(".tled")) {
        ledger(bytes);
      } else if (JournalInspector.isOwn(name) || JournalInspector.isChronicle(name)) {
        journal(bytes);
      } else {
        throw foreign("file is none of a store's: magic=" + EnvelopeCheck.letters(magic));
      }
    }
    if (withheld > 0) {
      line("... " + withheld + " more are not shown: raise --limit, or 0 for all");
    }
    return !damaged;
  }

  private HistorianException foreign(String what) {
    return new HistorianException(
        ErrorCode.FOREIGN_FILE,
        what + ", file=" + file,
        null,
        "manifests (.tman), segments (.tseg, .tidx), ledgers (.tled), journal files (.tjnl, .cq4)"
            + " and the lock can be printed",
        null);
  }

  private void line(String text) {
    out.accept(text);
  }

  /** A line that counts against the limit. */
  private void item(String text) {
    if (limit > 0 && shown >= limit) {
      withheld++;
    } else {
      shown++;
      out.accept(text);
    }
  }

  private void finding(Finding finding) {
    damaged |= finding.severity() == Finding.Severity.DAMAGE;
    line(
        "!! "
            + finding.severity()
            + ": "
            + finding.what()
            + (finding.offset() == null ? "" : ", offset=" + finding.offset())
            + (finding.block() == null ? "" : ", block=" + finding.block())
            + (finding.tagId() == null ? "" : ", tag=" + tag(finding.tagId()))
            + (finding.expected().isEmpty() ? "" : ", expected: " + finding.expected())
            + (finding.found().isEmpty() ? "" : ", found: " + finding.found()));
  }

  private EnvelopeCheck.Claim anything(int magic) {
    return new EnvelopeCheck.Claim(magic, null, -1, -1, "");
  }

  private void envelope(
      EnvelopeCheck.@Nullable Header header, EnvelopeCheck.@Nullable Footer footer) {
    if (header != null) {
      line(
          "header: magic="
              + header.kind()
              + ", formatVersion="
              + header.formatVersion()
              + ", readerVersionMin="
              + header.readerVersionMin()
              + ", storeId="
              + header.storeId()
              + ", fileNumber="
              + header.fileNumber()
              + ", crc="
              + (header.crcMatches() ? "right" : "WRONG"));
    }
    if (footer != null) {
      line(
          footer.readable()
              ? String.format(
                  "footer: offset=%d, indexOffset=%d, bodyCrc32c=0x%08x",
                  footer.end(), footer.indexOffset(), footer.bodyCrc())
              : "footer: not readable, offset=" + footer.end());
    }
  }

  private void lock(FileBytes bytes) throws IOException {
    int length = (int) Math.min(bytes.length(), 512);
    byte[] text = new byte[length];
    bytes.slice(0, length).get(text);
    String said = new String(text, StandardCharsets.US_ASCII).strip();
    line(
        said.matches("[0-9]+(\n[a-z]+=[!-~]*)*")
            ? "lock: pid="
                + said.replace("\n", ", ")
                + ", of the process that had the folder last, or still has"
            : "lock: " + ErrorText.quote(said));
  }

  private void manifest(FileBytes bytes) throws IOException {
    ManifestInspector inspector =
        new ManifestInspector(bytes, anything(ManifestInspector.MAGIC), this::finding);
    envelope(inspector.header(), inspector.footer());
    inspector.fields((offset, text) -> item("field: offset=" + offset + ", " + text));
  }

  private void indexCopy(FileBytes bytes) throws IOException {
    EnvelopeCheck.Claim claim = anything(SegmentInspector.INDEX_COPY_MAGIC);
    EnvelopeCheck.Header header = EnvelopeCheck.header(bytes, claim, this::finding);
    EnvelopeCheck.Footer footer =
        header == null ? null : EnvelopeCheck.footer(bytes, claim, this::finding);
    envelope(header, footer);
    if (footer != null && footer.readable()) {
      int actual = bytes.crc(0, footer.end());
      if (actual != footer.bodyCrc()) {
        finding(
            Finding.damage(bytes.name(), "checksum of the file differs")
                .expectedCrc(footer.bodyCrc(), actual));
      }
    }
  }

  private void ledger(FileBytes bytes) throws IOException {
    LedgerInspector inspector =
        new LedgerInspector(bytes, anything(LedgerInspector.MAGIC), this::finding);
    envelope(inspector.header(), inspector.footer());
    inspector.bodyIsWhole();
    inspector.records(new Frames(bytes.name(), true));
  }

  private void journal(FileBytes bytes) throws IOException {
    JournalInspector inspector = new JournalInspector(bytes, null);
    envelope(inspector.header(), null);
    Long epoch = inspector.epoch();
    if (epoch != null) {
      line(String.format("fileEpoch: 0x%016x", epoch));
    }
    for (int slot = 1; slot <= 2 && inspector.isOwn(); slot++) {
      JournalInspector.Mark mark = inspector.mark(slot);
      line(
          "forcedMark: slot="
              + slot
              + (mark == null
                  ? ", none"
                  : ", number=" + mark.number() + ", forcedSequence=" + mark.forcedSequence()));
    }
    inspector.pageFindings(true).forEach(this::finding);
    Frames frames = new Frames(bytes.name(), inspector.isOwn());
    inspector.frames(frames);
    // A mark names no frames of later files.
    if (frames.lastSequence > 0 && frames.lastSequence < inspector.forcedSequence()) {
      finding(
          Finding.damage(bytes.name(), "frames are missing that were forced")
              .expected(
                  "sequences up to " + inspector.forcedSequence(),
                  "sequences up to " + frames.lastSequence));
    }
  }

  private final class Frames implements FrameWalk.Visitor {
    private final String name;
    private final boolean areDense;
    private long lastSequence;

    Frames(String name, boolean areDense) {
      this.name = name;
      this.areDense = areDense;
    }

    @Override
    public void frame(SampleFrame frame, long offset) {
      lastSequence = Math.max(lastSequence, frame.journalSequence());
      try {
        print(frame, offset);
      } catch (RuntimeException e) {
        finding(
            Finding.damage(name, "frame cannot be decoded").at(offset).expected("", e.toString()));
      }
    }

    private void print(SampleFrame frame, long offset) {
      RecordKind kind = frame.kind();
      String text = "";
      boolean isWanted = tagName == null;
      switch (kind) {
        case SAMPLES -> {
          frame.openRows();
          text = ", rows=" + frame.rowCount() + samples(frame);
          for (int row = 0; row < frame.rowCount() && !isWanted; row++) {
            isWanted = frame.tagId(row) == tagId;
          }
        }
        case TAG -> {
          TagDefinition tag = CatalogRecord.decodeTag(frame.payload());
          isWanted |= tag.id() == tagId;
          text = ", " + definition(tag);
        }
        case PRODUCER -> {
          CatalogRecord.Producer producer = CatalogRecord.decodeProducer(frame.payload());
          text =
              producer == null
                  ? ", end of a numbered request"
                  : ", id=" + producer.id() + ", name=" + ErrorText.quote(producer.name());
        }
        case CONFIG ->
            text =
                ", settings="
                    + ErrorText.quote(new String(frame.payload(), StandardCharsets.UTF_8));
        default -> text = ", payloadBytes=" + frame.payloadLength();
      }
      if (isWanted) {
        item(
            "frame: offset="
                + offset
                + ", length="
                + frame.length()
                + ", kind="
                + kind
                + ", sequence="
                + frame.journalSequence()
                + String.format(", fileEpoch=0x%016x", frame.fileEpoch())
                + ", transactionTime="
                + micros(frame.transactionTimeMicros())
                + ", producer="
                + frame.producerId()
                + request(frame)
                + text);
        if (kind == RecordKind.SAMPLES && tagName != null) {
          rows(frame);
        }
      }
    }

    private void rows(SampleFrame frame) {
      for (int row = 0; row < frame.rowCount(); row++) {
        if (frame.tagId(row) == tagId) {
          SampleType type = SampleType.ofCode(frame.typeCode(row));
          boolean present = (frame.flags(row) & SampleFlags.PRESENT) != 0;
          String value =
              !present
                  ? "none"
                  : switch (type) {
                    case FLOAT64, FLOAT32 ->
                        number(type, Double.longBitsToDouble(frame.valueBits(row)));
                    case STRING -> shortened(frame.text(row));
                    default -> String.valueOf(frame.valueBits(row));
                  };
          item(
              "  row: row="
                  + row
                  + row(frame.timeNs(row), type, value, frame.status(row), frame.flags(row)));
        }
      }
    }

    @Override
    public void hole(long offset, long length, boolean toTheEnd) {
      if (areDense) {
        finding(
            (toTheEnd
                    ? Finding.warning(name, "bytes behind the last frame are no frame")
                    : Finding.damage(name, "bytes are no frame"))
                .at(offset)
                .expected("", length + " bytes"));
      }
    }

    @Override
    public void padding(long offset) {
      if (areDense) {
        finding(Finding.warning(name, "padding is not zero").at(offset));
      }
    }
  }

  private String samples(SampleFrame frame) {
    if (frame.rowCount() == 0) {
      return "";
    }
    int last = frame.rowCount() - 1;
    return (frame.tagId(0) == frame.tagId(last)
            ? ", tag=" + tag(frame.tagId(0))
            : ", firstTag=" + tag(frame.tagId(0)) + ", lastTag=" + tag(frame.tagId(last)))
        + ", firstRowTime="
        + ErrorText.time(frame.timeNs(0))
        + ", lastRowTime="
        + ErrorText.time(frame.timeNs(last));
  }

  private static String definition(TagDefinition tag) {
    return "id="
        + tag.id()
        + ", name="
        + ErrorText.quote(tag.name())
        + ", type="
        + tag.type().label()
        + ", version="
        + tag.version()
        + ", uom="
        + ErrorText.quote(tag.uom())
        + ", step="
        + tag.stepped()
        + ", range="
        + tag.rangeLow()
        + ".."
        + tag.rangeHigh()
        + (tag.states().isEmpty() ? "" : ", states=" + tag.states())
        + ", duplicates="
        + tag.duplicates().label()
        + (tag.forecast() ? ", forecast" : "")
        + ", changedBy="
        + ErrorText.quote(tag.changedBy())
        + ", uuid="
        + tag.uuid();
  }

  private static String request(SampleFrame frame) {
    return frame.requestSequence() == 0
        ? ""
        : ", epoch="
            + Integer.toUnsignedString(frame.producerEpoch())
            + ", request="
            + frame.requestSequence()
            + ", part="
            + frame.part()
            + (frame.parts() == 0 ? "" : ", parts=" + frame.parts());
  }

  private void segment(FileBytes bytes) throws IOException {
    SegmentInspector segment =
        new SegmentInspector(bytes, anything(SegmentInspector.MAGIC), this::finding);
    envelope(segment.header(), segment.footer());
    if (segment.indexLength() < 0) {
      line("index: cannot be found, and so neither can blocks");
      return;
    }
    line("index: offset=" + segment.indexOffset() + ", length=" + segment.indexLength());
    segment.bodyIsWhole();
    long[] frames = new long[1];
    segment.index(
        chunk -> chunk(segment, chunk),
        (sequence, time, producer) -> {
          frames[0]++;
          if (tagName == null) {
            item(
                "frame: sequence="
                    + sequence
                    + ", transactionTime="
                    + micros(time)
                    + ", producer="
                    + producer);
          }
        });
    line("frames: count=" + frames[0]);
  }

  private void chunk(SegmentInspector segment, ChunkIndex chunk) throws IOException {
    boolean isWanted = tagName == null || chunk.tagId() == tagId;
    if (isWanted) {
      item(
          "chunk: tag="
              + tag(chunk.tagId())
              + ", type="
              + chunk.type().label()
              + ", blocks="
              + chunk.blockCount()
              + ", firstTime="
              + ErrorText.time(chunk.firstTimeNs())
              + ", lastTime="
              + ErrorText.time(chunk.lastTimeNs())
              + orders(chunk.firstOrder(), chunk.lastOrder()));
    }
    SampleBlock block = new SampleBlock();
    for (int i = 0; i < chunk.blockCount(); i++) {
      Finding fault = segment.checkBytes(chunk, i);
      if (isWanted) {
        item("  block " + i + ": " + place(chunk, i) + (fault == null ? "" : ", DAMAGED"));
      }
      if (fault == null) {
        fault = segment.checkRows(chunk, i, block);
      }
      if (fault != null) {
        finding(fault);
      } else if (isWanted && tagName != null) {
        rows(block);
      }
    }
  }

  private static String place(ChunkIndex chunk, int index) {
    ChunkIndex.Block block = chunk.block(index);
    StringBuilder text = new StringBuilder();
    text.append("offset=").append(block.offset());
    text.append(", length=").append(block.length());
    text.append(", rows=").append(block.rows());
    text.append(", firstTime=").append(ErrorText.time(block.firstTimeNs()));
    text.append(", lastTime=").append(ErrorText.time(block.lastTimeNs()));
    text.append(orders(block.firstOrder(), block.lastOrder()));
    text.append(block.hasEqualTimes() ? ", equalTimes" : "");
    if (!chunk.hasStatistics()) {
      return text.append(", no statistics").toString();
    }
    SampleStatistics statistics = new SampleStatistics();
    chunk.statistics(0, index, statistics);
    text.append(", good=").append(statistics.get(Count.GOOD));
    text.append(", uncertain=").append(statistics.get(Count.UNCERTAIN));
    text.append(", bad=").append(statistics.get(Count.BAD));
    text.append(", sum=").append(statistics.get(Real.SUM));
    text.append(", minimum=").append(statistics.get(Real.MINIMUM));
    text.append(", maximum=").append(statistics.get(Real.MAXIMUM));
    return text.toString();
  }

  private void rows(SampleBlock block) {
    for (int row = 0; row < block.count(); row++) {
      String value =
          !block.isPresent(row)
              ? "none"
              : switch (block.type()) {
                case FLOAT64, FLOAT32 -> number(block.type(), block.doubles()[row]);
                case STRING -> shortened(String.valueOf(block.texts()[row]));
                default -> String.valueOf(block.longs()[row]);
              };
      long order = block.orders()[row];
      item(
          "    row: row="
              + row
              + row(
                  block.sourceTimesNs()[row],
                  block.type(),
                  value,
                  block.statuses()[row],
                  block.flags()[row])
              + ", order="
              + order(order));
    }
  }

  private static String number(SampleType type, double value) {
    return type == SampleType.FLOAT32
        ? Float.toString(Float32.nearest(value))
        : Double.toString(value);
  }

  private static String row(long timeNs, SampleType type, String value, int status, byte flags) {
    return ", time="
        + ErrorText.time(timeNs)
        + ", type="
        + type.label()
        + ", value="
        + value
        + ", status="
        + StatusCodes.text(status)
        + ", flags="
        + flags;
  }

  private static String shortened(String text) {
    return ErrorText.quote(
        text.length() > TEXT_SHOWN_MAX ? text.substring(0, TEXT_SHOWN_MAX) + "..." : text);
  }

  private static String orders(long first, long last) {
    return ", firstOrder=" + order(first) + ", lastOrder=" + order(last);
  }

  /** A write order as journal sequence and row. */
  private static String order(long order) {
    return (order >>> 16) + "/" + (order & 0xFFFF);
  }

  private static String micros(long micros) {
    return Math.abs(micros) > Long.MAX_VALUE / 1000
        ? micros + " us"
        : ErrorText.time(micros * 1000);
  }

  private String tag(int id) {
    TagDefinition known = tags.byId(id);
    return id + (known == null ? "" : " (" + known.name() + ")");
  }

  /** Reads the names of tags from the store that the file lies in, as far as there is one. */
  private void learnTags() {
    Path data = file.getParent();
    for (int up = 0; up < 3 && data != null; up++) {
      if (disk.isFolder(data.resolve(StoreFolders.LEDGER))) {
        learnTags(data.resolve(StoreFolders.LEDGER), 0);
        learnTags(data.resolve(StoreFolders.JOURNAL), 1);
        break;
      }
      data = data.getParent();
    }
    String name = tagName;
    if (name == null) {
      return;
    }
    TagDefinition known = tags.find(name);
    if (known != null) {
      tagId = known.id();
    } else if (name.matches("[0-9]{1,9}")) {
      tagId = Integer.parseInt(name);
    } else {
      throw new HistorianException(
          ErrorCode.UNKNOWN_TAG,
          "no tag of that name: tag=" + ErrorText.quote(name),
          null,
          "names are read from the ledgers and the journal of the file's store; ids work always",
          null);
    }
  }

  private void learnTags(Path folder, int depth) {
    List<String> names;
    try {
      names = disk.list(folder);
    } catch (IOException e) {
      return; // then tags have no names
    }
    for (String name : names) {
      Path path = folder.resolve(name);
      if (depth > 0 && disk.isFolder(path)) {
        learnTags(path, depth - 1);
      } else if (name.endsWith(".tled")
          || JournalInspector.isOwn(name)
          || JournalInspector.isChronicle(name)) {
        learnTags(path, name);
      }
    }
  }

  private void learnTags(Path path, String name) {
    try (FileBytes bytes = FileBytes.open(disk, path, name, count -> {})) {
      if (name.endsWith(".tled")) {
        new LedgerInspector(bytes, anything(LedgerInspector.MAGIC), finding -> {})
            .records(new TagLearner());
      } else {
        new JournalInspector(bytes, null).frames(new TagLearner());
      }
    } catch (IOException | RuntimeException e) {
      // Then some tags have no names here; verify says what is wrong.
      return;
    }
  }

  private final class TagLearner implements FrameWalk.Visitor {
    @Override
    public void frame(SampleFrame frame, long offset) {
      try {
        if (frame.kind() == RecordKind.TAG) {
          tags.apply(CatalogRecord.decodeTag(frame.payload()));
        }
      } catch (RuntimeException e) {
        // Then this tag has no name here; verify says what is wrong.
        return;
      }
    }

    @Override
    public void hole(long offset, long length, boolean toTheEnd) {
      // Verify finds it.
    }

    @Override
    public void padding(long offset) {
      // Verify finds it.
    }
  }
}

package io.tidemark.testing;

import io.tidemark.catalog.CatalogRecord;
import io.tidemark.model.Direction;
import io.tidemark.model.Float32;
import io.tidemark.model.HistorianException;
import io.tidemark.model.QueryContext;
import io.tidemark.model.ReadView;
import io.tidemark.model.RecordKind;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleColumns;
import io.tidemark.model.SampleCondition;
import io.tidemark.model.SampleCursor;
import io.tidemark.model.SampleFlags;
import io.tidemark.model.SampleFrameBuilder;
import io.tidemark.model.SampleType;
import io.tidemark.model.ScanRequest;
import io.tidemark.model.StatusCodes;
import io.tidemark.model.TagDefinition;
import io.tidemark.model.TimeRange;
import io.tidemark.model.VersionMode;
import io.tidemark.model.WriteOrder;
import io.tidemark.storage.SampleStore;
import io.tidemark.storage.StoreConfig;
import io.tidemark.storage.damage.Damage;
import io.tidemark.storage.damage.DamageList;
import io.tidemark.storage.journal.JournalScanner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A small store with files of every kind, damaged in one place at a time: the answer is the same,
 * or what is wrong is named and the rest is right. Anything else is counted as wrong.
 */
public final class DamageTrials {
  private static final Path FOLDER = Path.of("/store");
  private static final long START = 1_700_000_000_000_000_000L;
  private static final long SECOND = 1_000_000_000L;
  private static final StoreConfig CONFIG =
      new StoreConfig(8 << 20, 3_600_000_000L, 1, 0, StoreConfig.JournalKind.FILE, false);
  private static final int FIRST_FRAME = 4096;

  private static final int TAGS = 7;

  /** Last sequence that is in a segment or ledger: the tags, two frames, a record, a frame. */
  private static final long SEALED = TAGS + 4;

  private final FaultDisk disk;
  private final FaultDisk other;
  private final List<Path> files;
  private final Answer clean;

  /** Damages the store that this seed makes. */
  public DamageTrials(long seed) throws IOException {
    disk = store(seed);
    other = store(seed + 1);
    files = files(disk);
    files(other);
    clean = clean(disk);
  }

  /** A row as a reader sees it. */
  private record Row(long timeNs, SampleType type, @Nullable Object value, int status, long order) {
    boolean isLost() {
      return status == StatusCodes.BAD_DATA_LOST;
    }

    Row withoutOrder() {
      return new Row(timeNs, type, value, status, 0);
    }

    boolean sameAs(Row other) {
      return timeNs == other.timeNs
          && type == other.type
          && status == other.status
          && Objects.equals(value, other.value);
    }
  }

  /** All that a store answers. */
  private record Answer(
      Map<Integer, List<Row>> latest, Map<Integer, List<Row>> versions, List<String> records) {}

  /** A store with two sealed segments that overlap, a ledger each, and frames in the journal. */
  private static FaultDisk store(long seed) throws IOException {
    Random random = new Random(seed);
    OracleStore names = new OracleStore();
    List<TagDefinition> tags =
        List.of(
            names.define("A", SampleType.FLOAT64, false, ""),
            names.define("B", SampleType.INT64, false, ""),
            names.define("C", SampleType.STRING, true, ""),
            names.define("D", SampleType.DIGITAL, true, "", "Closed", "Open"),
            names.define("E", SampleType.BOOL, true, ""),
            names.define("F", SampleType.FLOAT32, false, ""),
            names.define("G", SampleType.INT32, false, ""));
    FaultDisk disk = new FaultDisk();
    AtomicLong clock = new AtomicLong(1_000_000);
    SampleFrameBuilder rows = new SampleFrameBuilder();
    try (SampleStore store = open(disk, clock)) {
      for (TagDefinition tag : tags) {
        append(
            store,
            SampleFrameBuilder.encodeRecord(RecordKind.TAG, 0, CatalogRecord.encodeTag(tag)));
        store.tags().apply(tag);
      }
      for (int i = 0; i < 1500; i++) {
        rows.addDouble(0, START + i * SECOND, random.nextInt(200) / 10.0, 0);
      }
      append(store, rows.encode(0));
      for (int i = 0; i < 30; i++) {
        others(rows, random, START + i * SECOND);
      }
      append(store, rows.encode(0));
      seal(store);
    }
    try (SampleStore store = open(disk, clock)) {
      append(store, SampleFrameBuilder.encodeRecord(RecordKind.CONTEXT, 0, text("one" + seed)));
      for (int i = 0; i < 40; i++) { // late: corrections, and rows in between
        long time = START + random.nextInt(1500) * SECOND + (i % 2) * 500_000_000L;
        rows.addDouble(0, time, 1000 + i, 0);
        others(rows, random, START + (20 + i) * SECOND);
      }
      append(store, rows.encode(0));
      seal(store);
      append(store, SampleFrameBuilder.encodeRecord(RecordKind.CONTEXT, 0, text("two" + seed)));
      for (int i = 0; i < 6; i++) {
        rows.addDouble(0, START + (i * 250L + 7) * SECOND, 2000 + i, 0);
        others(rows, random, START + (50 + i) * SECOND);
        append(store, rows.encode(0));
      }
      store.writer().force();
    }
    return disk;
  }

  private static SampleStore open(FaultDisk disk, AtomicLong clock) throws IOException {
    return SampleStore.open(
        disk,
        FOLDER,
        CONFIG,
        clock::incrementAndGet,
        (kind, payload, principal, time, sequence) -> {});
  }

  private static byte[] text(String text) {
    return text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }

  private static void others(SampleFrameBuilder rows, Random random, long time) {
    rows.add(
        1,
        SampleType.INT64,
        time,
        random.nextInt(1 << 20),
        SampleFlags.PRESENT,
        random.nextInt(2) << 30);
    rows.addText(2, time, "text " + random.nextInt(5), 0);
    rows.add(3, SampleType.DIGITAL, time, random.nextInt(2), SampleFlags.PRESENT, 0);
    rows.add(4, SampleType.BOOL, time, random.nextInt(2), SampleFlags.PRESENT, 0);
    double single = Float32.widen(random.nextInt(200) / 10f);
    long bits = Double.doubleToRawLongBits(single);
    rows.add(5, SampleType.FLOAT32, time, bits, SampleFlags.PRESENT, 0);
    rows.add(6, SampleType.INT32, time, random.nextInt(), SampleFlags.PRESENT, 0);
  }

  private static void append(SampleStore store, ByteBuffer frame) throws IOException {
    store.writer().append(frame, 0, frame.remaining());
  }

  private static void seal(SampleStore store) {
    store.writer().requestSeal();
    store.writer().rotateIfDue();
    store.manifestAgent().doWork();
  }

  private static SampleStore open(FaultDisk disk, List<String> records) throws IOException {
    return SampleStore.open(
        disk,
        FOLDER,
        CONFIG,
        () -> 2_000_000L,
        (kind, payload, principal, time, sequence) ->
            records.add(sequence + ":" + kind + ":" + new String(payload)));
  }

  private static Answer answer(SampleStore store, List<String> records) {
    Map<Integer, List<Row>> latest = new HashMap<>();
    Map<Integer, List<Row>> versions = new HashMap<>();
    for (int tag = 0; tag < TAGS; tag++) {
      List<Row> forward = rows(store, tag, VersionMode.LATEST, Direction.FORWARD);
      if (!rows(store, tag, VersionMode.LATEST, Direction.BACKWARD).reversed().equals(forward)) {
        throw new AssertionError("wrong: another answer backwards: tag=" + tag);
      }
      checkValues(store, tag, forward);
      latest.put(tag, forward);
      versions.put(tag, rows(store, tag, VersionMode.ALL, Direction.FORWARD));
    }
    return new Answer(latest, versions, records);
  }

  /** Who does not ask for write orders gets what is not lost all the same. */
  private static void checkValues(SampleStore store, int tagId, List<Row> careful) {
    List<Row> hasty = new ArrayList<>();
    for (Row row :
        rows(store, tagId, VersionMode.LATEST, Direction.FORWARD, SampleColumns.VALUES)) {
      hasty.add(row.withoutOrder());
    }
    int next = 0;
    for (Row row : careful) {
      if (row.isLost()) {
        continue;
      }
      Row wanted = row.withoutOrder();
      while (next < hasty.size() && !hasty.get(next).equals(wanted)) {
        next++;
      }
      if (next++ == hasty.size()) {
        throw new AssertionError("wrong: another answer without orders: tag=" + tagId);
      }
    }
  }

  private static List<Row> rows(
      SampleStore store, int tagId, VersionMode mode, Direction direction) {
    return rows(store, tagId, mode, direction, SampleColumns.ALL);
  }

  private static List<Row> rows(
      SampleStore store, int tagId, VersionMode mode, Direction direction, SampleColumns columns) {
    List<Row> rows = new ArrayList<>();
    SampleBlock block = new SampleBlock();
    try (ReadView view = store.openReadView()) {
      QueryContext context = QueryContexts.permissive(view, START, ZoneOffset.UTC, mode);
      try (SampleCursor cursor =
          view.scan(
              context,
              new ScanRequest(tagId, TimeRange.ALL, direction, columns, SampleCondition.ANY))) {
        for (int count; (count = cursor.next(block)) > 0; ) {
          for (int i = 0; i < count; i++) {
            Object value =
                !block.isPresent(i)
                    ? null
                    : switch (block.type()) {
                      case FLOAT64, FLOAT32 -> block.doubles()[i];
                      case STRING -> block.texts()[i];
                      default -> block.longs()[i];
                    };
            rows.add(
                new Row(
                    block.sourceTimesNs()[i],
                    block.type(),
                    value,
                    block.statuses()[i],
                    // Once more from the journal, a row has its place in the frame.
                    WriteOrder.of(WriteOrder.journalSequence(block.orders()[i]), 0)));
          }
        }
      }
    }
    return rows;
  }

  /** What came of a damage. */
  public enum Verdict {
    /** The store does not open and says why. */
    REFUSED,
    /** It opens, or a query meets it, and it is on the damage list or missing from the journal. */
    REPORTED,
    /** Only the scrub finds it: nothing that was read is wrong. */
    SCRUBBED,
    /** The answer is the same and nothing is said. */
    UNREPORTED
  }

  /** Opens a damaged store, reads it whole and compares; throws if anything is wrong. */
  private static Verdict judge(FaultDisk disk, Answer clean) {
    List<String> records = new ArrayList<>();
    try (SampleStore store = open(disk, records)) {
      Answer found = answer(store, records);
      DamageList.Report report = store.damage();
      List<JournalScanner.Missing> missing = store.recovery().missing();
      if (report.entries().stream().anyMatch(each -> each.part().equals("journal"))) {
        // A journal file without its first page: what it held and not holds any more is unknown.
        missing = List.of(new JournalScanner.Missing(SEALED + 1, Long.MAX_VALUE));
      }
      check(clean, found, report.entries(), missing);
      if (report.total() > 0 || !missing.isEmpty()) {
        return Verdict.REPORTED;
      }
      store.scrub();
      return store.damage().total() > 0 ? Verdict.SCRUBBED : Verdict.UNREPORTED;
    } catch (HistorianException | UncheckedIOException e) {
      return Verdict.REFUSED;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isMissing(long sequence, List<JournalScanner.Missing> missing) {
    return missing.stream()
        .anyMatch(gap -> gap.firstSequence() <= sequence && sequence <= gap.lastSequence());
  }

  private static void check(
      Answer clean, Answer found, List<Damage> damage, List<JournalScanner.Missing> missing) {
    for (String record : clean.records) {
      long sequence = Long.parseLong(record.substring(0, record.indexOf(':')));
      if (!found.records.contains(record) && !isMissing(sequence, missing)) {
        throw new AssertionError("unsaid: record=" + record);
      }
    }
    if (!clean.records.containsAll(found.records)) {
      throw new AssertionError("wrong records: " + found.records);
    }
    for (int tag = 0; tag < TAGS; tag++) {
      int id = tag;
      List<Damage> ofTag =
          damage.stream().filter(each -> each.tagId() == id || each.tagId() < 0).toList();
      List<Row> versions = clean.versions.get(tag);
      Set<Row> known = new HashSet<>(versions);
      TreeMap<Long, Row> answered = new TreeMap<>();
      found.latest.get(tag).forEach(row -> answered.put(row.timeNs, row));
      TreeMap<Long, Row> expected = new TreeMap<>();
      clean.latest.get(tag).forEach(row -> expected.put(row.timeNs, row));
      for (Row row : answered.values()) {
        Row right = expected.get(row.timeNs);
        // Wrong: a value that is shown as known and is not the newest, unless its successor is
        // among the frames that the journal is reported to miss.
        boolean fine =
            row.isLost()
                || (right != null && row.sameAs(right))
                || (right != null
                    && isMissing(WriteOrder.journalSequence(right.order), missing)
                    && versions.stream().anyMatch(row::sameAs));
        if (!fine) {
          throw new AssertionError("wrong: tag=" + tag + ", " + row + ", expected " + right);
        }
      }
      for (Row right : expected.values()) {
        Row row = answered.get(right.timeNs);
        if (row != null && row.sameAs(right)) {
          continue;
        }
        if (isMissing(WriteOrder.journalSequence(right.order), missing)) {
          continue;
        }
        Map.Entry<Long, Row> before = answered.floorEntry(right.timeNs);
        boolean said =
            before != null
                && before.getValue().isLost()
                && ofTag.stream()
                    .anyMatch(
                        each ->
                            each.rows() > 0
                                && each.firstTimeNs() <= right.timeNs
                                && right.timeNs <= each.lastTimeNs());
        if (!said) {
          throw new AssertionError(
              "unsaid: tag=" + tag + ", " + right + ", before " + before + ", " + damage);
        }
      }
      for (Row row : found.versions.get(tag)) {
        if (!row.isLost() && !known.contains(row)) {
          throw new AssertionError("wrong version: tag=" + tag + ", " + row);
        }
      }
    }
  }

  /** Damages of one kind and what came of them. Safe for several threads. */
  public static final class Score {
    private final String what;
    private final Map<Verdict, AtomicLong> counts = new TreeMap<>();
    private final List<String> unreported = new ArrayList<>();
    private final List<String> wrong = new ArrayList<>();

    Score(String what) {
      this.what = what;
      for (Verdict verdict : Verdict.values()) {
        counts.put(verdict, new AtomicLong());
      }
    }

    private void run(FaultDisk damaged, Answer clean, Path file, String where) {
      try {
        Verdict verdict = judge(damaged, clean);
        counts.get(verdict).incrementAndGet();
        if (verdict == Verdict.UNREPORTED) {
          synchronized (unreported) {
            unreported.add(file + " " + where);
          }
        }
      } catch (Throwable e) {
        synchronized (wrong) {
          wrong.add(file + " " + where + ": " + e);
        }
      }
    }

    /** Damages tried. */
    public long trials() {
      return wrong.size() + counts.values().stream().mapToLong(AtomicLong::get).sum();
    }

    /** How often that came of it. */
    public long count(Verdict verdict) {
      return Objects.requireNonNull(counts.get(verdict)).get();
    }

    /** Damages after which something false was shown, or something lost went unsaid. */
    public List<String> wrong() {
      return List.copyOf(wrong);
    }

    /** Damages that nobody noticed; the answers were right all the same. */
    public List<String> unreported() {
      return List.copyOf(unreported);
    }

    @Override
    public String toString() {
      return String.format(
          "%s: %d, refused %d, reported %d, found by scrub %d, same and unreported %d, wrong %d",
          what,
          trials(),
          count(Verdict.REFUSED),
          count(Verdict.REPORTED),
          count(Verdict.SCRUBBED),
          count(Verdict.UNREPORTED),
          wrong.size());
    }
  }

  /** Files of the store. */
  public List<Path> files() {
    return files;
  }

  /** Bytes of a file. */
  public int length(Path file) throws IOException {
    return disk.bytes(file).length;
  }

  /** Files of the store; the journal cut behind its last frame, where there are only zeros. */
  private static List<Path> files(FaultDisk disk) throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path file : disk.files()) {
      if (file.endsWith("reserve")) {
        continue; // holds nothing
      }
      if (file.toString().endsWith(".tjnl")) {
        byte[] bytes = disk.bytes(file);
        int used = bytes.length;
        while (used > FIRST_FRAME && bytes[used - 1] == 0) {
          used--;
        }
        disk.truncate(file, Math.min(bytes.length, (used + 7 & ~7) + 64));
      }
      files.add(file);
    }
    return files;
  }

  /**
   * Bytes that mean nothing, so that a flip in them changes nothing and is not looked for: the rest
   * of the journal's first page, which a later version may use; frames that were sealed before; the
   * up to 7 zeros behind a frame; and the space behind the last frame, where a crash may leave
   * anything.
   */
  private static boolean meansNothing(Path file, byte[] bytes, int at) {
    if (!file.toString().endsWith(".tjnl")) {
      return false;
    }
    if (at < FIRST_FRAME) {
      return at >= 76 && (at % 512 >= 28 || at / 512 > 2);
    }
    int frame = FIRST_FRAME;
    while (frame + 76 <= bytes.length && bytes[frame] == 'T') {
      ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      int length = buffer.getInt(frame + 8);
      if (at < frame + length) {
        return buffer.getLong(frame + 24) <= SEALED;
      }
      frame += length + 7 & ~7;
      if (at < frame) {
        return true;
      }
    }
    return true;
  }

  private static Answer clean(FaultDisk disk) throws IOException {
    List<String> records = new ArrayList<>();
    try (SampleStore store = open(disk.afterKill(), records)) {
      Answer clean = answer(store, records);
      store.scrub();
      if (store.damage().total() != 0) {
        throw new IllegalStateException("damage in a whole store: " + store.damage());
      }
      return clean;
    }
  }

  private static boolean meansNothingFrom(Path file, byte[] bytes, int from) {
    return IntStream.range(from, bytes.length).allMatch(at -> meansNothing(file, bytes, at));
  }

  /**
   * Flips bits of a file, one at a time.
   *
   * @param all all bits of all bytes; else one bit of each third byte and of those at the ends
   */
  public Score flips(Path file, int fromByte, int toByte, boolean all) throws IOException {
    byte[] bytes = disk.bytes(file);
    Score score = new Score("flips of " + file.getFileName() + " (" + bytes.length + " bytes)");
    int bits = all ? 8 : 1;
    IntStream.range(fromByte * bits, Math.min(bytes.length, toByte) * bits)
        .filter(i -> all || i < 160 || i > bytes.length - 80 || i % 3 == 0)
        .parallel()
        .forEach(
            i -> {
              int at = i / bits;
              int bit = all ? i % 8 : (i * 31 + i / 7) % 8;
              if (!meansNothing(file, bytes, at)) {
                FaultDisk damaged = disk.afterKill();
                flip(damaged, file, at, bit);
                score.run(damaged, clean, file, "at " + at + " bit " + bit);
              }
            });
    return score;
  }

  private static void flip(FaultDisk damaged, Path file, int at, int bit) {
    try {
      damaged.bytes(file)[at] ^= (byte) (1 << bit);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Flips bits of bytes that mean nothing: the answer must stay the same. */
  public Score meaninglessFlips() throws IOException {
    Score score = new Score("flips of bytes that mean nothing");
    for (Path file : files) {
      byte[] bytes = disk.bytes(file);
      for (int at = 0; at < bytes.length; at += at % 512 < 100 ? 1 : 13) {
        if (meansNothing(file, bytes, at)) {
          FaultDisk damaged = disk.afterKill();
          flip(damaged, file, at, at % 8);
          score.run(damaged, clean, file, "at " + at);
        }
      }
    }
    return score;
  }

  /** Cuts a file at each length that {@code step} divides, and near its end. */
  public Score truncations(Path file, int step) throws IOException {
    Score score = new Score("truncations of " + file.getFileName());
    byte[] bytes = disk.bytes(file);
    boolean journal = file.toString().endsWith(".tjnl");
    IntStream.range(0, bytes.length)
        .filter(
            length ->
                length % step == 0
                    || length == bytes.length - 1
                    || length == bytes.length - 31
                    || length == bytes.length - 33)
        // An empty journal file is what a crash leaves of one just made.
        .filter(length -> !journal || length > 0 && !meansNothingFrom(file, bytes, length))
        .parallel()
        .forEach(
            length -> {
              FaultDisk damaged = disk.afterKill();
              try {
                damaged.truncate(file, length);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
              score.run(damaged, clean, file, "cut at " + length);
            });
    return score;
  }

  /** Overwrites each sector that means something with zeros. */
  public Score zeroedSectors() throws IOException {
    Score score = new Score("zeroed sectors");
    for (Path file : files) {
      byte[] bytes = disk.bytes(file);
      for (int at = 0; at < bytes.length; at += 512) {
        int end = Math.min(bytes.length, at + 512);
        FaultDisk damaged = disk.afterKill();
        byte[] sector = damaged.bytes(file);
        byte[] before = Arrays.copyOfRange(sector, at, end);
        Arrays.fill(sector, at, end, (byte) 0);
        int from = at;
        boolean means =
            IntStream.range(at, end)
                .anyMatch(i -> before[i - from] != 0 && !meansNothing(file, bytes, i));
        if (means) {
          score.run(damaged, clean, file, "zeros at " + at);
        }
      }
    }
    return score;
  }

  /** Puts the file of the same name of another store in place of each file. */
  public Score foreignFiles() throws IOException {
    Score score = new Score("files of another store");
    for (Path file : files) {
      FaultDisk damaged = disk.afterKill();
      write(damaged, file, other.bytes(file));
      score.run(damaged, clean, file, "replaced");
    }
    return score;
  }

  /** Copies each file over each other one, and swaps them. */
  public Score swappedFiles() throws IOException {
    Score score = new Score("files swapped or copied over each other");
    for (Path file : files) {
      for (Path second : files) {
        // The two files of a ledger are the same: nobody can tell, and nothing is amiss.
        if (!Arrays.equals(disk.bytes(file), disk.bytes(second))) {
          FaultDisk damaged = disk.afterKill();
          write(damaged, file, disk.bytes(second));
          score.run(damaged, clean, file, "copied over by " + second);
          write(damaged, second, disk.bytes(file));
          score.run(damaged, clean, file, "swapped with " + second);
        }
      }
    }
    return score;
  }

  /** Deletes each file but manifests and the journal's last, whose loss looks like a crash. */
  public Score missingFiles() throws IOException {
    Score score = new Score("files gone");
    for (Path file : files) {
      if (!file.toString().endsWith(".tman") && !file.toString().endsWith(".tjnl")) {
        FaultDisk damaged = disk.afterKill();
        damaged.delete(file);
        score.run(damaged, clean, file, "gone");
      }
    }
    return score;
  }

  /** Deletes each manifest: the newest is found again out of the files, older ones nobody needs. */
  public Score missingManifests() throws IOException {
    Score score = new Score("manifests gone");
    for (Path file : files) {
      if (file.toString().endsWith(".tman")) {
        FaultDisk damaged = disk.afterKill();
        damaged.delete(file);
        score.run(damaged, clean, file, "gone");
      }
    }
    return score;
  }

  private static void write(FaultDisk disk, Path file, byte[] bytes) throws IOException {
    try (var open = disk.create(file)) {
      open.write(ByteBuffer.wrap(bytes), 0);
    }
  }
}

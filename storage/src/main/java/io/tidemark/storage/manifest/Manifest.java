package io.tidemark.storage.manifest;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.SampleFrame;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * One generation of the store's content. Immutable.
 *
 * @param generation rises by one with each commit
 * @param coveredSequences shard to the last journal sequence whose records are in the files below
 * @param lastTransactionTimeMicros greatest transaction time covered
 * @param nextFileNumber number of the next segment or ledger file; never reused
 * @param segments live segments
 * @param ledgers live ledger files, oldest first
 * @param requests how far each client came that numbers its requests
 * @param dropped what retention took out
 */
public record Manifest(
    long generation,
    Map<Integer, Long> coveredSequences,
    long lastTransactionTimeMicros,
    long nextFileNumber,
    List<Segment> segments,
    List<Ledger> ledgers,
    List<RequestProgress> requests,
    Dropped dropped) {

  /**
   * A live segment.
   *
   * @param id number of its file
   * @param level {@link #MAIN}, {@link #LATE} or {@link #PARTITION}
   * @param rows samples inside
   * @param bytes length of the file
   * @param firstTimeNs smallest source time
   * @param lastTimeNs greatest source time
   * @param firstOrder smallest write order
   * @param lastOrder greatest write order
   */
  public record Segment(
      long id,
      int level,
      long rows,
      long bytes,
      long firstTimeNs,
      long lastTimeNs,
      long firstOrder,
      long lastOrder) {
    /** As sealed, in order of time tag by tag. */
    public static final int MAIN = 0;

    /** Samples that came late, or once more: their times lie among those of others. */
    public static final int LATE = 1;

    /** Merged from all that were there of its time. */
    public static final int PARTITION = 2;
  }

  /**
   * A live ledger file: records that are not samples, as they were journaled.
   *
   * @param id number of its file
   * @param records how many
   * @param bytes length of the file
   */
  public record Ledger(long id, int records, long bytes) {}

  /**
   * What retention took out since the store was made.
   *
   * @param segments how many
   * @param rows samples that were in them
   * @param lastTimeNs greatest source time among them; {@link Long#MIN_VALUE} for none
   */
  public record Dropped(long segments, long rows, long lastTimeNs) {
    /** Nothing. */
    public static final Dropped NOTHING = new Dropped(0, 0, Long.MIN_VALUE);

    /** This and one segment more. */
    public Dropped plus(Segment segment) {
      return new Dropped(
          segments + 1, rows + segment.rows(), Math.max(lastTimeNs, segment.lastTimeNs()));
    }
  }

  /*
   * Body: fields of u16 tag | u16 flags (bit 0: critical) | u32 length | data, little endian. An unknown field that
   * is critical makes the file too new; any other is skipped.
   */
  private static final int CRITICAL = 1;
  static final int STATE = 1;
  static final int SHARD = 2;
  static final int SEGMENT = 3;
  static final int LEDGER = 4;
  static final int REQUESTS = 5;
  static final int DROPPED = 6;

  private static final int REQUEST_LENGTH = 30;

  /** Freezes the collections. */
  public Manifest {
    coveredSequences = Map.copyOf(coveredSequences);
    segments = List.copyOf(segments);
    ledgers = List.copyOf(ledgers);
    requests = List.copyOf(requests);
  }

  /** The next generation, with other files for the same frames. */
  public Manifest rearranged(
      long newNextFileNumber,
      List<Segment> newSegments,
      List<Ledger> newLedgers,
      Dropped newDropped) {
    return new Manifest(
        generation + 1,
        coveredSequences,
        lastTransactionTimeMicros,
        newNextFileNumber,
        newSegments,
        newLedgers,
        requests,
        newDropped);
  }

  /** The state of a new store. */
  public static Manifest empty() {
    return new Manifest(0, Map.of(), 0, 1, List.of(), List.of(), List.of(), Dropped.NOTHING);
  }

  /** Last journal sequence of shard 0 that the files cover; 0 for none. */
  public long coveredSequence() {
    return coveredSequences.getOrDefault(0, 0L);
  }

  ByteBuffer encode() {
    int requestBytes = 0;
    for (RequestProgress each : requests) {
      requestBytes += REQUEST_LENGTH + 8 * each.partsStored().length;
    }
    int bytes = 8 + 24 + 20 * coveredSequences.size() + 72 * segments.size() + 40 * ledgers.size();
    bytes += 8 + requestBytes + 8 + 24;
    ByteBuffer out = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    field(out, STATE, 24)
        .putLong(generation)
        .putLong(lastTransactionTimeMicros)
        .putLong(nextFileNumber);
    for (Map.Entry<Integer, Long> shard : new TreeMap<>(coveredSequences).entrySet()) {
      field(out, SHARD, 12).putInt(shard.getKey()).putLong(shard.getValue());
    }
    for (Segment segment : segments) {
      field(out, SEGMENT, 60)
          .putLong(segment.id())
          .putInt(segment.level())
          .putLong(segment.rows())
          .putLong(segment.bytes())
          .putLong(segment.firstTimeNs())
          .putLong(segment.lastTimeNs())
          .putLong(segment.firstOrder())
          .putLong(segment.lastOrder());
    }
    for (Ledger ledger : ledgers) {
      field(out, LEDGER, 20).putLong(ledger.id()).putInt(ledger.records()).putLong(ledger.bytes());
    }
    if (requestBytes > 0) {
      field(out, REQUESTS, requestBytes);
      for (RequestProgress each : requests) {
        out.putInt(each.producerId())
            .putInt(each.epoch())
            .putLong(each.sequence())
            .putInt(each.parts())
            .putLong(each.lastMicros())
            .putShort((short) each.partsStored().length);
        for (long word : each.partsStored()) {
          out.putLong(word);
        }
      }
    }
    if (dropped.segments() > 0) {
      field(out, DROPPED, 24)
          .putLong(dropped.segments())
          .putLong(dropped.rows())
          .putLong(dropped.lastTimeNs());
    }
    return out.flip();
  }

  private static boolean known(int tag) {
    return tag >= STATE && tag <= DROPPED;
  }

  private static ByteBuffer field(ByteBuffer out, int tag, int length) {
    return out.putShort((short) tag).putShort((short) CRITICAL).putInt(length);
  }

  static Manifest decode(ByteBuffer in, String file) {
    in.order(ByteOrder.LITTLE_ENDIAN);
    long generation = -1;
    long transactionTime = 0;
    long nextFile = 1;
    Map<Integer, Long> covered = new TreeMap<>();
    List<Segment> segments = new ArrayList<>();
    List<Ledger> ledgers = new ArrayList<>();
    List<RequestProgress> requests = new ArrayList<>();
    Dropped dropped = Dropped.NOTHING;
    try {
      while (in.hasRemaining()) {
        int tag = in.getShort();
        int flags = in.getShort();
        int length = in.getInt();
        if (length < 0
            || length > in.remaining()
            || (flags & ~CRITICAL) != 0
            || (tag == STATE && generation >= 0)) {
          throw new HistorianException(
              ErrorCode.CORRUPT,
              "manifest field: file="
                  + file
                  + ", field="
                  + tag
                  + ", flags="
                  + flags
                  + ", length="
                  + length);
        }
        int end = in.position() + length;
        switch (tag) {
          case STATE -> {
            generation = in.getLong();
            transactionTime = in.getLong();
            nextFile = in.getLong();
          }
          case SHARD -> covered.put(in.getInt(), in.getLong());
          case SEGMENT ->
              segments.add(
                  new Segment(
                      in.getLong(),
                      in.getInt(),
                      in.getLong(),
                      in.getLong(),
                      in.getLong(),
                      in.getLong(),
                      in.getLong(),
                      in.getLong()));
          case LEDGER -> ledgers.add(new Ledger(in.getLong(), in.getInt(), in.getLong()));
          case REQUESTS -> {
            while (in.position() < end) {
              requests.add(request(in, end, file));
            }
          }
          case DROPPED -> dropped = new Dropped(in.getLong(), in.getLong(), in.getLong());
          default -> {
            if ((flags & CRITICAL) != 0) {
              throw new HistorianException(
                  ErrorCode.FORMAT_TOO_NEW,
                  "manifest needs a newer version: file=" + file + ", field=" + tag);
            }
          }
        }
        if (in.position() != end && (in.position() > end || known(tag))) {
          throw new HistorianException(
              ErrorCode.CORRUPT,
              "manifest field has another length: file="
                  + file
                  + ", field="
                  + tag
                  + ", length="
                  + length);
        }
        in.position(end);
      }
    } catch (BufferUnderflowException e) {
      throw new HistorianException(ErrorCode.CORRUPT, "manifest ends early: file=" + file, e);
    }
    if (generation < 0) {
      throw new HistorianException(ErrorCode.CORRUPT, "manifest has no state: file=" + file);
    }
    Set<Long> numbers = new HashSet<>();
    for (Segment segment : segments) {
      check(
          numbers.add(segment.id())
              && segment.id() < nextFile
              && segment.rows() > 0
              && segment.firstTimeNs() <= segment.lastTimeNs()
              && segment.firstOrder() <= segment.lastOrder(),
          file,
          "segment",
          segment.id());
    }
    for (Ledger ledger : ledgers) {
      check(
          numbers.add(ledger.id()) && ledger.id() < nextFile && ledger.records() > 0,
          file,
          "ledger",
          ledger.id());
    }
    check(
        covered.values().stream().allMatch(each -> each >= 0 && each < SampleFrame.SEQUENCE_END),
        file,
        "covered",
        covered.size());
    return new Manifest(
        generation, covered, transactionTime, nextFile, segments, ledgers, requests, dropped);
  }

  private static RequestProgress request(ByteBuffer in, int end, String file) {
    check(end - in.position() >= REQUEST_LENGTH, file, "requests", end - in.position());
    int producer = in.getInt();
    int epoch = in.getInt();
    long sequence = in.getLong();
    int parts = in.getInt();
    long lastMicros = in.getLong();
    int words = Short.toUnsignedInt(in.getShort());
    check(8L * words <= end - in.position(), file, "requestParts", words);
    long[] stored = new long[words];
    for (int i = 0; i < words; i++) {
      stored[i] = in.getLong();
    }
    check(
        sequence > 0 && parts >= 0 && parts <= RequestProgress.PARTS_MAX && words <= 1024,
        file,
        "request",
        sequence);
    return new RequestProgress(producer, epoch, sequence, parts, lastMicros, stored);
  }

  private static void check(boolean holds, String file, String field, long value) {
    if (!holds) {
      throw new HistorianException(
          ErrorCode.CORRUPT,
          "manifest is corrupt: file=" + file + ", field=" + field + ", value=" + value);
    }
  }
}

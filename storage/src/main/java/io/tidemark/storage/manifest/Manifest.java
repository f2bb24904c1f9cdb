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
 */
public record Manifest(
    long generation,
    Map<Integer, Long> coveredSequences,
    long lastTransactionTimeMicros,
    long nextFileNumber,
    List<Segment> segments,
    List<Ledger> ledgers) {

  /**
   * A live segment.
   *
   * @param id number of its file
   * @param level 0 as sealed, higher once compacted
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
      long lastOrder) {}

  /**
   * A live ledger file: records that are not samples, as they were journaled.
   *
   * @param id number of its file
   * @param records how many
   * @param bytes length of the file
   */
  public record Ledger(long id, int records, long bytes) {}

  /*
   * Body: fields of u16 tag | u16 flags (bit 0: critical) | u32 length | data, little endian. An unknown field that
   * is critical makes the file too new; any other is skipped.
   */
  private static final int CRITICAL = 1;
  static final int STATE = 1;
  static final int SHARD = 2;
  static final int SEGMENT = 3;
  static final int LEDGER = 4;

  /** Freezes the collections. */
  public Manifest {
    coveredSequences = Map.copyOf(coveredSequences);
    segments = List.copyOf(segments);
    ledgers = List.copyOf(ledgers);
  }

  /** The state of a new store. */
  public static Manifest empty() {
    return new Manifest(0, Map.of(), 0, 1, List.of(), List.of());
  }

  /** Last journal sequence of shard 0 that the files cover; 0 for none. */
  public long coveredSequence() {
    return coveredSequences.getOrDefault(0, 0L);
  }

  ByteBuffer encode() {
    int bytes = 8 + 24 + 20 * coveredSequences.size() + 72 * segments.size() + 40 * ledgers.size();
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
    return out.flip();
  }

  private static boolean known(int tag) {
    return tag >= STATE && tag <= LEDGER;
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
    return new Manifest(generation, covered, transactionTime, nextFile, segments, ledgers);
  }

  private static void check(boolean holds, String file, String field, long value) {
    if (!holds) {
      throw new HistorianException(
          ErrorCode.CORRUPT,
          "manifest is corrupt: file=" + file + ", field=" + field + ", value=" + value);
    }
  }
}

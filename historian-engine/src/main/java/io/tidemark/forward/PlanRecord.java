package io.tidemark.forward;

import io.tidemark.storage.io.FileEnvelope;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * A record of the plan file, 48 bytes, little endian. {@code docs/format/forward-plan.md}.
 *
 * <pre>
 * 0 u8 kind | 1 u8 lane, 0 live, 1 backlog | 2..7 zero | 8 u64 a | 16 u64 b | 24 u64 c | 32 u64 d
 *   | 40 u32 zero | 44 u32 CRC-32C of bytes 0..43
 * EPOCH: a epoch, b next number | REQUEST: a epoch, b number, c first, d last sequence
 * DONE: a epoch, b number | BACKLOG: a first, b last sequence | PASSED: a next sequence
 * </pre>
 */
record PlanRecord(Kind kind, Lane lane, long a, long b, long c, long d) {
  static final int LENGTH = 48;
  private static final int CRC_OFFSET = 44;

  /** Kinds; the order is that of the file. */
  enum Kind {
    /** The lane goes on with this epoch and number. */
    EPOCH,
    /** A request is about to be sent. */
    REQUEST,
    /** The request is acknowledged. */
    DONE,
    /** Frames go behind the backlog; the live lane goes on after them. */
    BACKLOG,
    /** The lane goes on at a sequence: there is nothing to send before it. */
    PASSED
  }

  static PlanRecord epoch(Lane lane, long epoch, long number) {
    return new PlanRecord(Kind.EPOCH, lane, epoch, number, 0, 0);
  }

  static PlanRecord request(Lane lane, PlannedRequest request) {
    return new PlanRecord(
        Kind.REQUEST,
        lane,
        request.epoch(),
        request.number(),
        request.frames().first(),
        request.frames().last());
  }

  static PlanRecord done(Lane lane, PlannedRequest request) {
    return new PlanRecord(Kind.DONE, lane, request.epoch(), request.number(), 0, 0);
  }

  static PlanRecord backlog(SequenceRange frames) {
    return new PlanRecord(Kind.BACKLOG, Lane.LIVE, frames.first(), frames.last(), 0, 0);
  }

  static PlanRecord passed(Lane lane, long nextSequence) {
    return new PlanRecord(Kind.PASSED, lane, nextSequence, 0, 0, 0);
  }

  ByteBuffer encode() {
    ByteBuffer bytes = ByteBuffer.allocate(LENGTH).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(0, (byte) (kind.ordinal() + 1)).put(1, (byte) lane.ordinal());
    bytes.putLong(8, a).putLong(16, b).putLong(24, c).putLong(32, d);
    bytes.putInt(CRC_OFFSET, FileEnvelope.crc(bytes, 0, CRC_OFFSET));
    return bytes;
  }

  /** The record at an offset, or null if there is none that is whole. */
  static @Nullable PlanRecord decode(ByteBuffer bytes, int offset) {
    if (offset + LENGTH > bytes.limit()
        || bytes.getInt(offset + CRC_OFFSET) != FileEnvelope.crc(bytes, offset, CRC_OFFSET)) {
      return null;
    }
    int kind = bytes.get(offset) - 1;
    int lane = bytes.get(offset + 1);
    if (kind < 0 || kind >= Kind.values().length || lane < 0 || lane >= Lane.values().length) {
      return null;
    }
    return new PlanRecord(
        Kind.values()[kind],
        Lane.values()[lane],
        bytes.getLong(offset + 8),
        bytes.getLong(offset + 16),
        bytes.getLong(offset + 24),
        bytes.getLong(offset + 32));
  }
}

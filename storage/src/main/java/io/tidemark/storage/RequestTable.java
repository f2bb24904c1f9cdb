package io.tidemark.storage;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.SampleFrame;
import io.tidemark.storage.manifest.RequestProgress;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells repeats from what is new, for clients that number their requests: what was stored is
 * acknowledged again and not stored again, whatever got lost in between. Depends on nothing but the
 * frames in the order of the journal, so that a replay ends in the same state. One thread.
 *
 * <p>A client counts the requests of an epoch from 1; a frame carries (epoch, request, part,
 * parts), where only the last part needs to say how many there are. The next request comes after
 * all parts of the last one.
 */
final class RequestTable {
  static final int PRODUCERS_MAX = 100_000;
  static final long REMEMBERED_MICROS = 30L * 86_400 * 1_000_000;

  /* Least recently used first: who is forgotten when they are too many. */
  private final LinkedHashMap<Integer, RequestProgress> progress =
      new LinkedHashMap<>(16, 0.75f, true);

  RequestTable(List<RequestProgress> progress) {
    for (RequestProgress each : progress) {
      this.progress.put(each.producerId(), each);
    }
  }

  /**
   * Whether the frame is stored already. Does not remember it: {@link #apply} does, once it is in
   * the journal.
   *
   * @throws HistorianException {@link ErrorCode#SEQUENCE_GAP} if requests before it are missing;
   *     {@link ErrorCode#EPOCH_FENCED} if a greater epoch was seen.
   */
  boolean isRepeat(SampleFrame frame, long nowMicros) {
    long sequence = frame.requestSequence();
    if (sequence == 0) {
      return false;
    }
    int epoch = frame.producerEpoch();
    RequestProgress last = remembered(frame.producerId(), nowMicros);
    if (last != null && Integer.compareUnsigned(epoch, last.epoch()) < 0) {
      throw new HistorianException(
          ErrorCode.EPOCH_FENCED,
          "another client uses this producer with a greater epoch: epoch="
              + Integer.toUnsignedString(epoch)
              + ", newestEpoch="
              + Integer.toUnsignedString(last.epoch()),
          null,
          "stop the older client, or start again with a greater epoch and request 1",
          null);
    }
    if (last == null || epoch != last.epoch()) {
      if (sequence != 1) {
        throw gap(
            last == null ? "producer is not known (any more)" : "epoch is new", epoch, sequence, 1);
      }
      return false;
    }
    if (sequence < last.sequence()) {
      return true;
    }
    if (sequence == last.sequence()) {
      return last.has(frame.part());
    }
    long expected = last.isComplete() ? last.sequence() + 1 : last.sequence();
    if (sequence != expected) {
      throw gap(
          last.isComplete() ? "requests are missing" : "parts of the last request are missing",
          epoch,
          sequence,
          expected);
    }
    return false;
  }

  private static HistorianException gap(String what, int epoch, long sequence, long expected) {
    return new HistorianException(
        ErrorCode.SEQUENCE_GAP,
        what
            + ": epoch="
            + Integer.toUnsignedString(epoch)
            + ", request="
            + sequence
            + ", expected="
            + expected,
        null,
        "go on with the expected request, or start a greater epoch with request 1",
        null);
  }

  private @Nullable RequestProgress remembered(int producerId, long nowMicros) {
    RequestProgress last = progress.get(producerId);
    return last != null && nowMicros - last.lastMicros() > REMEMBERED_MICROS ? null : last;
  }

  /** Remembers a journaled frame. */
  void apply(SampleFrame frame) {
    long sequence = frame.requestSequence();
    if (sequence == 0) {
      return;
    }
    int producerId = frame.producerId();
    long micros = frame.transactionTimeMicros();
    RequestProgress last = remembered(producerId, micros);
    progress.put(
        producerId,
        last != null && last.epoch() == frame.producerEpoch() && last.sequence() == sequence
            ? last.plus(frame.part(), frame.parts(), micros)
            : RequestProgress.first(
                producerId, frame.producerEpoch(), sequence, frame.part(), frame.parts(), micros));
    if (progress.size() > PRODUCERS_MAX) {
      Iterator<Map.Entry<Integer, RequestProgress>> oldest = progress.entrySet().iterator();
      oldest.next();
      oldest.remove();
    }
  }

  /** All that is remembered, least recently used first. */
  List<RequestProgress> progress() {
    return List.copyOf(progress.values());
  }
}

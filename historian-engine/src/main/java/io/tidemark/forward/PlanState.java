package io.tidemark.forward;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the records of a plan, one after the other, come to: what is sent and not acknowledged, what
 * waits, and where the live lane goes on. Not safe for several threads.
 */
final class PlanState {
  private final Numbers[] numbers = {new Numbers(), new Numbers()};
  private final Deque<SequenceRange> backlog = new ArrayDeque<>();
  private long liveNext = 1;

  /** Of a lane. */
  private static final class Numbers {
    private long epoch;
    private long next = 1;
    private @Nullable PlannedRequest planned;
  }

  private Numbers of(Lane lane) {
    return numbers[lane.ordinal()];
  }

  void apply(PlanRecord record) {
    Numbers lane = of(record.lane());
    switch (record.kind()) {
      case EPOCH -> {
        lane.epoch = record.a();
        lane.next = record.b();
      }
      case REQUEST -> {
        SequenceRange frames = new SequenceRange(record.c(), record.d());
        lane.epoch = record.a();
        lane.next = record.b();
        lane.planned = new PlannedRequest(record.a(), record.b(), frames);
        if (record.lane() == Lane.LIVE) {
          liveNext = frames.last() + 1;
        }
      }
      case DONE -> {
        PlannedRequest planned = lane.planned;
        lane.next = record.b() + 1;
        lane.planned = null;
        if (planned != null && record.lane() == Lane.BACKLOG) {
          advanceBacklog(planned.frames().last() + 1);
        }
      }
      case BACKLOG -> {
        addBacklog(new SequenceRange(record.a(), record.b()));
        liveNext = record.b() + 1;
      }
      case PASSED -> {
        if (record.lane() == Lane.LIVE) {
          liveNext = record.a();
        } else {
          advanceBacklog(record.a());
        }
      }
    }
  }

  private void addBacklog(SequenceRange frames) {
    SequenceRange last = backlog.peekLast();
    if (last != null && last.last() + 1 == frames.first()) {
      backlog.removeLast();
      backlog.add(new SequenceRange(last.first(), frames.last()));
    } else {
      backlog.add(frames);
    }
  }

  private void advanceBacklog(long next) {
    while (!backlog.isEmpty() && backlog.getFirst().last() < next) {
      backlog.removeFirst();
    }
    SequenceRange first = backlog.peekFirst();
    if (first != null && first.first() < next) {
      backlog.removeFirst();
      backlog.addFirst(new SequenceRange(next, first.last()));
    }
  }

  long epoch(Lane lane) {
    return of(lane).epoch;
  }

  long nextNumber(Lane lane) {
    return of(lane).next;
  }

  @Nullable PlannedRequest planned(Lane lane) {
    return of(lane).planned;
  }

  long liveNext() {
    return liveNext;
  }

  List<SequenceRange> backlog() {
    return List.copyOf(backlog);
  }

  @Nullable SequenceRange firstBacklog() {
    return backlog.peekFirst();
  }

  int backlogRanges() {
    return backlog.size();
  }

  long backlogFrames() {
    long frames = 0;
    for (SequenceRange range : backlog) {
      frames += range.frames();
    }
    return frames;
  }

  /** The first frame that is not acknowledged: it and all after it are still needed. */
  long firstNeeded() {
    long first = liveNext;
    for (Numbers lane : numbers) {
      if (lane.planned != null) {
        first = Math.min(first, lane.planned.frames().first());
      }
    }
    SequenceRange oldest = backlog.peekFirst();
    return oldest == null ? first : Math.min(first, oldest.first());
  }

  /** Records that come to the same. */
  List<PlanRecord> records() {
    List<PlanRecord> records = new ArrayList<>();
    for (SequenceRange range : backlog) {
      records.add(PlanRecord.backlog(range));
    }
    for (Lane lane : Lane.values()) {
      Numbers its = of(lane);
      records.add(PlanRecord.epoch(lane, its.epoch, its.next));
      if (its.planned != null) {
        records.add(PlanRecord.request(lane, its.planned));
      }
    }
    records.add(PlanRecord.passed(Lane.LIVE, liveNext));
    return records;
  }
}

package io.tidemark.forward;

import io.tidemark.client.RequestSender;
import io.tidemark.model.SampleFrame;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Sends what is new, in the order in which it was written. What has waited too long to be called
 * new becomes backlog, and so does what must not overtake it: see {@link NewestTimes}.
 */
final class LiveLane extends ForwardLane {
  /** Frames that are looked through before the plan hears of it. */
  private static final int SLICE_FRAMES = 512;

  /** Gaps in the backlog beyond which nothing overtakes it any more. */
  private static final int RANGES_MAX = 1024;

  private final NewestTimes newest = new NewestTimes();

  /* Backlog of an earlier run, whose newest times are not known yet. */
  private final Deque<SequenceRange> unknown;

  LiveLane(ForwardParts parts, RequestSender sender) {
    super(Lane.LIVE, parts, sender);
    unknown = new ArrayDeque<>(plan.backlog());
  }

  @Override
  int planNext() throws IOException {
    if (!unknown.isEmpty()) {
      lookThroughOldBacklog();
      return 1;
    }
    if (plan.backlogRanges() == 0) {
      newest.clear();
    }
    long synced = store.writer().syncedSequence();
    long first = plan.liveNext();
    reader.seek(first);
    SampleFrame frame = reader.next(synced);
    if (frame == null) {
      oldest(0);
      plan.force(); // so that the journal is held no longer than needed
      return 0;
    }
    oldest(frame.transactionTimeMicros());
    if (isOld(frame)) {
      return moveToBacklog(frame, first, synced);
    }
    if (!newest.mayPass(frame)) {
      if (plan.backlogRanges() >= RANGES_MAX) {
        return 0;
      }
      newest.add(frame);
      plan.add(PlanRecord.backlog(new SequenceRange(first, frame.journalSequence())));
      return 1;
    }
    samples.clear();
    long last = frame.journalSequence();
    samples.add(frame);
    while (!isFull()) {
      frame = reader.next(synced);
      if (frame == null || !newest.mayPass(frame)) {
        break;
      }
      last = frame.journalSequence();
      samples.add(frame);
    }
    if (samples.count() == 0) {
      if (!sendDefinitions()) {
        return 0;
      }
      plan.add(PlanRecord.passed(Lane.LIVE, last + 1));
      return 1;
    }
    planRequest(new SequenceRange(first, last));
    return 1;
  }

  private boolean isOld(SampleFrame frame) {
    return nowMicros() - frame.transactionTimeMicros() > liveLagMicros();
  }

  /** Puts frames behind the backlog for as long as they are old; how far they reach. */
  private int moveToBacklog(SampleFrame oldest, long first, long synced) throws IOException {
    SampleFrame frame = oldest;
    long last = first;
    int count = 0;
    while (frame != null && isOld(frame)) {
      newest.add(frame);
      last = frame.journalSequence();
      count++;
      frame = count == SLICE_FRAMES ? null : reader.next(synced);
    }
    plan.add(PlanRecord.backlog(new SequenceRange(first, last)));
    return 1;
  }

  private void lookThroughOldBacklog() throws IOException {
    SequenceRange range = unknown.removeFirst();
    reader.seek(range.first());
    long next = range.first();
    for (int i = 0; i < SLICE_FRAMES; i++) {
      SampleFrame frame = reader.next(range.last());
      if (frame == null) {
        return;
      }
      newest.add(frame);
      next = frame.journalSequence() + 1;
    }
    if (next <= range.last()) {
      unknown.addFirst(new SequenceRange(next, range.last()));
    }
  }
}

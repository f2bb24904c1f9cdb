package io.tidemark.forward;

import io.tidemark.client.RequestSender;
import java.io.IOException;

/** Sends what waited, oldest first, beside what is new. */
final class BacklogLane extends ForwardLane {
  BacklogLane(ForwardParts parts, RequestSender sender) {
    super(Lane.BACKLOG, parts, sender);
  }

  @Override
  int planNext() throws IOException {
    SequenceRange range = plan.firstBacklog();
    if (range == null) {
      oldest(0);
      return 0;
    }
    long last = fill(range.first(), range.last());
    if (samples.count() == 0) {
      if (!sendDefinitions()) {
        return 0;
      }
      plan.add(PlanRecord.passed(Lane.BACKLOG, last + 1));
      return 1;
    }
    planRequest(new SequenceRange(range.first(), last));
    return 1;
  }
}

package io.tidemark.forward;

import io.tidemark.client.OutgoingRequest;
import io.tidemark.client.RequestNumber;
import io.tidemark.client.RequestOutcome;
import io.tidemark.client.RequestSender;
import io.tidemark.forward.arrow.SampleStream;
import io.tidemark.model.Agent;
import io.tidemark.model.SampleFrame;
import io.tidemark.model.TagDefinition;
import io.tidemark.storage.SampleStore;
import io.tidemark.storage.journal.JournalReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One way to the server: plans a request, brings the plan to the disk, sends it until it is
 * acknowledged, and plans the next. One thread; {@link #stop} and the figures are for any.
 */
abstract class ForwardLane implements Agent {
  private static final Logger LOG = LoggerFactory.getLogger(ForwardLane.class);

  /** Bytes of frames after which a request takes no further one. */
  private static final long FRAME_BYTES_MAX = 8L << 20;

  /** After this time a request that was refused as a whole is sent again. */
  private static final long REFUSED_PAUSE_NS = 5_000_000_000L;

  private static final String PATH = "/api/v1/write";

  final Lane lane;
  final ForwardPlan plan;
  final JournalReader reader;
  final RequestSamples samples = new RequestSamples();
  final SampleStore store;
  private final ForwardParts parts;
  private final RequestSender sender;
  private final SampleStream stream;
  private final RequestLimits limits;
  private boolean hasFreshEpoch;
  private boolean isLoaded;
  private long resumeNanos;

  /* Written by the lane's thread. */
  private volatile @Nullable RequestOutcome refusal;
  private volatile long refusedSinceNanos;
  private volatile long samplesSent;
  private volatile long requestsSent;
  private volatile long oldestMicros;
  private volatile boolean stopped;

  /** How much a request may have; less once a server found one too long. */
  private static final class RequestLimits {
    private final int samples;
    private long frameBytes = FRAME_BYTES_MAX;

    RequestLimits(int samples) {
      this.samples = samples;
    }

    boolean isFull(RequestSamples of) {
      return of.count() >= samples || of.frameBytes() >= frameBytes;
    }
  }

  ForwardLane(Lane lane, ForwardParts parts, RequestSender sender) {
    this.lane = lane;
    this.parts = parts;
    this.sender = sender;
    plan = parts.plan();
    store = parts.store();
    reader = store.journalReader();
    stream = new SampleStream(this::tagName);
    limits = new RequestLimits(parts.config().requestSamples());
    resumeNanos = parts.nanoClock().getAsLong();
  }

  private String tagName(int tagId) {
    TagDefinition tag = store.tags().byId(tagId);
    return tag == null ? "#" + tagId : tag.name(); // its record was lost; the samples still count
  }

  @Override
  public String roleName() {
    return "forward-" + lane.label();
  }

  @Override
  public int doWork() {
    if (stopped || parts.nanoClock().getAsLong() - resumeNanos < 0) {
      return 0;
    }
    try {
      PlannedRequest planned = plan.planned(lane);
      if (planned != null) {
        if (!isLoaded) {
          load(planned.frames());
        }
        return send(planned);
      }
      return planNext();
    } catch (IOException e) {
      throw new UncheckedIOException("forwarding failed: lane=" + lane.label(), e);
    }
  }

  /**
   * Plans a request, or says that there is nothing to send; 1 if there may be more to do at once.
   */
  abstract int planNext() throws IOException;

  /** Whether the request is as long as it may be. */
  final boolean isFull() {
    return limits.isFull(samples);
  }

  final long nowMicros() {
    return parts.epochMicros().getAsLong();
  }

  final long liveLagMicros() {
    return parts.config().liveLagNs() / 1_000;
  }

  final void oldest(long micros) {
    oldestMicros = micros;
  }

  /** Reads frames up to a sequence, or until the request is full; the last sequence read. */
  final long fill(long first, long last) throws IOException {
    samples.clear();
    reader.seek(first);
    long at = first - 1;
    while (at < last && !isFull()) {
      SampleFrame frame = reader.next(last);
      if (frame == null) {
        return last; // they are gone, recovery said so
      }
      at = frame.journalSequence();
      samples.add(frame);
    }
    return at;
  }

  /** Plans a request of the frames that were read. */
  final void planRequest(SequenceRange frames) throws IOException {
    oldest(samples.firstMicros());
    if (!hasFreshEpoch) {
      // So that nothing which a copy of this store sent before can be taken for ours.
      hasFreshEpoch = true;
      plan.add(PlanRecord.epoch(lane, greaterEpoch(), 1));
    }
    plan.add(
        PlanRecord.request(
            lane, new PlannedRequest(plan.epoch(lane), plan.nextNumber(lane), frames)));
    isLoaded = true;
  }

  private long greaterEpoch() {
    return Math.max(plan.epoch(lane) + 1, nowMicros() / 1_000_000);
  }

  private void load(SequenceRange frames) throws IOException {
    samples.clear();
    reader.seek(frames.first());
    long skipped = reader.skipped();
    for (SampleFrame frame = reader.next(frames.last());
        frame != null;
        frame = reader.next(frames.last())) {
      samples.add(frame);
    }
    oldest(samples.firstMicros());
    isLoaded = true;
    if (reader.skipped() > skipped) {
      LOG.error(
          "frames of a request are gone from the journal, it is sent without them: first={},"
              + " last={}, missing={}",
          frames.first(),
          frames.last(),
          reader.skipped() - skipped);
    }
  }

  /** Tells the server of tags in frames that have no samples; false if it was not told. */
  final boolean sendDefinitions() {
    RequestOutcome failed = parts.sentTags().send(samples, sender);
    return failed == null || isSettled(failed);
  }

  private int send(PlannedRequest planned) throws IOException {
    if (!sendDefinitions()) {
      return 0;
    }
    plan.force();
    RequestOutcome outcome =
        sender.send(
            new OutgoingRequest(
                "POST",
                PATH,
                SampleStream.CONTENT_TYPE,
                stream.encode(samples),
                new RequestNumber(
                    parts.config().name() + "/" + lane.label(),
                    planned.epoch(),
                    planned.number())));
    if (outcome.isStored()) {
      return sent(planned, outcome);
    }
    if (outcome.code().equals(RequestOutcome.SEQUENCE_GAP)) {
      // The server has forgotten this lane, or lost its last requests: this one is not stored.
      LOG.warn("server does not know the last request: lane={}, {}", lane, outcome.message());
      plan.add(PlanRecord.request(lane, new PlannedRequest(greaterEpoch(), 1, planned.frames())));
      return 1;
    }
    if (outcome.status() == 413 && samples.frames() > 1) {
      limits.frameBytes = Math.max(1, samples.frameBytes() / 2);
      long last = fill(planned.frames().first(), planned.frames().last());
      plan.add(
          PlanRecord.request(
              lane,
              new PlannedRequest(
                  planned.epoch(),
                  planned.number(),
                  new SequenceRange(planned.frames().first(), last))));
      return 1;
    }
    isSettled(outcome);
    return 0;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // one thread sends
  private int sent(PlannedRequest planned, RequestOutcome outcome) throws IOException {
    boolean wasFull = isFull();
    refusal = null;
    if (outcome.refusedCount() > 0) {
      parts.refused().samples(outcome, samples);
    }
    plan.add(PlanRecord.done(lane, planned));
    samplesSent += samples.count() - outcome.refusedCount();
    requestsSent++;
    isLoaded = false;
    return wasFull || lane == Lane.BACKLOG ? 1 : 0;
  }

  /** Notes a request that was refused as a whole; always false, for nothing is settled by it. */
  private boolean isSettled(RequestOutcome outcome) {
    if (outcome.kind() == RequestOutcome.Kind.REFUSED) {
      long now = parts.nanoClock().getAsLong();
      if (refusal == null) {
        refusedSinceNanos = now;
        LOG.warn(
            "server refuses what is forwarded, it is kept and sent again: lane={}, status={}, {}:"
                + " {}",
            lane.label(),
            outcome.status(),
            outcome.code(),
            outcome.message());
      }
      refusal = outcome;
      resumeNanos = now + REFUSED_PAUSE_NS;
    }
    return false;
  }

  /** Gives up what is under way: the next start sends it again. Any thread. */
  void stop() {
    stopped = true;
    sender.close();
  }

  /** Lets go of files and memory. The thread must have ended. */
  void close() throws IOException {
    stream.close();
    reader.close();
  }

  long samplesSent() {
    return samplesSent;
  }

  long requestsSent() {
    return requestsSent;
  }

  long repeats() {
    return sender.repeats();
  }

  /** Age of what is sent or waits first, 0 if nothing does. */
  double lagSeconds() {
    long oldest = oldestMicros;
    return oldest == 0 ? 0 : Math.max(0, nowMicros() - oldest) / 1e6;
  }

  /** What keeps the lane from sending, or null. */
  ForwardStatus.@Nullable Trouble trouble() {
    RequestOutcome refused = refusal;
    long now = parts.nanoClock().getAsLong();
    if (refused != null) {
      return new ForwardStatus.Trouble(
          lane.label(),
          now - refusedSinceNanos,
          "status=" + refused.status() + ", " + refused.code() + ": " + refused.message());
    }
    RequestSender.Trouble unreachable = sender.trouble();
    return unreachable == null
        ? null
        : new ForwardStatus.Trouble(
            lane.label(), now - unreachable.sinceNanos(), unreachable.reason());
  }
}

package io.tidemark.ingest;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.IJJ_Result;
import org.openjdk.jcstress.infra.results.IJ_Result;

/** A request's thread offers while the agents complete. */
public final class AckStress {
  private AckStress() {}

  /** An acknowledgement with frames under way. */
  private static Ack offered(AtomicInteger releases, int frames) {
    Ack ack = new Ack(AckLevel.SYNCED, releases::incrementAndGet);
    for (int i = 0; i < frames; i++) {
      ack.frameOffered();
    }
    return ack;
  }

  /** The journal sequence; -1 if it is not done, -2 if it was refused. */
  private static long outcome(Ack ack) {
    try {
      return ack.await(0, TimeUnit.NANOSECONDS);
    } catch (HistorianException e) {
      return e.code() == ErrorCode.UNAVAILABLE ? -1 : -2;
    }
  }

  /** Whoever comes last releases the slot, once, and the answer names the greatest sequence. */
  @JCStressTest
  @Outcome(id = "1, 7, 70", expect = Expect.ACCEPTABLE, desc = "released once, greatest sequence")
  @Outcome(expect = Expect.FORBIDDEN, desc = "released twice or never, or another sequence")
  @State
  public static class LastOneReleasesOnce {
    private final AtomicInteger releases = new AtomicInteger();
    private final Ack ack = offered(releases, 2);

    /** No more frames come. */
    @Actor
    public void request() {
      ack.lastFrameOffered();
    }

    /** Both frames are done. */
    @Actor
    public void agent() {
      ack.frameDone(5, 50);
      ack.frameDone(7, 70);
    }

    /** What is left. */
    @Arbiter
    public void after(IJJ_Result r) {
      r.r1 = releases.get();
      r.r2 = outcome(ack);
      r.r3 = ack.transactionTimeMicros();
    }
  }

  /** Never done while a frame is under way, however early its predecessors were done. */
  @JCStressTest
  @Outcome(id = "1, 9", expect = Expect.ACCEPTABLE, desc = "both frames")
  @Outcome(expect = Expect.FORBIDDEN, desc = "done before its second frame, or never")
  @State
  public static class NotDoneBetweenFrames {
    private final AtomicInteger releases = new AtomicInteger();
    private final Ack ack = offered(releases, 1);

    /** One more frame and the end, which the agent completes afterwards. */
    @Actor
    public void request() {
      ack.frameOffered();
      ack.lastFrameOffered();
    }

    /** The first frame is done. */
    @Actor
    public void agent() {
      ack.frameDone(8, 80);
    }

    /** The second frame. */
    @Arbiter
    public void after(IJ_Result r) {
      boolean early = releases.get() > 0 || outcome(ack) >= 0;
      ack.frameDone(9, 90);
      r.r1 = early ? -1 : releases.get();
      r.r2 = outcome(ack);
    }
  }

  /** One frame refused by one agent, one completed by the other: refused, released once. */
  @JCStressTest
  @Outcome(id = "1, -2", expect = Expect.ACCEPTABLE, desc = "refused")
  @Outcome(expect = Expect.FORBIDDEN, desc = "acknowledged in spite of a refusal")
  @State
  public static class RefusedIsNeverAcknowledged {
    private final AtomicInteger releases = new AtomicInteger();
    private final Ack ack = offered(releases, 2);

    /** Ends the request. */
    public RefusedIsNeverAcknowledged() {
      ack.lastFrameOffered();
    }

    /** Refuses. */
    @Actor
    public void appendAgent() {
      ack.frameRefused(new HistorianException(ErrorCode.DISK_FULL, "full"));
    }

    /** Completes. */
    @Actor
    public void syncAgent() {
      ack.frameDone(7, 70);
    }

    /** What is left. */
    @Arbiter
    public void after(IJ_Result r) {
      r.r1 = releases.get();
      r.r2 = outcome(ack);
    }
  }

  /** Whoever sees the answer finds the slot given back and the transaction time filled in. */
  @JCStressTest
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "not yet")
  @Outcome(id = "1, 70", expect = Expect.ACCEPTABLE, desc = "released, with its time")
  @Outcome(expect = Expect.FORBIDDEN, desc = "answered before it was released or timed")
  @State
  public static class AnswerComesLast {
    private final AtomicInteger releases = new AtomicInteger();
    private final Ack ack = offered(releases, 1);

    /** Ends the request. */
    public AnswerComesLast() {
      ack.lastFrameOffered();
    }

    /** Completes. */
    @Actor
    public void agent() {
      ack.frameDone(7, 70);
    }

    /** Asks. */
    @Actor
    public void waiter(II_Result r) {
      if (outcome(ack) == 7) {
        r.r1 = releases.get();
        r.r2 = (int) ack.transactionTimeMicros();
      }
    }
  }
}

package io.tidemark.ingest;

import io.tidemark.model.HistorianException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** Requests take and give back slots at the same time. */
public final class AckTableStress {
  private AckTableStress() {}

  private static Ack open(AckTable table) {
    try {
      return table.open(AckLevel.SYNCED);
    } catch (HistorianException e) {
      return null;
    }
  }

  /** Takes a slot, finds itself there, gives it back: 1; 0 if there was none, -1 if it is wrong. */
  private static int openAndRelease(AckTable table) {
    Ack ack = open(table);
    if (ack == null) {
      return 0;
    }
    boolean own = ack.equals(table.get(ack.slot()));
    ack.lastFrameOffered();
    return own ? 1 : -1;
  }

  /** A slot belongs to one request at a time, and comes back. */
  @JCStressTest
  @Outcome(id = "1, 1, 1", expect = Expect.ACCEPTABLE, desc = "one after the other")
  @Outcome(id = "1, 0, 1", expect = Expect.ACCEPTABLE, desc = "the second was pushed back")
  @Outcome(id = "0, 1, 1", expect = Expect.ACCEPTABLE, desc = "the first was pushed back")
  @Outcome(expect = Expect.FORBIDDEN, desc = "two in one slot, both pushed back, or a slot lost")
  @State
  public static class OneSlotForTwo {
    private final AckTable table = new AckTable(1);

    /** One request. */
    @Actor
    public void one(III_Result r) {
      r.r1 = openAndRelease(table);
    }

    /** Another. */
    @Actor
    public void another(III_Result r) {
      r.r2 = openAndRelease(table);
    }

    /** The slot is free again, and empty. */
    @Arbiter
    public void after(III_Result r) {
      r.r3 = table.get(1) == null ? openAndRelease(table) : -2;
    }
  }

  /** With a slot for each nobody is pushed back, and each has its own. */
  @JCStressTest
  @Outcome(id = "1, 2", expect = Expect.ACCEPTABLE, desc = "each its own")
  @Outcome(id = "2, 1", expect = Expect.ACCEPTABLE, desc = "each its own")
  @Outcome(expect = Expect.FORBIDDEN, desc = "the same slot twice, or none")
  @State
  public static class TwoSlotsForTwo {
    private final AckTable table = new AckTable(2);

    /** One request. */
    @Actor
    public void one(II_Result r) {
      r.r1 = slot(open(table));
    }

    /** Another. */
    @Actor
    public void another(II_Result r) {
      r.r2 = slot(open(table));
    }

    private int slot(Ack ack) {
      return ack != null && ack.equals(table.get(ack.slot())) ? ack.slot() : -1;
    }
  }
}

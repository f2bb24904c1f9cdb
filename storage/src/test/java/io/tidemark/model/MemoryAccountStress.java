package io.tidemark.model;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIJ_Result;

/** Threads of one query take bytes out of its account. */
public final class MemoryAccountStress {
  private MemoryAccountStress() {}

  private static int reserve(MemoryAccount account, long bytes) {
    try {
      account.reserve(bytes);
      return 1;
    } catch (HistorianException e) {
      return 0;
    }
  }

  /** Both fit alone and not together: one gets them. */
  @JCStressTest
  @Outcome(id = "1, 0, 60", expect = Expect.ACCEPTABLE, desc = "the first")
  @Outcome(id = "0, 1, 70", expect = Expect.ACCEPTABLE, desc = "the second")
  @Outcome(expect = Expect.FORBIDDEN, desc = "both, or neither")
  @State
  public static class OneOfTwoGetsThem {
    private final MemoryAccount account = new MemoryAccount(100);

    /** Sixty. */
    @Actor
    public void sixty(IIJ_Result r) {
      r.r1 = reserve(account, 60);
    }

    /** Seventy. */
    @Actor
    public void seventy(IIJ_Result r) {
      r.r2 = reserve(account, 70);
    }

    /** What is held. */
    @Arbiter
    public void after(IIJ_Result r) {
      r.r3 = account.bytes();
    }
  }

  /** One that is refused takes nothing from one that fits. */
  @JCStressTest
  @Outcome(id = "0, 10, 50", expect = Expect.ACCEPTABLE, desc = "each by its own size")
  @Outcome(expect = Expect.FORBIDDEN, desc = "what fits was refused")
  @State
  public static class RefusedTakesNothing {
    private final MemoryAccount account = new MemoryAccount(100);

    /** Never fits. */
    @Actor
    public void tooMany(IIJ_Result r) {
      r.r1 = reserve(account, 200);
    }

    /** Ten that always fit. */
    @Actor
    public void few(IIJ_Result r) {
      for (int i = 0; i < 10; i++) {
        r.r2 += reserve(account, 5);
      }
    }

    /** What is held. */
    @Arbiter
    public void after(IIJ_Result r) {
      r.r3 = account.bytes();
    }
  }
}

package io.tidemark.catalog;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** One thread makes a producer known while others look it up. */
public final class ProducerTableStress {
  private ProducerTableStress() {}

  /** A number that is found by a name has that name: frames carry numbers only. */
  @JCStressTest
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "not yet")
  @Outcome(id = "7, 1", expect = Expect.ACCEPTABLE, desc = "number and name")
  @Outcome(expect = Expect.FORBIDDEN, desc = "a number without its name")
  @State
  public static class FoundNumberHasItsName {
    private final ProducerTable table = new ProducerTable();

    /** Makes it known. */
    @Actor
    public void writer() {
      table.apply(new CatalogRecord.Producer(7, "P"));
    }

    /** Looks up. */
    @Actor
    public void reader(II_Result r) {
      Integer id = table.find("P");
      r.r1 = id == null ? 0 : id;
      r.r2 = id == null ? 0 : "P".equals(table.name(id)) ? 1 : 0;
    }
  }
}

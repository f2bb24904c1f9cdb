package io.tidemark.catalog;

import io.tidemark.model.DuplicateRule;
import io.tidemark.model.SampleType;
import io.tidemark.model.TagDefinition;
import java.util.List;
import java.util.UUID;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** One thread applies definitions of tags while others look them up. */
public final class TagTableStress {
  private static final TagDefinition FIRST = tag(1);
  private static final TagDefinition SECOND = tag(2);

  private TagTableStress() {}

  private static TagDefinition tag(int version) {
    return new TagDefinition(
        2000,
        new UUID(1, 2),
        "T",
        SampleType.FLOAT64,
        "",
        "",
        false,
        Double.NaN,
        Double.NaN,
        List.of(),
        DuplicateRule.REPLACE,
        false,
        version,
        "test",
        0);
  }

  /** A definition found by its name is found by its id: frames carry ids only. */
  @JCStressTest
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "not yet")
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "by name and by id")
  @Outcome(expect = Expect.FORBIDDEN, desc = "a name without a definition of its id")
  @State
  public static class FoundByNameIsFoundById {
    private final TagTable table = new TagTable();

    /** Applies. */
    @Actor
    public void writer() {
      table.apply(FIRST);
    }

    /** Looks up. */
    @Actor
    public void reader(II_Result r) {
      TagDefinition found = table.find("T");
      r.r1 = found == null ? 0 : 1;
      r.r2 = found == null ? 0 : table.byId(found.id()) == null ? 0 : 1;
    }
  }

  /** Whoever reads a generation finds all that was applied up to it, in every way of asking. */
  @JCStressTest
  @Outcome(id = "0, [01], [01]", expect = Expect.ACCEPTABLE, desc = "not yet, or just now")
  @Outcome(id = "1, 1, 1", expect = Expect.ACCEPTABLE, desc = "told and there")
  @Outcome(expect = Expect.FORBIDDEN, desc = "told and not there")
  @State
  public static class GenerationComesLast {
    private final TagTable table = new TagTable();

    /** Applies. */
    @Actor
    public void writer() {
      table.apply(FIRST);
    }

    /** Reads the generation, then by pattern and as a list. */
    @Actor
    public void reader(III_Result r) {
      r.r1 = (int) table.generation();
      r.r2 = table.match("*").size();
      r.r3 = table.all().size();
    }
  }

  /** Versions of a tag never go back for one reader, whichever way it asks. */
  @JCStressTest
  @Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "versions only rise")
  @Outcome(expect = Expect.FORBIDDEN, desc = "an older version after a newer one")
  @State
  public static class VersionsOnlyRise {
    private final TagTable table = new TagTable();

    /** A table that knows the first version. */
    public VersionsOnlyRise() {
      table.apply(FIRST);
    }

    /** Applies the second. */
    @Actor
    public void writer() {
      table.apply(SECOND);
    }

    /** By pattern, then by name, then by id: the order in which they are written, backwards. */
    @Actor
    public void reader(I_Result r) {
      int byPattern = table.match("*").getFirst().version();
      TagDefinition byName = table.find("T");
      TagDefinition byId = table.byId(FIRST.id());
      r.r1 =
          byName != null
                  && byId != null
                  && byName.version() >= byPattern
                  && byId.version() >= byName.version()
              ? 1
              : 0;
    }
  }
}

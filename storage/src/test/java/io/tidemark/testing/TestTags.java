package io.tidemark.testing;

import io.tidemark.model.DuplicateRule;
import io.tidemark.model.SampleType;
import io.tidemark.model.TagDefinition;
import java.util.List;
import java.util.UUID;

/** Tags of which only the type, the shape and the rule matter. */
public final class TestTags {
  private TestTags() {}

  /** A tag {@code T<id>} without unit, range and states. */
  public static TagDefinition tag(int id, SampleType type, boolean stepped, DuplicateRule rule) {
    return new TagDefinition(
        id,
        new UUID(7, id),
        "T" + id,
        type,
        "",
        "",
        stepped,
        Double.NaN,
        Double.NaN,
        List.of(),
        rule,
        false,
        1,
        "test",
        0);
  }
}

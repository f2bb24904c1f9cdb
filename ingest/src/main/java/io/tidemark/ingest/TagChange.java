package io.tidemark.ingest;

import io.tidemark.model.DuplicateRule;
import io.tidemark.model.SampleType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to set of a tag; null leaves a field as it is, or at its default for a new tag.
 *
 * @param type type of new samples; float64 by default
 * @param uom unit of measure
 * @param description text for people
 * @param stepped whether a value holds until the next sample
 * @param rangeLow lower end of the instrument range
 * @param rangeHigh upper end of the instrument range
 * @param states names of the states of a digital tag, by ordinal
 * @param duplicates what a second sample of the same time means
 * @param forecast whether its samples lie in the future by their nature
 */
public record TagChange(
    @Nullable SampleType type,
    @Nullable String uom,
    @Nullable String description,
    @Nullable Boolean stepped,
    @Nullable Double rangeLow,
    @Nullable Double rangeHigh,
    @Nullable List<String> states,
    @Nullable DuplicateRule duplicates,
    @Nullable Boolean forecast) {

  /** A tag of a type and nothing else. */
  public static TagChange ofType(SampleType type) {
    return new TagChange(type, null, null, null, null, null, null, null, null);
  }
}

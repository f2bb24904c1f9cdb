package io.tidemark.csv;

import io.tidemark.model.SampleType;
import java.util.List;

/**
 * A tag that a CSV file holds: a column of the wide form, a tag name of the long form.
 *
 * @param heading heading of its column
 * @param tag name of the tag
 * @param type type given or found out
 * @param uom unit of measure, empty if unknown
 * @param stepped whether values hold until the next one
 * @param states texts in the order they appear, for a digital column; else empty
 * @param values cells with a value
 * @param badValues cells that are blank or a bad-value word
 */
public record CsvColumn(
    String heading,
    String tag,
    SampleType type,
    String uom,
    boolean stepped,
    List<String> states,
    long values,
    long badValues) {

  /** The same with another type. */
  CsvColumn withType(SampleType other) {
    return new CsvColumn(
        heading,
        tag,
        other,
        uom,
        stepped || !other.isContinuous(),
        other == SampleType.DIGITAL ? states : List.of(),
        values,
        badValues);
  }
}

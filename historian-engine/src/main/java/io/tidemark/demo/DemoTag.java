package io.tidemark.demo;

import io.tidemark.model.SampleType;
import java.util.List;

/**
 * An instrument of the demo plant.
 *
 * @param name name of its tag, for example {@code R1.TIC101.PV}
 * @param type type of its samples: float64, digital or string
 * @param uom unit of measure, empty if none
 * @param description text for people
 * @param stepped whether a value holds until the next sample
 * @param rangeLow lower end of the instrument range, NaN if none
 * @param rangeHigh upper end of the instrument range, NaN if none
 * @param states names of the states by ordinal, empty unless digital
 */
public record DemoTag(
    String name,
    SampleType type,
    String uom,
    String description,
    boolean stepped,
    double rangeLow,
    double rangeHigh,
    List<String> states) {

  /** Freezes the states. */
  public DemoTag {
    states = List.copyOf(states);
  }
}

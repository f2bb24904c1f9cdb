package io.tidemark.model;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the historian knows about a tag. Immutable; a change makes a new one with a higher version.
 *
 * @param id dense number in this store, never reused
 * @param uuid identity across stores and renames
 * @param name unique name
 * @param type type of new samples; stored ones keep theirs
 * @param uom unit of measure, empty if none
 * @param description text for people, empty if none
 * @param stepped whether a value holds until the next sample; always true for digital, bool and
 *     text
 * @param rangeLow lower end of the instrument range, NaN if unknown
 * @param rangeHigh upper end of the instrument range, NaN if unknown
 * @param states names of the states of a digital tag by ordinal, else empty
 * @param duplicates what a second sample of the same time means
 * @param forecast whether its samples lie in the future by their nature
 * @param version 1 for the first definition
 * @param changedBy name of the principal that made this version
 * @param changedAtMicros transaction time of this version, microseconds since the epoch
 */
public record TagDefinition(
    int id,
    UUID uuid,
    String name,
    SampleType type,
    String uom,
    String description,
    boolean stepped,
    double rangeLow,
    double rangeHigh,
    List<String> states,
    DuplicateRule duplicates,
    boolean forecast,
    int version,
    String changedBy,
    long changedAtMicros) {

  /** Longest name, in UTF-8 bytes. */
  public static final int NAME_BYTES_MAX = 512;

  /** Longest description, in characters. */
  public static final int DESCRIPTION_CHARS_MAX = 4096;

  /** Longest unit of measure, in characters. */
  public static final int UOM_CHARS_MAX = 64;

  /** Most states of a digital tag. */
  public static final int STATES_MAX = 4096;

  /** Freezes the states and forces step on what cannot be drawn as a line. */
  public TagDefinition {
    states = List.copyOf(states);
    stepped = stepped || !type.isContinuous();
  }

  /** The state's name; {@code #17} for an ordinal that has none. */
  public String stateText(long ordinal) {
    return ordinal >= 0 && ordinal < states.size() ? states.get((int) ordinal) : "#" + ordinal;
  }

  /** The text of a row's value, or of its state; null if its type has none. */
  public @Nullable String text(SampleBlock block, int row) {
    return switch (block.type()) {
      case STRING -> block.texts()[row];
      case DIGITAL -> stateText(block.longs()[row]);
      default -> null;
    };
  }

  /** The ordinal of a state, or -1. */
  public int stateOrdinal(String text) {
    return states.indexOf(text);
  }
}

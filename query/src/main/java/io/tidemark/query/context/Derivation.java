package io.tidemark.query.context;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.SampleBlock;
import io.tidemark.model.SampleType;
import io.tidemark.model.TagDefinition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How batches and phases of a unit are told from the values of a batch tag, a phase tag or both.
 *
 * <p>A value of the batch tag is the batch's id, or, for bool and digital tags, says only that
 * there is one. Without a batch tag there is one while there is a phase. Lists are written as
 * texts: {@code Idle|Clean} and {@code 1=Heat|2=Cool}.
 *
 * @param id its key
 * @param unitId where the batches run
 * @param batchTag name of a tag, or null
 * @param phaseTag name of a tag, or null; one of both is there
 * @param idleStates values that mean that there is nothing
 * @param phaseNames names of phases by value; others are named as their value
 * @param productId of the batches, or null
 * @param batchPrefix before the batch's id; null for none
 * @param minimumNs shorter ones are left out, once they have ended
 * @param active whether it is at work
 */
public record Derivation(
    String id,
    String unitId,
    @Nullable String batchTag,
    @Nullable String phaseTag,
    Set<String> idleStates,
    Map<String, String> phaseNames,
    @Nullable String productId,
    @Nullable String batchPrefix,
    long minimumNs,
    boolean active) {

  /** State of a batch tag that does not say which batch. */
  public static final String SOME_BATCH = "";

  private static final int STATES_MAX = 1_000;
  private static final int PREFIX_CHARS_MAX = 64;
  private static final double MINIMUM_SECONDS_MAX = 366 * 86_400.0;
  private static final String SEPARATOR = "\\|";

  /** Reads a row of kind DERIVATIONS. */
  public static Derivation of(ContextRow row) {
    return of(ContextFields.of(ContextKind.DERIVATIONS), row.values());
  }

  private static Derivation of(ContextFields fields, List<@Nullable Object> values) {
    Double minimum = (Double) values.get(fields.column("minimum_seconds"));
    Boolean active = (Boolean) values.get(fields.column("active"));
    return new Derivation(
        String.valueOf(values.getFirst()),
        String.valueOf(fields.text(values, "unit_id")),
        fields.text(values, "batch_tag"),
        fields.text(values, "phase_tag"),
        Set.copyOf(states(fields.text(values, "idle_states"))),
        names(fields, fields.text(values, "phase_names")),
        fields.text(values, "product_id"),
        fields.text(values, "batch_prefix"),
        minimum == null ? 0 : Math.round(minimum * 1e9),
        active == null || active);
  }

  /**
   * Checks the values of a row.
   *
   * @throws HistorianException with the field at fault
   */
  static void check(ContextFields fields, List<@Nullable Object> values) {
    Derivation read = of(fields, values);
    if (read.batchTag == null && read.phaseTag == null) {
      throw fields.error(
          ErrorCode.MISSING_FIELD,
          fields.column("batch_tag"),
          "batchTag or phaseTag is required; active=false ends a derivation");
    }
    Double minimum = (Double) values.get(fields.column("minimum_seconds"));
    if (minimum != null && (minimum < 0 || minimum > MINIMUM_SECONDS_MAX)) {
      throw fields.error(
          ErrorCode.OUT_OF_RANGE,
          fields.column("minimum_seconds"),
          "number is out of range: field=minimumSeconds, value=%s, min=0, max=%s"
              .formatted(minimum, MINIMUM_SECONDS_MAX));
    }
    if (read.batchPrefix != null && !isId(read.batchPrefix + "1", PREFIX_CHARS_MAX + 1)) {
      throw fields.error(
          ErrorCode.BAD_NAME,
          fields.column("batch_prefix"),
          "batchPrefix cannot begin an id: value=%s, charactersMax=%d"
              .formatted(ErrorText.quote(read.batchPrefix), PREFIX_CHARS_MAX));
    }
    for (String column : List.of("idle_states", "phase_names")) {
      int count = states(fields.text(values, column)).size();
      if (count > STATES_MAX) {
        throw fields.error(
            ErrorCode.TOO_MANY,
            fields.column(column),
            "too many states: field=%s, states=%d, statesMax=%d"
                .formatted(fields.name(fields.column(column)), count, STATES_MAX));
      }
    }
  }

  private static List<String> states(@Nullable String text) {
    List<String> states = new ArrayList<>();
    if (text != null) {
      for (String part : text.split(SEPARATOR, -1)) {
        if (!part.isBlank()) {
          states.add(part.strip());
        }
      }
    }
    return states;
  }

  private static Map<String, String> names(ContextFields fields, @Nullable String text) {
    Map<String, String> names = new HashMap<>();
    for (String part : states(text)) {
      int equals = part.lastIndexOf('=');
      String name = part.substring(equals + 1).strip();
      if (equals <= 0 || !isId(name, ContextFields.ID_CHARS_MAX)) {
        throw fields.error(
            ErrorCode.MALFORMED,
            fields.column("phase_names"),
            "phaseNames has an entry that names no phase: entry=%s; expected for example"
                    .formatted(ErrorText.quote(part))
                + " 1=Heat|2=Cool");
      }
      names.put(part.substring(0, equals).strip(), name);
    }
    return Map.copyOf(names);
  }

  /** Who writes what is derived. */
  public String principalName() {
    return "derivation:" + id;
  }

  /** Whether values of the batch tag say that there is a batch, but not which. */
  public static boolean toggles(TagDefinition batchTag) {
    return batchTag.type() == SampleType.BOOL || batchTag.type() == SampleType.DIGITAL;
  }

  /**
   * Which batch a sample of the batch tag says: its id, {@link #SOME_BATCH}, or null for none. A
   * text that can be no id says none.
   */
  public @Nullable String batchOf(TagDefinition tag, SampleBlock block, int row) {
    String state = state(tag, block, row);
    if (state == null || toggles(tag)) {
      return state == null ? null : SOME_BATCH;
    }
    String batchId = batchPrefix == null ? state : batchPrefix + state;
    return isId(batchId, ContextFields.ID_CHARS_MAX) ? batchId : null;
  }

  /** Id of a batch that the tag does not name. */
  public String batchIdAt(long startNs) {
    return (batchPrefix == null ? unitId + "-" : batchPrefix) + ContextTimes.format(startNs);
  }

  /** Which phase a sample of the phase tag says, or null for none. */
  public @Nullable String phaseOf(TagDefinition tag, SampleBlock block, int row) {
    String state = state(tag, block, row);
    if (state == null) {
      return null;
    }
    String name = phaseNames.getOrDefault(state, state);
    return isId(name, ContextFields.ID_CHARS_MAX) ? name : null;
  }

  private @Nullable String state(TagDefinition tag, SampleBlock block, int row) {
    if (!block.isShown(row)) {
      return null;
    }
    String state =
        switch (block.type()) {
          case STRING -> block.texts()[row];
          case DIGITAL -> tag.stateText(block.longs()[row]);
          case BOOL -> block.longs()[row] == 0 ? null : "true";
          case INT64, INT32 -> Long.toString(block.longs()[row]);
          case FLOAT64, FLOAT32 -> whole(block.doubles()[row]);
        };
    if (state == null || state.isBlank()) {
      return null;
    }
    String plain = state.strip();
    return idleStates.contains(plain) ? null : plain;
  }

  private static @Nullable String whole(double number) {
    return number == Math.rint(number) && Math.abs(number) < 1L << 53
        ? Long.toString((long) number)
        : null;
  }

  private static boolean isId(String text, int charsMax) {
    if (text.length() > charsMax) {
      return false;
    }
    try {
      ContextFields.of(ContextKind.BATCHES).checked(0, text);
      return true;
    } catch (HistorianException e) {
      return false;
    }
  }
}

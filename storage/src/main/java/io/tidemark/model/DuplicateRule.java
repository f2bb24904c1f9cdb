package io.tidemark.model;

import java.util.ArrayList;
import java.util.List;

/**
 * What a second sample of the same tag and source time means. An identical one (value, status,
 * flags) never means anything. The rule in force when a question is asked decides its answer, also
 * over what was written before.
 */
public enum DuplicateRule {
  /** The one written last counts; earlier versions stay readable. */
  REPLACE("replace"),
  /** The one written first counts. */
  KEEP_FIRST("keep-first"),
  /** All count, in the order of writing. */
  KEEP_ALL("keep-all"),
  /** A second one is refused; of those from before the rule the first counts. */
  REJECT("reject");

  private final String label;

  DuplicateRule(String label) {
    this.label = label;
  }

  /** Its name in every door. */
  public String label() {
    return label;
  }

  /** Number in files. */
  public byte code() {
    return (byte) ordinal();
  }

  /** The rule of a number in a file. */
  public static DuplicateRule ofCode(int code) {
    if (code < 0 || code >= values().length) {
      throw new HistorianException(ErrorCode.CORRUPT, "no such duplicate rule: code=" + code);
    }
    return values()[code];
  }

  /** The rule of that name. */
  public static DuplicateRule ofLabel(String label) {
    List<String> labels = new ArrayList<>();
    for (DuplicateRule rule : values()) {
      if (rule.label.equals(label)) {
        return rule;
      }
      labels.add(rule.label);
    }
    throw new HistorianException(
        ErrorCode.OUT_OF_RANGE,
        "no such rule for duplicates: duplicates="
            + ErrorText.quote(label)
            + ", allowed="
            + String.join("|", labels),
        "duplicates",
        null,
        null);
  }
}

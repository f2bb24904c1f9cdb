package io.tidemark.engine.security;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** A bundle of rights. Who administers changes no data, and who writes need not read. */
public enum Role {
  /** Reads. */
  READER(Right.READ),
  /** Appends samples, and no more. */
  WRITER(Right.WRITE),
  /** Reads, and corrects samples. */
  CORRECTOR(Right.READ, Right.CORRECT),
  /** Reads, and defines tags and context. */
  ENGINEER(Right.READ, Right.DEFINE),
  /** Reads the audit trail. */
  AUDITOR(Right.AUDIT),
  /** Manages accounts and settings. */
  ADMIN(Right.ADMINISTER);

  private final Set<Right> rights;

  Role(Right... rights) {
    this.rights = Set.of(rights);
  }

  /** What it allows. */
  public Set<Right> rights() {
    return rights;
  }

  /** As people and clients write it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The role of a label. */
  public static Role ofLabel(String label) {
    for (Role role : values()) {
      if (role.label().equals(label.toLowerCase(Locale.ROOT))) {
        return role;
      }
    }
    throw new HistorianException(
        ErrorCode.OUT_OF_RANGE,
        "no such role: role=" + ErrorText.quote(label) + ", roles=" + labels(),
        "roles",
        null,
        null);
  }

  /** All labels. */
  public static String labels() {
    return Arrays.stream(values()).map(Role::label).collect(Collectors.joining("|"));
  }
}

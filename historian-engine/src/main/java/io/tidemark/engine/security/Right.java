package io.tidemark.engine.security;

/** What a principal may do. */
public enum Right {
  /** Read samples, tags and context. */
  READ("reading"),
  /** Append samples. */
  WRITE("writing samples"),
  /** Replace and delete stored samples, with a reason. */
  CORRECT("correcting samples"),
  /** Define tags and write context. */
  DEFINE("defining tags and context"),
  /** Read who changed what. */
  AUDIT("reading the audit trail"),
  /** Manage accounts and settings. */
  ADMINISTER("administration");

  private final String label;

  Right(String label) {
    this.label = label;
  }

  /** For people: what is done with it. */
  public String label() {
    return label;
  }
}

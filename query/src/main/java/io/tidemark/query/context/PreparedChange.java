package io.tidemark.query.context;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A checked upsert of one object that is not applied yet.
 *
 * @param kind of the object
 * @param id of the object, made up by the store where the request left it out
 * @param outcome what the upsert does
 * @param version the object has once it is applied
 * @param payload to journal, then to apply; null if nothing changes
 * @param warnings about what is stored nevertheless, for people
 */
public record PreparedChange(
    ContextKind kind,
    String id,
    Outcome outcome,
    int version,
    byte @Nullable [] payload,
    List<String> warnings) {

  /** What an upsert does. */
  public enum Outcome {
    /** The object is new. */
    CREATED,
    /** The object gets a new version. */
    UPDATED,
    /** The object is so already. */
    UNCHANGED
  }

  /** Freezes the warnings. */
  public PreparedChange {
    warnings = List.copyOf(warnings);
  }
}

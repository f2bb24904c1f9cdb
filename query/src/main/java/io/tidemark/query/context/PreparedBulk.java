package io.tidemark.query.context;

import io.tidemark.model.ItemError;
import java.util.List;

/**
 * Checked upserts of many objects that are not applied yet.
 *
 * @param payloads to journal and apply in this order, one record each; empty if nothing changes
 * @param created items that are new objects
 * @param updated items that are new versions
 * @param unchanged items that are so already
 * @param errors refused items, one each, with its path in the body
 * @param warnings about what is stored nevertheless, for people; cut after {@link #WARNINGS_MAX}
 */
public record PreparedBulk(
    List<byte[]> payloads,
    int created,
    int updated,
    int unchanged,
    List<ItemError> errors,
    List<String> warnings) {

  /** Most warnings that are kept. */
  public static final int WARNINGS_MAX = 100;

  /** Freezes the lists. */
  public PreparedBulk {
    payloads = List.copyOf(payloads);
    errors = List.copyOf(errors);
    warnings = List.copyOf(warnings);
  }

  /** Items that are in the store once the payloads are applied. */
  public int stored() {
    return created + updated + unchanged;
  }
}

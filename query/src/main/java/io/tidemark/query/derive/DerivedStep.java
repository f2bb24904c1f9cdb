package io.tidemark.query.derive;

import io.tidemark.query.context.ContextRow;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A step of a derivation that is there or will be, with the times it is told to have. */
final class DerivedStep {
  /** Level of a batch in a unit without a break. */
  static final String UNIT_PROCEDURE = "UnitProcedure";

  /** Level of a phase. */
  static final String PHASE = "Phase";

  final String id;
  final @Nullable ContextRow newest;

  /** Whether somebody else wrote the newest version: then it is not written. */
  final boolean foreign;

  final String batchId;
  @Nullable String parentId;
  final String level;
  final String name;
  long instance;
  long startNs;
  long endNs;

  /**
   * A step of the store.
   *
   * @param own the newest version that the derivation wrote
   */
  DerivedStep(ContextRow newest, ContextRow own) {
    id = newest.id();
    this.newest = newest;
    foreign = newest.version() != own.version();
    batchId = String.valueOf(own.text("batch_id"));
    parentId = own.text("parent_id");
    level = String.valueOf(own.text("level"));
    name = String.valueOf(own.text("name"));
    instance = Objects.requireNonNullElse(newest.whole("instance"), 1L);
    startNs = Objects.requireNonNullElse(own.whole("start_time"), Long.MIN_VALUE);
    endNs = Objects.requireNonNullElse(own.whole("end_time"), DerivedBatch.OPEN_NS);
  }

  /** A new step. */
  DerivedStep(
      String id,
      String batchId,
      @Nullable String parentId,
      String level,
      String name,
      long startNs,
      long endNs) {
    this.id = id;
    newest = null;
    foreign = false;
    this.batchId = batchId;
    this.parentId = parentId;
    this.level = level;
    this.name = name;
    instance = 1;
    this.startNs = startNs;
    this.endNs = endNs;
  }

  /** Whether it is told at all: one that was taken back has no length. */
  boolean lasts() {
    return endNs > startNs;
  }

  boolean touches(long fromNs, long toNs) {
    return startNs <= toNs && endNs >= fromNs;
  }

  /** Whether the store has it otherwise. */
  boolean differs() {
    return newest == null
        || !Objects.equals(newest.text("parent_id"), parentId)
        || !Objects.equals(newest.whole("instance"), instance)
        || !Objects.equals(newest.whole("start_time"), startNs)
        || !Objects.equals(newest.whole("end_time"), endNs == DerivedBatch.OPEN_NS ? null : endNs);
  }
}

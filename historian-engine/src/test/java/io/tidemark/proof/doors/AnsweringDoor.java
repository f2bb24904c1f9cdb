package io.tidemark.proof.doors;

import org.jspecify.annotations.Nullable;

/**
 * A door of the server under proof. What it cannot be asked it says in {@link #whyNot}, what its
 * form of an answer has no room for in {@link #asShown}, {@link #hasErrorsOfTags}, {@link
 * #saysMore} and {@link #isInOrder}: everything else must be as the Java API has it. One thread.
 */
interface AnsweringDoor {
  /** Its name in reports. */
  String name();

  /** Why it cannot be asked; null if it can. The same kind of question has few reasons. */
  @Nullable String whyNot(Question question);

  /** Asks. Errors of the historian are answers; whatever else goes wrong is thrown. */
  Answer answer(Question question);

  /** How the question is put to it, for reports. */
  String asked(Question question);

  /**
   * A row of the Java API in the terms of this door: without the cells that it does not have. What
   * it may change is its own copy.
   */
  default Row asShown(Question question, Row row) {
    return row;
  }

  /**
   * Whether a tag without an answer leaves the others theirs; if not, its error is all there is.
   */
  default boolean hasErrorsOfTags() {
    return true;
  }

  /** Whether it says that a limit cut the answer. */
  default boolean saysMore() {
    return false;
  }

  /** Whether its rows come in order. */
  default boolean isInOrder() {
    return true;
  }
}

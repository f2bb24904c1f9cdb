/**
 * One conformance suite for all doors: the same questions, the same answers. A new door joins by
 * implementing {@link io.tidemark.proof.doors.AnsweringDoor}.
 */
package io.tidemark.proof.doors;

/**
 * Proofs of the whole path, door to disk and back: real process data through the command line and
 * HTTP, and processes that are killed.
 */
package io.tidemark.proof;

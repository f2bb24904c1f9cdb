/**
 * What tests of all modules share: a slow store that is obviously right, seeds, generators of
 * samples, contexts without limits.
 */
package io.tidemark.testing;

/**
 * Which files make up the store: one manifest generation after the other, each naming the live
 * segments, the ledger of other records, and the journal position they cover. A generation is
 * committed by one rename.
 */
package io.tidemark.storage.manifest;

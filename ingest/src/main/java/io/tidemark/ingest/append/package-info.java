/**
 * The two agents of the append path: one appends frames to the store in the order of the ring, one
 * forces the journal beside it and releases the acknowledgements.
 */
package io.tidemark.ingest.append;

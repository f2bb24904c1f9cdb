/** The bounded hand-over from many wire threads to the one append agent: Agrona's ring of bytes. */
package io.tidemark.ingest.ring;

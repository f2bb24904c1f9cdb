/**
 * Takes samples in: resolves tags, judges samples, hands frames to the append path and acknowledges
 * them.
 */
package io.tidemark.ingest;

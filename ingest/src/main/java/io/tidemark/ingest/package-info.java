/**
 * Takes samples in: resolves tags, judges samples, hands frames to the append path and acknowledges
 * them.
 *
 * <p>Threads: sessions belong to one wire thread each; the append agent and the sync agent are
 * driven by the engine. No thread is started here and no clock is read.
 */
package io.tidemark.ingest;

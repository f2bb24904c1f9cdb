/**
 * Payload syntax: line protocol, JSON and CSV bodies become calls on a {@link
 * io.tidemark.ingest.SampleSink}.
 */
package io.tidemark.ingest.decode;

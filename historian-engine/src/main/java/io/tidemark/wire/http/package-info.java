/**
 * The HTTP door: REST, SQL, CSV and Arrow streams, server-sent events, health and metrics. Knows
 * the server only as {@link io.tidemark.engine.Historian}.
 *
 * <p>Threads: Armeria's event loops read requests and write responses; handlers block on lanes,
 * bounded pools of their own (probes, reads and writes do not wait for each other); live streams
 * are polled by one scheduled thread. Answers are streamed chunk by chunk and wait for the client,
 * so that the memory of an answer does not depend on its length.
 */
package io.tidemark.wire.http;

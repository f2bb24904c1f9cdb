/**
 * The Arrow Flight SQL door: statements, prepared statements, metadata, cancellation. Knows the
 * server only as {@link io.tidemark.engine.Historian}; reads only.
 *
 * <p>Threads: {@code tidemark-flight-io-n} read and write; {@code tidemark-flight-call-n} answer
 * what is short, {@code tidemark-flight-stream-n} run statements, each of which waits for its
 * client, so that the memory of a result does not depend on its length; {@code
 * tidemark-flight-upkeep} gives up on clients that send nothing.
 *
 * <p>Nothing stays open between calls: a ticket holds its statement, and an open query lives as
 * long as the stream of its rows. Only prepared statements are kept, few, and not for long.
 */
package io.tidemark.wire.flight;

/**
 * Sends what a store has journaled to another server, each sample once: store and forward. {@link
 * io.tidemark.forward.Forwarder} holds the journal until the server has acknowledged it; its two
 * lanes, for what is new and for what waited, are agents with a thread each.
 *
 * <p>Starts no threads and reads no clock; whoever runs the agents gives both. Not here: what a
 * request looks like ({@code forward.arrow}), and when it is sent again ({@code client}).
 */
@NullMarked
package io.tidemark.forward;

import org.jspecify.annotations.NullMarked;

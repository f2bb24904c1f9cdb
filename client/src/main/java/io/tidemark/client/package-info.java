/**
 * Writes samples to a server over HTTP so that each is stored once. {@link
 * io.tidemark.client.TidemarkClient} takes samples one by one; {@link
 * io.tidemark.client.RequestSender} below it sends whole requests and knows what may be sent again.
 *
 * <p>Threads: a client starts one, named {@code tidemark-client}. Depends on nothing but the JDK.
 */
@NullMarked
package io.tidemark.client;

import org.jspecify.annotations.NullMarked;

package io.tidemark.engine.security;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * What a door knows of a request before it reads the body.
 *
 * @param peer address of the other end of the connection
 * @param forwarded whether the request says that a proxy passed it on, so that the peer is not who
 *     asks
 * @param operation method and path, or the protocol's own word, for messages
 * @param authorization the credentials as sent, or null
 */
public record RequestFacts(
    InetAddress peer, boolean forwarded, String operation, @Nullable String authorization) {

  /** Whether the request was made on this machine and not passed on from another. */
  public boolean isLocal() {
    return peer.isLoopbackAddress() && !forwarded;
  }
}

package io.tidemark.forward;

import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where a store's samples are sent to, and how.
 *
 * @param to address of the server; null if nothing is sent
 * @param tokenFile holds the token of an account that may write and define, or null
 * @param trustFile certificates in PEM that are trusted beside the system's, or null
 * @param name by which the server knows this forwarder: its lanes are the producers {@code
 *     name/live} and {@code name/backlog}
 * @param liveLagNs age of the oldest sample not sent from which on what waits becomes backlog
 * @param requestSamples samples after which a request takes no further frame
 */
public record ForwardConfig(
    @Nullable URI to,
    @Nullable Path tokenFile,
    @Nullable Path trustFile,
    String name,
    long liveLagNs,
    int requestSamples) {
  /** Whether there is a server to send to. */
  public boolean isWanted() {
    return to != null;
  }
}

package io.tidemark.client;

import java.time.Duration;

/**
 * What a {@link ClientBuilder} was told.
 *
 * @param epoch the first one, or 0 for the seconds of now
 * @param hasOwnName whether no other client can have this producer's name
 */
record ClientOptions(
    SenderOptions sender,
    String producer,
    boolean hasOwnName,
    long epoch,
    int batchSamples,
    Duration batchAge,
    long bufferBytesMax,
    Duration blockMax,
    Duration closeTimeout,
    WriteListener listener) {

  /** Whether a client before this one may have had the epoch. */
  boolean isEpochShared() {
    return epoch == 0 && !hasOwnName;
  }
}

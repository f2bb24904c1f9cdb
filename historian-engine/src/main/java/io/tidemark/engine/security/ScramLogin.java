package io.tidemark.engine.security;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.Principal;

/**
 * A login in which the client proves that it knows a secret without showing it (SCRAM-SHA-256, RFC
 * 5802 and 7677). The door speaks the protocol and says how it ended. One thread.
 */
public interface ScramLogin {
  /**
   * What the server keeps of a secret.
   *
   * @param salt as sent to the client
   * @param iterations as sent to the client
   * @param storedKey hash of the client key: checks the proof
   * @param serverKey signs the server's answer
   */
  record Keys(byte[] salt, int iterations, byte[] storedKey, byte[] serverKey) {}

  /**
   * The keys of the name; of a name that nobody has, made-up ones that stay the same, so that a
   * client cannot tell.
   */
  Keys keys();

  /**
   * Ends the login.
   *
   * @param isProven whether the client's proof fits {@link #keys}
   * @return who asks
   * @throws HistorianException {@link ErrorCode#UNAUTHENTICATED} if there is no proof, or the name
   *     may not log in
   */
  Principal end(boolean isProven);
}

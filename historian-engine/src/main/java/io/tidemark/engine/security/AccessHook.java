package io.tidemark.engine.security;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.Principal;
import org.jspecify.annotations.Nullable;

/**
 * Decides who a request comes from. Denies by default: what it does not know, it refuses. Called by
 * every door, from any thread.
 */
public interface AccessHook {
  /**
   * Whether {@link #authenticate} would compute the hash of a password, which takes some 50 ms: a
   * door calls it then where it may block. Otherwise it does not block.
   */
  default boolean isSlow(RequestFacts facts) {
    return false;
  }

  /**
   * The principal of a request that carries its credentials, if it needs any.
   *
   * @throws HistorianException {@link ErrorCode#UNAUTHENTICATED} or {@link ErrorCode#FORBIDDEN}
   *     with a hint what to do, if there is none
   */
  Principal authenticate(RequestFacts facts);

  /**
   * Begins a login whose later requests show something in place of a password, since that takes
   * time to check at each of them. Blocks as {@link #authenticate} does.
   *
   * @return the credentials of later requests, {@code Bearer} and a secret; null if these are to
   *     send what they sent now
   * @throws HistorianException as {@link #authenticate}
   */
  default @Nullable String logIn(RequestFacts facts) {
    authenticate(facts);
    return null;
  }

  /**
   * The principal of a peer that may use a name without a secret, or null if it must prove one.
   *
   * @param name as the client gave it
   */
  @Nullable Principal trusted(RequestFacts facts, String name);

  /**
   * Begins a login of a connection by name and proof of a secret.
   *
   * @throws HistorianException {@link ErrorCode#FORBIDDEN} if nobody can log in at all, {@link
   *     ErrorCode#BACK_PRESSURED} if too many logins of the peer have failed
   */
  ScramLogin login(RequestFacts facts, String name);

  /**
   * Whether requests from other machines are told apart by credentials. A door binds to another
   * address than loopback only if they are.
   */
  boolean guardsRemotePeers();

  /**
   * A word that stands for an account for as long as its name and its secret are the same; null if
   * there is no account of that name. For logins that are kept.
   */
  default @Nullable String holder(String name) {
    return null;
  }
}

package io.tidemark.engine.security;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.Principal;

/**
 * Decides who a request comes from. Denies by default: what it does not know, it refuses. Called
 * once a request by every door, from any thread; must not block.
 */
public interface AccessHook {
  /**
   * The principal of a request.
   *
   * @throws HistorianException {@link ErrorCode#FORBIDDEN} with a hint what to do, if there is none
   */
  Principal authenticate(RequestFacts facts);

  /**
   * Whether requests from other machines are told apart by credentials. A door binds to another
   * address than loopback only if they are.
   */
  boolean guardsRemotePeers();
}

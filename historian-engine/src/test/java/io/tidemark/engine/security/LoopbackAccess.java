package io.tidemark.engine.security;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.Principal;
import org.jspecify.annotations.Nullable;

/**
 * The access rule of a server without credentials: whoever is on this machine is the local
 * operator, everybody else is refused. Credentials are not looked at.
 */
public final class LoopbackAccess implements AccessHook {
  @Override
  public Principal authenticate(RequestFacts facts) {
    if (facts.isLocal()) {
      return Principal.LOCAL_OPERATOR;
    }
    throw refused(facts);
  }

  @Override
  public boolean isSlow(RequestFacts facts) {
    return false;
  }

  @Override
  public @Nullable Principal trusted(RequestFacts facts, String name) {
    return facts.isLocal() ? Principal.LOCAL_OPERATOR : null;
  }

  @Override
  public ScramLogin login(RequestFacts facts, String name) {
    throw refused(facts);
  }

  private static HistorianException refused(RequestFacts facts) {
    return new HistorianException(
        ErrorCode.FORBIDDEN,
        (facts.forwarded()
                ? "request was passed on by a proxy, and this server has no credentials: operation="
                : "request comes from another machine, and this server has no credentials:"
                    + " operation=")
            + facts.operation()
            + ", peer="
            + facts.peer().getHostAddress(),
        null,
        "run the client on the server's machine, or through a tunnel:"
            + " ssh -L 7300:127.0.0.1:7300 <server>",
        null);
  }

  @Override
  public boolean guardsRemotePeers() {
    return false;
  }
}

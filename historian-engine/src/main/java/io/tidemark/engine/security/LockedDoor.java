package io.tidemark.engine.security;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;

/** The rule for doors that other machines can reach. */
public final class LockedDoor {
  private LockedDoor() {}

  /**
   * Refuses to open a door without a lock.
   *
   * @param setting that names the address
   * @param address can be reached from other machines
   * @param speaksTls whether what is said cannot be overheard
   * @throws HistorianException {@link ErrorCode#FORBIDDEN} saying what to do
   */
  public static void require(String setting, String address, AccessHook access, boolean speaksTls) {
    if (!speaksTls) {
      throw refused(
          setting,
          address,
          "and TLS is off",
          "set tls.mode=auto (the server makes a certificate if it has none), or "
              + setting
              + " to 127.0.0.1");
    }
    if (!access.guardsRemotePeers()) {
      throw refused(
          setting,
          address,
          "and nobody has credentials",
          "start once with "
              + setting
              + "=127.0.0.1, make an account (tidemark token create NAME --role admin), then start"
              + " again");
    }
  }

  private static HistorianException refused(
      String setting, String address, String why, String hint) {
    return new HistorianException(
        ErrorCode.FORBIDDEN,
        "address can be reached from other machines, " + why + ": " + setting + "=" + address,
        null,
        hint,
        null);
  }
}

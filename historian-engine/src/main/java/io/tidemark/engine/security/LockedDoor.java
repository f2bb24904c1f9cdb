package io.tidemark.engine.security;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** The rule for doors that other machines can reach. */
public final class LockedDoor {
  private LockedDoor() {}

  /**
   * The address at which a door may open.
   *
   * @param setting that names it
   * @param text as it is configured
   * @param speaksTls whether what is said cannot be overheard
   * @throws HistorianException {@link ErrorCode#OUT_OF_RANGE} if it is none; {@link
   *     ErrorCode#FORBIDDEN} saying what to do, if other machines can reach it and it has no lock
   */
  public static InetAddress address(
      String setting, String text, AccessHook access, boolean speaksTls) {
    InetAddress address;
    try {
      address = InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new HistorianException(
          ErrorCode.OUT_OF_RANGE,
          "address is unknown: " + setting + "=" + text,
          null,
          "use 127.0.0.1, or an address of this machine",
          e);
    }
    if (!address.isLoopbackAddress()) {
      require(setting, text, access, speaksTls);
    }
    return address;
  }

  /**
   * Refuses to open a door without a lock.
   *
   * @param setting that names the address
   * @param address can be reached from other machines
   * @param speaksTls whether what is said cannot be overheard
   * @throws HistorianException {@link ErrorCode#FORBIDDEN} saying what to do
   */
  private static void require(
      String setting, String address, AccessHook access, boolean speaksTls) {
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

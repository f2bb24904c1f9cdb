package io.tidemark.engine.security;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refuses requests that a web page of another origin makes through the user's browser. Being on
 * loopback does not help against those: a page can post text to localhost, and a name of its own
 * that resolves to 127.0.0.1 (DNS rebinding) lets it read the answers. Immutable; safe from any
 * thread.
 *
 * <p>Three checks: {@code Host} is on the allow list, {@code Origin}, if sent, is the same host,
 * and {@code Sec-Fetch-Site}, if sent, is {@code same-origin} or {@code none}. Clients that are no
 * browsers send neither of the last two.
 */
public final class OriginGuard {
  private static final List<String> LOCAL_NAMES = List.of("localhost", "127.0.0.1", "[::1]");

  private final Set<String> authorities = new HashSet<>();

  /**
   * A guard for a server on a port.
   *
   * @param port the bound port
   * @param hostNames further names of the server; one with a port of its own ({@code
   *     historian.example:443}) is allowed with that port only
   */
  public OriginGuard(int port, List<String> hostNames) {
    for (String name : LOCAL_NAMES) {
      allow(name, port);
    }
    for (String name : hostNames) {
      allow(name.toLowerCase(Locale.ROOT), port);
    }
  }

  private void allow(String name, int port) {
    if (hasPort(name)) {
      authorities.add(name);
      return;
    }
    authorities.add(name + ":" + port);
    if (port == 80) {
      authorities.add(name);
    }
  }

  private static boolean hasPort(String authority) {
    return authority.lastIndexOf(':') > authority.lastIndexOf(']');
  }

  /**
   * What a request says of where it comes from; null stands for a header that was not sent.
   *
   * @param navigation whether a browser opens a page of ours in a tab, as after a click on a link
   */
  public record Caller(
      @Nullable String host,
      @Nullable String origin,
      @Nullable String fetchSite,
      boolean navigation) {}

  /**
   * Checks the headers of one request.
   *
   * @throws HistorianException {@link ErrorCode#ORIGIN_REFUSED} naming the header and its value
   */
  public void check(Caller caller) {
    String authority = caller.host() == null ? "" : caller.host().toLowerCase(Locale.ROOT);
    if (!authorities.contains(authority)) {
      throw refused(
          "Host",
          caller.host(),
          "use http://127.0.0.1 and the port, or add the name to http.hostNames");
    }
    String origin = caller.origin();
    if (origin != null && !isSameHost(origin.toLowerCase(Locale.ROOT), authority)) {
      throw refused("Origin", origin, "pages of other origins may not use this server");
    }
    String site = caller.fetchSite();
    boolean ours = site == null || site.equals("same-origin") || site.equals("none");
    if (!ours && !caller.navigation()) {
      throw refused("Sec-Fetch-Site", site, "pages of other origins may not use this server");
    }
  }

  private static boolean isSameHost(String origin, String authority) {
    int scheme = origin.indexOf("://");
    if (scheme < 0) {
      return false;
    }
    String name = origin.substring(scheme + 3);
    return switch (origin.substring(0, scheme)) {
      case "http" -> withPort(name, 80).equals(withPort(authority, 80));
      case "https" -> withPort(name, 443).equals(withPort(authority, 443));
      default -> false;
    };
  }

  private static String withPort(String authority, int port) {
    return hasPort(authority) ? authority : authority + ":" + port;
  }

  private static HistorianException refused(String header, @Nullable String value, String hint) {
    return new HistorianException(
        ErrorCode.ORIGIN_REFUSED,
        "request header is not on the allow list: "
            + header
            + "="
            + (value == null ? "none" : ErrorText.quote(value)),
        header,
        hint,
        null);
  }
}

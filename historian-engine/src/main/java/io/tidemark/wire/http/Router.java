package io.tidemark.wire.http;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The routes by path and method. Immutable; safe from any thread. */
final class Router {
  private final Map<String, Map<String, Route>> exact = new LinkedHashMap<>();
  private final Map<String, Map<String, Route>> prefixes = new LinkedHashMap<>();
  private final List<String> paths = new ArrayList<>();

  Router(List<Route> routes) {
    for (Route route : routes) {
      Map<String, Map<String, Route>> paths = route.isPrefix() ? prefixes : exact;
      String path = route.isPrefix() ? route.prefix() : route.path();
      Route twin =
          paths.computeIfAbsent(path, key -> new LinkedHashMap<>()).put(route.method(), route);
      if (twin != null) {
        throw new IllegalArgumentException("route is declared twice: " + route.path());
      }
      if (!this.paths.contains(path)) {
        this.paths.add(path);
      }
    }
  }

  /** Whether a request is for a route that answers whoever asks. */
  boolean isOpen(String method, String path) {
    Map<String, Route> methods = methods(path);
    Route route = methods == null ? null : methods.get(method.equals("HEAD") ? "GET" : method);
    return route != null && route.isOpen();
  }

  private @Nullable Map<String, Route> methods(String path) {
    Map<String, Route> methods = exact.get(path);
    if (methods == null) {
      for (Map.Entry<String, Map<String, Route>> entry : prefixes.entrySet()) {
        if (path.startsWith(entry.getKey()) && path.length() > entry.getKey().length()) {
          methods = entry.getValue();
        }
      }
    }
    return methods;
  }

  /**
   * The route of a request.
   *
   * @param path as in the request line, percent-encoded
   * @throws HistorianException {@link ErrorCode#NOT_FOUND} naming the nearest path; {@link
   *     ErrorCode#METHOD_NOT_ALLOWED} with the allowed methods as its path
   */
  Route find(String method, String path) {
    Map<String, Route> methods = methods(path);
    if (methods == null) {
      String nearest = Nearest.of(path, paths);
      throw new HistorianException(
          ErrorCode.NOT_FOUND,
          "no such path: path=" + ErrorText.quote(path),
          null,
          nearest == null
              ? "GET /api/v1/openapi.json lists all paths"
              : "did you mean " + nearest + "?",
          null);
    }
    // HEAD is GET; the protocol library leaves the body out.
    Route route = methods.get(method.equals("HEAD") ? "GET" : method);
    if (route == null) {
      List<String> allowed = new ArrayList<>(methods.keySet());
      if (methods.containsKey("GET")) {
        allowed.add("HEAD");
      }
      throw new HistorianException(
          ErrorCode.METHOD_NOT_ALLOWED,
          "path does not take this method: method="
              + ErrorText.quote(method)
              + ", path="
              + ErrorText.quote(path)
              + ", allowed="
              + String.join("|", allowed),
          String.join(", ", allowed),
          null,
          null);
    }
    return route;
  }
}

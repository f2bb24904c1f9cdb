package io.tidemark.wire.http;

import com.linecorp.armeria.common.MediaType;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** Serves the page that says what is here and the description of the interface. */
final class PageRoutes {
  List<Route> routes() {
    return List.of(
        page("/", "index.html", MediaType.HTML_UTF_8),
        page("/page.css", "page.css", MediaType.CSS_UTF_8),
        page("/api/v1/openapi.json", "openapi.json", MediaType.JSON_UTF_8));
  }

  private static Route page(String path, String resource, MediaType type) {
    return Route.get(
        path,
        Route.Lane.PROBE,
        exchange -> {
          ResponseStream out = exchange.stream(200, type, null);
          try (InputStream in = open(resource)) {
            in.transferTo(out);
          }
          out.end();
        });
  }

  private static InputStream open(String resource) throws IOException {
    InputStream in = PageRoutes.class.getResourceAsStream(resource);
    if (in == null) {
      throw new FileNotFoundException("resource is missing from the jar: " + resource);
    }
    return in;
  }
}

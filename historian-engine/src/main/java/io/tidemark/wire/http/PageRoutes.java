package io.tidemark.wire.http;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.MediaType;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Serves the trend page and the description of the interface. The page's files come with the jar:
 * what has a hash in its name is kept by browsers for ever, the page itself is asked for again each
 * time. A build without Node.js has no trend page; then {@code /} says so and lists the doors.
 */
final class PageRoutes {
  private static final String PAGE_FOLDER = "/META-INF/resources/ui/";
  private static final String OWN_FOLDER = "/io/tidemark/wire/http/";
  private static final Pattern ASSET_NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,120}");
  private static final String FOR_EVER = "public, max-age=31536000, immutable";
  private static final String ASK_AGAIN = "no-cache";
  private static final int WORTH_PACKING = 1024;

  private static final Map<String, MediaType> TYPES =
      Map.of(
          "html", MediaType.HTML_UTF_8,
          "css", MediaType.CSS_UTF_8,
          "js", MediaType.JAVASCRIPT_UTF_8,
          "json", MediaType.JSON_UTF_8,
          "svg", MediaType.SVG_UTF_8,
          "png", MediaType.PNG,
          "ico", MediaType.ICO,
          "woff2", MediaType.create("font", "woff2"));

  /** A file as it goes out; packed if that is shorter. */
  private record Page(byte[] bytes, byte @Nullable [] packed, MediaType type, String tag) {}

  private final Map<String, Page> loaded = new ConcurrentHashMap<>();

  List<Route> routes() {
    return List.of(
        Route.get("/", Route.Lane.PROBE, this::start).open(),
        Route.get("/assets/*", Route.Lane.PROBE, this::asset).open(),
        Route.get(
                "/favicon.svg",
                Route.Lane.PROBE,
                exchange -> send(exchange, OWN_FOLDER + "favicon.svg", ASK_AGAIN))
            .open(),
        Route.get(
                "/page.css",
                Route.Lane.PROBE,
                exchange -> send(exchange, OWN_FOLDER + "page.css", ASK_AGAIN))
            .open(),
        Route.get(
            "/api/v1/openapi.json",
            Route.Lane.PROBE,
            exchange -> send(exchange, OWN_FOLDER + "openapi.json", ASK_AGAIN)));
  }

  private void start(Exchange exchange) throws IOException {
    String trend = PAGE_FOLDER + "index.html";
    boolean built = PageRoutes.class.getResource(trend) != null;
    send(exchange, built ? trend : OWN_FOLDER + "index.html", ASK_AGAIN);
  }

  private void asset(Exchange exchange) throws IOException {
    String name = exchange.tail();
    if (!ASSET_NAME.matcher(name).matches()) {
      throw notFound(name);
    }
    send(exchange, PAGE_FOLDER + "assets/" + name, FOR_EVER);
  }

  private void send(Exchange exchange, String resource, String caching) throws IOException {
    Page page = loaded.get(resource);
    if (page == null) {
      page = load(resource); // only what exists is kept, so the map is bounded
      loaded.put(resource, page);
    }
    if (page.tag().equals(exchange.headers().get(HttpHeaderNames.IF_NONE_MATCH))) {
      exchange.notModified(page.tag(), caching);
      return;
    }
    String accepted = exchange.headers().get(HttpHeaderNames.ACCEPT_ENCODING, "");
    byte[] packed = accepted.contains("gzip") ? page.packed() : null;
    exchange.file(
        page.type(), packed == null ? page.bytes() : packed, packed != null, page.tag(), caching);
  }

  private static Page load(String resource) throws IOException {
    byte[] bytes;
    try (InputStream in = PageRoutes.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw notFound(resource.substring(resource.lastIndexOf('/') + 1));
      }
      bytes = in.readAllBytes();
    }
    MediaType type =
        TYPES.getOrDefault(
            resource.substring(resource.lastIndexOf('.') + 1), MediaType.OCTET_STREAM);
    byte[] packed = bytes.length < WORTH_PACKING ? bytes : pack(bytes);
    return new Page(bytes, packed.length < bytes.length ? packed : null, type, hash(bytes));
  }

  private static byte[] pack(byte[] bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static String hash(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return '"' + HexFormat.of().formatHex(digest, 0, 12) + '"';
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static HistorianException notFound(String name) {
    return new HistorianException(
        ErrorCode.NOT_FOUND,
        "no such file of the page: file=" + ErrorText.quote(name),
        null,
        "reload the page",
        null);
  }
}

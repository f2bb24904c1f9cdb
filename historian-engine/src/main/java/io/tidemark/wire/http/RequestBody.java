package io.tidemark.wire.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request as received, with what its headers say about it. Immutable.
 *
 * <p>A gzip body may become as long as a plain one may be, and no more than {@link #RATIO_MAX}
 * times what was sent (bodies below 1 MiB aside: short repetitive ones are honest).
 */
final class RequestBody {
  /** The body of a request without one. */
  static final RequestBody EMPTY = new RequestBody(new byte[0], null, null, 0);

  /** Most bytes out of gzip for each byte in. */
  static final int RATIO_MAX = 100;

  private static final int RATIO_FREE_BYTES = 1 << 20;

  private final byte[] received;
  private final @Nullable MediaType type;
  private final @Nullable String encoding;
  private final int bytesMax;

  private RequestBody(
      byte[] received, @Nullable MediaType type, @Nullable String encoding, int bytesMax) {
    this.received = received;
    this.type = type;
    this.encoding = encoding;
    this.bytesMax = bytesMax;
  }

  /**
   * A received body.
   *
   * @param bytesMax longest body after decompression
   */
  static RequestBody of(byte[] received, RequestHeaders headers, int bytesMax) {
    String contentType = headers.get(HttpHeaderNames.CONTENT_TYPE);
    MediaType type = null;
    if (contentType != null && !contentType.isBlank()) {
      type = headers.contentType();
      if (type == null) {
        throw unsupported("Content-Type", contentType, "a type such as application/json");
      }
    }
    return new RequestBody(received, type, headers.get(HttpHeaderNames.CONTENT_ENCODING), bytesMax);
  }

  /** Whether the content type is the given one, whatever its parameters. */
  boolean isA(MediaType wanted) {
    return type != null && type.is(wanted.withoutParameters());
  }

  /** Whether the client did not choose a type: none, or what curl sends for its option -d. */
  boolean isUntyped() {
    return type == null || type.is(MediaType.FORM_DATA);
  }

  /**
   * The refusal of this body's content type.
   *
   * @param supported the types that the route reads
   */
  HistorianException unsupportedType(String supported) {
    return unsupported("Content-Type", type == null ? "none" : type.toString(), supported);
  }

  private static HistorianException unsupported(String header, String value, String supported) {
    return new HistorianException(
        ErrorCode.UNSUPPORTED_MEDIA_TYPE,
        "body cannot be read: "
            + header
            + "="
            + ErrorText.quote(value)
            + ", supported="
            + supported,
        header,
        "send one of the supported in the header " + header,
        null);
  }

  /**
   * The bytes, decompressed.
   *
   * @throws HistorianException {@link ErrorCode#UNSUPPORTED_MEDIA_TYPE}, {@link
   *     ErrorCode#MALFORMED}, {@link ErrorCode#BODY_TOO_LARGE}
   */
  byte[] bytes() {
    String name = encoding == null ? "identity" : encoding.strip().toLowerCase(Locale.ROOT);
    return switch (name) {
      case "identity", "" -> received;
      case "gzip", "x-gzip" -> unzip();
      default -> throw unsupported("Content-Encoding", name, "gzip|identity");
    };
  }

  private byte[] unzip() {
    ByteArrayOutputStream out =
        new ByteArrayOutputStream((int) Math.min(bytesMax, received.length * 4L + 64));
    byte[] piece = new byte[16 * 1024];
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(received))) {
      for (int count; (count = in.read(piece)) >= 0; ) {
        long length = (long) out.size() + count;
        if (length > bytesMax) {
          throw tooLarge("body is too large: decompressedBytes=" + length + " or more", bytesMax);
        }
        if (length > RATIO_FREE_BYTES && length / RATIO_MAX > received.length) {
          throw new HistorianException(
              ErrorCode.BODY_TOO_LARGE,
              "body is compressed too well to be honest: compressedBytes="
                  + received.length
                  + ", ratioMax="
                  + RATIO_MAX,
              null,
              "send it uncompressed, or in parts",
              null);
        }
        out.write(piece, 0, count);
      }
    } catch (IOException e) {
      throw new HistorianException(
          ErrorCode.MALFORMED, "body is no gzip stream: bytes=" + received.length, e);
    }
    return out.toByteArray();
  }

  /** The refusal of a body over the limit. */
  static HistorianException tooLarge(String what, long bytesMax) {
    return new HistorianException(
        ErrorCode.BODY_TOO_LARGE,
        what + ", bytesMax=" + bytesMax,
        null,
        "send it in parts, or raise http.bodyBytesMax",
        null);
  }

  /**
   * The bytes as text.
   *
   * @throws HistorianException {@link ErrorCode#MALFORMED} if they are not UTF-8
   */
  String text() {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes())).toString();
    } catch (CharacterCodingException e) {
      throw new HistorianException(ErrorCode.MALFORMED, "body is not UTF-8", e);
    }
  }

  /**
   * The JSON object of a route that reads nothing else; a body without a type is taken for JSON.
   *
   * @throws HistorianException {@link ErrorCode#UNSUPPORTED_MEDIA_TYPE}, {@link
   *     ErrorCode#MALFORMED}
   */
  ObjectNode object() {
    requireJson();
    return JsonText.readObject(bytes());
  }

  /** The text of the JSON, for a reader that parses it itself. */
  String jsonText() {
    requireJson();
    return text();
  }

  private void requireJson() {
    if (!isA(MediaType.JSON) && !isUntyped()) {
      throw unsupportedType("application/json");
    }
  }
}

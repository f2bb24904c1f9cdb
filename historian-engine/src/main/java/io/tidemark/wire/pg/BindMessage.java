package io.tidemark.wire.pg;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A statement with values, as a Bind message holds it.
 *
 * @param portal name of the portal that it is to become
 * @param resultFormats 0 for text, 1 for binary: none, one for all columns, or one a column
 * @param bytes of the message
 */
record BindMessage(
    String portal,
    PreparedQuery query,
    List<@Nullable Object> values,
    int[] resultFormats,
    int bytes) {
  /**
   * Reads one to its end.
   *
   * @param statements finds the statement of a name
   * @throws PgException if it does not fit the statement
   */
  static BindMessage read(MessageReader in, Function<String, PreparedQuery> statements) {
    final int bytes = in.remaining();
    String portal = OpenObjects.name(in.text());
    PreparedQuery query = statements.apply(in.text());
    int[] formats = formats(in);
    int count = in.count(4);
    if (count != query.command().parameters() && query.command().isQuery()) {
      throw new PgException(
          SqlState.PROTOCOL_VIOLATION,
          "bind message supplies "
              + count
              + " parameters, but the statement requires "
              + query.command().parameters());
    }
    if (formats.length > 1 && formats.length != count) {
      throw new PgException(
          SqlState.PROTOCOL_VIOLATION,
          "formats do not fit the parameters: formats=" + formats.length);
    }
    List<@Nullable Object> values = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int length = in.int32();
      if (length < 0) {
        values.add(null);
        continue;
      }
      byte[] value = in.bytes(length);
      boolean isBinary = formats.length > 0 && formats[formats.length == 1 ? 0 : i] == 1;
      PgType type = query.parameterType(i);
      values.add(
          isBinary ? PgParameters.fromBinary(value, type) : PgParameters.fromText(value, type));
    }
    int[] resultFormats = formats(in);
    in.end();
    return new BindMessage(portal, query, values, resultFormats, bytes);
  }

  private static int[] formats(MessageReader in) {
    int[] formats = new int[in.count(2)];
    for (int i = 0; i < formats.length; i++) {
      formats[i] = in.int16();
      if (formats[i] != 0 && formats[i] != 1) {
        throw new PgException(
            SqlState.PROTOCOL_VIOLATION, "unsupported format code: " + formats[i]);
      }
    }
    return formats;
  }
}

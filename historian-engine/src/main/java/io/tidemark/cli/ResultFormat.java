package io.tidemark.cli;

import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Forms in which {@code tidemark sql} gives rows out. */
enum ResultFormat {
  /** Aligned columns, for people. */
  table("application/json", false),
  /** The server's CSV. */
  csv("text/csv", false),
  /** The server's JSON. */
  json("application/json", false),
  /** The server's Arrow IPC stream, byte for byte. */
  arrow("application/vnd.apache.arrow.stream", true),
  /** A Parquet file, made here of the Arrow stream. */
  parquet("application/vnd.apache.arrow.stream", true);

  private final String accept;
  private final boolean binary;

  ResultFormat(String accept, boolean binary) {
    this.accept = accept;
    this.binary = binary;
  }

  /** What the server is asked for. */
  String accept() {
    return accept;
  }

  /** Whether it is nothing to print on a terminal. */
  boolean isBinary() {
    return binary;
  }

  /** The form that the ending of a file's name says, or null. */
  static @Nullable ResultFormat ofName(Path file) {
    String name = file.toString().toLowerCase(Locale.ROOT);
    for (ResultFormat format : values()) {
      if (format != table && name.endsWith("." + format.name())) {
        return format;
      }
    }
    return null;
  }
}

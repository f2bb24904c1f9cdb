package io.tidemark.wire.http;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.MediaType;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The form of an answer with rows, chosen by {@code format=} or else by {@code Accept}. */
enum AnswerFormat {
  /** The default. */
  JSON(MediaType.JSON_UTF_8, "application/json"),
  /** With a byte order mark, which Excel needs to read UTF-8. */
  CSV(MediaType.CSV_UTF_8, "text/csv"),
  /** An Arrow IPC stream. */
  ARROW(
      MediaType.create("application", "vnd.apache.arrow.stream"),
      "application/vnd.apache.arrow.stream"),
  /** A workbook, for small results. */
  XLSX(
      MediaType.create("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
      "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");

  private final MediaType type;
  private final String name;

  AnswerFormat(MediaType type, String name) {
    this.type = type;
    this.name = name;
  }

  MediaType type() {
    return type;
  }

  /** Name for browsers that save the answer, or null for what they show. */
  @Nullable String fileName(String stem) {
    return switch (this) {
      case CSV -> stem + ".csv";
      case XLSX -> stem + ".xlsx";
      case JSON, ARROW -> null;
    };
  }

  /**
   * The form that the client wants.
   *
   * @throws HistorianException {@link ErrorCode#NOT_ACCEPTABLE} if there is no such form
   */
  static AnswerFormat of(Exchange exchange, Parameters parameters) {
    String format = parameters.text("format");
    if (format != null) {
      return switch (format.toLowerCase(Locale.ROOT)) {
        case "json" -> JSON;
        case "csv" -> CSV;
        case "arrow" -> ARROW;
        case "xlsx" -> XLSX;
        default -> throw notAcceptable("format", format);
      };
    }
    String accept = exchange.headers().get(HttpHeaderNames.ACCEPT);
    return accept == null || accept.isBlank() ? JSON : accepted(accept);
  }

  /** The form with the highest weight; of equal ones the first in the header. */
  private static AnswerFormat accepted(String accept) {
    AnswerFormat best = null;
    double bestWeight = 0;
    for (String range : accept.split(",", -1)) {
      String[] parts = range.split(";", -1);
      double weight = weight(parts);
      AnswerFormat format = ofRange(parts[0].strip().toLowerCase(Locale.ROOT));
      if (format != null && weight > bestWeight) {
        best = format;
        bestWeight = weight;
      }
    }
    if (best == null) {
      throw notAcceptable("Accept", accept);
    }
    return best;
  }

  private static @Nullable AnswerFormat ofRange(String range) {
    for (AnswerFormat format : values()) {
      if (range.equals(format.name)) {
        return format;
      }
    }
    return switch (range) {
      case "*/*", "application/*", "text/html" -> JSON;
      case "text/*" -> CSV;
      default -> null;
    };
  }

  private static double weight(String[] parts) {
    for (int i = 1; i < parts.length; i++) {
      String part = parts[i].strip();
      if (part.startsWith("q=")) {
        try {
          return Double.parseDouble(part.substring(2));
        } catch (NumberFormatException e) {
          return 0;
        }
      }
    }
    return 1;
  }

  private static HistorianException notAcceptable(String where, String wanted) {
    return new HistorianException(
        ErrorCode.NOT_ACCEPTABLE,
        "answer has no such form: "
            + where
            + "="
            + ErrorText.quote(wanted)
            + ", supported=json|csv|arrow|xlsx",
        where,
        "add format=json, format=csv, format=arrow or format=xlsx to the query",
        null);
  }
}

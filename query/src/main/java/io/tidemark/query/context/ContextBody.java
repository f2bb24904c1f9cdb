package io.tidemark.query.context;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.ItemError;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the JSON of context requests into drafts, without knowing the store. Syntax errors refuse
 * the body; everything else refuses the item it is in.
 */
final class ContextBody {
  /** Most items of one request. */
  static final int ITEMS_MAX = 100_000;

  private static final int DEPTH_MAX = 32;
  private static final int FIELD_ERRORS_MAX = 100;
  private static final long INSTANCE_MAX = Integer.MAX_VALUE;

  /**
   * One item as it was asked for.
   *
   * @param path of the item in the body, empty if it is the body
   * @param given values by field; meaningless where not present
   * @param present which fields were in the item, perhaps as null
   * @param error why the item cannot be used, else null
   */
  record Draft(
      ContextKind kind,
      String path,
      @Nullable Object[] given,
      boolean[] present,
      @Nullable HistorianException error) {

    /** Path of a field of the item. */
    String pathOf(@Nullable String field) {
      if (field == null || field.isEmpty()) {
        return path;
      }
      return path.isEmpty() ? field : path + "." + field;
    }
  }

  /**
   * The drafts of a bulk request.
   *
   * @param drafts in the order of the body, by kind
   * @param errors of the body beside the items
   */
  record Bulk(Map<ContextKind, List<Draft>> drafts, List<ItemError> errors) {}

  private final JsonParser parser;

  private ContextBody(JsonParser parser) {
    this.parser = parser;
  }

  /** Reads a body that is one object of the kind. */
  static Draft single(ContextKind kind, String json) {
    return read(
        json,
        body -> {
          body.expectObject();
          return body.item(kind, "");
        });
  }

  /** Reads a body of arrays by kind. */
  static Bulk bulk(String json) {
    return read(json, ContextBody::items);
  }

  private interface Reading<T> {
    T from(ContextBody body) throws IOException;
  }

  private static <T> T read(String json, Reading<T> reading) {
    JsonFactory factory =
        JsonFactory.builder()
            // Names and texts are limited by us, item by item; the body by the door.
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(DEPTH_MAX)
                    .maxStringLength(Math.max(1, json.length()))
                    .maxNameLength(Math.max(1, json.length()))
                    .build())
            // Foreign names do not belong into tables that outlive the request.
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            // Read, so that the item and not the body is refused.
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();
    try (JsonParser parser = factory.createParser(json)) {
      T result = reading.from(new ContextBody(parser));
      if (parser.nextToken() != null) {
        throw malformed(parser.currentTokenLocation(), "text after the end of the body");
      }
      return result;
    } catch (JsonProcessingException e) {
      String detail = e.getOriginalMessage();
      throw malformed(e.getLocation(), ErrorText.quote(detail == null ? "" : detail));
    } catch (IOException e) {
      throw new HistorianException(ErrorCode.MALFORMED, "body cannot be read", e);
    }
  }

  private static HistorianException malformed(@Nullable JsonLocation where, String detail) {
    return new HistorianException(
        ErrorCode.MALFORMED,
        where == null
            ? "body is not valid JSON: detail=" + detail
            : "body is not valid JSON: line=%d, column=%d, detail=%s"
                .formatted(where.getLineNr(), where.getColumnNr(), detail));
  }

  private void expectObject() throws IOException {
    JsonToken token = parser.nextToken();
    if (token != JsonToken.START_OBJECT) {
      throw malformed(
          parser.currentTokenLocation(),
          token == null ? "the body is empty" : "the body must be an object, not " + word(token));
    }
  }

  private Bulk items() throws IOException {
    expectObject();
    Map<ContextKind, List<Draft>> drafts = new EnumMap<>(ContextKind.class);
    List<ItemError> errors = new ArrayList<>();
    int count = 0;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String label = parser.currentName();
      JsonToken token = parser.nextToken();
      ContextKind kind = kindOf(label);
      if (kind != null && token == JsonToken.START_ARRAY && !drafts.containsKey(kind)) {
        List<Draft> items = array(kind, ITEMS_MAX - count);
        count += items.size();
        drafts.put(kind, items);
        continue;
      }
      if (errors.size() == FIELD_ERRORS_MAX) {
        throw new HistorianException(
            ErrorCode.TOO_MANY,
            "too many fields that are no kind: field=%s, errorsMax=%d"
                .formatted(ErrorText.quote(label), FIELD_ERRORS_MAX));
      }
      errors.add(fieldError(kind, label, token));
      parser.skipChildren();
    }
    return new Bulk(drafts, errors);
  }

  private List<Draft> array(ContextKind kind, int countMax) throws IOException {
    List<Draft> items = new ArrayList<>();
    for (JsonToken token; (token = parser.nextToken()) != JsonToken.END_ARRAY; ) {
      if (items.size() == countMax) {
        throw new HistorianException(
            ErrorCode.TOO_MANY,
            "too many items in one request: at=%s[%d], itemsMax=%d"
                .formatted(kind.label(), countMax, ITEMS_MAX));
      }
      String path = kind.label() + "[" + items.size() + "]";
      if (token == JsonToken.START_OBJECT) {
        items.add(item(kind, path));
      } else {
        items.add(refused(kind, path, "item must be an object: found=" + word(token)));
        parser.skipChildren();
      }
    }
    return items;
  }

  private static ItemError fieldError(@Nullable ContextKind kind, String label, JsonToken token) {
    if (kind == null) {
      return new ItemError(
          ContextFields.pathElement(label),
          ErrorCode.UNKNOWN_FIELD,
          ContextFields.unknownName("unknown kind", "field", label, labels()));
    }
    if (token != JsonToken.START_ARRAY) {
      return new ItemError(
          label,
          ErrorCode.WRONG_TYPE,
          "must be an array of objects: field=%s, found=%s".formatted(label, word(token)));
    }
    return new ItemError(
        label,
        ErrorCode.MALFORMED,
        "field is given twice, the second is not stored: field=" + label);
  }

  private static Draft refused(ContextKind kind, String path, String message) {
    return new Draft(
        kind,
        path,
        new @Nullable Object[0],
        new boolean[0],
        new HistorianException(ErrorCode.WRONG_TYPE, message));
  }

  private static @Nullable ContextKind kindOf(String label) {
    for (ContextKind kind : ContextKind.values()) {
      if (kind.label().equals(label)) {
        return kind;
      }
    }
    return null;
  }

  private static List<String> labels() {
    return Stream.of(ContextKind.values()).map(ContextKind::label).toList();
  }

  /** Reads the object whose start is the current token, to its end. */
  private Draft item(ContextKind kind, String path) throws IOException {
    Fields fields = new Fields(ContextFields.of(kind));
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      parser.nextToken();
      try {
        fields.read(name);
      } catch (HistorianException e) {
        fields.refuse(e);
        parser.skipChildren();
      }
    }
    fields.clearUnitOfNoQuantity();
    return new Draft(kind, path, fields.given, fields.present, fields.error);
  }

  /** The fields of one item while it is read. */
  private final class Fields {
    private final ContextFields known;
    private final @Nullable Object[] given;
    private final boolean[] present;
    private final int quantity;
    private final int quantityUom;
    private boolean uomInQuantity;
    private @Nullable HistorianException error;

    private Fields(ContextFields known) {
      this.known = known;
      given = new @Nullable Object[known.count()];
      present = new boolean[known.count()];
      quantity = known.column("quantity");
      quantityUom = known.column("quantity_uom");
    }

    /** Keeps the first error. */
    private void refuse(HistorianException e) {
      if (error == null) {
        error = e;
      }
    }

    private void read(String name) throws IOException {
      if (error != null) {
        parser.skipChildren();
        return;
      }
      int field = known.named(name);
      if (field < 0) {
        throw known.unknown(name);
      }
      if (present[field]) {
        throw field == quantityUom && uomInQuantity
            ? known.error(
                ErrorCode.CONFLICT, field, "unit is given in quantity.uom and in quantityUom")
            : known.error(ErrorCode.MALFORMED, field, "field is given twice: field=" + name);
      }
      if (field == quantity && parser.currentToken() == JsonToken.START_OBJECT) {
        readQuantity();
        return;
      }
      given[field] = value(field, name);
      present[field] = true;
    }

    private void readQuantity() throws IOException {
      boolean valueSeen = false;
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        parser.nextToken();
        try {
          if (error != null) {
            parser.skipChildren();
          } else if (name.equals("value") && !valueSeen) {
            valueSeen = true;
            given[quantity] = value(quantity, "quantity.value");
            present[quantity] = true;
          } else if (name.equals("uom") && !present[quantityUom]) {
            given[quantityUom] = value(quantityUom, "quantity.uom");
            present[quantityUom] = true;
            uomInQuantity = true;
          } else if (name.equals("uom") || name.equals("value")) {
            throw new HistorianException(
                ErrorCode.MALFORMED,
                "field is given twice: field=quantity." + name,
                "quantity." + name,
                null,
                null);
          } else {
            throw new HistorianException(
                ErrorCode.UNKNOWN_FIELD,
                ContextFields.unknownName("unknown field", "field", name, List.of("value", "uom")),
                "quantity." + ContextFields.pathElement(name),
                null,
                null);
          }
        } catch (HistorianException e) {
          refuse(e);
          parser.skipChildren();
        }
      }
      if (error == null && !present[quantity] && !present[quantityUom]) {
        refuse(
            known.error(
                ErrorCode.MISSING_FIELD,
                quantity,
                "quantity needs a value: expected {\"value\":500,\"uom\":\"kg\"}"));
      }
    }

    /** A quantity that is cleared takes its unit along. */
    private void clearUnitOfNoQuantity() {
      if (quantity >= 0 && present[quantity] && given[quantity] == null && !present[quantityUom]) {
        present[quantityUom] = true;
        given[quantityUom] = null;
      }
    }

    private @Nullable Object value(int field, String path) throws IOException {
      JsonToken token = parser.currentToken();
      if (token == JsonToken.VALUE_NULL) {
        return null;
      }
      try {
        return switch (known.type(field)) {
          case TEXT ->
              token == JsonToken.VALUE_STRING
                  ? known.checked(field, parser.getText())
                  : wrongType(path, "a string", token);
          case TIME ->
              token == JsonToken.VALUE_STRING
                  ? (Object) ContextTimes.parse(parser.getText())
                  : wrongType(path, "an ISO-8601 string", token);
          case DOUBLE -> number(path, token);
          case BIGINT -> whole(path, token);
          case BOOLEAN ->
              token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE
                  ? (Object) (token == JsonToken.VALUE_TRUE)
                  : wrongType(path, "true or false", token);
        };
      } catch (HistorianException e) {
        throw e.at(path);
      }
    }

    private Double number(String path, JsonToken token) throws IOException {
      if (token != JsonToken.VALUE_NUMBER_FLOAT && token != JsonToken.VALUE_NUMBER_INT) {
        throw wrongTypeError(path, "a number", token);
      }
      double value = parser.getDoubleValue();
      if (!Double.isFinite(value)) {
        throw new HistorianException(
            ErrorCode.NOT_FINITE,
            "number is not finite: field=%s, value=%s"
                .formatted(path, ErrorText.quote(parser.getText())));
      }
      return value + 0.0; // no negative zero: it would be another value than zero
    }

    private Long whole(String path, JsonToken token) throws IOException {
      if (token != JsonToken.VALUE_NUMBER_INT) {
        throw wrongTypeError(path, "a whole number", token);
      }
      long value;
      try {
        value = parser.getLongValue();
      } catch (InputCoercionException e) {
        value = -1;
      }
      if (value < 1 || value > INSTANCE_MAX) {
        throw new HistorianException(
            ErrorCode.OUT_OF_RANGE,
            "number is out of range: field=%s, value=%s, min=1, max=%d"
                .formatted(path, ErrorText.quote(parser.getText()), INSTANCE_MAX));
      }
      return value;
    }
  }

  private static Object wrongType(String field, String wanted, JsonToken token) {
    throw wrongTypeError(field, wanted, token);
  }

  private static HistorianException wrongTypeError(String field, String wanted, JsonToken token) {
    return new HistorianException(
        ErrorCode.WRONG_TYPE,
        "wrong type: field=%s, expected=%s, found=%s".formatted(field, wanted, word(token)));
  }

  private static String word(JsonToken token) {
    return switch (token) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      case VALUE_STRING -> "a string";
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
      case VALUE_TRUE, VALUE_FALSE -> "a boolean";
      case VALUE_NULL -> "null";
      default -> Arrays.toString(token.asCharArray());
    };
  }
}

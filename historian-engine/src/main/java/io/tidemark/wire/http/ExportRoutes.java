package io.tidemark.wire.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.engine.Historian;
import io.tidemark.model.DamageRule;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.QueryContext;
import io.tidemark.model.VersionMode;
import io.tidemark.query.aggregate.SummaryField;
import io.tidemark.query.arrow.ResultHead;
import io.tidemark.query.arrow.RunSource;
import io.tidemark.query.export.ExportPlan;
import io.tidemark.query.export.ExportPlanner;
import io.tidemark.query.export.ExportQuestion;
import io.tidemark.query.export.ExportRows;
import io.tidemark.query.export.ExportSource;
import io.tidemark.query.sql.SqlColumn;
import io.tidemark.query.sql.SqlResult;
import io.tidemark.query.time.IsoTime;
import io.tidemark.query.time.TimeExpression;
import java.io.IOException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Exports: {@code POST /api/v1/export} answers with all rows as one stream or, with {@code
 * "plan":true}, with the statements of which a client makes files.
 */
final class ExportRoutes {
  private static final List<String> KNOWN = List.of("format", "timeZone", "asOf");
  private static final List<String> FIELDS =
      List.of(
          "sql",
          "params",
          "tags",
          "attributes",
          "batches",
          "orders",
          "products",
          "units",
          "mode",
          "every",
          "fields",
          "layout",
          "partitionBy",
          "startTime",
          "endTime",
          "timeZone",
          "asOf",
          "now",
          "plan");

  private final Historian historian;

  ExportRoutes(Historian historian) {
    this.historian = historian;
  }

  List<Route> routes() {
    return List.of(
        new Route(
            "POST", "/api/v1/export", Route.Lane.SQL, Route.QUESTION_BYTES_MAX, this::export));
  }

  private void export(Exchange exchange) throws IOException {
    final long startedNanos = System.nanoTime();
    Parameters parameters = Parameters.of(exchange.query()).allow(KNOWN);
    AnswerFormat format = AnswerFormat.of(exchange, parameters);
    ObjectNode body = exchange.body().object();
    JsonText.requireKnown(body, "", FIELDS);
    ZoneId zone = parameters.zone("timeZone", historian.defaultZone());
    if (JsonText.text(body, "timeZone") != null) {
      ObjectNode only = body.deepCopy().retain("timeZone");
      zone = Parameters.of(null).and(only, List.of()).zone("timeZone", zone);
    }
    String asOfText = JsonText.text(body, "asOf");
    String asOf = asOfText == null ? parameters.text("asOf") : asOfText;
    ExportQuestion question = question(body);
    JsonNode wantsPlan = body.path("plan");
    if (!wantsPlan.isMissingNode() && !wantsPlan.isBoolean()) {
      throw JsonText.wrongType("plan", "true or false");
    }
    Source source = new Source(exchange, zone);
    if (wantsPlan.booleanValue()) {
      ExportPlan plan = ExportPlanner.plan(question, source, asOf, nowNs(body, zone), zone);
      ZoneId shown = zone;
      exchange.json(200, json -> writePlan(json, plan, shown));
      return;
    }
    ExportPlan plan =
        ExportPlanner.plan(question.unpartitioned(), source, asOf, nowNs(body, zone), zone);
    ResponseStream out;
    try (ExportRows rows = new ExportRows(plan, source, zone)) {
      out = exchange.stream(200, format.type(), format.fileName("tidemark-export"));
      SqlRows.write(format, rows, zone, startedNanos, out);
    }
    out.end();
  }

  private long nowNs(ObjectNode body, ZoneId zone) {
    String now = JsonText.text(body, "now");
    long nowNs = historian.nowNs();
    return now == null
        ? nowNs
        : Parameters.at("now", () -> TimeExpression.parse(now).resolve(nowNs, zone));
  }

  private static ExportQuestion question(ObjectNode body) {
    String every = JsonText.text(body, "every");
    String modeText = JsonText.text(body, "mode");
    ExportQuestion.Mode mode =
        every == null ? ExportQuestion.Mode.RAW : ExportQuestion.Mode.INTERPOLATED;
    if (modeText != null) {
      ExportQuestion.Mode named = ExportQuestion.mode(modeText);
      if (named == null) {
        throw Parameters.bad("mode", modeText, "must be one of raw|interpolated|summary", null);
      }
      mode = named;
    }
    String layout = JsonText.text(body, "layout");
    if (layout != null && !List.of("long", "wide").contains(layout)) {
      throw Parameters.bad("layout", layout, "must be long or wide", null);
    }
    return new ExportQuestion(
        JsonText.text(body, "sql"),
        SqlRoutes.params(body.get("params")),
        JsonText.texts(body, "tags"),
        JsonText.texts(body, "attributes"),
        JsonText.texts(body, "batches"),
        JsonText.texts(body, "orders"),
        JsonText.texts(body, "products"),
        JsonText.texts(body, "units"),
        mode,
        every,
        JsonText.texts(body, "fields").stream().map(SummaryField::named).toList(),
        "wide".equals(layout),
        JsonText.texts(body, "partitionBy"),
        JsonText.text(body, "startTime"),
        JsonText.text(body, "endTime"));
  }

  private static void writePlan(JsonGenerator json, ExportPlan plan, ZoneId zone)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("dataVersion", plan.dataVersion());
    json.writeStringField("now", IsoTime.format(plan.nowNs(), ZoneOffset.UTC));
    json.writeStringField("timeZone", zone.getId());
    ExportPlan.Range range = plan.range();
    writeTime(json, "startTime", range == null ? null : range.startNs());
    writeTime(json, "endTime", range == null ? null : range.endNs());
    json.writeArrayFieldStart("tags");
    for (ExportPlan.TagUse tag : plan.tags()) {
      json.writeStartObject();
      json.writeStringField("tag", tag.tag());
      json.writeStringField("attribute", tag.attribute());
      json.writeStringField("uom", tag.uom());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("parts");
    for (ExportPlan.Part part : plan.parts()) {
      json.writeStartObject();
      writeTexts(json, "partition", part.partition());
      writeTexts(json, "uoms", part.uoms());
      json.writeArrayFieldStart("statements");
      for (ExportPlan.Statement statement : part.statements()) {
        json.writeStartObject();
        json.writeStringField("sql", statement.sql());
        json.writeFieldName("params");
        writeParam(json, statement.params());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void writeTexts(
      JsonGenerator json, String field, Map<String, ? extends @Nullable String> texts)
      throws IOException {
    json.writeObjectFieldStart(field);
    for (Map.Entry<String, ? extends @Nullable String> text : texts.entrySet()) {
      json.writeStringField(text.getKey(), text.getValue());
    }
    json.writeEndObject();
  }

  private static void writeTime(JsonGenerator json, String field, @Nullable Long ns)
      throws IOException {
    json.writeStringField(field, ns == null ? null : IsoTime.format(ns, ZoneOffset.UTC));
  }

  /** A parameter as the route of statements reads it: nanoseconds are numbers there, not texts. */
  private static void writeParam(JsonGenerator json, @Nullable Object value) throws IOException {
    switch (value) {
      case null -> json.writeNull();
      case Boolean truth -> json.writeBoolean(truth);
      case Long number -> json.writeNumber(number);
      case Double number -> json.writeNumber(number);
      case List<?> list -> {
        json.writeStartArray();
        for (Object each : list) {
          writeParam(json, each);
        }
        json.writeEndArray();
      }
      default -> json.writeString(value.toString());
    }
  }

  /** Runs the statements of one request, each over the same data version. One thread. */
  private final class Source implements ExportSource {
    private final Exchange exchange;
    private final ZoneId zone;

    /* Guarded by this: whoever notices that the client is gone is another thread. */
    private @Nullable QueryContext running;
    private boolean isGone;

    Source(Exchange exchange, ZoneId zone) {
      this.exchange = exchange;
      this.zone = zone;
      exchange.onCancel(this::cancel);
    }

    private synchronized void cancel() {
      isGone = true;
      if (running != null) {
        running.cancel();
      }
    }

    private synchronized void running(@Nullable QueryContext context) {
      running = context;
      if (isGone && context != null) {
        context.cancel();
      }
    }

    @Override
    public SqlResult run(ExportPlan.Statement statement, @Nullable String asOf) {
      Historian.OpenQuery query;
      try {
        query =
            historian.openQuery(
                exchange.principal(),
                zone,
                new Historian.QueryOptions(DamageRule.CONTAIN, VersionMode.LATEST, asOf));
      } catch (HistorianException e) {
        throw asOf == null || e.code() != ErrorCode.OUT_OF_RANGE ? e : e.at("asOf");
      }
      try {
        running(query.context());
        return new Owned(
            historian.sql(statement.sql(), statement.params(), query.context()), query);
      } catch (RuntimeException | Error e) {
        query.close();
        throw e;
      }
    }

    /** A result that closes its query. */
    private final class Owned implements SqlResult {
      private final SqlResult result;
      private final Historian.OpenQuery query;
      private boolean closed;

      Owned(SqlResult result, Historian.OpenQuery query) {
        this.result = result;
        this.query = query;
      }

      @Override
      public List<SqlColumn> columns() {
        return result.columns();
      }

      @Override
      public ResultHead head() {
        return result.head();
      }

      @Override
      public boolean next() {
        return result.next();
      }

      @Override
      public @Nullable Object value(int column) {
        return result.value(column);
      }

      @Override
      public RunSource runs() {
        return result.runs();
      }

      @Override
      public String dataVersion() {
        return result.dataVersion();
      }

      @Override
      public void close() {
        if (closed) {
          return;
        }
        closed = true;
        running(null);
        try {
          result.close();
        } finally {
          query.close();
        }
      }
    }
  }
}

package io.tidemark.wire.http;

import io.tidemark.engine.Historian;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.model.QueryContext;
import java.time.ZoneId;

/** An open query of one request: cancelled when its client goes away, closed with the scope. */
final class QueryScope implements AutoCloseable {
  private final Historian.OpenQuery query;

  /** Opens a query over a new snapshot that contains damage. */
  QueryScope(Historian historian, Exchange exchange, ZoneId zone) {
    this(historian, exchange, zone, Historian.QueryOptions.USUAL);
  }

  /** Opens a query over a new snapshot. */
  QueryScope(Historian historian, Exchange exchange, ZoneId zone, Historian.QueryOptions options) {
    try {
      query = historian.openQuery(exchange.principal(), zone, options);
    } catch (HistorianException e) {
      throw options.asOf() == null || e.code() != ErrorCode.OUT_OF_RANGE ? e : e.at("asOf");
    }
    QueryContext context = query.context();
    exchange.onCancel(context::cancel);
  }

  QueryContext context() {
    return query.context();
  }

  @Override
  public void close() {
    query.close();
  }
}

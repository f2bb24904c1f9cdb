package io.tidemark.query.table;

import io.tidemark.model.QueryContext;
import io.tidemark.query.HistorianQueries;
import io.tidemark.query.time.ShiftCalendar;
import java.util.Map;

/**
 * What the rows of a table are made with.
 *
 * @param context who asks, of which snapshot
 * @param queries answers about samples
 * @param calendars by name
 * @param plant reads context in the statement's snapshot
 */
public record TableCall(
    QueryContext context,
    HistorianQueries queries,
    Map<String, ShiftCalendar> calendars,
    ContextReader plant) {}

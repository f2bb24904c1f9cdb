package io.tidemark.query.retrieval;

import org.jspecify.annotations.Nullable;

/**
 * Aggregates of one tag over one interval {@code [startNs, endNs)}. A number is null where the
 * interval gives none. Formulas: time weighting over the polyline of usable samples with simple
 * bounds; sample statistics over Good samples inside.
 *
 * @param timeAverage integral divided by good time
 * @param sampleAverage mean of the Good samples
 * @param minimum smallest Good sample
 * @param minimumTimeNs its earliest source time
 * @param maximum largest Good sample
 * @param maximumTimeNs its earliest source time
 * @param stdDev time-weighted population standard deviation
 * @param total integral over good time, in unit times the unit's own time (per hour, minute,
 *     second) or seconds
 * @param count Good samples inside
 * @param percentGood good time by interval length, 0 to 100
 * @param status OPC UA StatusCode of the row
 * @param basis what it was computed from: {@code stored}
 */
public record SummaryRow(
    long startNs,
    long endNs,
    @Nullable Double timeAverage,
    @Nullable Double sampleAverage,
    @Nullable Double minimum,
    @Nullable Long minimumTimeNs,
    @Nullable Double maximum,
    @Nullable Long maximumTimeNs,
    @Nullable Double stdDev,
    @Nullable Double total,
    long count,
    double percentGood,
    int status,
    String basis) {}

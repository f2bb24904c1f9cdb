package io.tidemark.query.aggregate;

import org.jspecify.annotations.Nullable;

/**
 * What went through a meter in one interval {@code [startNs, endNs)}. Increases of intervals that
 * follow each other add up to that of the whole; an event is counted where its step ends, the
 * interval's end included.
 *
 * @param increase what was counted, in units of the value, negative if reversals outweigh; null
 *     where no two readings, or a reading and a meter change, span any of the interval, or it is
 *     too large for a double
 * @param ratePerSecond increase by seconds of good time; null if either is not there
 * @param rollovers steps over the end of the meter's range
 * @param resets falls that are none of the others
 * @param reversals small falls
 * @param recovered returns to the reading before a reset or an incredible rise
 * @param implausible rises faster than is credible, which add nothing
 * @param meterChanges exchanges of the meter
 * @param count usable samples inside
 * @param percentGood good time by interval length, 0 to 100; what the counter spans between a
 *     sample that is not usable and the next usable one is not good time, though the increase
 *     across it counts
 * @param status OPC UA StatusCode: Good if all of the interval is good time and nothing is held
 *     towards a sample that is not usable, Bad_NoData if there is nothing, else
 *     Uncertain_DataSubNormal
 * @param basis what it was computed from: {@code stored}
 */
public record CounterRow(
    long startNs,
    long endNs,
    @Nullable Double increase,
    @Nullable Double ratePerSecond,
    long rollovers,
    long resets,
    long reversals,
    long recovered,
    long implausible,
    long meterChanges,
    long count,
    double percentGood,
    int status,
    String basis) {}

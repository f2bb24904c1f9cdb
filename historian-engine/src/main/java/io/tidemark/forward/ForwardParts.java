package io.tidemark.forward;

import io.tidemark.storage.SampleStore;
import java.util.function.LongSupplier;

/**
 * What the lanes share.
 *
 * @param epochMicros wall clock, microseconds since the epoch
 * @param nanoClock monotonic clock
 */
record ForwardParts(
    ForwardConfig config,
    SampleStore store,
    ForwardPlan plan,
    SentTags sentTags,
    RefusedSamples refused,
    LongSupplier epochMicros,
    LongSupplier nanoClock) {}

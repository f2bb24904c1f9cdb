package io.tidemark.forward;

/**
 * A request that was, or is about to be, sent and is not acknowledged: it has the samples of all
 * frames of its range, and keeps its number for as often as it is sent.
 */
record PlannedRequest(long epoch, long number, SequenceRange frames) {}

package io.tidemark.query.sql;

/**
 * What statements hold at a moment.
 *
 * @param running statements that run, or stream to their clients
 * @param waiting statements that wait for their turn
 * @param refused statements that never ran: too many waited, or their time was over first
 * @param sessions sessions of the executor in use
 * @param plannerSessions sessions of the planner in use
 * @param scans scans of samples that statements may read
 */
public record SqlLoad(
    int running, int waiting, long refused, int sessions, int plannerSessions, int scans) {}

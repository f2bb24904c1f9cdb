package io.tidemark.client;

/**
 * What a client did so far, in samples unless said otherwise.
 *
 * @param written taken from the caller
 * @param stored acknowledged by the server
 * @param refused that the server will not take
 * @param unknown given up by a close before their outcome was known
 * @param waiting taken and not yet acknowledged
 * @param requests that were answered
 * @param repeats requests that were sent again
 */
public record WriteStatistics(
    long written,
    long stored,
    long refused,
    long unknown,
    long waiting,
    long requests,
    long repeats) {}

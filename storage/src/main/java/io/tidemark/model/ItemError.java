package io.tidemark.model;

/**
 * One refused item of a request of many.
 *
 * @param where {@code line 17} of a text, {@code samples[3].ts} of JSON
 * @param code why
 * @param message the sentence for a person
 */
public record ItemError(String where, ErrorCode code, String message) {}

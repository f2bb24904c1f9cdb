package io.tidemark.client;

import org.jspecify.annotations.Nullable;

/**
 * A request as it is sent, as often as it takes. The body is not copied: leave it as it is.
 *
 * @param method POST or PUT
 * @param path with its query, such as {@code /api/v1/write}
 * @param contentType of the body
 * @param number by which the server knows it again, or null if it may be done twice
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record OutgoingRequest(
    String method, String path, String contentType, byte[] body, @Nullable RequestNumber number) {}

package io.tidemark.client;

/**
 * A sample that the server read and did not store, while it stored others of the request.
 *
 * @param where its place in the request: {@code line 3}, or a path; empty if the server cannot say
 * @param sample the sample as it was sent, or empty where the sender does not know it
 * @param code the server's word for the reason, such as {@code WRONG_TYPE}
 * @param message one sentence with the figures
 */
public record RefusedItem(String where, String sample, String code, String message) {
  RefusedItem withSample(String text) {
    return new RefusedItem(where, text, code, message);
  }
}

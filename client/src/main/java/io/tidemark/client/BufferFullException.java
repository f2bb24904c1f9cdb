package io.tidemark.client;

/**
 * The buffer was full for longer than a write may wait: samples come faster than the server takes
 * them, or it cannot be reached. The sample was not taken.
 */
public final class BufferFullException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BufferFullException(String message) {
    super(message);
  }
}

package io.tidemark.storage.io;

import java.io.IOException;

/**
 * A file system has no room for more: bytes, files, or what its quota allows. What was written
 * before is safe, and the same call may work once there is room again.
 */
public final class DiskFullException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Says what found no room. */
  public DiskFullException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Whether the operating system's words say so; Java has no code for it. */
  static boolean isMeantBy(IOException failure) {
    String message = String.valueOf(failure.getMessage());
    return message.contains("No space left on device") || message.contains("quota exceeded");
  }
}

package io.tidemark.storage.journal;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Frames in the order of their journal sequence. {@link #prepare} and {@link #append} belong to one
 * thread, {@link #force} to another. After an exception of append or force the journal is poisoned:
 * every later call throws, and nothing may be acknowledged any more.
 */
public interface Journal extends AutoCloseable {
  /**
   * Makes room for a frame, which may start a new file.
   *
   * @return the random number of the file that the frame will go to; it is part of the frame
   */
  long prepare(int paddedLength) throws IOException;

  /**
   * Appends the buffer's bytes from {@code offset}; visible to recovery after the death of the
   * process.
   */
  void append(ByteBuffer frame, int offset, int paddedLength, long journalSequence)
      throws IOException;

  /** Forces every file that was touched since the last call, and the folder if it got new names. */
  void force() throws IOException;

  /** Deletes files all of whose frames have a sequence at or below the given one. */
  void trim(long coveredSequence) throws IOException;

  /** Bytes that the journal's files take. */
  long bytes();

  @Override
  void close() throws IOException;
}

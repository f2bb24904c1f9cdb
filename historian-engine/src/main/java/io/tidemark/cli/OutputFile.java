package io.tidemark.cli;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A file that appears whole or not at all: written beside, forced, renamed. One that is there is
 * replaced only if that is wanted. Close it, which takes away what was not committed.
 */
final class OutputFile implements AutoCloseable {
  private final Path target;
  private final Path beside;
  private final boolean replace;

  /** Begins a file; nothing is seen of it under its name before {@link #commit}. */
  OutputFile(Path file, boolean replace) throws IOException {
    this.replace = replace;
    Path absolute = file.toAbsolutePath();
    target = Files.isSymbolicLink(absolute) ? absolute.toRealPath() : absolute;
    Path folder = target.getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new HistorianException(
          ErrorCode.NOT_FOUND, "no such folder: file=" + file, null, "make the folder first", null);
    }
    if (Files.exists(target) && !Files.isRegularFile(target)) {
      throw new HistorianException(
          ErrorCode.CONFLICT,
          "not a file that can be replaced: file=" + file,
          null,
          "name a file, or leave --out away and redirect the output",
          null);
    }
    if (!replace && Files.exists(target)) {
      throw exists();
    }
    beside = Files.createTempFile(folder, "." + target.getFileName() + ".", ".part");
    beside.toFile().deleteOnExit(); // also where the user ends the process half way
  }

  private HistorianException exists() {
    return new HistorianException(
        ErrorCode.CONFLICT,
        "file is there already: file=" + target,
        null,
        "--force replaces it",
        null);
  }

  /** Where to write: a file of its own in the same folder. */
  Path beside() {
    return beside;
  }

  /** A stream that writes it. */
  OutputStream stream() throws IOException {
    return Files.newOutputStream(beside);
  }

  /** Gives it its name. What was written must be closed. */
  void commit() throws IOException {
    try (FileChannel channel = FileChannel.open(beside, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    if (!replace) {
      try {
        Files.move(beside, target);
      } catch (FileAlreadyExistsException e) {
        throw exists();
      }
      return;
    }
    try {
      Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(beside, target, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(beside);
  }
}

package io.tidemark.storage;

import io.tidemark.storage.io.Disk;
import io.tidemark.storage.io.StoreDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies of damaged journal files, for those who want to find out what happened or to salvage more:
 * the originals are deleted when their frames are sealed (RELIABILITY rule D7). The folder {@code
 * quarantine} is never read by a store and may be emptied by hand.
 */
final class Quarantine {
  private static final Logger LOG = LoggerFactory.getLogger(Quarantine.class);
  private static final String FOLDER = "quarantine";
  private static final int FILES_MAX = 32;

  /** A copy is made only where it is a small part of what is free. */
  private static final int FREE_SHARE = 8;

  private Quarantine() {}

  /** Copies files that are not there yet; what cannot be copied is logged and stays where it is. */
  static void keep(StoreDirectory root, Set<Path> damaged) {
    if (damaged.isEmpty()) {
      return;
    }
    Disk disk = root.disk();
    for (Path file : damaged) {
      Path run = file.getParent();
      String name = (run == null ? "" : run.getFileName() + "-") + file.getFileName();
      try {
        StoreDirectory folder = root.subdirectory(FOLDER);
        if (disk.isFolder(file) || folder.list().contains(name)) {
          continue;
        }
        if (folder.list().size() >= FILES_MAX
            || disk.length(file) > root.space().usableBytes() / FREE_SHARE) {
          LOG.warn("damaged file is not copied, there is too little room: file={}", file);
          continue;
        }
        copy(disk, file, folder, name);
        LOG.warn("damaged file is kept: file={}, copy={}/{}", file, FOLDER, name);
      } catch (IOException | UncheckedIOException e) {
        LOG.warn("damaged file cannot be copied: file={}", file, e);
      }
    }
  }

  private static void copy(Disk disk, Path file, StoreDirectory folder, String name)
      throws IOException {
    try (Disk.DiskReader from = disk.openForReading(file);
        StoreDirectory.PendingFile to = folder.create(name)) {
      ByteBuffer part = ByteBuffer.allocate(1 << 16);
      for (long at = 0; at < from.length(); ) {
        part.clear().limit((int) Math.min(part.capacity(), from.length() - at));
        from.read(part, at);
        at += part.position();
        to.write(part.flip());
      }
      to.commit(written -> {});
    }
  }
}

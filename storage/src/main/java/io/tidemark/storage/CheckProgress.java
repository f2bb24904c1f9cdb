package io.tidemark.storage;

import io.tidemark.storage.io.Disk;
import java.io.IOException;
import java.nio.file.Path;

/**
 * How far a check is: bytes of files, or files in quick mode. An estimate: files come and go beside
 * a running server. One thread.
 */
final class CheckProgress {
  private final StoreVerifier.Progress listener;
  private final boolean byFile;
  private final long total;
  private String file = "";
  private long done;
  private long read;

  private CheckProgress(StoreVerifier.Progress listener, boolean byFile, long total) {
    this.listener = listener;
    this.byFile = byFile;
    this.total = Math.max(1, total);
  }

  static CheckProgress over(
      Disk disk, Path data, StoreVerifier.Mode mode, StoreVerifier.Progress listener) {
    boolean byFile = mode == StoreVerifier.Mode.QUICK;
    long total = 0;
    for (String folder : StoreVerifier.StoreFolders.ALL) {
      total += size(disk, data.resolve(folder), byFile, 3);
    }
    return new CheckProgress(listener, byFile, total);
  }

  private static long size(Disk disk, Path path, boolean byFile, int depth) {
    try {
      if (!disk.isFolder(path)) {
        return byFile ? 1 : disk.length(path);
      }
      long sum = 0;
      if (depth > 0) {
        for (String name : disk.list(path)) {
          sum += size(disk, path.resolve(name), byFile, depth - 1);
        }
      }
      return sum;
    } catch (IOException e) {
      return 0; // said where the file is checked
    }
  }

  void restart() {
    done = 0;
    read = 0;
  }

  void begin(String name) {
    file = name;
    read = 0;
    report();
  }

  /** Bytes read of the current file. A check reads some twice; half of what is read counts. */
  void read(long bytes) {
    read += bytes;
    report();
  }

  void endFile(long length) {
    done += byFile ? 1 : length;
    read = 0;
    report();
  }

  void end() {
    done = total;
    read = 0;
    report();
  }

  private void report() {
    listener.at(file, Math.min(total, done + (byFile ? 0 : read / 2)), total);
  }
}

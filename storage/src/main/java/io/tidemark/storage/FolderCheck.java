package io.tidemark.storage;

import io.tidemark.model.ErrorCode;
import io.tidemark.model.HistorianException;
import io.tidemark.storage.StoreVerifier.StoreFolders;
import io.tidemark.storage.io.Disk;
import io.tidemark.storage.io.DiskFullException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a data folder before anything is made in it, and says what a start that failed means.
 */
final class FolderCheck {
  /** What may lie in a folder that holds no store yet. */
  private static final Set<String> HARMLESS = Set.of("lost+found", "tidemark.toml");

  private static final int NAMES_MAX = 5;

  private FolderCheck() {}

  /**
   * Refuses a folder that is no folder, is not ours, holds files of something else, or a store of
   * which a part is gone. A folder that is missing will do.
   */
  static void check(Disk disk, Path folder) throws IOException {
    disk.checkUsable(folder);
    if (!disk.isFolder(folder)) {
      return;
    }
    List<String> names = disk.list(folder);
    Path manifest = folder.resolve(StoreFolders.MANIFEST);
    if (disk.isFolder(manifest) && !disk.list(manifest).isEmpty()) {
      if (!names.contains(StoreFolders.JOURNAL)) {
        throw new HistorianException(
            ErrorCode.CORRUPT,
            "store has no journal: missing=" + folder.resolve(StoreFolders.JOURNAL),
            null,
            "restore the folder journal; if it is lost, make an empty one to go on without the"
                + " samples that were not sealed",
            null);
      }
      return;
    }
    Set<String> foreign = new HashSet<>(names);
    foreign.removeAll(StoreFolders.KNOWN);
    foreign.removeAll(HARMLESS);
    foreign.removeIf(name -> name.startsWith("demo.json"));
    if (!foreign.isEmpty()) {
      List<String> some = foreign.stream().sorted().limit(NAMES_MAX).toList();
      throw new HistorianException(
          ErrorCode.FOREIGN_FILE,
          "folder holds files of something else and no store: folder="
              + folder
              + ", found="
              + String.join("|", some)
              + ", count="
              + foreign.size(),
          null,
          "name an empty folder with --data, or one that does not exist",
          null);
    }
    for (String part : List.of(StoreFolders.SEGMENTS, StoreFolders.LEDGER, StoreFolders.JOURNAL)) {
      Path inside = folder.resolve(part);
      if (disk.isFolder(inside) && !disk.list(inside).isEmpty()) {
        throw new HistorianException(
            ErrorCode.CORRUPT,
            "store has data and no manifest: folder=" + folder,
            null,
            "restore the folder manifest",
            null);
      }
    }
  }

  /** The failure of an opening with its code and a remedy, where they can be told. */
  static Throwable explain(Path folder, Throwable failure) {
    if (failure instanceof HistorianException refused) {
      String hint = refused.hint() == null ? hint(folder, refused.code()) : null;
      return hint == null
          ? refused
          : new HistorianException(
              refused.code(), refused.messageText(), refused.path(), hint, refused);
    }
    IOException io = cause(failure);
    if (io == null) {
      return failure;
    }
    String text =
        io instanceof FileSystemException system && system.getReason() != null
            ? system.getReason()
            : String.valueOf(io.getMessage());
    String where =
        io instanceof FileSystemException system && system.getFile() != null
            ? system.getFile()
            : folder.toString();
    if (io instanceof AccessDeniedException || text.contains("Operation not permitted")) {
      return new HistorianException(
          ErrorCode.FOLDER_DENIED,
          "data folder must not be written: path=" + where + ", reason=" + denied(text),
          null,
          "start as its owner, or give it to this user with chown -R; look for an immutable flag"
              + " (lsattr)",
          failure);
    }
    if (text.contains("Read-only file system")) {
      return new HistorianException(
          ErrorCode.FOLDER_READ_ONLY,
          "data folder is on a disk that is mounted read-only: path=" + where,
          null,
          "mount it for writing; tidemark verify and dump need no writing",
          failure);
    }
    if (io instanceof DiskFullException) {
      return new HistorianException(
          ErrorCode.DISK_FULL,
          "no space to open the store: path=" + where + ", reason=" + text,
          null,
          "free space on that disk, but delete nothing inside the data folder;"
              + " store.journalFileBytesMax is reserved at each start",
          failure);
    }
    return failure;
  }

  private static String denied(String text) {
    return text.equals("null") ? "Permission denied" : text;
  }

  private static @Nullable IOException cause(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof IOException io) {
        return io;
      }
    }
    return failure instanceof UncheckedIOException unchecked ? unchecked.getCause() : null;
  }

  private static @Nullable String hint(Path folder, ErrorCode code) {
    return switch (code) {
      case FORMAT_TOO_NEW -> "start the version that wrote the store, or a newer one";
      case FORMAT_TOO_OLD ->
          "made by a build before release 0.1, whose format was not kept: start on a new folder, or"
              + " import again";
      case TRUNCATED_FILE, CORRUPT ->
          "tidemark verify --data "
              + folder
              + " lists all that is damaged; bring the named file back from a backup";
      case FOREIGN_FILE -> "move the named file away, or bring the right one back from a backup";
      default -> null;
    };
  }
}
